"""When the registry cannot tell tokens it refuses everybody's: nobody has to connect again for that (R25)."""

from __future__ import annotations

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.catalogue import ClaimedId
from orcid_sync.domain.links import PauseReason
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection

from tests.builders import a_publication, a_relationship, a_user
from tests.world import World

HOUR_S = 3_600
REFUSED = Answer(Outcome.UNAUTHORISED, status=401, code="invalid_token", message="Invalid access token: ***")
IDS = {f"u{n:02}": f"0000-0003-0000-{n:04}" for n in range(30)}


@pytest.fixture
def world() -> World:
    """Thirty researchers, each with a work on the record and another that is to come."""
    world = World()
    for user_id, orcid_id in IDS.items():
        world.feed(a_user(user_id, orcid_ids=(ClaimedId(orcid_id, 0),)))
        world.connect(user_id, orcid_id)
        publishes(world, user_id, "one")
    world.settle()
    for user_id in IDS:
        publishes(world, user_id, "two")
    world.calls()
    return world


def publishes(world: World, user_id: str, name: str) -> None:
    publication_id = f"{name}-{user_id}"
    world.feed(a_publication(publication_id, doi=f"10.5555/{publication_id}"), a_relationship(publication_id, user_id))


def connections(world: World) -> list[Connection]:
    found = [world.claims.get(user_id, orcid_id) for user_id, orcid_id in IDS.items()]
    return [claim.connection for claim in found if claim is not None]


def test_r25_an_outage_of_the_registrys_token_check_makes_hardly_anybody_connect_again(world: World) -> None:
    world.registry.plan(REFUSED, times=10_000)
    world.settle(ticks=30)
    states = [world.writers.get(orcid_id) for orcid_id in IDS.values()]
    assert sum(state.pause is PauseReason.REGISTRY_UNAVAILABLE for state in states if state is not None) == 21
    world.registry.faults.clear()
    world.settle(ticks=60)
    assert connections(world).count(Connection.REVOKED) == 9
    kept = [
        orcid_id
        for orcid_id, connection in zip(IDS.values(), connections(world), strict=True)
        if connection is Connection.WRITE
    ]
    assert all(len(world.on_record(orcid_id)) == 2 for orcid_id in kept)
    failed = [e for o in kept for e in world.ledger.entries(o, consistent=True).values() if e.failure is not None]
    assert failed == [], "the works had nothing to do with it"


def test_r25_thirty_who_withdraw_their_permission_at_once_are_believed_within_two_hours(world: World) -> None:
    for orcid_id in IDS.values():
        world.registry.owner_revokes(orcid_id)
    world.settle(ticks=120)
    assert connections(world) == [Connection.REVOKED] * 30
    world.calls()
    world.clock.advance(48 * HOUR_S)
    world.settle()
    assert world.calls() == [], "nothing is retried"


def test_r25_updates_that_met_the_outage_are_not_blamed_for_it(world: World) -> None:
    world.settle()
    for user_id in IDS:
        world.feed(a_publication(f"one-{user_id}", doi=f"10.5555/one-{user_id}", version=2, title="Another title"))
    world.registry.plan(REFUSED, operation=Operation.UPDATE, times=10_000)
    world.settle(ticks=30)
    entries = [e for o in IDS.values() for e in world.ledger.entries(o, consistent=True).values()]
    assert [entry for entry in entries if entry.failure is not None] == []
