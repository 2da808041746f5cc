"""The ledger's contract: rows guarded by rev, intents, a history of 12 months (R37, R63)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.ledger import Cause, Failure, Hold, LedgerEntry, PendingRemoval, UnmatchedWork
from orcid_sync.domain.links import Attempt, Intent
from orcid_sync.ports.ledger import Ledger

from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger

ID = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"
USER = "u1"
FULL = LedgerEntry(
    publication_id="p1",
    put_code=1234567,
    fingerprint="f" * 64,
    work_digest="d" * 64,
    work_type="journal-article",
    self_ids=("doi:10.1/x", "pmid:7"),
    sent_ms=10,
    waiting_since_ms=20,
    removal=PendingRemoval("not_published", Cause.CATALOGUE, 30, 40, Hold.HELD),
    failure=Failure("400/9001", "A title is needed – “sic”", 50, attempts=2, retry_ms=60, fingerprint="g"),
    deleted_at_orcid_ms=70,
    warnings=("no_identifier",),
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(backend: str, clock: FakeClock, request: pytest.FixtureRequest) -> Ledger:
    return FakeLedger(clock) if backend == "fake" else DynamoDbLedger(request.getfixturevalue("aws").sync, clock)


def attempts(clock: FakeClock, *ages_s: int, publication_id: str = "p1") -> list[Attempt]:
    return [Attempt(publication_id, clock.now_ms() - age * 1000, "add", f"after {age}") for age in ages_s]


def test_rows_come_back_as_stored(ledger: Ledger) -> None:
    bare = LedgerEntry("p2")
    ledger.put(ID, FULL)
    ledger.put(ID, bare)
    ledger.put(OTHER, replace(FULL, put_code=9))
    assert ledger.entries(ID, consistent=True) == {"p1": replace(FULL, rev=1), "p2": replace(bare, rev=1)}
    assert ledger.entry(ID, "p2") == replace(bare, rev=1)
    assert ledger.entry(ID, "p3") is None


def test_r37_a_row_settled_by_somebody_else_is_not_overwritten(ledger: Ledger) -> None:
    first = ledger.put(ID, FULL)
    second = ledger.put(ID, replace(first, put_code=2))
    for late in (FULL, first):
        with pytest.raises(ConflictError):
            ledger.put(ID, replace(late, put_code=3))
        with pytest.raises(ConflictError):
            ledger.delete(ID, late)
    assert ledger.entry(ID, "p1") == second
    ledger.delete(ID, second)
    assert ledger.entries(ID, consistent=True) == {}
    with pytest.raises(ConflictError):
        ledger.put(ID, second)


def test_r37_an_intent_stands_until_it_is_cleared(ledger: Ledger) -> None:
    assert ledger.intent(ID) is None
    ledger.clear_intent(ID)
    bulk = Intent("add", tuple(f"p{n}" for n in range(100)), 5, tuple("f" * 64 for _ in range(100)))
    ledger.put_intent(ID, bulk)
    assert ledger.intent(ID) == bulk
    ledger.put_intent(ID, Intent("remove", ("p1",), 6))
    assert ledger.intent(ID) == Intent("remove", ("p1",), 6)
    assert ledger.intent(OTHER) is None
    ledger.clear_intent(ID)
    assert ledger.intent(ID) is None
    assert ledger.entries(ID, consistent=True) == {}


def test_r63_attempts_are_shown_newest_first_page_by_page(ledger: Ledger, clock: FakeClock) -> None:
    mine = attempts(clock, *range(30))
    ledger.record_attempts(ID, USER, mine)
    ledger.record_attempts(ID, USER, attempts(clock, 1, publication_id="p10"))
    ledger.record_attempts(OTHER, USER, attempts(clock, 1))
    found: list[Attempt] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        page, cursor = ledger.attempts(ID, USER, "p1", limit=10, cursor=cursor)
        found, pages = found + page, pages + 1
        assert "#" not in (cursor or ""), "it goes into an address as it is"
    assert found == mine
    assert pages == 3


def test_r63_an_attempt_comes_back_whole(ledger: Ledger, clock: FakeClock) -> None:
    attempt = Attempt("p.1~@:x", clock.now_ms(), "update", "refused", "Bad type", 77)
    ledger.record_attempts(ID, USER, [attempt])
    assert ledger.attempts(ID, USER, "p.1~@:x", limit=5, cursor=None) == ([attempt], None)


def test_r63_attempts_of_one_millisecond_are_all_kept(ledger: Ledger, clock: FakeClock) -> None:
    ledger.record_attempts(ID, USER, attempts(clock, 5, 5))
    ledger.record_attempts(ID, USER, [replace(attempts(clock, 5)[0], operation="remove")])
    found, _ = ledger.attempts(ID, USER, "p1", limit=5, cursor=None)
    assert [attempt.operation for attempt in found] == ["remove", "add", "add"]


def test_r63_attempts_are_shown_for_12_months_and_no_longer(ledger: Ledger, clock: FakeClock) -> None:
    ledger.record_attempts(ID, USER, attempts(clock, 0, 86_400))
    clock.advance(364.5 * 86_400)
    page, _ = ledger.attempts(ID, USER, "p1", limit=1, cursor=None)
    assert [attempt.outcome for attempt in page] == ["after 0"]
    assert ledger.attempts(ID, USER, "p1", limit=5, cursor=None) == (page, None)
    clock.advance(86_400)
    assert ledger.attempts(ID, USER, "p1", limit=5, cursor=None) == ([], None)


def test_r22_r63_attempts_are_read_and_forgotten_for_the_user_whom_they_were_made_for(
    ledger: Ledger, clock: FakeClock
) -> None:
    ledger.record_attempts(ID, USER, attempts(clock, 1, 2))
    ledger.record_attempts(ID, "u10", attempts(clock, 3))
    assert len(ledger.attempts(ID, USER, "p1", limit=9, cursor=None)[0]) == 2
    assert [a.outcome for a in ledger.attempts(ID, "u10", "p1", limit=9, cursor=None)[0]] == ["after 3"]
    assert ledger.attempts(ID, "u2", "p1", limit=9, cursor=None) == ([], None)
    ledger.forget_history(ID, USER)
    assert ledger.attempts(ID, USER, "p1", limit=9, cursor=None) == ([], None)
    assert len(ledger.attempts(ID, "u10", "p1", limit=9, cursor=None)[0]) == 1


def test_r22_r48_what_is_known_of_a_record_is_forgotten_whole_but_for_its_history(
    ledger: Ledger, clock: FakeClock
) -> None:
    for n in range(60):
        ledger.put(ID, replace(FULL, publication_id=f"p{n}"))
    ledger.put(OTHER, FULL)
    ledger.put_intent(ID, Intent("add", ("p1",), 5))
    ledger.record_attempts(ID, USER, attempts(clock, 1))
    ledger.note_unmatched(ID, [UnmatchedWork(ID, 7, "", "book", 5)])
    ledger.forget_all(ID)
    assert ledger.entries(ID, consistent=True) == {}
    assert ledger.intent(ID) is None
    assert ledger.unmatched(ID) == []
    assert len(ledger.attempts(ID, USER, "p1", limit=9, cursor=None)[0]) == 1
    assert ledger.entries(OTHER, consistent=True).keys() == {"p1"}
