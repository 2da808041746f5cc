"""What Crossref, DataCite and Europe PMC answer -> offered works; what is missing or odd is left away (R42)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from orcid_sync.domain.offered_work import OfferedWork

_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)
_CROSSREF_TYPES: Final = {
    "journal-article": "journal-article",
    "proceedings-article": "conference",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "book-part": "chapter",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "dataset": "dataset",
    "report": "report",
    "dissertation": "thesis-dissertation",
}
_DATACITE_TYPES: Final = {
    "Dataset": "dataset",
    "Software": "software",
    "ComputationalNotebook": "software",
    "JournalArticle": "journal-article",
    "ConferencePaper": "conference",
    "Book": "book",
    "BookChapter": "chapter",
    "Dissertation": "thesis-dissertation",
    "Report": "report",
    "Image": "figure",
    "Audiovisual": "media",
    "Sound": "media",
}
OTHER: Final = "other"


def crossref_work(message: Mapping[str, Any]) -> OfferedWork | None:
    """An item of Crossref's `works`; None if it has no DOI or no title."""
    doi, title = _text(message.get("DOI")), _first(message.get("title"))
    if not doi or not title:
        return None
    date = next((found for name in ("published", "issued") if (found := _parts(message.get(name)))), None)
    identifiers = [("doi", doi)]
    identifiers += [("issn", value) for value in _texts(message.get("ISSN"))]
    identifiers += [("isbn", value.rpartition("/")[2]) for value in _texts(message.get("ISBN"))]
    data = {
        "title": title,
        "subtitle": _first(message.get("subtitle")),
        "container_title": _first(message.get("container-title")),
        "publication_status": "published",
        "publication_date": date,
        "authors": [_crossref_person(one) for one in _dicts(message.get("author"))],
        "editors": [_crossref_person(one) for one in _dicts(message.get("editor"))],
        "abstract": _text(message.get("abstract")),
        "url": _text(message.get("URL")),
        "language": _text(message.get("language")),
        "publisher": _text(message.get("publisher")),
        "volume": _text(message.get("volume")),
        "issue": _text(message.get("issue")),
        "pages": _text(message.get("page")),
    }
    return _work("crossref", doi, _CROSSREF_TYPES.get(_text(message.get("type")), OTHER), data, identifiers)


def datacite_work(resource: Mapping[str, Any]) -> OfferedWork | None:
    """An item of DataCite's `dois`; None if it has no DOI or no title."""
    attributes = _dict(resource.get("attributes"))
    doi = _text(attributes.get("doi")) or _text(resource.get("id"))
    titles = [one for one in _dicts(attributes.get("titles")) if not one.get("titleType")]
    title = _text(titles[0].get("title")) if titles else ""
    if not doi or not title:
        return None
    general = _text(_dict(attributes.get("types")).get("resourceTypeGeneral"))
    publisher = attributes.get("publisher")
    descriptions = [d for d in _dicts(attributes.get("descriptions")) if d.get("descriptionType") == "Abstract"]
    container = _dict(attributes.get("container"))
    data = {
        "title": title,
        "container_title": _text(container.get("title")),
        "publication_date": _datacite_date(attributes),
        "authors": [_datacite_person(one) for one in _dicts(attributes.get("creators"))],
        "abstract": _text(descriptions[0].get("description")) if descriptions else "",
        "url": _text(attributes.get("url")),
        "language": _text(attributes.get("language")),
        "publisher": _text(publisher.get("name")) if isinstance(publisher, dict) else _text(publisher),
        "volume": _text(container.get("volume")),
        "issue": _text(container.get("issue")),
        "pages": "-".join(filter(None, (_text(container.get("firstPage")), _text(container.get("lastPage"))))),
    }
    return _work("datacite", doi, _DATACITE_TYPES.get(general, OTHER), data, [("doi", doi)])


