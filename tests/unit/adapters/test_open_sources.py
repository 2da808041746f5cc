"""Asking open sources for works by identifier, and reading what they answer (R42)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.open_sources import CROSSREF, DATACITE, EUROPE_PMC, HttpOpenSource
from orcid_sync.domain.catalogue import Publication
from orcid_sync.feed_parsing import parse_item
from orcid_sync.ports.search import SourceBusyError

from tests.fakes.clock import FakeClock
from tests.unit.adapters.test_elements_client import Answer, Server, serving

CONTACT = "library@example.ac.uk"

CROSSREF_WORK: dict[str, Any] = {
    "DOI": "10.1234/KELP.1",
    "type": "journal-article",
    "title": ["On <i>kelp</i>"],
    "subtitle": ["A survey"],
    "container-title": ["Phycology", "Phyc."],
    "author": [
        {"given": "Mei", "family": "Ng", "sequence": "first", "ORCID": "https://orcid.org/0000-0002-1825-0097"},
        {"name": "The Kelp Group"},
        {"given": "only"},
    ],
    "published": {"date-parts": [[2024, 5]]},
    "issued": {"date-parts": [[2023]]},
    "ISSN": ["1234-5679", "1234-5679"],
    "ISBN": ["https://books.example/isbn/9783161484100"],
    "publisher": "Sea Press",
    "volume": "3",
    "issue": 2,
    "page": "1-9",
    "abstract": "<jats:p>Long.</jats:p>",
    "URL": "https://doi.org/10.1234/kelp.1",
    "language": "en",
}
DATACITE_WORK: dict[str, Any] = {
    "id": "10.5281/zenodo.1",
    "type": "dois",
    "attributes": {
        "doi": "10.5281/zenodo.1",
        "titles": [{"title": "Algendaten", "titleType": "TranslatedTitle"}, {"title": "Kelp data"}],
        "creators": [
            {
                "name": "Ng, Mei",
                "familyName": "Ng",
                "givenName": "Mei",
                "nameIdentifiers": [
                    {"nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID"}
                ],
            },
            {"name": "Kelp Group", "nameType": "Organizational"},
        ],
        "publisher": {"name": "Zenodo"},
        "publicationYear": 2022,
        "dates": [{"date": "2022-03", "dateType": "Issued"}, {"date": "2020", "dateType": "Collected"}],
        "types": {"resourceTypeGeneral": "Dataset"},
        "descriptions": [{"description": "Tables.", "descriptionType": "Abstract"}],
        "url": "https://zenodo.example/1",
        "container": {},
    },
}
EUROPE_PMC_WORK: dict[str, Any] = {
    "id": "38000001",
    "source": "MED",
    "pmid": "38000001",
    "pmcid": "PMC5830000",
    "doi": "10.1234/kelp.2",
    "title": "Kelp and health.",
    "authorList": {
        "author": [
            {
                "fullName": "Ng M",
                "firstName": "Mei",
                "lastName": "Ng",
                "authorId": {"type": "ORCID", "value": "0000-0002-1825-0097"},
            },
            {"collectiveName": "Kelp Group"},
        ]
    },
    "journalInfo": {
        "volume": "4",
        "printPublicationDate": "2023-01-01",
        "journal": {"title": "Medical Kelp", "issn": "1234-5679"},
    },
    "firstPublicationDate": "2022-12-24",
    "pageInfo": "11-12",
    "language": "eng",
}


def source(server: Server, shape: Any, clock: FakeClock | None = None) -> HttpOpenSource:
    limits = TimeLimits(connect=2, read=2, total=4)
    return HttpOpenSource(shape, server.address, CONTACT, clock or FakeClock(), limits=limits)


def said(body: object) -> Answer:
    return Answer(body=json.dumps(body).encode())


def metadata(data: Any) -> Any:
    """The data as the feed takes it: it does so without a word of warning."""
    item = {"kind": "publication", "id": "p1", "version": 1, "type": "other"}
    parsed = parse_item({**item, "records": [{"source": "x", "id": "1", "data": data}]}, now_ms=0)
    assert (parsed.error, parsed.warnings) == (None, ())
    assert isinstance(parsed.item, Publication)
    return parsed.item.records[0].metadata


def test_r42_crossref_is_asked_for_many_dois_at_once() -> None:
    with serving(said({"message": {"items": [CROSSREF_WORK]}})) as server:
        found = source(server, CROSSREF).look_up([("doi", "10.1234/kelp.1"), ("doi", "10.1234/none"), ("pmid", "1")])
    ((path, headers),) = server.asked
    asked = parse_qs(urlsplit(path).query)
    assert asked["filter"] == ["doi:10.1234/kelp.1,doi:10.1234/none"]
    assert asked["mailto"] == [CONTACT]
    assert CONTACT in headers["user-agent"]
    assert list(found) == [("doi", "10.1234/kelp.1")]
    work = found["doi", "10.1234/kelp.1"]
    assert (work.source, work.type, work.title) == ("crossref", "journal-article", "On <i>kelp</i>")
    read = metadata(work.data)
    assert [(p.family, p.given, p.orcid_id) for p in read.authors] == [
        ("Ng", "Mei", "0000-0002-1825-0097"),
        ("The Kelp Group", "", None),
    ]
    assert (read.publication_date.year, read.publication_date.month, read.publication_date.day) == (2024, 5, None)
    assert [(i.type, i.value) for i in read.identifiers] == [
        ("doi", "10.1234/KELP.1"),
        ("issn", "1234-5679"),
        ("isbn", "9783161484100"),
    ]
    assert (read.container_title, read.issue, read.pages) == ("Phycology", "2", "1-9")


def test_r42_datacite_is_asked_for_what_it_registered() -> None:
    with serving(said({"data": [DATACITE_WORK]})) as server:
        found = source(server, DATACITE).look_up([("doi", "10.5281/zenodo.1")])
    asked = parse_qs(urlsplit(server.asked[0][0]).query)
    assert asked["query"] == ['doi:"10.5281/zenodo.1"']
    work = found["doi", "10.5281/zenodo.1"]
    assert (work.type, work.title) == ("dataset", "Kelp data")
    read = metadata(work.data)
    assert (read.publisher, read.publication_date.year, read.publication_date.month) == ("Zenodo", 2022, 3)
    assert [(p.family, p.given) for p in read.authors] == [("Ng", "Mei"), ("Kelp Group", "")]


def test_r42_europe_pmc_is_asked_for_pmids_and_pmcids() -> None:
    with serving(said({"resultList": {"result": [EUROPE_PMC_WORK]}})) as server:
        found = source(server, EUROPE_PMC).look_up([("pmid", "38000001"), ("pmc", "5830000")])
    asked = parse_qs(urlsplit(server.asked[0][0]).query)
    assert asked["query"] == ['(EXT_ID:"38000001" AND SRC:MED) OR PMCID:"PMC5830000"']
    assert set(found) == {("pmid", "38000001"), ("pmc", "5830000")}
    work = found["pmid", "38000001"]
    assert (work.type, work.title) == ("journal-article", "Kelp and health")
    read = metadata(work.data)
    assert (read.publication_date.year, read.publication_date.day) == (2022, 24)
    assert [p.family for p in read.authors] == ["Ng", "Kelp Group"]


def test_r42_a_work_that_does_not_say_that_it_is_the_one_is_none() -> None:
    with serving(said({"message": {"items": [CROSSREF_WORK]}})) as server:
        assert source(server, CROSSREF).look_up([("doi", "10.9999/other")]) == {}


@pytest.mark.parametrize("value", ['10.1/a"b', "10.1/a,b", "10.1/a b"])
def test_r42_an_identifier_that_would_mean_something_else_in_a_query_is_not_asked_for(value: str) -> None:
    with serving(said({})) as server:
        assert source(server, CROSSREF).look_up([("doi", value)]) == {}
    assert server.asked == []


ODD: list[Any] = [
    {"DOI": "10.1/x"},
    {"title": ["no doi"]},
    {"DOI": "10.1/x", "title": "no list"},
    {"DOI": "10.1/x", "title": [None, 5]},
    {"DOI": None, "title": ["x"]},
    "text",
    None,
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_r42_an_odd_work_is_left_away_and_the_others_are_read(odd: Any) -> None:
    with serving(said({"message": {"items": [odd, CROSSREF_WORK]}})) as server:
        assert len(source(server, CROSSREF).look_up([("doi", "10.1234/kelp.1")])) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"author": "Ng"},
        {"author": [None, 5, {"family": 7}]},
        {"published": {"date-parts": [[None]]}},
        {"published": {"date-parts": []}, "issued": {}},
        {"ISSN": "1234"},
        {"container-title": []},
        {"issue": {"a": 1}},
    ],
    ids=str,
)
def test_r42_an_odd_part_is_left_away_and_the_work_is_read(changes: dict[str, Any]) -> None:
    with serving(said({"message": {"items": [{**CROSSREF_WORK, **changes}]}})) as server:
        (work,) = source(server, CROSSREF).look_up([("doi", "10.1234/kelp.1")]).values()
    assert metadata(work.data).title == "On <i>kelp</i>"


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (Answer(429, headers={"Retry-After": "30"}), 30.0),
        (Answer(429, headers={"Retry-After": "9" * 400}), 86_400.0),
        (Answer(429, headers={"Retry-After": "4000000000"}), 86_400.0),
        (Answer(503), None),
        (Answer(404), None),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), None),
        (Answer(body=b"<html>busy</html>"), None),
        (Answer(body=b"[1, 2]"), None),
        (Answer(body=b'{"message": {}}'), None),
        (Answer(body=b"{}", claimed_length=999), None),
    ],
)
def test_r42_a_source_that_gives_no_list_is_left_alone_for_now(answer: Answer, wait: float | None) -> None:
    with serving(answer) as server, pytest.raises(SourceBusyError, match="crossref") as caught:
        source(server, CROSSREF).look_up([("doi", "10.1234/kelp.1")])
    assert caught.value.wait_seconds == wait
    assert len(server.asked) == 1


def test_r42_requests_are_paced() -> None:
    clock = FakeClock()
    with serving(said({"message": {"items": []}})) as server:
        asking = source(server, CROSSREF, clock)
        for _ in range(3):
            asking.look_up([("doi", "10.1234/kelp.1")])
    assert clock.slept == [0.5, 0.5]
