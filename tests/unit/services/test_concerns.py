"""What a visit leaves for administrators to look at, and when it is over (R11, R38)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.work import ExternalId, IdRelationship, Work

from tests.builders import ORCID_ID, a_publication, a_relationship
from tests.fakes.registry import OUR_CLIENT
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    return world


def an_old_work(name: str) -> Work:
    """As an earlier batch of the institution's created it."""
    doi = ExternalId("doi", f"10.5555/{name}", IdRelationship.SELF)
    return Work(type="book", title=f"Old {name}", external_ids=(doi,))


def test_r11_works_of_ours_that_match_nothing_are_noted_until_they_match_or_go(world):
    first, second = world.registry.put_from(OUR_CLIENT, ORCID_ID, an_old_work("x1"), an_old_work("x2"))
    world.publish(1)
    world.settle()
    noted = world.ledger.unmatched(ORCID_ID)
    assert [(work.put_code, work.title, work.type) for work in noted] == [
        (first, "Old x1", "book"),
        (second, "Old x2", "book"),
    ]
    world.registry.owner_deletes(ORCID_ID, second)
    world.feed(a_publication("x1", doi="10.5555/x1"))
    world.feed(a_relationship("x1"))
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH, reconcile=True)
    world.settle()
    assert world.ledger.unmatched(ORCID_ID) == []
    assert world.entry("x1").put_code == first


def test_r11_of_many_unmatched_works_so_many_are_noted(world):
    world.registry.put_from(OUR_CLIENT, ORCID_ID, *(an_old_work(f"x{n}") for n in range(250)))
    world.publish(1)
    world.settle()
    assert len(world.ledger.unmatched(ORCID_ID)) == 200


def test_r38_a_failure_is_over_when_its_publication_is_left_out(world):
    world.registry.plan(Answer(Outcome.REFUSED, status=400, code="9001", message="no"), times=9, skip=1)
    world.publish(1)
    world.settle()
    assert world.entry("p1").failure is not None
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert world.entry("p1") is None


def test_r38_a_failed_update_is_over_when_what_is_on_orcid_is_wanted_again(world):
    world.publish(1)
    world.settle()
    world.registry.plan(Answer(Outcome.REFUSED, status=400, code="9001", message="no"))
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="Refused"))
    world.settle()
    assert world.entry("p1").failure is not None
    world.feed(a_publication("p1", doi="10.5555/p1", version=3))
    world.settle()
    assert world.entry("p1").failure is None
    assert world.entry("p1").on_orcid


def test_r39_a_mark_of_deletion_stays_with_a_publication_that_is_left_out(world):
    world.publish(1)
    world.settle()
    gone = world.ledger.put(ORCID_ID, replace(world.entry("p1"), put_code=None, deleted_at_orcid_ms=1))
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert world.entry("p1") == gone
