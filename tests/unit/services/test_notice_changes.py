"""Which links a change of the catalogue wakes, and in which lane (R18, R31, R33)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import ClaimStatus, Privacy
from orcid_sync.domain.catalogue_changes import PublicationChanged
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Mode

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_header, a_publication, a_relationship, a_user
from tests.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    world.publish(2)
    world.settle()
    return world


def lane_of(world: World) -> Lane | None:
    state = world.writers.get(ORCID_ID)
    assert state is not None
    return state.lane if state.woken and state.due_ms is not None else None


@pytest.mark.parametrize(
    "change",
    [
        {"hidden": True},
        {"status": ClaimStatus.REJECTED},
        {"status": ClaimStatus.PENDING},
        {"deleted": True},
        {"privacy": Privacy.INTERNAL},
        {"effective_privacy": Privacy.PRIVATE},
    ],
)
def test_r31_what_must_leave_at_once_takes_the_high_lane(world, change):
    world.feed(a_relationship("p1", version=2, **change))
    assert lane_of(world) is Lane.HIGH


@pytest.mark.parametrize("change", [{"favourite": True}, {"privacy": Privacy.PUBLIC}, {}])
def test_r31_everything_else_takes_its_turn(world, change):
    world.feed(a_relationship("p1", version=2, **change))
    assert lane_of(world) is Lane.NORMAL


@pytest.mark.parametrize(
    ("before", "after", "lane"),
    [
        ({"effective_privacy": Privacy.PUBLIC, "privacy": Privacy.PRIVATE}, {"privacy": Privacy.PRIVATE}, Lane.HIGH),
        ({"effective_privacy": Privacy.PUBLIC}, {}, Lane.HIGH),  # what publication and profile say counts again
        ({"privacy": Privacy.INTERNAL}, {"effective_privacy": Privacy.PRIVATE}, Lane.HIGH),
        ({"effective_privacy": Privacy.PRIVATE}, {"privacy": Privacy.PRIVATE}, Lane.NORMAL),
        ({"privacy": Privacy.PRIVATE}, {"effective_privacy": Privacy.PUBLIC, "privacy": Privacy.PRIVATE}, Lane.NORMAL),
    ],
)
def test_r18_a_level_that_the_ris_no_longer_works_out_can_make_a_work_private(world, before, after, lane):
    world.feed(a_relationship("p1", version=2, **before))
    world.settle()
    world.feed(a_relationship("p1", version=3, **after))
    assert lane_of(world) is lane


def test_r31_what_was_never_claimed_cannot_be_urgent(world):
    world.feed(a_relationship("p9", version=1, status=ClaimStatus.REJECTED))
    assert lane_of(world) is Lane.NORMAL


def test_r18_a_publication_made_private_is_urgent_for_all_its_users(world):
    world.connect("u2", OTHER_ORCID_ID)
    world.feed(a_relationship("p1", "u2"))
    world.settle()
    world.feed(replace(a_publication("p1", doi="10.5555/p1", version=2), privacy=Privacy.PRIVATE))
    assert {orcid_id for orcid_id, _ in world.queues.waiting[Lane.HIGH]} == {ORCID_ID, OTHER_ORCID_ID}


def test_r18_a_profile_made_private_is_urgent(world):
    world.feed(a_user(version=2, profile_privacy=Privacy.PRIVATE))
    assert lane_of(world) is Lane.HIGH


def test_a_batch_wakes_each_link_once(world):
    state = world.writers.get(ORCID_ID)
    assert state is not None
    world.feed(*(a_publication(p, doi=f"10.5555/{p}", version=2) for p in ("p1", "p2")))
    after = world.writers.get(ORCID_ID)
    assert after is not None
    assert after.wake == state.wake + 1


def test_r33_changes_of_a_user_who_left_queue_nothing(world):
    world.feed(a_user(version=2, login_allowed=False))
    world.feed(a_relationship("p1", version=2, hidden=True))
    assert lane_of(world) is None
    state = world.writers.get(ORCID_ID)
    assert state is not None
    assert state.due_ms is None


def test_a_link_that_does_not_write_is_not_woken(world):
    world.change_claim(mode=Mode.READ)
    world.settle()
    world.feed(a_relationship("p1", version=2, hidden=True))
    assert lane_of(world) is None


def test_a_header_worked_out_anew_by_a_newer_builder_is_nobodys_change(world):
    header = a_header("p1")
    change = PublicationChanged("p1", header, replace(header, builder_version=header.builder_version + 1))
    assert world.notice.notice([change]) == 0


def test_r59_a_return_noticed_while_the_leaving_still_is_does_not_leave_the_link_to_itself(world):
    """Shards of the stream are read beside each other: a change of a publication, say, and one of its user."""
    disown, returns = world.writers.disown, iter([a_user(version=3)])

    def slow(orcid_id: str, owner: str) -> None:
        for user in returns:
            world.feed(replace(user, orcid_ids=world.catalogue.users["u1"].orcid_ids))
        disown(orcid_id, owner)

    world.writers.disown = slow
    world.feed(replace(a_user(version=2, is_current=False), orcid_ids=world.catalogue.users["u1"].orcid_ids))
    assert world.writers.get(ORCID_ID).due_ms is not None
