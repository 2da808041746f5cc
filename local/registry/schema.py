"""What ORCID's XML schema demands of a single work; items of a bulk never pass through here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from local.registry.content import Contributor, ExternalId, FuzzyDate, WorkContent, WorkTitle, Wrapped, text_of

ORCID_URI = re.compile(r"https://([^/]*orcid\.org|localhost.*/orcid-web)/([0-9]{4}-){3,}[0-9]{3}[0-9X]")
ORCID_PATH = re.compile(r"([0-9]{4}-){3,}[0-9]{3}[0-9X]")
_EMAIL = re.compile(r"[^@]+@[^.]+\..+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def schema_faults(work: WorkContent) -> list[str]:
    """One sentence for every place where the work breaks the schema."""
    return list(_faults(work))


def _faults(work: WorkContent) -> Iterator[str]:
    yield from _title(work.title)
    if work.journal_title is not None:
        yield from _text("journal-title", work.journal_title, 1000)
    if work.short_description is not None:
        yield from _text("short-description", Wrapped(work.short_description), 5000, may_be_blank=True)
    if work.citation is not None:
        if work.citation.type is None:
            yield "citation: citation-type is missing"
        if work.citation.value is None:
            yield "citation: citation-value is missing"
    if work.type is None:
        yield "type is missing"
    if work.publication_date is not None:
        yield from _date(work.publication_date)
    for identifier in work.identifiers:
        yield from _identifier(identifier)
    yield from _address("url", work.url)
    for contributor in work.contributors or ():
        yield from _contributor(contributor)
    if work.country is not None and work.country.value is None:
        yield "country: value is missing"


def _title(title: WorkTitle | None) -> Iterator[str]:
    if title is None:
        yield "title is missing"
        return
    yield from _text("title.title", title.title or Wrapped(None), 1000)
    if title.subtitle is not None:
        yield from _text("title.subtitle", title.subtitle, 1000, may_be_blank=True)
    if title.translated_title is not None:
        yield from _text("title.translated-title", Wrapped(title.translated_title.value), 1000)
        if title.translated_title.language_code is None:
            yield "title.translated-title: language-code is missing"


def _text(where: str, wrapped: Wrapped, longest: int, *, may_be_blank: bool = False) -> Iterator[str]:
    value = wrapped.value
    if value is None:
        yield f"{where}: value is missing"
    elif not may_be_blank and not value.strip(" \r\n"):
        yield f"{where}: must not be blank"
    elif len(value) > longest:
        yield f"{where}: longer than {longest} characters"


def _date(date: FuzzyDate) -> Iterator[str]:
    if date.year is None:
        yield "publication-date: year is missing"
    if date.day is not None and date.month is None:
        yield "publication-date: day without month"
    for name, part, low, high in (
        ("year", date.year, 1900, 2100),
        ("month", date.month, 1, 12),
        ("day", date.day, 1, 31),
    ):
        if part is None:
            continue
        value = (part.value or "").strip()
        if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
            yield f"publication-date.{name}: {value!r} is not a number from {low} to {high}"


def _identifier(identifier: ExternalId) -> Iterator[str]:
    for name, value in (("type", identifier.type), ("value", identifier.value)):
        if value is None or not value.strip(" \r\n"):
            yield f"external-id-{name} is missing or blank"
    yield from _address("external-id-url", identifier.url)


def _contributor(contributor: Contributor) -> Iterator[str]:
    orcid = contributor.orcid
    if orcid is not None:
        if orcid.uri is None and orcid.path is None:
            yield "contributor-orcid: neither uri nor path"
        if orcid.uri is not None and not ORCID_URI.fullmatch(orcid.uri):
            yield f"contributor-orcid: {orcid.uri!r} is not an iD address"
        if orcid.path is not None and not ORCID_PATH.fullmatch(orcid.path):
            yield f"contributor-orcid: {orcid.path!r} is not an iD"
    if contributor.credit_name is not None:
        yield from _text("credit-name", contributor.credit_name, 150)
    if contributor.email is not None:
        yield from _text("contributor-email", contributor.email, 350)
        if contributor.email.value and not _EMAIL.fullmatch(contributor.email.value):
            yield "contributor-email: not an e-mail address"


def _address(where: str, wrapped: Wrapped | None) -> Iterator[str]:
    """xs:anyURI as a Java validator takes it: nearly everything, but not a broken escape, scheme or second fragment."""
    if wrapped is None:
        return
    value = text_of(wrapped)
    if value is None:
        yield f"{where}: value is missing"
        return
    value = value.strip()
    before_path = re.split(r"[/?#]", value, maxsplit=1)[0]
    scheme_is_bad = ":" in before_path and not _SCHEME.fullmatch(before_path.split(":", 1)[0])
    if _ESCAPE.search(value) or value.count("#") > 1 or scheme_is_bad:
        yield f"{where}: {value!r} is not an address"
