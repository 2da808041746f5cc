"""The contracts of what is remembered of reading an Elements server (R45)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_elements import DynamoDbPullIndex, DynamoDbPullStates
from orcid_sync.domain.elements_pull import KnownUser, PullState, UserToCompare
from orcid_sync.domain.errors import ConflictError
from orcid_sync.ports.elements import PullIndex, PullStates

from tests.fakes.elements import FakePullIndex, FakePullStates

ADA, BEN = KnownUser("ada", "7", "run-1"), KnownUser("ben@x", "8", "run-1")


@pytest.fixture
def states(backend: str, request: pytest.FixtureRequest) -> PullStates:
    return FakePullStates() if backend == "fake" else DynamoDbPullStates(request.getfixturevalue("aws").sync)


@pytest.fixture
def index(backend: str, request: pytest.FixtureRequest) -> PullIndex:
    return FakePullIndex() if backend == "fake" else DynamoDbPullIndex(request.getfixturevalue("aws").sync)


def test_r45_how_far_reading_has_come_is_kept_whole(states: PullStates) -> None:
    assert states.get() == PullState()
    begun = PullState().begun(1_793_606_400_000, full=False)
    stored = states.put(begun.page_read("https://x/2", 1_793_606_400_000).troubled("Away.", 5))
    assert states.get() == stored == replace(stored, rev=1)
    again = states.put(replace(stored.troubled(None, 6), precedence=("wos", "manual"), listing=None))
    assert states.get() == again
    assert again.precedence == ("wos", "manual")


def test_r45_of_two_who_read_at_once_one_is_told(states: PullStates) -> None:
    first = states.put(PullState())
    with pytest.raises(ConflictError):
        states.put(PullState())
    states.put(first)
    with pytest.raises(ConflictError):
        states.put(first)


def test_r45_users_are_found_by_the_servers_id(index: PullIndex) -> None:
    index.note_users([ADA, BEN])
    assert index.users(["7", "9"]) == {"7": ADA}
    index.note_users([replace(ADA, run_id="run-2")])
    assert set(index.all_users()) == {replace(ADA, run_id="run-2"), BEN}
    index.forget_user(BEN)
    index.forget_user(BEN)
    assert index.all_users() == (replace(ADA, run_id="run-2"),)


def test_r45_of_a_relationship_it_is_remembered_whose_it_is(index: PullIndex) -> None:
    index.note_ties({"500": "7", "501": "7"})
    index.note_ties({"501": "8"})
    assert index.ties(["500", "501", "502"]) == {"500": "7", "501": "8"}
    assert index.ties([]) == {}


def test_r45_a_mark_that_came_while_comparing_stays(index: PullIndex) -> None:
    early, late = UserToCompare("ada", "7", 1), UserToCompare("ada", "7", 2)
    index.mark([early, UserToCompare("ben", "8", 1)])
    assert index.marked(limit=1) == (early,)
    index.mark([late])
    index.unmark(early)
    assert set(index.marked(limit=9)) == {late, UserToCompare("ben", "8", 1)}
    index.unmark(late)
    index.unmark(late)
    assert index.marked(limit=9) == (UserToCompare("ben", "8", 1),)
    index.mark([])


def test_r45_two_users_of_one_name_are_both_compared(index: PullIndex) -> None:
    before, anew = UserToCompare("ada", "7", 1), UserToCompare("ada", "9", 1)
    index.mark([before])
    index.mark([anew])
    assert set(index.marked(limit=9)) == {before, anew}
    index.unmark(before)
    assert index.marked(limit=9) == (anew,)
