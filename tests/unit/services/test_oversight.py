"""Sync on demand for administrators (R40), and how the whole is doing (R32, R35, R38)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimedId
from orcid_sync.domain.errors import NotFoundError, TooLargeError
from orcid_sync.domain.ledger import Concern
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.services import status
from orcid_sync.services.on_demand import OnDemand, WantedLinks
from orcid_sync.services.request_sync import RequestSync
from orcid_sync.services.status import Count, ShowStatus

from tests.builders import ORCID_ID, a_publication, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.listings import FakeListings
from tests.world import World

BOSS = Actor("boss", administrator=True)


class Office:
    def __init__(self) -> None:
        self.world: Any = World()
        world: Any = self.world
        self.audit = FakeAuditTrail()
        self.listings = FakeListings(world.claims, world.writers, world.ledger)
        self.on_demand = OnDemand(
            world.catalogue,
            world.claims,
            world.writers,
            world.ledger,
            world.institution,
            self.listings,
            world.wake,
            world.clock,
            world.telemetry,
        )
        self.sync = RequestSync(self.on_demand, world.catalogue, world.events, self.audit, world.clock)
        self.status = ShowStatus(self.listings, world.writers, world.queues, world.gate, world.institution, world.clock)

    def queue(self, *users: str, orcid_ids: tuple[str, ...] = (), everybody: bool = False, **how: Any) -> int | None:
        how = {"lane": Lane.NORMAL, "reconcile": False, **how}
        return self.sync.queue(BOSS, WantedLinks(users, orcid_ids, everybody), **how)


@pytest.fixture
def office() -> Office:
    office = Office()
    office.world.connect()
    office.world.publish(2)
    office.world.settle()
    office.world.calls()
    return office


def test_r40_a_few_are_made_due_at_once(office: Office) -> None:
    assert office.queue("u1", orcid_ids=(ORCID_ID,), lane=Lane.HIGH, reconcile=True) == 1
    office.world.deliver()
    assert office.world.calls() == ["read"]
    (entry,) = office.audit.entries
    assert (entry.by, entry.action, entry.user_id, entry.orcid_id) == ("boss", "sync_requested", "u1", ORCID_ID)
    assert entry.after == {"users": 1, "orcid_ids": 1, "all": False, "reconcile": True, "priority": "high"}


def test_r40_everybody_and_long_lists_are_handed_on_to_the_sync_function(office: Office) -> None:
    assert office.queue(everybody=True) is None
    assert office.world.events.of_type("Sync Requested") == [{"all": True, "reconcile": False, "priority": "normal"}]
    office.world.events.published.clear()
    names = tuple(f"0000-0000-0000-{n:04d}" for n in range(1500))
    assert office.queue(orcid_ids=names, reconcile=True) is None
    parts = office.world.events.of_type("Sync Requested")
    assert [(len(part["orcid_ids"]), part["reconcile"]) for part in parts] == [(1000, True), (500, True)]
    assert office.world.queues.depth(Lane.NORMAL) == 0


def test_r40_a_user_whom_nobody_knows_stops_the_whole_request(office: Office) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        office.queue("u1", "nobody")
    assert office.world.queues.depth(Lane.HIGH) == 0
    assert office.audit.entries == []


def test_r40_a_dry_run_says_what_would_be_done_and_sends_nothing(office: Office) -> None:
    office.world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="New"))
    (plan,) = office.on_demand.plan(WantedLinks(everybody=True))
    assert [(o.operation, o.publication_id) for o in plan.operations] == [("update", "p1")]
    assert office.world.calls() == []


def test_r40_a_dry_run_takes_25_users_and_is_refused_before_more_are_read(office: Office) -> None:
    for number in range(2, 61):
        orcid_id = f"0000-0000-0000-{number:04d}"
        office.world.feed(a_user(f"u{number}", orcid_ids=(ClaimedId(orcid_id, 0),)))
        office.world.connect(f"u{number}", orcid_id)
    assert len(office.on_demand.plan(WantedLinks(tuple(f"u{n}" for n in range(1, 26))))) == 25
    asked: list[str] = []
    get = office.world.writers.get

    def counted(orcid_id: str) -> Any:
        asked.append(orcid_id)
        return get(orcid_id)

    office.world.writers.get = counted
    for wanted in (WantedLinks(tuple(f"u{n}" for n in range(1, 27))), WantedLinks(everybody=True)):
        with pytest.raises(TooLargeError):
            office.on_demand.plan(wanted)
    assert len(asked) <= 26


def test_the_status_tells_switches_queues_and_backlog(office: Office) -> None:
    office.world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    now_ms = office.world.clock.now_ms()
    found = office.status.show()
    high, normal = found.lanes
    assert (found.search_enabled, found.write_enabled, found.gate.writing) == (True, True, True)
    assert (high.queued, high.due, high.oldest_due_ms) == (1, Count(1, complete=True), now_ms)
    assert (normal.queued, normal.due, normal.oldest_due_ms) == (0, Count(0, complete=True), None)


def test_r35_the_status_tells_a_pause(office: Office) -> None:
    until_ms = office.world.gate.pause(now_ms=5, call_began_ms=4, retry_after_seconds=9)
    assert office.status.show().gate.paused_until_ms == until_ms


def test_r38_r32_the_status_counts_failures_by_reason_and_tells_the_oldest_waiting_update(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = office.world
    world.registry.plan(Answer(Outcome.REFUSED, status=400, code="9001", message="no"), times=99)
    world.publish(3, start=10)
    world.settle()
    world.registry.faults.clear()
    world.ledger.put(ORCID_ID, _waiting(world.entry("p1"), 70))
    world.ledger.put(ORCID_ID, _waiting(world.entry("p2"), 60))
    found = office.status.show()
    assert found.failures == {"9001": 3}
    assert found.works[Concern.FAILED] == Count(3, complete=True)
    assert found.works[Concern.HELD] == Count(0, complete=True)
    assert found.oldest_waiting_update_ms == 60
    monkeypatch.setattr(status, "MOST_COUNTED", 2)
    assert office.status.show().works[Concern.FAILED] == Count(2, complete=False)


def _waiting(entry: Any, since_ms: int) -> Any:

    return replace(entry, waiting_since_ms=since_ms)
