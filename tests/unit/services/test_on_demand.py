"""The sync function on demand: whom it queues and what a dry run says (R33, R40)."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from orcid_sync.domain.errors import NotFoundError, TooLargeError
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Connection
from orcid_sync.services.on_demand import OnDemand, WantedLinks

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.listings import FakeListings
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    world.connect("u2", OTHER_ORCID_ID)
    world.publish(3)
    world.settle()
    world.calls()
    return world


def on_demand(world: World) -> OnDemand:
    claims: Any = world.claims
    return OnDemand(
        world.catalogue,
        world.claims,
        world.writers,
        world.ledger,
        world.institution,
        FakeListings(claims, world.writers, world.ledger),
        world.wake,
        world.clock,
        world.telemetry,
    )


@pytest.mark.parametrize(
    ("wanted", "queued"),
    [
        (WantedLinks(users=("u1",)), 1),
        (WantedLinks(orcid_ids=(ORCID_ID, OTHER_ORCID_ID)), 2),
        (WantedLinks(orcid_ids=("0000-0000-0000-0001",)), 0),
        (WantedLinks(everybody=True), 2),
        (WantedLinks(users=("u1",), orcid_ids=(ORCID_ID,)), 1),
    ],
)
def test_r40_users_records_many_or_all_are_made_due(world, wanted, queued):
    assert on_demand(world).queue(wanted, lane=Lane.NORMAL, reconcile=False) == queued
    world.clock.advance(1)
    assert world.schedule.tick() == queued


@pytest.mark.parametrize("lane", list(Lane))
def test_r40_everybody_is_looked_at_once_in_either_lane(world, lane):
    on_demand(world).queue(WantedLinks(everybody=True), lane=lane, reconcile=False)
    assert sorted(report.orcid_id for report in world.settle()) == sorted((ORCID_ID, OTHER_ORCID_ID))


def test_r40_of_everybody_several_links_are_read_and_woken_at_once(world):
    """One after the other, the invocation's time would not do for a large institution."""
    both = Barrier(2, timeout=10)

    class TwoAtOnce:
        """Answers when two ask."""

        def get(self, user_id: str, orcid_id: str) -> Any:
            both.wait()
            return world.claims.get(user_id, orcid_id)

    claims: Any = TwoAtOnce()
    asking = replace(on_demand(world), claims=claims)
    assert asking.queue(WantedLinks(everybody=True), lane=Lane.NORMAL, reconcile=False) == 2


def test_r33_a_user_who_left_is_not_queued_on_demand_either(world):
    world.feed(a_user(version=2, is_current=False))
    assert on_demand(world).queue(WantedLinks(users=("u1",)), lane=Lane.HIGH, reconcile=False) == 0


def test_r40_an_unknown_user_is_told(world):
    with pytest.raises(NotFoundError, match="u7"):
        on_demand(world).queue(WantedLinks(users=("u7",)), lane=Lane.HIGH, reconcile=False)


def test_r40_reconcile_reads_the_record_even_when_nothing_is_due(world):
    on_demand(world).queue(WantedLinks(users=("u1",)), lane=Lane.HIGH, reconcile=True)
    world.settle()
    assert world.calls() == ["read"]


def test_r40_a_dry_run_says_what_the_sync_then_does_and_sends_nothing(world):
    world.publish(1, start=9)
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="Changed"))
    world.feed(a_relationship("p2", version=2, hidden=True))
    before = world.ledger.entries(ORCID_ID, consistent=True)
    (plan,) = on_demand(world).plan(WantedLinks(users=("u1",)))
    assert world.calls() == []
    assert world.ledger.entries(ORCID_ID, consistent=True) == before
    assert [(o.operation, o.publication_id, o.reason) for o in plan.operations] == [
        ("remove", "p2", "hidden"),
        ("add", "p9", None),
        ("update", "p1", None),
    ]
    world.settle()
    assert sorted(world.calls()) == ["add_bulk", "remove", "update"]


@pytest.mark.parametrize(
    ("stopped_by", "paused"),
    [("nothing", None), ("the switch", "institution_off"), ("no permission", "revoked"), ("removal", "removing")],
)
def test_r40_a_dry_run_says_what_stands_in_the_way_of_its_operations(world, stopped_by, paused):
    world.publish(1, start=9)
    match stopped_by:
        case "the switch":
            world.institution.current = replace(world.institution.current, write_enabled=False)
        case "no permission":
            world.change_claim(connection=Connection.REVOKED)
        case "removal":
            world.change_claim(removing_since_ms=world.clock.now_ms())
    (plan,) = on_demand(world).plan(WantedLinks(users=("u1",)))
    assert plan.paused == paused
    assert [operation.publication_id for operation in plan.operations] == ["p9"]


def test_r40_a_dry_run_of_too_many_is_refused(world):
    for n in range(30):
        world.connect(f"x{n}", f"0000-0001-0000-{n:04}")
    with pytest.raises(TooLargeError):
        on_demand(world).plan(WantedLinks(everybody=True))


def test_r7_everybody_is_told_also_whose_entry_in_the_due_index_is_moving_just_now(world):
    """By a visit that ends at this moment, say: the index is eventually consistent, its entries deleted and put."""
    world.writers.due = lambda lane, *, now_ms, limit: []
    assert on_demand(world).queue(WantedLinks(everybody=True), lane=Lane.NORMAL, reconcile=False) == 2


def test_r25_a_link_whose_permission_was_revoked_is_not_made_due_with_everybody(world):
    world.change_claim("u2", OTHER_ORCID_ID, connection=Connection.REVOKED)
    assert on_demand(world).queue(WantedLinks(everybody=True), lane=Lane.NORMAL, reconcile=False) == 1
