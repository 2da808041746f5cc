"""The registry's "nothing changed" comparison of a PUT with the stored work, lopsided as it is."""

from __future__ import annotations

from dataclasses import replace

from local.registry.content import (
    Attributes,
    Citation,
    Contributor,
    ExternalId,
    FuzzyDate,
    TranslatedTitle,
    WorkContent,
    WorkTitle,
    Wrapped,
    is_blank,
    text_of,
)

# Both lists are cut to what the web interface shows before they are compared.
_CONTRIBUTORS_COMPARED = 50


def with_default_relationships(work: WorkContent) -> WorkContent:
    """Identifiers without a relationship become `self`: a side effect of the comparison, so only on PUT."""
    if work.external_ids is None:
        return work
    identifiers = tuple(
        replace(identifier, relationship="self") if identifier.relationship is None else identifier
        for identifier in work.external_ids
    )
    return replace(work, external_ids=identifiers)


def is_unchanged(stored: WorkContent, stored_visibility: str, sent: WorkContent) -> bool:
    """Whether the registry takes the PUT for a repetition of what it has, and ignores it."""
    before, after = stored.title or WorkTitle(), sent.title or WorkTitle()
    return (
        _same_text(before.title, after.title)
        and _same_text(before.subtitle, after.subtitle)
        and _same_translation(before.translated_title, after.translated_title)
        and _same_text(stored.journal_title, sent.journal_title)
        and _same_text(Wrapped(stored.short_description), Wrapped(sent.short_description))
        and _same_text(stored.url, sent.url)
        and stored.type == sent.type
        and _same_but_case(stored.language_code, sent.language_code)
        and _same_but_case(text_of(stored.country), text_of(sent.country))
        and _same_date(stored.publication_date, sent.publication_date)
        and _same_citation(stored.citation, sent.citation)
        and _same_identifiers(stored.identifiers, sent.identifiers)
        and _same_contributors(stored.contributors or (), sent.contributors or ())
        and sent.visibility in (None, stored_visibility)
    )


def _same_text(stored: Wrapped | None, sent: Wrapped | None) -> bool:
    return (text_of(stored) or "") == (text_of(sent) or "")


def _same_but_case(stored: str | None, sent: str | None) -> bool:
    return (stored or "").lower() == (sent or "").lower()


def _same_translation(stored: TranslatedTitle | None, sent: TranslatedTitle | None) -> bool:
    if sent is None:
        return True  # leaving it out goes unnoticed
    if stored is None:
        return is_blank(sent.value)
    return stored.value == sent.value and _same_but_case(stored.language_code, sent.language_code)


def _same_citation(stored: Citation | None, sent: Citation | None) -> bool:
    if sent is None:
        return True  # leaving it out goes unnoticed
    return stored is not None and stored.value == sent.value and _same_but_case(stored.type, sent.type)


def _same_date(stored: FuzzyDate | None, sent: FuzzyDate | None) -> bool:
    if sent is None:
        return True  # leaving it out goes unnoticed
    if stored is None:
        return False
    if _number(stored.year) != _number(sent.year):
        return False
    # A month or day that the stored date lacks is not compared, so adding one goes unnoticed.
    return all(
        _number(kept) is None or _number(kept) == _number(new)
        for kept, new in ((stored.month, sent.month), (stored.day, sent.day))
    )


def _number(part: Wrapped | None) -> int | None:
    value = text_of(part)
    return int(value) if value and value.isdigit() else None


def _same_identifiers(stored: tuple[ExternalId, ...], sent: tuple[ExternalId, ...]) -> bool:
    return len(stored) == len(sent) and all(
        kept.type == new.type
        and kept.value == new.value
        and kept.relationship == new.relationship
        and _same_but_case(text_of(kept.url), text_of(new.url))
        for kept, new in zip(stored, sent, strict=True)
    )


def _same_contributors(stored: tuple[Contributor, ...], sent: tuple[Contributor, ...]) -> bool:
    before, after = stored[:_CONTRIBUTORS_COMPARED], sent[:_CONTRIBUTORS_COMPARED]
    return len(before) == len(after) and all(
        _same_contributor(kept, new) for kept, new in zip(before, after, strict=True)
    )


def _same_contributor(stored: Contributor, sent: Contributor) -> bool:
    """Names, iDs, roles and sequences; e-mail addresses are not looked at."""
    kept, new = stored.attributes or Attributes(), sent.attributes or Attributes()
    return (
        _same_text(stored.credit_name, sent.credit_name)
        and _orcid(stored) == _orcid(sent)
        and _same_but_case(kept.role, new.role)
        and _same_but_case(kept.sequence, new.sequence)
    )


def _orcid(contributor: Contributor) -> str:
    orcid = contributor.orcid
    if orcid is None:
        return ""
    return orcid.path or (orcid.uri or "").rsplit("/", 1)[-1]
