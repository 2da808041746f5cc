"""Builds the work that goes to ORCID from a record's metadata as the source states it (R27 to R30, R52).

Pure and deterministic: the same input gives the same work (R53). What the registry would refuse is left away with a
warning; what makes a work impossible is named. The decisions stand in docs/decisions/0001-messy-metadata.md.
"""

from __future__ import annotations

from orcid_sync.domain.build_warnings import WarningList, quoted
from orcid_sync.domain.catalogue import Metadata, TranslatedTitle
from orcid_sync.domain.characters import length
from orcid_sync.domain.citation import bibtex
from orcid_sync.domain.contributors import clean_people, credited
from orcid_sync.domain.dates import clean_date
from orcid_sync.domain.external_ids import build_external_ids
from orcid_sync.domain.languages import language_code, says_nothing
from orcid_sync.domain.own_entry import OwnEntry, mark_own_entry
from orcid_sync.domain.relationships import is_part
from orcid_sync.domain.titles import (
    ABSTRACT_LENGTH,
    TITLE_LENGTH,
    clean_abstract,
    clean_title,
    new_subtitle,
    plain_line,
    same_text,
)
from orcid_sync.domain.web_addresses import clean_url
from orcid_sync.domain.work import BuiltWork, ExternalId, IdRelationship, Unbuildable, Work

__all__ = ["BUILDER_VERSION", "NO_TITLE", "OwnEntry", "build_work"]

# Grows with every change that can alter what is built: fingerprints contain it, so works are looked at again.
BUILDER_VERSION = 1

NO_TITLE = Unbuildable(
    "no_title", "The record has no title, and ORCID takes no work without one. Add it in the source."
)


def build_work(
    metadata: Metadata, *, publication_id: str, publication_type: str, work_type: str, own: OwnEntry | None
) -> BuiltWork | Unbuildable:
    """Return the work with its warnings, or why there can be none.

    `work_type` is sent as mapped, known or not (R5). `own` is the link's own entry: whose iD is written to (R27).
    """
    warnings = WarningList()
    title = _line("title", metadata.title, warnings)
    if not title:
        return NO_TITLE
    container = _line("container title", metadata.container_title, warnings)
    part = is_part(publication_type, work_type, container)
    people = mark_own_entry(clean_people(metadata.authors, metadata.editors, warnings), own)
    date = clean_date(metadata.publication_date, warnings)
    identifiers = build_external_ids(metadata.identifiers, publication_id=publication_id, part=part, warnings=warnings)
    translated, translated_language = _translated(metadata.translated_title, title, warnings)
    work = Work(
        title=title,
        type=work_type,
        external_ids=identifiers,
        subtitle=new_subtitle(title, _line("subtitle", metadata.subtitle, warnings)) or None,
        translated_title=translated,
        translated_title_language=translated_language,
        journal_title=None if not part and same_text(container, title) else container or None,
        short_description=_abstract(metadata.abstract, warnings),
        citation=bibtex(
            metadata,
            title=title,
            work_type=work_type,
            people=people,
            date=date,
            doi=_own_doi(identifiers),
            publication_id=publication_id,
        ),
        publication_date=date,
        url=_url(metadata, warnings),
        contributors=credited(people),
        language=_language(metadata.language, warnings),
    )
    return BuiltWork(work, warnings.as_tuple())


def _line(what: str, text: str, warnings: WarningList) -> str:
    line = clean_title(text)
    if line.endswith("\u2026") and length(plain_line(text)) > TITLE_LENGTH:
        warnings.add("text_cut", f"The {what} is cut: ORCID takes {TITLE_LENGTH} characters.")
    return line


def _abstract(text: str, warnings: WarningList) -> str | None:
    abstract = clean_abstract(text)
    if (
        length(abstract) > ABSTRACT_LENGTH - 300
        and abstract.endswith("\u2026")
        and not text.rstrip().endswith("\u2026")
    ):
        warnings.add("text_cut", f"The abstract is cut: ORCID takes {ABSTRACT_LENGTH} characters.")
    return abstract or None


def _translated(translated: TranslatedTitle | None, title: str, warnings: WarningList) -> tuple[str | None, str | None]:
    value = _line("translated title", translated.value, warnings) if translated else ""
    if translated is None or not value or same_text(value, title):
        return None, None
    language = language_code(translated.language)
    if language is None:
        warnings.add(
            "translated_title_language",
            f"The translated title is left away: ORCID does not list its language {quoted(translated.language)}.",
        )
        return None, None
    return value, language


def _language(text: str, warnings: WarningList) -> str | None:
    if says_nothing(text):
        return None
    code = language_code(text)
    if code is None:
        warnings.add("language_unknown", f"The language {quoted(text)} is left away: it is not on ORCID's list.")
    return code


def _url(metadata: Metadata, warnings: WarningList) -> str | None:
    """Return the work's address: the record's own, else one that stands among the identifiers as `url`."""
    among_identifiers = (found.value for found in metadata.identifiers if found.type.casefold() == "url")
    text = metadata.url if metadata.url.strip() else next(among_identifiers, "")
    url = clean_url(text)
    if url is None and text.strip():
        warnings.add("url_invalid", f"{quoted(text)} is no web address (http or https) and is left away.")
    return url


def _own_doi(identifiers: tuple[ExternalId, ...]) -> str | None:
    return next(
        (found.value for found in identifiers if found.type == "doi" and found.relationship is IdRelationship.SELF),
        None,
    )
