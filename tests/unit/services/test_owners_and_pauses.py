"""What the next owner of an iD does not see, what is told once, and what a pause does not keep for ever."""

from __future__ import annotations

import pytest
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.services.release import Release
from orcid_sync.services.settings import SettingsChange

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.unit.services.page import ADA, BOSS, Page
from tests.unit.services.test_connect import BEN

DAY_S = 86_400


@pytest.fixture
def page() -> Page:
    """Ada writes p1 and p2."""
    page = Page()
    page.writing()
    page.world.publish(2)
    page.world.settle()
    return page


def release(page: Page) -> None:
    world = page.world
    Release(world.claims, world.writers, world.ledger, world.catalogue, page.audit, world.clock).release(BOSS, ORCID_ID)


def ben_writes(page: Page) -> None:
    page.world.feed(a_user("u2", name="Ben Iyer", orcid_ids=()), a_relationship("p1", "u2"))
    page.writing(BEN)


def test_r22_r63_the_next_owner_of_an_id_reads_no_attempt_of_the_owner_before(page: Page) -> None:
    release(page)
    ben_writes(page)
    page.world.settle()
    seen, _ = page.publications.history("u2", ORCID_ID, "p1", limit=9, cursor=None)
    assert [attempt.operation for attempt in seen] == ["update", "adopt"]
    own, _ = page.publications.history("u1", ORCID_ID, "p1", limit=9, cursor=None)
    assert [attempt.operation for attempt in own] == ["add"], "what was done for Ada stays hers to see"


def test_r22_refusals_and_marks_of_the_owner_before_do_not_concern_the_next(page: Page) -> None:
    world = page.world
    world.registry.plan(Answer(Outcome.REFUSED, status=400, code="9020", message="no"))
    world.publish(1, start=3)
    world.settle()
    gone, hidden, refused = world.entry("p1"), world.entry("p2"), world.entry("p3")
    assert gone is not None
    assert gone.put_code is not None
    assert hidden is not None
    assert refused is not None
    assert refused.failure is not None
    world.registry.owner_deletes(ORCID_ID, gone.put_code)
    world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.feed(a_relationship("p2", version=2, hidden=True))
    world.settle()
    assert world.on_record() == {}
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    world.feed(a_relationship("p3", "u2"))
    ben_writes(page)
    listed = page.show.look(page.find.one("u2", ORCID_ID)).positions
    assert {p: str(x.state) for p, x in listed.items()} == {"p1": "waiting_add", "p3": "waiting_add"}
    world.settle()
    assert world.on_record().keys() == {"p1", "p3"}


@pytest.mark.parametrize("state", [Outcome.LOCKED, Outcome.DEPRECATED, Outcome.DEACTIVATED])
def test_r58_a_pause_is_told_once_and_again_when_its_reason_changes(page: Page, state: Outcome) -> None:
    world = page.world
    world.registry.set_state(ORCID_ID, state)
    world.publish(1, start=3)
    for _ in range(4):
        world.settle()
        world.clock.advance(DAY_S)
    assert [event["reason"] for event in world.events.of_type("Link Paused")] == [state.value]
    world.registry.set_state(ORCID_ID, Outcome.UNCLAIMED)
    for _ in range(2):
        world.clock.advance(DAY_S)
        world.settle()
    assert [event["reason"] for event in world.events.of_type("Link Paused")] == [state.value, "unclaimed"]
    world.registry.set_state(ORCID_ID, None)
    world.clock.advance(DAY_S)
    world.settle()
    world.registry.set_state(ORCID_ID, Outcome.UNCLAIMED)
    world.publish(1, start=4)
    world.settle()
    assert len(world.events.of_type("Link Paused")) == 3


def test_r58_a_full_record_is_told_once(page: Page) -> None:
    world = page.world
    world.registry.capacity = 2
    world.publish(1, start=3)
    for _ in range(4):
        world.settle()
        world.clock.advance(DAY_S)
    assert [event["reason"] for event in world.events.of_type("Link Paused")] == ["full"]


def test_9017_is_a_fault_of_ours_that_reconnecting_mends(page: Page) -> None:
    world = page.world
    world.registry.plan(Answer(Outcome.WRONG_RECORD, status=401, code="9017", message="401 Unauthorized"))
    world.publish(1, start=3)
    world.settle()
    link = page.link()
    assert (link.standing.state, link.standing.reason) == (LinkState.PAUSED, "revoked")
    assert link.link.claim.connection is Connection.REVOKED
    assert link.last_error is not None
    assert "belongs to another ORCID record" in link.last_error
    assert world.events.of_type("Link Revoked") == [], "nobody revoked anything"
    assert len(world.events.of_type("Link Paused")) == 1
    page.granted()
    world.settle()
    assert "p3" in world.on_record()


@pytest.mark.parametrize("reading_first", [False, True])
@pytest.mark.parametrize("own_calls", [True, False])
def test_r23_a_registry_that_pauses_everybody_for_a_day_does_not_keep_the_settings_frozen(
    page: Page, own_calls: bool, reading_first: bool
) -> None:
    world = page.world
    if reading_first:
        world.wake.link("u1", ORCID_ID, lane=Lane.NORMAL, reconcile=True)
    world.registry.plan(Outcome.SLOW_DOWN, times=10_000)
    page.remove_works.begin(ADA, "u1", ORCID_ID)
    for _ in range(27):
        if not own_calls:
            now_ms = world.clock.now_ms()
            world.gate.pause(now_ms=now_ms, call_began_ms=now_ms, retry_after_seconds=3600.0)
            if page.link().link.claim.removing_since_ms is not None:
                page.remove_works.begin(ADA, "u1", ORCID_ID)  # pressed again: a look at once, also in a pause
        world.settle(ticks=1)
        world.clock.advance(3600)
    link = page.link()
    assert link.link.claim.removing_since_ms is None
    assert link.link.claim.mode is Mode.READ
    left = [entry for entry in world.ledger.entries(ORCID_ID, consistent=True).values() if entry.on_orcid]
    assert len(left) == 2
    assert all(entry.failure is not None and entry.failure.message for entry in left)


def test_r23_a_pause_within_the_day_ends_nothing(page: Page) -> None:
    world = page.world
    world.registry.plan(Answer(Outcome.SLOW_DOWN, retry_after_seconds=60.0), times=3)
    page.remove_works.begin(ADA, "u1", ORCID_ID)
    world.deliver()
    assert page.link().link.claim.removing_since_ms is not None
    world.clock.advance(3600)
    world.settle()
    world.clock.advance(3600)
    world.settle()
    assert world.on_record() == {}


def test_r11_r22_first_contact_adopts_also_when_nothing_is_to_be_sent(page: Page) -> None:
    """Ada's p1 stays on the record when the iD is released; Ben, who hides it, is the next."""
    release(page)
    page.world.feed(a_user("u2", orcid_ids=()), a_relationship("p1", "u2", hidden=True))
    page.writing(BEN)
    page.world.settle()
    assert page.world.on_record().keys() == {"p2"}, "p2 is none of Ben's and left alone (R11)"


def test_r36_first_contact_of_one_without_publications_makes_no_call() -> None:
    page = Page()
    page.writing()
    page.world.settle()
    assert page.world.calls() == []
    page.world.feed(a_publication("p1", publication_status="submitted"), a_relationship("p1"))
    page.world.settle()
    assert page.world.calls() == ["read"], "once, for what may stand there from before (R11)"
    page.world.clock.advance(10 * DAY_S)
    page.world.settle()
    assert page.world.calls() == []
