"""Visits when things happen at the worst moment: refused take-overs, poisonous works, owners and settings that change
under a running visit, answers that say nothing (R15, R22, R23, R31, R33, R37-R39, R56).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Claiming, DeletedAtOrcid, Mode
from orcid_sync.services.ownership import Ownership

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.registry import Call
from tests.unit.services.page import ADA, Page
from tests.world import World

HOUR_S = 3_600
DAY_S = 24 * HOUR_S


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    return world


@pytest.fixture
def page() -> Page:
    return Page()


def synced(world: World, count: int = 3) -> World:
    world.publish(count)
    world.settle()
    world.calls()
    return world


def twins(world: World) -> int:
    """p1 is sent, p2 is left out as its duplicate; returns the put-code."""
    world.feed(a_publication("p1", doi="10.5555/same"), a_publication("p2", doi="10.5555/same"))
    world.feed(a_relationship("p1"), a_relationship("p2"))
    world.settle()
    world.calls()
    return sent(world, "p1")


def sent(world: World, publication_id: str) -> int:
    entry = world.entry(publication_id)
    assert entry is not None
    assert entry.put_code is not None
    return entry.put_code


def once(act: Callable[[], object]) -> Callable[[Call], None]:
    """For `before_call`: do something before the first call that writes and never again."""
    times = iter([True])

    def before(call: Call) -> None:
        if call.operation is not Operation.READ and next(times, False):
            act()

    return before


# Take-overs that do not come about


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.DUPLICATE, Outcome.NOT_OURS])
def test_r31_a_hidden_work_goes_at_once_when_its_twin_cannot_take_it_over(world, outcome):
    put_code = twins(world)
    world.registry.plan(outcome, operation=Operation.UPDATE)
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert put_code not in world.registry.ours(ORCID_ID)
    assert world.entry("p1") is None


def test_r39_a_work_that_its_owner_deleted_does_not_come_back_as_its_twin(world):
    put_code = twins(world)
    world.registry.owner_deletes(ORCID_ID, put_code)
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    world.clock.advance(8 * DAY_S)
    world.settle()
    assert world.on_record() == {}
    marked = world.entry("p2")
    assert marked is not None
    assert marked.deleted_at_orcid_ms is not None


def test_r39_resend_does_not_wait_for_the_next_systematic_check(world):
    world.institution.current = replace(world.institution.current, deleted_at_orcid=DeletedAtOrcid.RESEND)
    synced(world)
    world.registry.owner_deletes(ORCID_ID, sent(world, "p2"))
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3"}


def test_a_put_code_that_is_not_ours_is_replaced_in_the_same_visit(world):
    synced(world)
    world.registry.owner_deletes(ORCID_ID, sent(world, "p2"))
    world.registry.plan(Outcome.NOT_OURS, operation=Operation.UPDATE)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    world.settle()
    assert world.on_record()["p2"].title == "Changed"


def test_r56_a_take_over_that_was_interrupted_and_is_taken_back_sends_the_right_content(world):
    put_code = twins(world)
    first = world.entry("p1")
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    second = world.entry("p2")
    assert second is not None
    # The writer was killed before it forgot p1, and p1 is shown again before the next look.
    world.ledger.rows[ORCID_ID]["p1"] = first
    world.feed(a_relationship("p1", version=3))
    world.settle()
    (code,) = world.registry.ours(ORCID_ID)
    (publication_id,) = world.on_record()
    assert code == put_code
    holder = world.entry(publication_id)
    assert holder is not None
    assert holder.put_code == put_code


# Works that the registry cannot stand


def poisonous(world: World, publication_id: str) -> None:
    """Whatever touches this work is answered with 500, for ever."""
    entry = world.entry(publication_id)
    put_code = entry.put_code if entry is not None else None

    def plan(call: Call) -> None:
        world.registry.faults.clear()
        named = {i.value for work in call.works for i in work.external_ids if i.type == "source-work-id"}
        if publication_id in named or (put_code is not None and call.put_code == put_code):
            world.registry.plan(Answer(Outcome.SERVER_ERROR, status=500, code="9008"))

    world.registry.before_call = plan


def test_r38_a_work_that_breaks_the_registry_does_not_keep_the_others_from_being_removed(world):
    synced(world)
    poisonous(world, "p1")
    world.feed(*(a_relationship(p, version=2, hidden=True) for p in ("p1", "p2", "p3")))
    world.settle(ticks=60)
    assert set(world.on_record()) == {"p1"}
    failed = world.entry("p1")
    assert failed is not None
    assert failed.failure is not None


def test_r38_a_work_that_breaks_the_registry_does_not_keep_the_others_from_being_updated(world):
    synced(world)
    poisonous(world, "p1")
    world.feed(*(a_publication(p, doi=f"10.5555/{p}", version=2, title="Changed") for p in ("p1", "p2", "p3")))
    world.settle(ticks=60)
    assert {p for p, work in world.on_record().items() if work.title == "Changed"} == {"p2", "p3"}


def test_r38_a_work_that_breaks_the_registry_does_not_keep_the_others_from_being_added(world):
    poisonous(world, "p1")
    world.publish(20)
    world.settle(ticks=24 * 60)
    assert set(world.on_record()) == {f"p{n}" for n in range(2, 21)}
    world.calls()
    world.settle(ticks=24 * 60)
    assert len(world.calls()) < 60


def test_r23_a_work_that_breaks_the_registry_does_not_keep_the_settings_frozen(world):
    synced(world)
    poisonous(world, "p1")
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle(ticks=60)
    assert set(world.on_record()) == {"p1"}
    world.clock.advance(DAY_S)
    world.settle(ticks=8 * 60)
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.removing_since_ms is None
    left = world.entry("p1")
    assert left is not None
    assert left.on_orcid
    assert left.failure is not None


# Answers that say nothing


def test_r37_works_whose_answer_could_not_be_read_are_found_on_the_record(world):
    synced(world, 1)
    answer = Answer(Outcome.UNKNOWN, status=200, message="The registry returned 1 answers to 2 works.")
    world.registry.plan(answer, operation=Operation.ADD_BULK, takes_effect=True)
    world.publish(2, start=2)
    world.settle()
    assert all(sent(world, p) for p in ("p1", "p2", "p3"))
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert set(world.on_record()) == {"p2", "p3"}


@pytest.mark.parametrize("took_effect", [True, False])
@pytest.mark.parametrize(
    "answer", [Answer(Outcome.SERVER_ERROR, status=500), Answer(Outcome.NO_ANSWER), Answer(Outcome.UNKNOWN, status=200)]
)
def test_r37_a_change_that_the_ris_takes_back_is_taken_back_although_nobody_heard_whether_it_was_made(
    world, answer, took_effect
):
    """What the record says is neither what the ledger holds nor surely what was sent last."""
    synced(world, 3)
    world.registry.plan(answer, operation=Operation.UPDATE, takes_effect=took_effect)
    for number in (1, 2):
        world.feed(a_publication(f"p{number}", doi=f"10.5555/p{number}", version=2, title="Changed"))
    world.schedule.tick()
    world.deliver()
    for number in (1, 2):
        world.feed(a_publication(f"p{number}", doi=f"10.5555/p{number}", version=3))
    for _ in range(2):
        world.clock.advance(2 * HOUR_S)
        world.settle()
    assert {name: work.title for name, work in world.on_record().items()} == {n: f"On {n}" for n in ("p1", "p2", "p3")}
    world.calls()
    world.clock.advance(8 * 24 * HOUR_S)
    world.settle()
    assert world.calls() == []


def test_r37_answers_that_stay_unreadable_lose_no_work_and_call_no_storm(world):
    answer = Answer(Outcome.UNKNOWN, status=200, message="nothing that can be read")
    world.registry.plan(answer, operation=Operation.ADD_BULK, times=2)
    world.publish(3)
    world.settle()
    assert len(world.calls()) < 8
    world.feed(a_relationship("p1", version=2, hidden=True))
    for _ in range(2):
        world.clock.advance(2 * HOUR_S)
        world.settle()
    assert set(world.on_record()) == {"p2", "p3"}


# Changes under a running visit


def test_r15_leaving_write_stops_a_visit_under_way(world):
    world.publish(500)

    def leave() -> None:
        claim = world.claims.get("u1", ORCID_ID)
        assert claim is not None
        world.claims.put(replace(claim, mode=Mode.READ))
        world.writers.disown(ORCID_ID, "u1")

    world.registry.before_call = once(leave)
    world.settle()
    assert len(world.on_record()) <= 100
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert writer.due_ms is None


def test_r33_a_user_who_leaves_during_a_visit_gets_nothing_more_and_is_queued_no_more(world):
    world.publish(500)
    world.registry.before_call = once(lambda: world.feed(a_user(version=2, is_current=False)))
    world.settle()
    assert len(world.on_record()) <= 100
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert writer.due_ms is None


def test_r22_the_next_owner_inherits_nothing_from_a_visit_of_the_owner_before(world):
    synced(world, 1)
    world.publish(200, start=10)
    world.feed(a_user("u2", orcid_ids=()))

    def change_hands() -> None:
        claim = world.claims.get("u1", ORCID_ID)
        assert claim is not None
        world.claims.put(replace(claim, mode=Mode.READ))
        assert world.writers.acquire(ORCID_ID, "u2", replacing="u1")

    world.registry.before_call = once(change_hands)
    world.settle()
    assert len(world.calls()) == 1
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert (writer.owner, writer.adopted_ms, writer.applied, writer.lease_id) == ("u2", None, None, None)


def test_r22_an_id_is_not_free_while_a_visit_of_its_owner_may_be_adding_works(world):
    world.publish(3)
    world.feed(a_user("u2"))
    ownership = Ownership(world.catalogue, world.claims, world.writers, world.ledger, world.clock)
    holders: list[str | None] = []

    def leave() -> None:
        claim = world.claims.get("u1", ORCID_ID)
        assert claim is not None
        world.claims.put(replace(claim, mode=Mode.READ))
        holders.append(ownership.holder(ORCID_ID, "u2"))

    world.registry.before_call = once(leave)
    world.visit()
    assert holders == ["u1"]
    assert ownership.holder(ORCID_ID, "u2") == "u1"


def test_r23_choosing_claiming_while_the_last_work_is_removed_does_no_harm(world):
    synced(world, 1)
    world.change_claim(removing_since_ms=world.clock.now_ms())

    def choose() -> None:
        claim = world.claims.get("u1", ORCID_ID)
        assert claim is not None
        world.claims.put(replace(claim, claiming=Claiming.AUTO))

    world.registry.before_call = once(choose)
    world.settle()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert (claim.mode, claim.removing_since_ms, claim.claiming) == (Mode.READ, None, Claiming.AUTO)


def test_r23_what_could_not_be_removed_keeps_its_error(world):
    synced(world)
    world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle()
    world.clock.advance(DAY_S)
    world.settle()
    left: dict[str, LedgerEntry] = world.ledger.entries(ORCID_ID, consistent=True)
    assert len(left) == 3
    assert all(entry.failure is not None for entry in left.values())


# Full records


def test_r54_a_full_record_is_not_tried_with_the_rest(world):
    synced(world, 1)
    world.registry.capacity = 1
    world.institution.mapping = {"journal-article": "journal-article", "dataset": "newest-type"}
    world.feed(*(replace(a_publication(p, doi=f"10.5555/{p}"), type="dataset") for p in ("d1", "d2", "d3")))
    world.feed(*(a_relationship(p) for p in ("d1", "d2", "d3")))
    world.publish(1, start=9)
    world.settle()
    assert world.calls() == ["add_bulk"]


# A record that cannot be read


def test_r31_a_hidden_work_goes_even_while_the_record_cannot_be_read(world):
    synced(world)
    world.registry.plan(Outcome.NO_ANSWER, operation=Operation.READ, times=100)
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert set(world.on_record()) == {"p2", "p3"}


def test_r23_what_is_known_is_removed_even_while_the_record_cannot_be_read(world):
    synced(world)
    world.registry.plan(Outcome.NO_ANSWER, operation=Operation.READ, times=100)
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle()
    assert world.on_record() == {}
    world.clock.advance(DAY_S)
    world.settle()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.removing_since_ms is None


def test_r23_works_whose_answer_was_lost_are_removed_though_the_ledger_has_none(page):
    world = page.world
    world.connect()
    world.registry.plan(Outcome.NO_ANSWER, operation=Operation.ADD_BULK, takes_effect=True)
    world.publish(3)
    world.schedule.tick()
    world.deliver()
    assert len(world.on_record()) == 3
    assert world.ledger.entries(ORCID_ID, consistent=True) == {}
    assert page.remove_works.begin(ADA, "u1", ORCID_ID)
    world.settle()
    assert world.on_record() == {}


def test_r39_a_removal_that_a_pause_kept_from_being_tried_excuses_no_later_deletion_of_the_owners(world):
    synced(world)
    put_code = sent(world, "p2")
    world.gate.until_ms = world.clock.now_ms() + 60_000
    world.feed(a_relationship("p2", version=2, hidden=True))
    assert [report.ended for report in world.deliver()] == ["registry_paused"]
    world.feed(a_relationship("p2", version=3))
    world.clock.advance(HOUR_S)
    world.settle()
    assert world.calls() == []
    world.registry.owner_deletes(ORCID_ID, put_code)
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.settle()
    assert set(world.on_record()) == {"p1", "p3"}


def test_r36_works_too_large_to_go_together_go_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.registry, "body_size", lambda _: 1_500_000)
    world.publish(3)
    world.settle()
    assert world.calls() == ["read", *["add_bulk"] * 3]
    assert len(world.on_record()) == 3
