"""What the stand-ins know: works in the feed's form, and some that no catalogue has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Item = Mapping[str, Any]
_DATACITE_TYPES: Final = frozenset({"dataset", "software", "fileset", "figure", "media"})
_PREFIXES: Final = ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "doi:")


@dataclass(frozen=True, slots=True)
class KnownWork:
    """`data` as in the feed; the identifiers in the form that the source itself has."""

    type: str
    data: Mapping[str, Any]
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""

    def values(self, kind: str) -> list[str]:
        """All identifiers of a kind."""
        return [one["value"] for one in self.data.get("identifiers", ()) if one["type"] == kind]


@dataclass
class Shelves:
    """Works by what they are asked for: DOIs of Crossref and of DataCite in lower case, PMIDs, PMC ids with letters."""

    crossref: dict[str, KnownWork] = field(default_factory=dict)
    datacite: dict[str, KnownWork] = field(default_factory=dict)
    by_pmid: dict[str, KnownWork] = field(default_factory=dict)
    by_pmcid: dict[str, KnownWork] = field(default_factory=dict)

    def take(self, items: Iterable[Item]) -> None:
        """Publications of the feed; other items are passed over. The record that says most of a kind counts."""
        for item in items:
            if item.get("kind") == "publication":
                for record in item["records"]:
                    self._add(item["type"], record["data"])

    def _add(self, work_type: str, data: Mapping[str, Any]) -> None:
        if not data.get("title"):
            return
        found = {one["type"]: one["value"] for one in reversed(list(data.get("identifiers") or ()))}
        doi, pmid = _bare(found.get("doi", "")), found.get("pmid", "").strip()
        pmcid = found.get("pmc", "").strip().upper()
        work = KnownWork(work_type, data, doi, pmid, pmcid if pmcid.startswith("PMC") or not pmcid else f"PMC{pmcid}")
        if doi:
            shelf = self.datacite if work_type in _DATACITE_TYPES else self.crossref
            shelf.setdefault(doi.lower(), work)
        if pmid.isdigit():
            self.by_pmid.setdefault(pmid, work)
        if work.pmcid:
            self.by_pmcid.setdefault(work.pmcid, work)


def _bare(doi: str) -> str:
    for prefix in _PREFIXES:
        if doi.lower().startswith(prefix):
            return doi[len(prefix) :].strip()
    return doi.strip()


def outside_works() -> list[Item]:
    """Works that the sample institution does not have: what a researcher might put on a record by hand."""
    return [
        _item("journal-article", f"Things found elsewhere, part {n}", doi=f"10.5555/outside.{n}", pmid=f"9900000{n}")
        for n in range(1, 6)
    ] + [
        _item("dataset", "Measurements that stayed outside", doi="10.5555/outside.data.1"),
        _item("software", "A program without a catalogue", doi="10.5555/outside.code.1"),
        _item("journal-article", "Known to the library of medicine alone", pmid="99000010", pmc="PMC9900010"),
    ]


def _item(work_type: str, title: str, **identifiers: str) -> Item:
    data = {
        "title": title,
        "container_title": "Annals of Elsewhere" if work_type == "journal-article" else "",
        "publication_date": {"year": 2023, "month": 4},
        "authors": [{"family": "Adeyemi", "given": "Folasade"}, {"family": "Elsewhere Group"}],
        "identifiers": [{"type": kind, "value": value} for kind, value in identifiers.items()],
        "publisher": "Press of Elsewhere",
    }
    return {"kind": "publication", "type": work_type, "records": [{"data": data}]}
