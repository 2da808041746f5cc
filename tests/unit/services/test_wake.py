"""What makes a link due: a cause, its time and its lane; a promise before the cause is stored (DESIGN 2, R24, R37)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from orcid_sync.domain.links import Lane, WriterState

from tests.builders import ORCID_ID
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    world.publish(3)
    world.settle()
    world.calls()
    return world


def writer(world: World) -> WriterState:
    found = world.writers.get(ORCID_ID)
    assert isinstance(found, WriterState)
    return found


def waiting(world: World, lane: Lane) -> int:
    return int(world.queues.depth(lane))


def test_the_normal_lane_is_due_when_it_was_said_and_leaves_the_message_to_the_schedule(world: World) -> None:
    assert world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, delay_ms=5_000)
    assert writer(world).due_ms == world.clock.now_ms() + 5_000
    assert waiting(world, Lane.NORMAL) == 0
    assert world.schedule.tick() == 0
    world.clock.advance(5)
    assert world.schedule.tick() == 1


def test_r31_the_high_lane_gets_its_message_at_once_and_r24_no_second_one(world: World) -> None:
    assert world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    assert waiting(world, Lane.HIGH) == 1
    assert world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    assert waiting(world, Lane.HIGH) == 1
    assert not world.wake.send(writer(world), lane=Lane.HIGH, moved_due_ms=None)


@pytest.mark.parametrize(("user_id", "orcid_id"), [("u2", ORCID_ID), ("u1", "0000-0002-9079-593X")])
def test_r22_nobody_wakes_an_id_that_is_not_theirs(world: World, user_id: str, orcid_id: str) -> None:
    before = writer(world)
    assert not world.wake.link(user_id, orcid_id, lane=Lane.HIGH)
    assert waiting(world, Lane.HIGH) == 0
    assert writer(world) == before


def test_r37_a_promise_is_due_in_a_minute_and_sends_nothing_before(world: World) -> None:
    world.wake.promise("u1", ORCID_ID)
    assert writer(world).due_ms == world.clock.now_ms() + 60_000
    assert world.schedule.tick() == 0
    world.clock.advance(60)
    assert world.schedule.tick() == 1


@contextmanager
def woken_whenever_a_visit_would_end(world: World) -> Iterator[None]:
    release: Any = world.writers.release

    def release_too_late(state: WriterState) -> bool:
        world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL)
        return bool(release(state))

    world.writers.release = release_too_late
    yield
    world.writers.release = release


def test_a_link_that_is_woken_again_and_again_lets_others_go_first(world: World) -> None:
    """A visit goes round twenty times, then gives its lease back and is due as any other."""
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL)
    wakes = writer(world).wake
    with woken_whenever_a_visit_would_end(world):
        report = world.visit()
    assert report.ended == "woken_too_often"
    assert world.calls() == []
    state = writer(world)
    assert (state.lease_id, state.due_ms) == (None, world.clock.now_ms())
    assert state.wake - wakes == 20
    assert [one.ended for one in world.settle()] == ["done"]
