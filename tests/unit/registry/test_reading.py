"""Summaries, groups and bulk reads."""

from __future__ import annotations

from tests.unit.registry.harness import CLIENT, ORCID, OTHER_CLIENT, Harness, bulk, date, identifier, work


def _groups(registry: Harness) -> list[list[int]]:
    summary = registry.works("GET", "/works").json
    return [[item["put-code"] for item in group["work-summary"]] for group in summary["group"]]


def test_empty_record() -> None:
    assert Harness().works("GET", "/works").json == {
        "last-modified-date": None,
        "group": [],
        "path": f"/{ORCID}/works",
    }


def test_summary_shows_what_orcid_shows() -> None:
    registry = Harness()
    title = {"title": {"value": "A"}, "subtitle": {"value": "B"}}
    put_code = registry.add(work(identifier(), identifier("issn", "1234-5678", "part-of"), title=title))
    (group,) = registry.works("GET", "/works").json["group"]
    (summary,) = group["work-summary"]
    assert " ".join(summary) == (
        "put-code created-date last-modified-date source title external-ids url type publication-date journal-title "
        "visibility path display-index"
    )
    assert summary["title"] == {"title": {"value": "A"}, "subtitle": None, "translated-title": None}
    assert [entry["external-id-type"] for entry in summary["external-ids"]["external-id"]] == ["doi", "issn"]
    assert [entry["external-id-type"] for entry in group["external-ids"]["external-id"]] == ["doi"]
    assert (summary["path"], summary["display-index"]) == (f"/{ORCID}/work/{put_code}", "1")
    assert registry.works("GET", f"/work/summary/{put_code}").json == summary


def test_works_of_all_sources_group_by_self_and_version_of_transitively() -> None:
    registry = Harness()
    doi, pmid, issn = identifier("doi", "10.1/A"), identifier("pmid", "77"), identifier("issn", "1234-5678", "part-of")
    first = registry.add(work(doi, issn, title={"title": {"value": "1"}}))
    second = registry.add(work(pmid, issn, title={"title": {"value": "2"}}))
    assert len(_groups(registry)) == 2  # an ISSN never groups
    link = work(identifier("doi", "10.1/a", "version-of"), identifier("pmid", "PMID: 77"))
    (owners,) = registry.control("works", orcid=ORCID, source="owner", works=[link])["put_codes"]
    assert _groups(registry) == [[first, second, owners]]  # display-index of the owner's is 0
    registry.control("works/preferred", orcid=ORCID, put_code=second)
    assert _groups(registry) == [[second, first, owners]]


def test_work_without_groupable_identifier_stands_alone() -> None:
    registry = Harness()
    loose = work(identifier("isbn", "1", "part-of"))
    registry.control("works", orcid=ORCID, source=OTHER_CLIENT, works=[loose, loose])
    groups = registry.works("GET", "/works").json["group"]
    assert [group["external-ids"] for group in groups] == [{"external-id": []}] * 2


def test_groups_are_made_of_what_the_caller_may_see() -> None:
    registry = Harness()
    link = work(identifier("doi", "10.1/a"), identifier("pmid", "77"), visibility="private")
    registry.control("works", orcid=ORCID, source="owner", works=[link])
    registry.add(work(identifier("doi", "10.1/a")))
    registry.add(work(identifier("pmid", "77")))
    assert len(_groups(registry)) == 2


def test_groups_are_ordered_by_date_then_title_then_type() -> None:
    registry = Harness()
    expected = []
    for number, (when, title, kind) in enumerate(
        [
            (date("2021"), "Z", "book"),
            (date("2020", "05", "01"), "Z", "book"),
            (date("2020", "05"), "A", "book"),
            (date("2020", "05"), "B", "book"),
            (date("2020", "05"), "B", "journal-article"),
            (date("2020"), "A", "book"),
            (None, "A", "book"),
        ]
    ):
        expected.append((number, when, title, kind))
    codes = {}
    for number, when, title, kind in reversed(expected):
        own = identifier(value=f"10.1/{number}")
        codes[number] = registry.add(work(own, title={"title": {"value": title}}, type=kind, publication_date=when))
    assert _groups(registry) == [[codes[number]] for number, *_ in expected]


def test_bulk_read_puts_errors_after_what_was_found() -> None:
    registry = Harness()
    first, second = registry.add(work()), registry.add(work(identifier(value="10.1/b")))
    items = registry.works("GET", f"/works/99,{second},{first},{second},98").json["bulk"]
    assert [item["work"]["put-code"] for item in items[:2]] == [first, second]
    assert items[0]["work"]["path"] == f"/{ORCID}/work/{first}"
    errors = [item["error"] for item in items[2:]]
    assert [(error["response-code"], error["error-code"]) for error in errors] == [(400, 9034)] * 3
    for error, code in zip(errors, (99, second, 98), strict=True):
        assert str(code) in error["developer-message"]


def test_limits_of_a_bulk_read() -> None:
    registry = Harness()
    assert len(registry.works("GET", "/works/" + ",".join(["1"] * 100)).json["bulk"]) == 100
    assert registry.works("GET", "/works/" + ",".join(["1"] * 101)).refusal == (400, 9042)
    assert registry.works("GET", "/works/1,x").refusal == (400, 9006)
    assert registry.works("GET", "/works/1, 2").refusal == (400, 9006)
    assert registry.works("GET", "/work/x").refusal == (400, 9034)
    assert registry.works("GET", "/work/7").refusal == (404, 9016)


def test_own_works_are_told_by_their_source() -> None:
    registry = Harness()
    registry.control("works", orcid=ORCID, source="owner", works=[work()])
    registry.works("POST", "/works", bulk(work()))
    sources = [
        item["source"] for group in registry.works("GET", "/works").json["group"] for item in group["work-summary"]
    ]
    assert [source["source-client-id"] and source["source-client-id"]["path"] for source in sources] == [CLIENT, None]
    assert [source["source-orcid"] and source["source-orcid"]["path"] for source in sources] == [None, ORCID]
