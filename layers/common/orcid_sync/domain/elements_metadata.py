"""Turns the fields of an Elements record into metadata of the feed's form; cleaning is the work builder's (R26-R29)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from orcid_sync.domain.elements import (
    ElementsDate,
    ElementsIdentifier,
    ElementsPages,
    ElementsPerson,
    ElementsRecord,
    FieldValue,
)

_DOI_AT_SOURCE = re.compile(r"(?:doi:)?10\.\d", re.IGNORECASE | re.ASCII)
_HANDLE = re.compile(r"https?://(?:hdl\.handle\.net|handle\.net)/(\S+)", re.IGNORECASE)

# Identifiers that stand in a field of their own -> ORCID's type.
_FIELD_TYPES: Final = {
    "doi": "doi",
    "isbn-13": "isbn",
    "isbn-10": "isbn",
    "issn": "issn",
    "eissn": "issn",
    "patent-number": "pat",
}
# Schemes of `external-identifiers` -> ORCID's type. Those of people, grants and single databases are none of a work's.
_SCHEME_TYPES: Final = {
    "arxiv": "arxiv",
    "pubmed": "pmid",
    "pmc": "pmc",
    "ssrn-article-id": "ssrn",
    "doi": "doi",
    "isbn": "isbn",
    "issn": "issn",
    "wos": "wosuid",
    "wos-lite": "wosuid",
    "scopus": "eid",
    "handle": "handle",
}
# Sources whose own id of a record is an identifier that the registry knows.
_SOURCE_TYPES: Final = {"pubmed": "pmid", "wos": "wosuid", "wos-lite": "wosuid", "crossref": "doi", "arxiv": "arxiv"}
# Where a work without a publication date has the one that counts, by publication type.
_DATES: Final = {
    "journal-article": "online-publication-date",
    "conference": "start-date",
    "patent": "start-date",
    "performance": "start-date",
    "thesis-dissertation": "filed-date",
}
_CONTAINERS: Final = ("journal", "parent-title", "name-of-conference", "series")
_URLS: Final = ("public-url", "publisher-url", "author-url", "oa-location-url")
# What databases write where they do not know the language.
_NO_LANGUAGE: Final = frozenset({"aa", "und", "zxx", "mul", "unknown"})


def metadata_of(record: ElementsRecord, publication_type: str) -> dict[str, Any]:
    """The `data` of a record of the feed (API.md, The feed); what the record does not say is left away."""
    fields = record.fields
    data: dict[str, Any] = {
        "title": _text(fields, "title"),
        "container_title": next((text for name in _CONTAINERS if (text := _text(fields, name))), ""),
        "publication_status": _text(fields, "publication-status"),
        "publication_date": _date(fields, publication_type),
        "authors": list(_people(fields, "authors")),
        "editors": list(_people(fields, "editors")),
        "identifiers": list(_identifiers(record)),
        "abstract": _text(fields, "abstract"),
        "url": next((text for name in _URLS if (text := _text(fields, name))), ""),
        "language": "" if _text(fields, "language").lower() in _NO_LANGUAGE else _text(fields, "language"),
        "publisher": _text(fields, "publisher"),
        "volume": _text(fields, "volume"),
        "issue": _text(fields, "issue"),
        "pages": _pages(fields),
    }
    return {name: value for name, value in data.items() if value}


def _text(fields: Mapping[str, FieldValue], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _date(fields: Mapping[str, FieldValue], publication_type: str) -> dict[str, int] | None:
    """The publication date, else the one that stands for it in this type; whatever precision is known (R52)."""
    for name in ("publication-date", _DATES.get(publication_type, "acceptance-date")):
        value = fields.get(name)
        if isinstance(value, ElementsDate) and value.year is not None:
            parts = {"year": value.year, "month": value.month, "day": value.day}
            return {part: number for part, number in parts.items() if number is not None}
    return None


def _people(fields: Mapping[str, FieldValue], name: str) -> Iterator[dict[str, str]]:
    """Those who have a name; first names before initials, a group by `family` alone."""
    value = fields.get(name)
    for person in value if isinstance(value, tuple) else ():
        if isinstance(person, ElementsPerson) and (person.last_name or person.first_names):
            given = {"given": person.first_names or person.initials}
            orcid_id = {"orcid_id": person.orcid_id or ""}
            yield {"family": person.last_name} | {key: text for key, text in (given | orcid_id).items() if text}


def _identifiers(record: ElementsRecord) -> Iterator[dict[str, str]]:
    """Each identifier once, the record's own fields first; `associated-identifiers` are of other works."""
    seen: set[tuple[str, str]] = set()
    for type_name, value in _all_identifiers(record):
        if value and (type_name, value) not in seen:
            seen.add((type_name, value))
            yield {"type": type_name, "value": value}


def _all_identifiers(record: ElementsRecord) -> Iterable[tuple[str, str]]:
    fields = record.fields
    for name, type_name in _FIELD_TYPES.items():
        yield type_name, _text(fields, name)
    yield from _at_source(record)
    external = fields.get("external-identifiers")
    for identifier in external if isinstance(external, tuple) else ():
        if isinstance(identifier, ElementsIdentifier) and identifier.scheme in _SCHEME_TYPES:
            yield _SCHEME_TYPES[identifier.scheme], identifier.value
    for name in _URLS:
        handle = _HANDLE.match(_text(fields, name))
        if handle is not None:
            yield "handle", handle[1]


def _at_source(record: ElementsRecord) -> Iterator[tuple[str, str]]:
    """What the id at the source identifies, where it is known to be one; a source's own numbers say nothing."""
    value = record.id_at_source
    if record.source == "scopus" and value.startswith("2-s2.0-"):
        yield "eid", value
    elif record.source == "crossref" and not _DOI_AT_SOURCE.match(value):
        return
    elif record.source in _SOURCE_TYPES:
        yield _SOURCE_TYPES[record.source], value


def _pages(fields: Mapping[str, FieldValue]) -> str:
    """`35-53`, or the one page or article number that is known."""
    value = fields.get("pagination")
    if not isinstance(value, ElementsPages):
        return ""
    if value.begin and value.end and value.begin != value.end:
        return f"{value.begin}-{value.end}"
    return value.begin or value.end
