"""Works in the three sources' own forms of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.open_sources.works import KnownWork

Json = dict[str, Any]
_CROSSREF_TYPES = {"journal-article": "journal-article", "conference": "proceedings-article", "chapter": "book-chapter",
                   "book": "monograph", "report": "report", "thesis-dissertation": "dissertation"}  # fmt: skip
_DATACITE_TYPES = {"dataset": "Dataset", "software": "Software", "fileset": "Collection", "figure": "Image",
                   "media": "Audiovisual"}  # fmt: skip


def crossref(found: Sequence[KnownWork], rows: int) -> Json:
    """`/works?filter=doi:...`."""
    return {
        "status": "ok",
        "message-type": "work-list",
        "message-version": "1.0.0",
        "message": {
            "facets": {},
            "total-results": len(found),
            "items": [_crossref_item(work) for work in found[:rows]],
            "items-per-page": rows,
            "query": {"start-index": 0, "search-terms": None},
        },
    }


def _crossref_item(work: KnownWork) -> Json:
    data = work.data
    date = {"date-parts": [_date(data)]}
    item: Json = {
        "DOI": work.doi,
        "URL": f"https://doi.org/{work.doi}",
        "type": _CROSSREF_TYPES.get(work.type, "other"),
        "title": [data["title"]],
        "subtitle": [data["subtitle"]] if data.get("subtitle") else [],
        "container-title": [data["container_title"]] if data.get("container_title") else [],
        "issued": date,
        "published": date,
        "author": [_crossref_person(one, first=not place) for place, one in enumerate(data.get("authors") or ())],
        "ISSN": work.values("issn"),
        "ISBN": work.values("isbn"),
        "publisher": data.get("publisher") or "",
        "source": "Crossref",
        "prefix": work.doi.partition("/")[0],
        "is-referenced-by-count": 0,
    }
    optional = {"volume": "volume", "issue": "issue", "page": "pages", "language": "language", "abstract": "abstract"}
    return item | {name: data[ours] for name, ours in optional.items() if data.get(ours)}


def _crossref_person(person: Mapping[str, Any], *, first: bool) -> Json:
    sequence: Json = {"sequence": "first" if first else "additional", "affiliation": []}
    if not person.get("given"):
        return {"name": person["family"], **sequence}
    orcid_id = person.get("orcid_id")
    orcid = {"ORCID": f"https://orcid.org/{orcid_id}", "authenticated-orcid": False} if orcid_id else {}
    return {"given": person["given"], "family": person["family"], **sequence, **orcid}


def datacite(found: Sequence[KnownWork], size: int) -> Json:
    """`/dois?query=...`, in the form of JSON:API."""
    return {
        "data": [_datacite_item(work) for work in found[:size]],
        "meta": {"total": len(found), "totalPages": 1, "page": 1},
        "links": {},
    }


def _datacite_item(work: KnownWork) -> Json:
    data = work.data
    date = _date(data)
    attributes = {
        "doi": work.doi.lower(),
        "creators": [_datacite_person(one) for one in data.get("authors") or ()],
        "titles": [{"title": data["title"]}],
        "publisher": data.get("publisher") or "",
        "container": {},
        "publicationYear": date[0] if date else None,
        "types": {"resourceTypeGeneral": _DATACITE_TYPES.get(work.type, "Other"), "schemaOrg": "CreativeWork"},
        "dates": [{"date": "-".join(f"{part:02}" for part in date), "dateType": "Issued"}] if date else [],
        "language": data.get("language"),
        "descriptions": [{"description": data["abstract"], "descriptionType": "Abstract"}]
        if data.get("abstract")
        else [],
        "url": f"https://data.example.org/{work.doi}",
        "state": "findable",
    }
    return {"id": work.doi.lower(), "type": "dois", "attributes": attributes, "relationships": {}}


def _datacite_person(person: Mapping[str, Any]) -> Json:
    orcid_id = person.get("orcid_id")
    identifiers = (
        [{"nameIdentifier": f"https://orcid.org/{orcid_id}", "nameIdentifierScheme": "ORCID"}] if orcid_id else []
    )
    if not person.get("given"):
        return {"name": person["family"], "nameType": "Organizational", "affiliation": [], "nameIdentifiers": []}
    return {
        "name": f"{person['family']}, {person['given']}",
        "nameType": "Personal",
        "givenName": person["given"],
        "familyName": person["family"],
        "affiliation": [],
        "nameIdentifiers": identifiers,
    }


def europe_pmc(found: Sequence[KnownWork], size: int, query: str) -> Json:
    """`/search?query=...&resultType=core`."""
    return {
        "version": "6.9",
        "hitCount": len(found),
        "request": {"queryString": query, "resultType": "core", "cursorMark": "*", "pageSize": size},
        "resultList": {"result": [_europe_pmc_result(work) for work in found[:size]]},
    }


def _europe_pmc_result(work: KnownWork) -> Json:
    data = work.data
    date = _date(data)
    journal: Json = {"title": data.get("container_title") or ""}
    journal |= dict(zip(("issn", "essn"), work.values("issn"), strict=False))
    info = {"journal": journal, "yearOfPublication": date[0] if date else None}
    info |= {name: data[name] for name in ("volume", "issue") if data.get(name)}
    result = {
        "id": work.pmid or work.pmcid,
        "source": "MED" if work.pmid else "PMC",
        "pmid": work.pmid,
        "pmcid": work.pmcid,
        "doi": work.doi,
        "title": f"{data['title'].removesuffix('.')}.",
        "authorString": ", ".join(one["family"] for one in data.get("authors") or ()),
        "authorList": {"author": [_europe_pmc_person(one) for one in data.get("authors") or ()]},
        "journalInfo": info,
        "pubYear": str(date[0]) if date else "",
        "pageInfo": data.get("pages"),
        "abstractText": data.get("abstract"),
        "language": data.get("language"),
        "firstPublicationDate": "-".join(f"{part:02}" for part in date) if len(date) == 3 else None,
    }
    return {name: value for name, value in result.items() if value}


def _europe_pmc_person(person: Mapping[str, Any]) -> Json:
    if not person.get("given"):
        return {"collectiveName": person["family"]}
    initials = "".join(word[0] for word in person["given"].split())
    orcid_id = person.get("orcid_id")
    known = {"authorId": {"type": "ORCID", "value": orcid_id}} if orcid_id else {}
    named = {"fullName": f"{person['family']} {initials}", "firstName": person["given"], "lastName": person["family"]}
    return {**named, "initials": initials, **known}


def _date(data: Mapping[str, Any]) -> list[int]:
    """Year, month and day as far as they are known."""
    found: list[int] = []
    for part in ("year", "month", "day"):
        value = (data.get("publication_date") or {}).get(part)
        if not value:
            break
        found.append(value)
    return found
