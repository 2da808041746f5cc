"""What administrators list over all links: pages in order, each work in the list of its concern (R11, R38, R55)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_listings import DynamoDbListings
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.ledger import Cause, Concern, Failure, Hold, LedgerEntry, PendingRemoval, UnmatchedWork
from orcid_sync.domain.links import Claim
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.writers import Writers

from tests.fakes.claims import FakeClaims
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.listings import FakeListings
from tests.fakes.writers import FakeWriters

ID = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"
REMOVAL = PendingRemoval("hidden", Cause.CATALOGUE, since_ms=50, due_ms=50)


@dataclass
class Office:
    claims: Claims
    writers: Writers
    ledger: Ledger
    listings: Listings


@pytest.fixture
def office(backend: str, request: pytest.FixtureRequest) -> Office:
    if backend == "fake":
        claims, writers, ledger = FakeClaims(), FakeWriters(), FakeLedger()
        return Office(claims, writers, ledger, FakeListings(claims, writers, ledger))
    table = request.getfixturevalue("aws").sync
    stores = DynamoDbClaims(table), DynamoDbWriters(table), DynamoDbLedger(table, FakeClock())
    return Office(*stores, DynamoDbListings(table))


def pages(office: Office, concern: Concern, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        page, cursor = office.listings.works(concern, limit=limit, cursor=cursor)
        found.append([entry.publication_id for _, entry in page])
        if cursor is None:
            return found


def test_links_are_listed_by_id_and_by_the_beginning_of_it(office: Office) -> None:
    for user_id, orcid_id in (("u1", ID), ("u2", OTHER), ("u3", ID)):
        office.claims.put(Claim(user_id, orcid_id))
    first, cursor = office.listings.links(prefix="", limit=2, cursor=None)
    second, end = office.listings.links(prefix="", limit=2, cursor=cursor)
    assert [claim.orcid_id for claim in (*first, *second)] == [OTHER, ID, ID]
    assert {claim.user_id for claim in (*first, *second)} == {"u1", "u2", "u3"}
    assert end is None
    found, _ = office.listings.links(prefix="0000-0001", limit=9, cursor=None)
    assert [claim.user_id for claim in found] == ["u2"]
    office.claims.delete(replace(Claim("u2", OTHER), rev=1))
    assert office.listings.links(prefix="0000-0001", limit=9, cursor=None) == ([], None)


def test_writer_items_are_read_together(office: Office) -> None:
    office.writers.acquire(ID, "u1")
    assert {i: state.owner for i, state in office.listings.writers([ID, OTHER]).items()} == {ID: "u1"}


def test_r38_a_work_stands_in_the_list_of_its_concern_while_it_is_one(office: Office) -> None:
    failed = office.ledger.put(ID, LedgerEntry("p1", failure=Failure("9001", "no", 70)))
    office.ledger.put(OTHER, LedgerEntry("p2", put_code=2, failure=Failure("9001", "no", 60)))
    office.ledger.put(ID, LedgerEntry("p3", put_code=3, sent_ms=1))
    office.ledger.put(ID, LedgerEntry("p4", put_code=4, removal=replace(REMOVAL, hold=Hold.HELD)))
    office.ledger.put(ID, LedgerEntry("p5", put_code=5, removal=REMOVAL))
    office.ledger.put(ID, LedgerEntry("p6", put_code=6, waiting_since_ms=5))
    assert pages(office, Concern.FAILED, 1) == [["p2"], ["p1"]]
    assert pages(office, Concern.HELD, 5) == [["p4"]]
    assert pages(office, Concern.WAITING_REMOVE, 5) == [["p5"]]
    assert pages(office, Concern.WAITING_UPDATE, 5) == [["p6"]]
    ((orcid_id, entry),), _ = office.listings.works(Concern.WAITING_UPDATE, limit=5, cursor=None)
    assert (orcid_id, entry.rev) == (ID, 1)
    office.ledger.put(ID, replace(failed, failure=None, put_code=1))
    assert pages(office, Concern.FAILED, 5) == [["p2"]]


def test_r11_unmatched_works_are_those_of_the_last_reading_and_keep_since_when(office: Office) -> None:
    def works(seen_ms: int, *put_codes: int) -> list[UnmatchedWork]:
        return [UnmatchedWork(ID, put_code, f"Work {put_code}", "book", seen_ms) for put_code in put_codes]

    office.ledger.note_unmatched(ID, works(10, 7, 8))
    office.ledger.note_unmatched(OTHER, [UnmatchedWork(OTHER, 7, "Another", "book", 5)])
    office.ledger.note_unmatched(ID, works(20, 8, 9))
    assert office.ledger.unmatched(ID) == [*works(10, 8), *works(20, 9)]
    first, cursor = office.listings.unmatched(limit=2, cursor=None)
    rest, end = office.listings.unmatched(limit=2, cursor=cursor)
    assert [(work.orcid_id, work.put_code) for work in (*first, *rest)] == [(OTHER, 7), (ID, 8), (ID, 9)]
    assert end is None
    office.ledger.note_unmatched(ID, [])
    assert office.ledger.unmatched(ID) == []


@pytest.mark.parametrize("cursor", ["!", "e30=", "WzEsMiwzXQ==", "W10="])
def test_a_cursor_that_is_not_ours_is_refused(office: Office, cursor: str) -> None:
    with pytest.raises(InvalidError):
        office.listings.works(Concern.HELD, limit=5, cursor=cursor)
