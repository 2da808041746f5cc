"""Run sync, single works and the removal of everything (R23, R24, R62, R38, R39)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import Privacy
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import State
from orcid_sync.domain.errors import (
    FrozenError,
    InvalidError,
    NotFoundError,
    NotInWriteModeError,
    PausedError,
    UserInactiveError,
    WriteIntegrationDisabledError,
)
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.settings import Connection, InstitutionSettings, Mode
from orcid_sync.services.publications import Filters
from orcid_sync.services.settings import SettingsChange
from orcid_sync.services.single_works import MOST_EXCLUDED

from tests.builders import ORCID_ID, a_relationship, a_user
from tests.unit.services.page import ADA, BOSS, Page


@pytest.fixture
def page() -> Page:
    """Ada writes, and three works are on her record."""
    page = Page()
    page.writing()
    page.world.publish(3)
    page.world.settle()
    page.world.calls()
    return page


def states(page: Page) -> dict[str, tuple[State, Reason | None]]:
    found = page.publications.page("u1", ORCID_ID, Filters(), limit=500, after=None).positions
    return {p.decision.publication_id: (p.state, p.decision.reason) for p in found}


def test_r24_ten_presses_while_one_waits_cost_one_sync(page: Page) -> None:
    for _ in range(10):
        page.run_sync.run(ADA, "u1", ORCID_ID)
    assert page.link().standing.state is LinkState.QUEUED
    assert page.world.queues.depth(Lane.HIGH) == 1
    assert len(page.world.deliver()) == 1
    assert page.link().standing.state is LinkState.IDLE
    assert [entry.action for entry in page.audit.entries].count("sync_run") == 10


def test_r24_run_sync_says_why_it_cannot_run(page: Page) -> None:
    settings = page.world.institution.settings()
    page.world.institution.put_settings(InstitutionSettings(rev=settings.rev))
    with pytest.raises(WriteIntegrationDisabledError):
        page.run_sync.run(ADA, "u1", ORCID_ID)
    page.world.institution.put_settings(replace(settings, rev=settings.rev + 1))
    page.world.feed(a_user(version=2, login_allowed=False))
    with pytest.raises(UserInactiveError):
        page.run_sync.run(BOSS, "u1", ORCID_ID)
    page.world.feed(a_user(version=3, orcid_ids=()))
    with pytest.raises(PausedError, match="no longer lists"):
        page.run_sync.run(ADA, "u1", ORCID_ID)
    page.settings.claim(ADA, "u1", ORCID_ID)
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    with pytest.raises(NotInWriteModeError):
        page.run_sync.run(ADA, "u1", ORCID_ID)


def test_r25_run_sync_with_a_revoked_connection_is_refused(page: Page) -> None:
    page.world.registry.owner_revokes(ORCID_ID)
    page.world.publish(1, start=4)
    page.world.settle()
    with pytest.raises(PausedError, match="reconnect"):
        page.run_sync.run(ADA, "u1", ORCID_ID)


def test_r54_run_sync_has_a_record_looked_at_again(page: Page) -> None:
    page.world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    page.world.publish(1, start=4)
    page.world.settle()
    assert (page.link().standing.state, page.link().standing.reason) == (LinkState.PAUSED, "locked")
    page.world.registry.set_state(ORCID_ID, None)
    page.run_sync.run(ADA, "u1", ORCID_ID)
    page.world.deliver()
    assert page.link().standing.state is LinkState.IDLE
    assert "p4" in page.world.on_record()


def test_r62_a_sent_work_that_is_left_out_goes_at_once_and_comes_back(page: Page) -> None:
    page.single_works.exclude(ADA, "u1", ORCID_ID, "p1")
    page.single_works.exclude(ADA, "u1", ORCID_ID, "p1")
    assert states(page)["p1"] == (State.WAITING_REMOVE, Reason.EXCLUDED)
    page.world.deliver()  # without a tick of the schedule: it stands in the high-priority queue
    assert page.world.on_record().keys() == {"p2", "p3"}
    page.single_works.include(ADA, "u1", ORCID_ID, "p1")
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2", "p3"}


def test_r62_exclusions_outlive_changes_of_mode(page: Page) -> None:
    page.single_works.exclude(ADA, "u1", ORCID_ID, "p1")
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    assert page.world.on_record().keys() == {"p2", "p3"}


def test_r62_only_works_of_ones_own_are_left_out_and_not_without_end(page: Page) -> None:
    with pytest.raises(NotFoundError):
        page.single_works.exclude(ADA, "u1", ORCID_ID, "p99")
    claim = page.world.claims.get("u1", ORCID_ID)
    assert claim is not None
    page.world.claims.put(replace(claim, excluded=frozenset(f"x{n}" for n in range(MOST_EXCLUDED))))
    with pytest.raises(InvalidError, match="favourites"):
        page.single_works.exclude(ADA, "u1", ORCID_ID, "p1")


def test_r39_a_work_deleted_at_orcid_comes_back_only_by_resend(page: Page) -> None:
    entry = page.world.entry("p1")
    assert entry is not None
    assert entry.put_code is not None
    page.world.registry.owner_deletes(ORCID_ID, entry.put_code)
    page.world.wake.link("u1", ORCID_ID, lane=Lane.HIGH, reconcile=True)
    page.world.settle()
    assert states(page)["p1"] == (State.LEFT_OUT, Reason.DELETED_AT_ORCID)
    page.single_works.resend(ADA, "u1", ORCID_ID, "p1")
    page.world.settle()
    assert states(page)["p1"] == (State.SENT, None)


def test_resend_of_what_was_never_tried_is_not_found(page: Page) -> None:
    with pytest.raises(NotFoundError):
        page.single_works.resend(ADA, "u1", ORCID_ID, "p99")


def test_r23_removal_freezes_the_settings_until_everything_is_gone(page: Page) -> None:
    assert page.remove_works.begin(ADA, "u1", ORCID_ID)
    assert page.remove_works.begin(ADA, "u1", ORCID_ID), "again while under way"
    assert page.link().standing.state is LinkState.REMOVING
    for refused in (
        lambda: page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ)),
        lambda: page.run_sync.run(ADA, "u1", ORCID_ID),
        lambda: page.single_works.exclude(ADA, "u1", ORCID_ID, "p1"),
        lambda: page.single_works.resend(ADA, "u1", ORCID_ID, "p1"),
    ):
        with pytest.raises(FrozenError):
            refused()
    page.world.deliver()
    view = page.link()
    assert page.world.on_record() == {}
    assert (view.standing.state, view.link.claim.mode) == (LinkState.IDLE, Mode.READ)
    assert view.link.claim.connection is Connection.WRITE


def test_r23_with_nothing_sent_the_mode_changes_at_once() -> None:
    page = Page()
    page.writing()
    page.world.settle()
    assert not page.remove_works.begin(ADA, "u1", ORCID_ID)
    assert page.link().link.claim.mode is Mode.READ
    assert page.world.writers.get(ORCID_ID).due_ms is None


def test_r33_removal_works_for_a_user_who_has_left(page: Page) -> None:
    page.world.feed(a_user(version=2, is_current=False))
    assert page.remove_works.begin(BOSS, "u1", ORCID_ID)
    page.world.settle()
    assert page.world.on_record() == {}


def test_r22_one_users_removal_leaves_anothers_works_alone(page: Page) -> None:
    ben = Actor("u2")
    page.world.feed(a_user("u2", orcid_ids=()))
    page.settings.claim(ben, "u2", ORCID_ID)
    assert not page.remove_works.begin(ben, "u2", ORCID_ID)
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2", "p3"}


def test_r31_a_private_relationship_is_shown_as_leaving(page: Page) -> None:
    page.world.feed(a_relationship("p1", version=2, privacy=Privacy.PRIVATE))
    assert states(page)["p1"] == (State.WAITING_REMOVE, Reason.PRIVATE)