def europe_pmc_work(result: Mapping[str, Any]) -> OfferedWork | None:
    """A result of Europe PMC's `search` in its `core` form; None if it has no id or no title."""
    source_id, title = _text(result.get("id")), _text(result.get("title")).removesuffix(".")
    if not source_id or not title:
        return None
    journal = _dict(result.get("journalInfo"))
    of_journal = _dict(journal.get("journal"))
    pmid, pmcid, doi = (_text(result.get(name)) for name in ("pmid", "pmcid", "doi"))
    identifiers = [("doi", doi), ("pmid", pmid), ("pmc", pmcid)]
    identifiers += [("issn", _text(of_journal.get(name))) for name in ("issn", "essn")]
    dates = (result.get("firstPublicationDate"), journal.get("printPublicationDate"), result.get("pubYear"))
    data = {
        "title": title,
        "container_title": _text(of_journal.get("title")),
        "publication_status": "published",
        "publication_date": next((found for date in dates if (found := _date(_text(date)))), None),
        "authors": [_europe_pmc_person(one) for one in _dicts(_dict(result.get("authorList")).get("author"))],
        "abstract": _text(result.get("abstractText")),
        "language": _text(result.get("language")),
        "volume": _text(journal.get("volume")),
        "issue": _text(journal.get("issue")),
        "pages": _text(result.get("pageInfo")),
    }
    preprint = _text(result.get("source")) == "PPR"
    return _work("europe-pmc", source_id, OTHER if preprint else "journal-article", data, identifiers)


def _work(
    source: str, source_id: str, type_id: str, data: dict[str, Any], identifiers: Iterable[tuple[str, str]]
) -> OfferedWork:
    named = [person for person in data["authors"] if person.get("family")]
    known = [{"type": name, "value": value} for name, value in dict.fromkeys(identifiers) if value]
    whole = {**data, "authors": named, "identifiers": known}
    return OfferedWork(source, source_id, type_id, {name: value for name, value in whole.items() if value})


def _crossref_person(person: Mapping[str, Any]) -> dict[str, str]:
    """A group has `name` in place of the two parts."""
    found = {
        "family": _text(person.get("family")) or _text(person.get("name")),
        "given": _text(person.get("given")),
        "orcid_id": _text(person.get("ORCID")).rpartition("/")[2],
    }
    return {name: value for name, value in found.items() if value}


def _datacite_person(person: Mapping[str, Any]) -> dict[str, str]:
    orcid_ids = [
        _text(one.get("nameIdentifier")).rpartition("/")[2]
        for one in _dicts(person.get("nameIdentifiers"))
        if _text(one.get("nameIdentifierScheme")).upper() == "ORCID"
    ]
    family, given = _text(person.get("familyName")), _text(person.get("givenName"))
    found = {
        "family": family or _text(person.get("name")),
        "given": given if family else "",
        "orcid_id": orcid_ids[0] if orcid_ids else "",
    }
    return {name: value for name, value in found.items() if value}


def _europe_pmc_person(person: Mapping[str, Any]) -> dict[str, str]:
    author_id = _dict(person.get("authorId"))
    found = {
        "family": _text(person.get("lastName")) or _text(person.get("collectiveName")),
        "given": _text(person.get("firstName")) or _text(person.get("initials")),
        "orcid_id": _text(author_id.get("value")) if author_id.get("type") == "ORCID" else "",
    }
    return {name: value for name, value in found.items() if value}


def _datacite_date(attributes: Mapping[str, Any]) -> dict[str, int] | None:
    """The date of issue as precisely as it is known, else the year of publication (R52)."""
    issued = [one for one in _dicts(attributes.get("dates")) if one.get("dateType") == "Issued"]
    dates = [_date(_text(one.get("date"))) for one in issued] + [_date(_text(attributes.get("publicationYear")))]
    return next((date for date in dates if date), None)


def _parts(value: Any) -> dict[str, int] | None:
    """Crossref's `{"date-parts": [[2024, 5]]}`."""
    outer = _dict(value).get("date-parts")
    parts = outer[0] if isinstance(outer, list) and outer and isinstance(outer[0], list) else []
    known = [part for part in parts[:3] if isinstance(part, int)]
    return dict(zip(("year", "month", "day"), known, strict=False)) or None


def _date(text: str) -> dict[str, int] | None:
    """A date that begins with its year, to whatever precision."""
    found = _YEAR_FIRST.match(text)
    if found is None:
        return None
    return {name: int(part) for name, part in zip(("year", "month", "day"), found.groups(), strict=True) if part}


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _first(value: Any) -> str:
    """The first text of a list."""
    return next(iter(_texts(value)), "").strip()


def _text(value: Any) -> str:
    """A text or a number as text; anything else says nothing."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
