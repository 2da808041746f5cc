"""The administrators' word on what the guard against mass removal holds (R55)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimStatus
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.links import Lane
from orcid_sync.services import held_removals
from orcid_sync.services.held_removals import Decided, HeldRemovals

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_relationship, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.listings import FakeListings
from tests.world import World

BOSS = Actor("boss", administrator=True)


class Office:
    """A researcher of whose 40 works 30 were rejected at once: they are held."""

    def __init__(self) -> None:
        self.world: Any = World()
        world: Any = self.world
        self.audit = FakeAuditTrail()
        self.listings = FakeListings(world.claims, world.writers, world.ledger)
        self.held = HeldRemovals(
            self.listings,
            world.ledger,
            world.claims,
            world.writers,
            world.catalogue,
            world.wake,
            self.audit,
            world.clock,
        )
        world.connect()
        world.publish(40)
        world.settle()
        self.reject("u1", 1, 31)

    def reject(self, user_id: str, start: int, end: int) -> None:
        rejected = (a_relationship(f"p{n}", user_id, version=2, status=ClaimStatus.REJECTED) for n in range(start, end))
        self.world.feed(*rejected)
        self.world.settle()

    def hold(self, publication_id: str) -> Any:
        return self.world.entry(publication_id).removal.hold


@pytest.fixture
def office() -> Office:
    return Office()


def test_r55_held_removals_are_listed_with_user_publication_reason_and_since(office: Office) -> None:
    first, cursor = office.held.page(limit=20, cursor=None)
    rest, end = office.held.page(limit=20, cursor=cursor)
    assert (len(first), len(rest), end) == (20, 10, None)
    (p1,) = [held for held in first if held.publication_id == "p1"]
    assert (p1.user_id, p1.user_name, p1.orcid_id, p1.title) == ("u1", "Ada Jones", ORCID_ID, "On p1")
    assert p1.removal.reason == "not_claimed"
    assert p1.put_code in office.world.registry.ours(ORCID_ID)


def test_r55_approved_removals_go_at_once_with_a_visit_of_their_own(office: Office) -> None:
    assert office.held.decide(BOSS, approve=True, orcid_ids=[ORCID_ID, OTHER_ORCID_ID]) == Decided(30, 1, False)
    assert office.world.queues.depth(Lane.HIGH) == 1
    office.world.deliver()
    assert set(office.world.on_record()) == {f"p{n}" for n in range(31, 41)}
    assert office.held.page(limit=9, cursor=None) == ([], None)
    (entry,) = office.audit.entries
    assert (entry.by, entry.action, entry.user_id, entry.orcid_id) == ("boss", "removals_approved", "u1", ORCID_ID)
    assert entry.after is not None
    assert entry.after["removals"] == 30


def test_r55_refused_removals_stay_on_orcid_until_their_cause_changes(office: Office) -> None:
    assert office.held.decide(BOSS, approve=False, orcid_ids=None).removals == 30
    office.world.settle()
    assert office.world.queues.depth(Lane.HIGH) == 0
    assert len(office.world.on_record()) == 40
    assert office.hold("p1") is Hold.REFUSED
    assert office.held.page(limit=9, cursor=None) == ([], None)
    assert office.held.decide(BOSS, approve=True, orcid_ids=None) == Decided(0, 0, False)
    office.world.feed(a_relationship("p1", version=3))
    office.world.settle()
    assert office.world.entry("p1").removal is None


def test_r55_all_means_every_researcher(office: Office) -> None:
    office.world.connect("u2", OTHER_ORCID_ID)
    office.world.publish(40, user_id="u2", start=101)
    office.world.settle()
    office.reject("u2", 101, 131)
    assert office.held.decide(BOSS, approve=True, orcid_ids=None) == Decided(60, 2, False)
    office.world.settle()
    assert len(office.world.on_record()) == len(office.world.on_record(OTHER_ORCID_ID)) == 10


def test_r33_an_approval_for_one_who_left_waits_until_they_return(office: Office) -> None:
    office.world.feed(a_user(version=2, is_current=False))
    office.held.decide(BOSS, approve=True, orcid_ids=[ORCID_ID])
    office.world.settle()
    assert len(office.world.on_record()) == 40
    office.world.feed(a_user(version=3))
    office.world.settle()
    assert len(office.world.on_record()) == 10


def test_a_row_that_a_visit_changes_meanwhile_is_looked_at_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = office.world.ledger.entries(ORCID_ID, consistent=True)
    p1, p2 = office.world.entry("p1"), office.world.entry("p2")
    office.world.ledger.put(ORCID_ID, replace(p1, warnings=("x",)))
    office.world.ledger.put(ORCID_ID, replace(p2, removal=None))
    monkeypatch.setattr(office.world.ledger, "entries", lambda *_, **__: entries)
    assert office.held.decide(BOSS, approve=True, orcid_ids=[ORCID_ID]).removals == 29
    assert office.hold("p1") is Hold.APPROVED
    assert office.world.entry("p2").removal is None


def test_r55_a_decision_that_would_take_too_long_says_that_something_remains(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_removals, "DECIDING_MS", -1)
    assert office.held.decide(BOSS, approve=True, orcid_ids=None) == Decided(0, 0, True)
    assert office.hold("p1") is Hold.HELD
