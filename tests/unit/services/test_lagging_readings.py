"""Readings older than what was just written: ORCID's API reads from a copy of its database, which can lag (R31, R37,
R39).
"""

from __future__ import annotations

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome

from tests.builders import ORCID_ID, a_relationship
from tests.fakes.registry import Call
from tests.unit.services.turbulence import KilledError, own_id
from tests.world import World

HOUR_S = 3_600
LAG_MS = 900_000


@pytest.fixture
def world() -> World:
    """A user with one work that is on the record for hours, and two that no reading shows yet."""
    world = World()
    world.connect()
    world.publish(1)
    world.settle()
    world.clock.advance(2 * HOUR_S)
    world.publish(2, start=10)
    world.settle(ticks=1)
    world.registry.reading_lag_ms = LAG_MS
    world.calls()
    return world


def reconciled(world: World) -> list[str]:
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH, reconcile=True)
    world.deliver()
    return world.calls()


def check_known(world: World) -> None:
    entries = world.ledger.entries(ORCID_ID, consistent=True)
    known = {publication_id: entry.put_code for publication_id, entry in entries.items()}
    assert known == {own_id(work): code for code, work in world.registry.ours(ORCID_ID).items()}


def put_code_of(world: World, publication_id: str) -> int:
    entry = world.entry(publication_id)
    assert entry is not None
    assert entry.put_code is not None
    return entry.put_code


def test_r39_a_work_that_a_reading_is_too_old_to_show_was_not_deleted_by_its_owner(world: World) -> None:
    assert reconciled(world) == ["read", "update", "update"], "an update tells, and changes nothing where it is there"
    check_known(world)
    world.registry.reading_lag_ms = 0
    assert reconciled(world) == ["read"]


def test_r39_a_work_that_its_owner_deletes_right_after_it_was_sent_is_noticed_all_the_same(world: World) -> None:
    world.registry.owner_deletes(ORCID_ID, put_code_of(world, "p10"))
    assert reconciled(world) == ["read", "update", "update"]
    entry = world.entry("p10")
    assert entry is not None
    assert entry.deleted_at_orcid_ms is not None
    assert sorted(world.on_record()) == ["p1", "p11"]


def test_r31_a_work_that_a_reading_is_too_old_to_show_still_goes_when_it_is_hidden(world: World) -> None:
    reconciled(world)
    world.feed(a_relationship("p10", version=2, hidden=True))
    world.deliver()
    assert sorted(world.on_record()) == ["p1", "p11"]


def test_r37_what_was_added_before_a_reading_in_the_same_visit_is_not_lost_by_it(world: World) -> None:
    world.registry.plan(Answer(Outcome.UNKNOWN, status=200), operation=Operation.ADD_BULK, takes_effect=True)
    world.publish(3, start=20)
    world.settle()
    world.clock.advance(2 * HOUR_S)
    world.settle()
    assert sorted(world.on_record()) == ["p1", "p10", "p11", "p20", "p21", "p22"]
    check_known(world)


@pytest.mark.parametrize("again", [False, True], ids=["hidden", "shown again"])
def test_r37_a_removal_that_broke_off_is_not_taken_for_done_because_a_reading_is_too_old(
    world: World, again: bool
) -> None:
    def killed(call: Call) -> None:
        if call.operation is Operation.REMOVE:
            raise KilledError

    world.registry.before_call = killed
    world.feed(a_relationship("p10", version=2, hidden=True))
    with pytest.raises(KilledError):
        world.deliver()
    world.registry.before_call = None
    world.clock.advance(400)
    if again:
        world.feed(a_relationship("p10", version=3))
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle(ticks=60)
    world.clock.advance(2 * HOUR_S)
    world.settle()
    assert sorted(world.on_record()) == ["p1", *(["p10"] if again else []), "p11"]
    check_known(world)
