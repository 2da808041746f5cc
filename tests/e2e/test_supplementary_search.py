"""Supplementary search over HTTP: from the works on an ORCID record to suggestions, answers and the RIS (R42, R43)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.test_claiming import writing_off
from tests.e2e.test_main_job import Researcher, Spent, claim, publication

pytestmark = pytest.mark.stack

# What the stand-ins of the open sources know and no catalogue has (local/open_sources/works.py).
ARTICLE, ITS_PMID = ("doi", "10.5555/outside.1"), ("pmid", "99000001")
SECOND, SECOND_PMID = ("doi", "10.5555/outside.2"), ("pmid", "99000002")
THIRD = ("doi", "10.5555/outside.3")
DATA_SET, OF_PMC = ("doi", "10.5555/outside.data.1"), ("pmc", "PMC9900010")


def work(*identifiers: tuple[str, str], title: str = "Found on a record", year: int = 2023) -> dict[str, Any]:
    """A work as ORCID takes it."""
    ids = [
        {"external-id-type": kind, "external-id-value": value, "external-id-relationship": "self"}
        for kind, value in identifiers
    ]
    return {
        "title": {"title": {"value": title}},
        "type": "journal-article",
        "publication-date": {"year": {"value": str(year)}},
        "external-ids": {"external-id": ids},
    }


class Reader(Researcher):
    """A researcher with works of others on their record."""

    def connected(self, access: str = "read") -> Reader:
        self.stack.connect(self.user_id, self.orcid_id, access)
        return self

    def has_on_orcid(self, *works: dict[str, Any]) -> None:
        self.stack.registry("POST", "/_control/works", {"orcid": self.orcid_id, "works": list(works)})

    def is_read(self) -> dict[str, Any]:
        """Let the record be read now, whether or not it is due."""
        reply = self.stack.call("POST", "/_local/functions/read_records", {"users": [self.user_id]})
        assert reply.status == 200, reply
        self.stack.quiet()
        return dict(reply.json)

    def suggestions(self) -> list[dict[str, Any]]:
        reply = self.stack.call("GET", "/v1/users/me/suggestions", token=self.stack.token(self.user_id))
        assert reply.status == 200, reply
        return list(reply.json["items"])

    def found(self) -> dict[str, str | None]:
        """What is suggested: the publication (None: the catalogue lacks it) by the identifier that led to it."""
        return {item["matched_by"]: item["publication_id"] for item in self.suggestions()}

    def answers(self, matched_by: str, *, accept: bool) -> None:
        (one,) = [item for item in self.suggestions() if item["matched_by"] == matched_by]
        path = f"/v1/users/me/suggestions/{one['suggestion_id']}"
        reply = self.stack.call("POST", path, {"accept": accept}, token=self.stack.token(self.user_id))
        assert reply.status == 204, reply
        self.stack.quiet()

    def for_the_ris(self) -> list[dict[str, Any]]:
        token = self.stack.token("ris", scope="orcid-feed")
        reply = self.stack.call("GET", "/v1/feed/claims?limit=500", token=token)
        assert reply.status == 200, reply
        return [item for item in reply.json["items"] if item["user_id"] == self.user_id]


def test_r42_what_stands_on_a_record_is_suggested_offered_answered_and_taken_by_the_ris(stack: LocalStack) -> None:
    ada = Reader(stack, "search-ada", 4201).connected()
    stack.feed(publication("search-ada-known"))
    stack.quiet()
    ada.has_on_orcid(
        work(("doi", "10.5555/SEARCH-ADA-KNOWN")), work(ARTICLE), work(SECOND_PMID), work(DATA_SET),
        work(OF_PMC), work(("doi", "10.5555/nobody-knows-it")),
    )  # fmt: skip
    spent = Spent(stack, ada.orcid_id)
    stack.run_schedule("ReadRecordsFunction")
    stack.quiet()
    assert spent.calls() == {"GET": 1}, "six works, one call"
    assert ada.found() == {
        "doi:10.5555/search-ada-known": "search-ada-known",
        "doi:10.5555/outside.1": None,
        "pmid:99000002": None,
        "doi:10.5555/outside.data.1": None,
        "pmc:9900010": None,
    }
    ada.answers("doi:10.5555/search-ada-known", accept=True)
    ada.answers("doi:10.5555/outside.1", accept=True)
    ada.answers("pmid:99000002", accept=False)
    known, lacking = sorted(ada.for_the_ris(), key=lambda item: item["claimed_at"])
    assert (known["publication_id"], known["publication"]) == ("search-ada-known", None)
    assert (lacking["publication_id"], lacking["orcid_id"], lacking["status"]) == (None, ada.orcid_id, "claimed")
    (record,) = lacking["publication"]["records"]
    assert (record["source"], record["data"]["title"]) == ("crossref", "Things found elsewhere, part 1")
    # The RIS makes a publication of it and feeds it as it came.
    taken = {**lacking["publication"], "id": "search-ada-taken", "version": 1}
    stack.feed(taken)
    stack.quiet()
    assert {item["publication_id"] for item in ada.for_the_ris()} == {"search-ada-known", "search-ada-taken"}
    stack.feed(claim("search-ada", "search-ada-taken"), claim("search-ada", "search-ada-known"))
    stack.quiet()
    assert ada.for_the_ris() == []
    # What was rejected or taken stays so, whatever leads to it; the RIS gets one of what waits.
    stack.feed(publication("search-ada-data", identifiers=[{"type": "doi", "value": "10.5555/outside.data.1"}]))
    ada.has_on_orcid(work(SECOND), work(SECOND, SECOND_PMID), work(ITS_PMID))
    report = ada.is_read()
    assert (report["read"], report["suggested"], report["offered"]) == (1, 0, 0)
    assert ada.found() == {"doi:10.5555/outside.data.1": "search-ada-data", "pmc:9900010": None}


def test_r42_r43_works_of_ours_are_not_fed_back_and_reading_goes_on_with_writing_off(stack: LocalStack) -> None:
    reader = Reader(stack, "search-eve", 4202)
    reader.write()
    title = "On works that will never be grouped by themselves"
    alone = publication("search-eve-alone", title=title, identifiers=[], publication_date={"year": 2023})
    reader.publish(2)
    stack.feed(alone, claim("search-eve", "search-eve-alone"))
    stack.settle()
    assert len(reader.works()) == 3
    reader.has_on_orcid(work(THIRD, title=title))
    with writing_off(stack):
        report = reader.is_read()
        assert (report["read"], report["suggested"], report["offered"]) == (1, 0, 1)
        assert reader.found() == {"doi:10.5555/outside.3": None}
        reader.answers("doi:10.5555/outside.3", accept=False)
        assert reader.found() == {}
    listed = reader.call("GET", "/publications?limit=500").json["items"]
    warned = {item["publication_id"]: item["warnings"] for item in listed if "DOI 10.5555/outside.3" in str(item)}
    assert list(warned) == ["search-eve-alone"]
    # R39: what its owner deletes at ORCID is seen by reading, and the writer looks for itself.
    gone = next(item for item in listed if item["publication_id"] == "search-eve-p0")
    stack.registry("POST", "/_control/works/delete", {"orcid": reader.orcid_id, "put_codes": [gone["put_code"]]})
    reader.is_read()
    stack.settle()
    listed = reader.call("GET", "/publications?reason=deleted_at_orcid").json["items"]
    assert [item["publication_id"] for item in listed] == ["search-eve-p0"]


def test_r25_a_permission_withdrawn_is_noticed_by_reading(stack: LocalStack) -> None:
    kim = Reader(stack, "search-kim", 4203).connected()
    stack.registry("POST", "/_control/revocation", {"orcid": kim.orcid_id})
    report = kim.is_read()
    assert report["read"] == 0
    assert kim.call("GET").json["connection"] == "revoked"
