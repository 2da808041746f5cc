"""What makes a link due: a cause, its time and its lane; a promise before the cause is stored (DESIGN 2, R24, R37)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from orcid_sync.domain.links import Lane, WriterState

from tests.builders import ORCID_ID, a_publication
from tests.world import World


@pytest.fixture
def world() -> World:
    return World.synced()


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


def once_before_a_call(world: World, act: Callable[[], object]) -> None:
    """While the next visit is under way: something happens before its first call to the registry."""
    times = iter([True])

    def before(_: object) -> None:
        if next(times, False):
            act()

    world.registry.before_call = before


def test_r24_woken_during_a_visit_the_same_visit_looks_once_more_and_rests(world: World) -> None:
    once_before_a_call(world, lambda: world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL))
    world.publish(1, start=8)
    assert world.visit().ended == "done"
    state = writer(world)
    assert (state.seen, state.lease_id, state.lane) == (state.wake, None, Lane.NORMAL)
    assert state.due_ms is not None
    assert state.due_ms > world.clock.now_ms()


def test_r40_a_reconciliation_asked_for_during_a_visit_is_done_by_it(world: World) -> None:
    once_before_a_call(world, lambda: world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True))
    world.publish(1, start=8)
    assert world.visit().ended == "done"
    assert world.calls() == ["add_bulk", "read"]
    assert not writer(world).reconcile


def test_r24_run_sync_pressed_during_a_visit_of_a_busy_hour_sends_the_updates_too(world: World) -> None:
    for number in range(50):
        world.queues.send(f"0000-{number:04}", lane=Lane.NORMAL, wake=1, at_ms=0)
    once_before_a_call(world, lambda: world.wake.link("u1", ORCID_ID, lane=Lane.HIGH))
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="A better title"))
    world.publish(1, start=8)
    assert world.visit().ended == "done"
    assert world.on_record()["p1"].title == "A better title"


def test_r37_what_is_promised_during_a_visit_is_looked_for_after_it(world: World) -> None:
    once_before_a_call(world, lambda: world.wake.promise("u1", ORCID_ID))
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="A better title"))
    assert world.schedule.tick() == 1
    assert [report.ended for report in world.deliver()] == ["done"]
    assert writer(world).due_ms == world.clock.now_ms() + 60_000


def test_r31_who_is_new_to_a_publication_during_a_visit_is_looked_at_again_when_indexes_have_settled(
    world: World,
) -> None:
    wake = partial(world.wake.link, "u1", ORCID_ID, lane=Lane.NORMAL, again_after_ms=30_000)
    world.publish(1, start=8)
    world.clock.advance(60)
    once_before_a_call(world, wake)
    assert world.visit().ended == "done"
    assert writer(world).due_ms == world.clock.now_ms() + 30_000


def test_a_visit_whose_time_is_out_is_due_at_once_and_keeps_nobody_waiting(world: World) -> None:
    world.publish(1, start=8)
    report = world.visit(invocation_ms=0)
    assert report.ended == "out_of_time"
    state = writer(world)
    assert (state.lease_id, state.due_ms) == (None, world.clock.now_ms())
