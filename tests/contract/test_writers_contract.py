"""The writer items' contract: owner, wake, lease, due time (R22, R31, R34, DESIGN 2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import GuardWindow, Lane, PauseReason, WriterState
from orcid_sync.domain.settings import InstitutionRules, LinkSettings, Rules
from orcid_sync.ports.writers import Writers

from tests.fakes.writers import FakeWriters

ID = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"


@pytest.fixture
def writers(backend: str, request: pytest.FixtureRequest) -> Writers:
    return FakeWriters() if backend == "fake" else DynamoDbWriters(request.getfixturevalue("aws").sync)


def state(writers: Writers, orcid_id: str = ID) -> WriterState:
    found = writers.get(orcid_id)
    assert found is not None
    return found


def leased(writers: Writers, *, now_ms: int = 1000, until_ms: int = 2000, lease_id: str = "a") -> WriterState:
    answer = writers.lease(ID, lease_id=lease_id, now_ms=now_ms, until_ms=until_ms)
    assert answer is not None
    return answer[0]


def test_r22_an_owner_is_taken_once_and_kept(writers: Writers) -> None:
    assert writers.get(ID) is None
    assert writers.acquire(ID, "u1")
    assert writers.acquire(ID, "u1")
    assert not writers.acquire(ID, "u2")
    assert state(writers) == WriterState(ID, "u1")


def test_r22_an_owner_is_replaced_only_by_name_and_the_next_adopts_anew(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=500)
    visit = leased(writers)
    assert writers.release(replace(visit, adopted_ms=7, pause=PauseReason.REVOKED, last_error="x", due_ms=900))
    assert not writers.acquire(ID, "u3", replacing="u2")
    assert writers.acquire(ID, "u2", replacing="u1")
    now = state(writers)
    assert (now.owner, now.adopted_ms, now.pause, now.last_error) == ("u2", None, None, None)
    assert (now.wake, now.seen, now.due_ms) == (1, 1, 900)


def test_waking_what_is_not_there_or_somebody_elses_wakes_nothing(writers: Writers) -> None:
    assert writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=5) is None
    assert writers.get(ID) is None
    writers.acquire(ID, "u1")
    assert writers.wake(ID, "u2", lane=Lane.NORMAL, due_ms=5) is None
    assert state(writers).wake == 0


@pytest.mark.parametrize("before", [None, (Lane.NORMAL, 100), (Lane.NORMAL, 900), (Lane.HIGH, 100), (Lane.HIGH, 900)])
@pytest.mark.parametrize("lane", list(Lane))
def test_r31_a_wake_never_puts_back_nor_lowers(writers: Writers, lane: Lane, before: tuple[Lane, int] | None) -> None:
    writers.acquire(ID, "u1")
    if before is not None:
        writers.wake(ID, "u1", lane=before[0], due_ms=before[1])
    woken = writers.wake(ID, "u1", lane=lane, due_ms=500)
    assert woken is not None
    assert woken.wake == (1 if before is None else 2)
    assert woken.due_ms == (500 if before is None else min(500, before[1]))
    assert woken.lane is (Lane.HIGH if Lane.HIGH in (lane, before and before[0]) else Lane.NORMAL)
    assert woken == state(writers)
    assert writers.due(woken.lane, now_ms=500, limit=9) == [(ID, woken.due_ms)]


def test_r40_a_wish_to_reconcile_lasts_until_a_visit_ends(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=5, reconcile=True)
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=5)
    visit = leased(writers)
    assert visit.reconcile
    assert writers.release(replace(visit, reconcile=False))
    assert not state(writers).reconcile


def test_a_queued_message_is_remembered_and_moves_the_due_time_on(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=10)
    writers.mark_queued(ID, wake=1, lane=Lane.HIGH, now_ms=20, due_ms=None)
    queued = state(writers)
    assert (queued.queued_wake, queued.queued_ms, queued.queued_lane, queued.due_ms) == (1, 20, Lane.HIGH, 10)
    writers.mark_queued(ID, wake=1, lane=Lane.NORMAL, now_ms=30, due_ms=3_600_030)
    assert state(writers).due_ms == 3_600_030
    assert writers.due(Lane.NORMAL, now_ms=1000, limit=9) == []


def test_all_that_is_ever_due_can_be_asked_for(writers: Writers) -> None:
    """DynamoDB takes limits of 32 bits."""
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=10)
    assert writers.due(Lane.NORMAL, now_ms=1 << 53, limit=1 << 53) == [(ID, 10)]


def test_the_schedule_does_not_bring_back_what_left_the_due_index(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.mark_queued(ID, wake=1, lane=Lane.NORMAL, now_ms=20, due_ms=50)
    writers.mark_queued(OTHER, wake=1, lane=Lane.NORMAL, now_ms=20, due_ms=None)
    assert state(writers).due_ms is None
    assert writers.get(OTHER) is None


def test_r34_one_lease_at_a_time(writers: Writers) -> None:
    assert writers.lease(ID, lease_id="a", now_ms=1, until_ms=2) is None
    writers.acquire(ID, "u1")
    first = writers.lease(ID, lease_id="a", now_ms=1000, until_ms=2000)
    assert first is not None
    assert first == (state(writers), False)
    assert (first[0].lease_id, first[0].lease_until_ms) == ("a", 2000)
    assert writers.lease(ID, lease_id="b", now_ms=1999, until_ms=3000) is None


def test_r37_a_lease_that_expired_unreleased_tells_of_an_unclean_visit(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    leased(writers, lease_id="a")
    second = writers.lease(ID, lease_id="b", now_ms=2000, until_ms=3000)
    assert second is not None and second[1]
    assert writers.release(second[0])
    third = writers.lease(ID, lease_id="c", now_ms=2500, until_ms=3000)
    assert third is not None and not third[1]


def test_a_release_stores_what_the_visit_learnt_and_frees_the_record(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=10)
    writers.mark_queued(ID, wake=1, lane=Lane.HIGH, now_ms=11, due_ms=None)
    visit = leased(writers)
    learnt = replace(
        visit,
        due_ms=9000,
        lane=Lane.NORMAL,
        adopted_ms=1500,
        pause=PauseReason.DEPRECATED,
        pause_detail="merged",
        primary_orcid_id=OTHER,
        applied=Rules(LinkSettings(include_private=True), InstitutionRules(True, ("manual", "crossref"))),
        guard=GuardWindow(1, 40, 3),
        backoff=2,
        last_synced_ms=1600,
        last_error="no answer",
    )
    assert writers.release(learnt)
    assert state(writers) == replace(learnt, seen=1, lease_id=None, lease_until_ms=0)
    assert writers.due(Lane.NORMAL, now_ms=9000, limit=9) == [(ID, 9000)]
    again = leased(writers, now_ms=9000, until_ms=9900, lease_id="b")
    assert writers.release(replace(WriterState(ID, "u1", wake=1), lease_id=again.lease_id, due_ms=None))
    bare = state(writers)
    assert (bare.applied, bare.guard, bare.pause, bare.backoff, bare.due_ms) == (None, None, None, 0, None)
    assert writers.due(Lane.NORMAL, now_ms=99_999, limit=9) == []


def test_a_release_is_refused_when_something_woke_it_meanwhile(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    visit = leased(writers)
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=1500)
    before = state(writers)
    assert not writers.release(replace(visit, due_ms=9000))
    assert state(writers) == before


def test_r34_a_visit_that_lost_its_lease_stores_nothing(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    late = leased(writers, lease_id="a")
    leased(writers, now_ms=2000, until_ms=3000, lease_id="b")
    before = state(writers)
    assert not writers.release(replace(late, due_ms=9000))
    writers.abandon(replace(late, last_error="late"), due_ms=1)
    assert state(writers) == before


def test_r22_a_visit_of_the_owner_before_stores_nothing_at_release(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    visit = leased(writers)
    writers.acquire(ID, "u2", replacing="u1")
    assert not writers.release(replace(visit, due_ms=9000))
    assert state(writers).owner == "u2"


def test_r22_a_visit_of_the_owner_before_leaves_nothing_behind_but_a_free_item(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=100)
    visit = leased(writers)
    writers.acquire(ID, "u2", replacing="u1")
    before = state(writers)
    writers.abandon(replace(visit, adopted_ms=1200, reconcile=True), due_ms=1)
    assert state(writers) == replace(before, lease_id=None, lease_until_ms=0)


@pytest.mark.parametrize(("given", "stored", "expected"), [(3000, 1500, 1500), (3000, 9000, 3000)])
def test_an_abandoned_visit_is_due_again_and_keeps_what_woke_it(
    writers: Writers, given: int, stored: int, expected: int
) -> None:
    writers.acquire(ID, "u1")
    visit = leased(writers)
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=stored, reconcile=True)
    writers.abandon(replace(visit, adopted_ms=1200, lane=Lane.NORMAL), due_ms=given)
    after = state(writers)
    assert (after.wake, after.seen, after.lane, after.due_ms) == (1, 0, Lane.HIGH, expected)
    assert (after.lease_id, after.lease_until_ms, after.adopted_ms, after.reconcile) == (None, 0, 1200, True)
    assert writers.due(Lane.HIGH, now_ms=expected, limit=1) == [(ID, expected)]


def test_an_abandoned_visit_that_reconciled_does_not_ask_for_it_again(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=10, reconcile=True)
    visit = leased(writers)
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=10)
    writers.abandon(replace(visit, reconcile=False), due_ms=10)
    # A wish that came with an earlier wake cannot be told from a new one once something woke the iD: it is kept.
    assert state(writers).reconcile
    writers.release(replace(leased(writers, lease_id="b"), reconcile=True))
    visit = leased(writers, lease_id="c")
    writers.abandon(replace(visit, reconcile=False), due_ms=10)
    assert not state(writers).reconcile


def test_r37_an_abandoned_visit_that_leaves_a_doubt_has_the_next_one_read_the_record(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    visit = leased(writers)
    writers.abandon(replace(visit, reconcile=True), due_ms=10)
    assert state(writers).reconcile
    assert leased(writers, lease_id="b").reconcile


@pytest.mark.parametrize("due_ms", [500, 5000])
def test_an_abandoned_visit_that_nothing_woke_is_due_when_it_says(writers: Writers, due_ms: int) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=1000)
    writers.abandon(leased(writers), due_ms=due_ms)
    assert writers.due(Lane.NORMAL, now_ms=9000, limit=9) == [(ID, due_ms)]


def test_the_message_that_began_an_abandoned_visit_waits_no_more(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=1000)
    writers.mark_queued(ID, wake=1, lane=Lane.NORMAL, now_ms=1000, due_ms=None)
    writers.abandon(leased(writers), due_ms=1500)
    assert not state(writers).message_waits(Lane.NORMAL, 1500)


def test_a_message_sent_during_an_abandoned_visit_still_waits(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    visit = leased(writers)
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=1000)
    writers.mark_queued(ID, wake=1, lane=Lane.HIGH, now_ms=1000, due_ms=None)
    writers.abandon(visit, due_ms=1500)
    assert state(writers).message_waits(Lane.HIGH, 1500)


def test_postponing_only_ever_brings_forward(writers: Writers) -> None:
    writers.postpone(ID, due_ms=1)
    assert writers.get(ID) is None
    writers.acquire(ID, "u1")
    writers.postpone(ID, due_ms=1)
    assert state(writers).due_ms is None
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=100)
    writers.postpone(ID, due_ms=200)
    assert state(writers).due_ms == 100
    writers.postpone(ID, due_ms=50)
    assert state(writers).due_ms == 50


def test_r37_a_message_that_met_a_lease_counts_as_looked_at(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=100)
    writers.mark_queued(ID, wake=1, lane=Lane.HIGH, now_ms=100, due_ms=None)
    assert state(writers).message_waits(Lane.HIGH, 200)
    for due_ms in (50, 500):
        writers.postpone(ID, due_ms=due_ms)
        assert not state(writers).message_waits(Lane.HIGH, 200)
        writers.mark_queued(ID, wake=1, lane=Lane.HIGH, now_ms=100, due_ms=None)


def test_a_link_that_left_write_is_due_no_more_until_it_is_woken(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=100)
    writers.disown(ID, "u2")
    assert state(writers).due_ms == 100
    writers.disown(ID, "u1")
    assert writers.due(Lane.HIGH, now_ms=500, limit=9) == []
    assert state(writers).owner == "u1"
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=300)
    assert writers.due(Lane.HIGH, now_ms=500, limit=9) == [(ID, 300)]


def test_r15_leaving_write_is_noticed_by_a_visit_under_way_and_outlasts_it(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=100)
    visit = leased(writers)
    writers.disown(ID, "u1")
    assert not writers.release(replace(visit, due_ms=9000))
    writers.abandon(visit, due_ms=1500)
    assert (state(writers).due_ms, state(writers).lease_id) == (None, None)


def test_r31_the_oldest_due_come_first_of_their_lane(writers: Writers) -> None:
    ids = [f"0000-0000-0000-{n:04d}" for n in range(30)]
    for number, orcid_id in enumerate(ids):
        writers.acquire(orcid_id, "u")
        writers.wake(orcid_id, "u", lane=Lane.NORMAL if number % 3 else Lane.HIGH, due_ms=1000 - number)
    high = [(orcid_id, 1000 - number) for number, orcid_id in enumerate(ids) if number % 3 == 0]
    assert writers.due(Lane.HIGH, now_ms=1000, limit=4) == sorted(high, key=lambda pair: pair[1])[:4]
    assert writers.due(Lane.HIGH, now_ms=979, limit=99) == sorted(high[7:], key=lambda pair: pair[1])
    assert len(writers.due(Lane.NORMAL, now_ms=1000, limit=99)) == 20


def test_r22_a_writer_item_is_forgotten_only_by_who_holds_its_lease(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    with pytest.raises(ConflictError):
        writers.drop(ID, lease_id="b", now_ms=1)
    leased(writers, lease_id="a")
    with pytest.raises(ConflictError):
        writers.drop(ID, lease_id="b", now_ms=1)
    writers.drop(ID, lease_id="a", now_ms=1)
    assert writers.get(ID) is None


def test_r22_whoever_comes_after_a_forgotten_owner_begins_anew_but_for_the_count_of_wakes(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    for _ in range(3):
        writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=5)
    writers.mark_queued(ID, wake=2, lane=Lane.HIGH, now_ms=5, due_ms=None)
    leased(writers, lease_id="a")
    writers.drop(ID, lease_id="a", now_ms=1)
    assert writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=5) is None
    assert writers.lease(ID, lease_id="b", now_ms=9000, until_ms=9999) is None
    assert writers.due(Lane.HIGH, now_ms=1 << 50, limit=9) == []
    writers.postpone(ID, due_ms=9)
    assert writers.get(ID) is None
    assert writers.acquire(ID, "u2")
    assert state(writers) == WriterState(ID, "u2", wake=3, seen=3, queued_wake=state(writers).queued_wake)
    woken = writers.wake(ID, "u2", lane=Lane.NORMAL, due_ms=7)
    assert woken is not None
    assert (woken.wake, woken.due_ms, woken.lane) == (4, 7, Lane.NORMAL)
    assert not woken.message_waits(Lane.NORMAL, 10)


def test_r31_a_wake_may_ask_for_a_later_look_which_only_a_release_ends(writers: Writers) -> None:
    writers.acquire(ID, "u1")
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=500, again_ms=900)
    assert state(writers).again_ms == 900
    # In whichever way the item is woken further, and when a visit leaves work over.
    writers.wake(ID, "u1", lane=Lane.HIGH, due_ms=400)
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=450, reconcile=True)
    assert (state(writers).again_ms, state(writers).reconcile) == (900, True)
    writers.wake(ID, "u1", lane=Lane.NORMAL, due_ms=450, again_ms=950)
    visit = leased(writers)
    assert visit.again_ms == 950
    writers.abandon(replace(visit, again_ms=None), due_ms=1500)
    assert state(writers).again_ms == 950
    visit = leased(writers, now_ms=1600, until_ms=1700)
    assert writers.release(replace(visit, due_ms=950))
    assert state(writers).again_ms == 950
    visit = leased(writers, now_ms=1800, until_ms=1900)
    assert writers.release(replace(visit, due_ms=5000, again_ms=None))
    assert state(writers).again_ms is None
