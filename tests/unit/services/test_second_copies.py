"""A second copy of a work, made by a request that the registry was still at work on when it was given up (R37)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome

from tests.builders import ORCID_ID
from tests.fakes.registry import OUR_CLIENT
from tests.unit.services.searching import Searching
from tests.unit.services.turbulence import own_id
from tests.world import World


@pytest.fixture
def world() -> World:
    """Three works on the record; the registry then stores one of them once more."""
    world = World()
    world.connect()
    world.publish(3)
    world.settle()
    copied = next(work for work in world.registry.ours(ORCID_ID).values() if own_id(work) == "p2")
    world.registry.put_from(OUR_CLIENT, ORCID_ID, copied)
    world.calls()
    return world


def reconciled(world: World) -> list[str]:
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH, reconcile=True)
    world.settle()
    return world.calls()


def test_r37_a_second_copy_goes_and_the_work_that_the_ledger_knows_stays(world: World) -> None:
    assert reconciled(world) == ["read", "remove"]
    assert sorted(world.on_record()) == ["p1", "p2", "p3"]
    known = {p: entry.put_code for p, entry in world.ledger.entries(ORCID_ID, consistent=True).items()}
    assert known == {own_id(work): code for code, work in world.registry.ours(ORCID_ID).items()}
    assert world.ledger.unmatched(ORCID_ID) == []
    assert reconciled(world) == ["read"]


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.SLOW_DOWN, Outcome.SERVER_ERROR])
def test_r37_a_second_copy_that_cannot_go_now_goes_later(world: World, outcome: Outcome) -> None:
    world.registry.plan(Answer(outcome), skip=1)
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH, reconcile=True)
    world.settle(ticks=10)
    assert sorted(world.on_record()) == ["p1", "p2", "p3"]


def test_r11_copies_from_before_the_first_contact_are_left_alone_and_listed(world: World) -> None:
    world.writers.items[ORCID_ID] = replace(world.writers.items[ORCID_ID], adopted_ms=None)
    assert reconciled(world) == ["read"]
    assert len(world.registry.ours(ORCID_ID)) == 4
    assert len(world.ledger.unmatched(ORCID_ID)) == 1


def test_r42_a_second_copy_is_noticed_by_the_weekly_reading() -> None:
    search = Searching()
    search.writing()
    search.world.publish(2)
    search.world.settle()
    search.world.clock.advance(60)
    (first, _) = search.world.registry.ours(ORCID_ID).values()
    search.world.registry.put_from(OUR_CLIENT, ORCID_ID, first)
    search.run()
    search.world.settle()
    assert sorted(search.world.on_record()) == ["p1", "p2"]
