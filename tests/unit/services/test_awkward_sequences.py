"""Sequences that were found by playing at random (test_convergence.py), each reduced to what it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Outcome

from tests.builders import ORCID_ID, a_publication, a_relationship
from tests.world import World

HOUR_S, DAY_S = 3600, 86_400


@pytest.fixture
def world() -> World:
    return World.synced()


def dois(world: World) -> dict[str, list[str]]:
    return {
        publication_id: [item.value for item in work.external_ids if item.type == "doi"]
        for publication_id, work in world.on_record().items()
    }


def forget_ledger(world: World, *but: str) -> None:
    for publication_id in set(world.ledger.rows[ORCID_ID]) - set(but):
        del world.ledger.rows[ORCID_ID][publication_id]


def test_r28_publications_that_exchange_their_identifiers_do_so_on_the_record_at_once(world):
    world.feed(a_publication("p1", doi="10.5555/p2", version=2), a_publication("p2", doi="10.5555/p1", version=2))
    world.settle()
    assert dois(world) == {"p1": ["10.5555/p2"], "p2": ["10.5555/p1"], "p3": ["10.5555/p3"]}
    assert not any(entry.failure for entry in world.ledger.rows[ORCID_ID].values())


def test_r28_an_identifier_passed_on_along_a_chain_arrives_in_the_same_visit(world):
    world.feed(a_publication("p1", doi="10.5555/p2", version=2), a_publication("p2", doi="10.5555/new", version=2))
    world.settle()
    assert world.calls().count("update") == 3
    assert dois(world) == {"p1": ["10.5555/p2"], "p2": ["10.5555/new"], "p3": ["10.5555/p3"]}


def test_r28_a_ring_of_identifiers_is_finished_after_a_visit_that_ended_in_it(world):
    world.feed(a_publication("p1", doi="10.5555/p2", version=2), a_publication("p2", doi="10.5555/p1", version=2))
    world.registry.plan(Outcome.NO_ANSWER, skip=4)
    world.settle(ticks=10)
    assert dois(world) == {"p1": ["10.5555/p2"], "p2": ["10.5555/p1"], "p3": ["10.5555/p3"]}


def test_r23_works_that_the_ledger_forgot_go_too_when_the_record_could_not_be_read_at_first(world):
    forget_ledger(world, "p1")
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle()
    world.registry.set_state(ORCID_ID, None)
    world.clock.advance(HOUR_S)
    world.settle()
    assert world.on_record() == {}


def test_r39_a_removal_that_was_broken_off_is_not_later_taken_for_what_the_owner_did(world):
    world.feed(a_relationship("p1", version=2, hidden=True), a_relationship("p2", version=2, hidden=True))
    world.registry.before_call = lambda call: world.gate.allow_writing(False, config_rev=2)
    world.deliver()
    world.registry.before_call = None
    world.feed(a_relationship("p2", version=3))
    world.gate.allow_writing(True, config_rev=3)
    world.institution.current = replace(world.institution.current, rev=4)
    world.settle()
    entry = world.entry("p2")
    assert entry is not None
    assert entry.put_code is not None
    world.registry.owner_deletes(ORCID_ID, entry.put_code)
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.settle()
    assert set(world.on_record()) == {"p3"}
