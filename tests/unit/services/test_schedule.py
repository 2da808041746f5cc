"""The tick: what is due is sent once, oldest first, urgent first, and a lost message comes again (R31, DESIGN 2)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.links import Lane
from orcid_sync.services.schedule import QUEUE_LENGTH

from tests.builders import ORCID_ID
from tests.world import World

HOUR_S = 3600
OTHERS = [f"0000-0001-0000-{n:04}" for n in range(QUEUE_LENGTH + 20)]


def connected() -> World:
    world = World()
    world.connect()
    return world


def test_r31_a_due_link_gets_one_message_however_often_the_schedule_ticks():
    world = connected()
    assert [world.schedule.tick() for _ in range(5)] == [1, 0, 0, 0, 0]
    assert world.queues.depth(Lane.NORMAL) == 1


def test_r31_every_living_link_is_looked_at_at_least_weekly():
    world = connected()
    world.settle()
    assert world.visits == 1
    world.clock.advance(7 * 24 * HOUR_S)
    world.settle()
    assert world.visits == 2
    assert world.calls() == []


def test_r37_a_message_that_was_lost_is_sent_again_within_about_an_hour():
    world = connected()
    world.publish(1)
    world.schedule.tick()
    world.queues.receive(Lane.NORMAL)  # taken and never handled: a dead letter
    world.clock.advance(HOUR_S)
    world.schedule.tick()
    world.clock.advance(60)
    world.settle()
    assert set(world.on_record()) == {"p1"}


def test_r31_an_urgent_cause_does_not_wait_behind_a_message_in_the_normal_queue():
    world = connected()
    world.schedule.tick()
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    assert (world.queues.depth(Lane.HIGH), world.queues.depth(Lane.NORMAL)) == (1, 1)


def test_the_queue_stays_short_and_the_backlog_in_the_index_oldest_first():
    world = World()
    for n, orcid_id in enumerate(OTHERS):
        world.writers.acquire(orcid_id, f"u{n}")
        world.wake.link(f"u{n}", orcid_id, lane=Lane.NORMAL)
        world.clock.advance(1)
    assert world.schedule.tick() == QUEUE_LENGTH
    assert [orcid_id for orcid_id, _ in world.queues.waiting[Lane.NORMAL]] == OTHERS[:QUEUE_LENGTH]
    assert world.schedule.tick() == 0


def test_r10_with_writing_off_nothing_is_sent_and_the_gate_is_told():
    world = connected()
    world.institution.current = replace(world.institution.current, write_enabled=False, rev=7)
    assert world.schedule.tick() == 0
    assert not world.gate.writing
    world.institution.current = replace(world.institution.current, write_enabled=True, rev=8)
    assert world.schedule.tick() == 1
    assert world.gate.writing


def test_r35_during_a_pause_nothing_is_sent():
    world = connected()
    world.gate.pause(now_ms=world.clock.now_ms(), call_began_ms=world.clock.now_ms(), retry_after_seconds=30)
    assert world.schedule.tick() == 0
    world.clock.advance(31)
    assert world.schedule.tick() == 1


def test_r35_a_link_that_met_a_pause_has_its_next_message_within_the_same_minute():
    world = connected()
    world.publish(1)
    world.follow()
    world.clock.time_ms = 60_000 * (world.clock.time_ms // 60_000 + 1)
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)  # Run sync
    now_ms = world.clock.now_ms()
    world.gate.pause(now_ms=now_ms, call_began_ms=now_ms, retry_after_seconds=1)
    assert [report.ended for report in world.deliver()] == ["registry_paused"]
    world.clock.advance(45)  # the pause is over, and SQS still knows the message of Run sync
    assert world.schedule.tick() == 1
    world.deliver()
    assert set(world.on_record()) == {"p1"}


def test_a_link_that_was_rested_since_the_index_was_read_is_not_sent():
    world = connected()
    found = world.writers.due(Lane.NORMAL, now_ms=world.clock.now_ms(), limit=10)
    world.visit()
    world.writers.due = lambda lane, *, now_ms, limit: found
    assert world.schedule.tick() == 0
