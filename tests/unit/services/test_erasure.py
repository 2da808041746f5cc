"""Erasing a user and taking them back (R48)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from orcid_sync.domain.erasure import ErasureState
from orcid_sync.domain.errors import (
    ConflictError,
    FrozenError,
    NotFoundError,
    RegistryUnavailableError,
    WriteIntegrationDisabledError,
)
from orcid_sync.domain.feed_items import ParsedItem
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.ports.authorisation import AuthorisationError
from orcid_sync.services.erase import Erase
from orcid_sync.services.import_feed import ERASED, ImportFeed
from orcid_sync.services.release import Release
from orcid_sync.services.request_erasure import RequestErasure

from tests.builders import ORCID_ID, a_relationship, a_user
from tests.fakes.erasures import FakeErasures, FakePersonalData
from tests.unit.services.page import ADA, BOSS, Page
from tests.unit.services.test_connect import BEN


class Office(Page):
    """Ada writes and has two works on her record."""

    def __init__(self) -> None:
        super().__init__()
        world: Any = self.world
        self.erasures = FakeErasures()
        self.request = RequestErasure(
            self.find,
            self.remove_works,
            world.claims,
            world.writers,
            self.erasures,
            world.events,
            self.audit,
            world.clock,
        )
        self.erase = Erase(
            self.erasures,
            FakePersonalData(world.catalogue, self.audit),
            world.claims,
            world.writers,
            world.ledger,
            Release(world.claims, world.writers, world.ledger, world.catalogue, self.audit, world.clock),
            self.disconnect,
            self.audit,
            world.events,
            world.clock,
            new_pseudonym=lambda: "erased-1",
        )
        self.heard = 0
        self.writing()
        world.publish(2)
        world.settle()

    def hear(self) -> None:
        """What the connect function does with the events of the bus."""
        while self.world.disconnected:
            self.erase.removal_finished(*self.world.disconnected.pop())
        events = self.world.events.of_type("Erasure Requested")
        for event in events[self.heard :]:
            self.erase.go_on(str(event["user_id"]))
        self.heard = len(events)

    def nothing_is_left(self) -> bool:
        world: Any = self.world
        ledger = (world.ledger.rows[ORCID_ID], world.ledger.history[ORCID_ID, "u1"])
        stored = (world.claims.of_user("u1"), world.vault.held, world.catalogue.users, world.catalogue.relationships)
        return not any((*ledger, *stored)) and world.writers.get(ORCID_ID) is None


@pytest.fixture
def office() -> Office:
    return Office()


def test_r48_everything_of_a_user_goes_and_works_stay_if_wished(office: Office) -> None:
    begun = office.request.begin(BOSS, "u1", remove=False)
    assert begun.state is ErasureState.ERASING
    office.hear()
    assert office.nothing_is_left()
    assert len(office.authorisation.revoked) == 1
    assert len(office.world.on_record()) == 2
    done = office.request.status("u1")
    assert (done.state, dict(done.left)) == (ErasureState.ERASED, {})
    assert [event["user_id"] for event in office.world.events.of_type("User Erased")] == ["u1"]


def test_r48_the_audit_trail_keeps_time_and_action_under_a_pseudonym(office: Office) -> None:
    before = [(entry.at_ms, entry.action) for entry in office.audit.entries]
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    after = [(entry.at_ms, entry.action) for entry in office.audit.entries]
    assert after[: len(before)] == before
    assert [action for _, action in after[len(before) :]] == ["erasure_requested", "user_erased"]
    for entry in office.audit.entries:
        assert "u1" not in (entry.by, entry.user_id)
        assert (entry.orcid_id, entry.before) == (None, None)
    assert {entry.user_id for entry in office.audit.entries} == {"erased-1"}


def test_r48_works_go_first_if_wished(office: Office) -> None:
    office.request.begin(BOSS, "u1", remove=True)
    office.hear()
    assert not office.nothing_is_left()
    assert office.request.status("u1").state is ErasureState.ERASING
    office.world.settle()
    office.hear()
    assert office.world.on_record() == {}
    assert office.nothing_is_left()
    assert office.request.status("u1").state is ErasureState.ERASED


def test_r48_works_that_cannot_be_removed_do_not_stop_it_and_are_reported_by_put_code(office: Office) -> None:
    put_codes = tuple(sorted(office.world.registry.ours(ORCID_ID)))
    office.world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    office.request.begin(BOSS, "u1", remove=True)
    for _ in range(30):
        office.world.settle(ticks=1)
        office.world.clock.advance(3600)
    office.hear()
    assert office.nothing_is_left()
    assert dict(office.request.status("u1").left) == {ORCID_ID: put_codes}


def test_r10_works_are_not_removed_while_writing_is_switched_off_but_a_user_can_be_erased(office: Office) -> None:
    office.world.institution.current = type(office.world.institution.current)(search_enabled=True)
    with pytest.raises(WriteIntegrationDisabledError):
        office.request.begin(BOSS, "u1", remove=True)
    assert office.erasures.stored == {}
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert office.nothing_is_left()


def test_r48_a_ledger_that_an_earlier_claim_left_behind_goes_too(office: Office) -> None:
    office.world.feed(a_user(version=2, orcid_ids=()))
    office.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=True)
    assert office.world.claims.of_user("u1") == ()
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert office.nothing_is_left()


def test_r48_an_erasure_that_broke_off_goes_on_when_it_is_asked_for_again(office: Office) -> None:
    office.authorisation.failing = AuthorisationError("later", passing=True)
    office.request.begin(BOSS, "u1", remove=False)
    with pytest.raises(RegistryUnavailableError):
        office.hear()
    assert office.request.status("u1").state is ErasureState.ERASING
    office.authorisation.failing = None
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert office.nothing_is_left()
    assert [e.action for e in office.audit.entries].count("erasure_requested") == 1


def test_r48_a_visit_under_way_is_told_to_stop_and_waited_for(office: Office) -> None:
    world: Any = office.world
    seen: list[bool] = []

    def erase_meanwhile(_: object) -> None:
        if not seen:
            seen.append(True)
            office.request.begin(BOSS, "u1", remove=False)
            with pytest.raises(ConflictError):
                office.erase.go_on("u1")

    world.registry.before_call = erase_meanwhile
    world.publish(1, start=9)
    world.settle()
    assert seen
    office.hear()
    assert office.nothing_is_left()


def test_r48_later_feed_items_are_ignored_until_the_user_is_taken_back(office: Office) -> None:
    office.request.begin(BOSS, "u1", remove=False)
    with pytest.raises(FrozenError):
        office.request.readmit(BOSS, "u1")
    office.hear()
    feed = ImportFeed(office.world.catalogue, 1, office.erasures)
    items = [ParsedItem(a_user(version=9)), ParsedItem(a_relationship("p1", version=9)), ParsedItem(a_user("u2"))]
    for parallel in (1, 4):
        report = ImportFeed(office.world.catalogue, parallel, office.erasures).store(items[:2])
        assert (report.accepted, report.stale, [w.message for w in report.warnings]) == (0, 2, [ERASED, ERASED])
    assert feed.store(items[2:]).accepted == 1
    office.request.readmit(BOSS, "u1")
    assert feed.store(items[:2]).accepted == 2
    with pytest.raises(NotFoundError):
        office.request.status("u1")


def test_r48_what_nobody_knows_cannot_be_erased_and_erasing_twice_changes_nothing(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.request.begin(BOSS, "nobody", remove=False)
    with pytest.raises(NotFoundError):
        office.request.readmit(BOSS, "u1")
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    done = office.request.status("u1")
    assert office.request.begin(BOSS, "u1", remove=True) == done
    office.erase.go_on("u1")
    office.erase.removal_finished("u1", ORCID_ID)
    assert len(office.world.events.of_type("User Erased")) == 1


def test_r48_a_refused_token_does_not_stop_an_erasure(office: Office) -> None:
    office.world.registry.plan(Answer(Outcome.UNAUTHORISED), times=9)
    office.authorisation.failing = AuthorisationError("no such token", passing=False)
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert office.nothing_is_left()


class Batch(ImportFeed):
    """A batch of the feed, while which `meanwhile` happens: after it has asked who was erased, before it stores."""

    def _erased(self, items: Sequence[ParsedItem]) -> frozenset[str]:
        found = super()._erased(items)
        MEANWHILE.pop()()
        return found


MEANWHILE: list[Callable[[], None]] = []
NEWER = [ParsedItem(a_user(version=9)), ParsedItem(a_relationship("p7", version=9))]


def test_r48_a_batch_of_the_feed_under_way_does_not_bring_an_erased_user_back(office: Office) -> None:
    def erase() -> None:
        office.request.begin(BOSS, "u1", remove=False)
        office.hear()

    MEANWHILE.append(erase)
    Batch(office.world.catalogue, 1, office.erasures).store(NEWER)
    assert office.nothing_is_left()


def test_r48_what_a_batch_stored_behind_the_purge_goes_with_the_end_of_the_erasure(office: Office) -> None:
    feed = ImportFeed(office.world.catalogue, 1, None)  # it has asked already, and stores now
    purge = office.erase.personal_data.purge
    times: list[int] = []

    def purged(user_id: str, orcid_ids: Iterable[str]) -> None:
        purge(user_id, orcid_ids)
        times.append(1)
        if len(times) == 1:
            feed.store(NEWER)

    office.erase.personal_data.purge = purged  # type: ignore[method-assign]
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert office.nothing_is_left()


def test_r48_what_a_batch_that_broke_off_left_goes_when_it_is_sent_again(office: Office) -> None:
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    ImportFeed(office.world.catalogue, 1, None).store(NEWER)
    assert not office.nothing_is_left()
    assert ImportFeed(office.world.catalogue, 1, office.erasures).store(NEWER).stale == 2
    assert office.nothing_is_left()


def test_r48_the_history_of_an_id_that_was_released_goes_too_and_its_next_owners_stays(office: Office) -> None:
    world: Any = office.world
    office.erase.release.release(BOSS, ORCID_ID)
    world.feed(a_user("u2", orcid_ids=()))
    office.writing(BEN)
    world.publish(1, user_id="u2", start=8)
    world.settle()
    office.request.begin(BOSS, "u1", remove=False)
    office.hear()
    assert world.ledger.attempts(ORCID_ID, "u1", "p1", limit=9, cursor=None) == ([], None)
    assert len(world.ledger.attempts(ORCID_ID, "u2", "p8", limit=9, cursor=None)[0]) == 1
    assert world.ledger.entries(ORCID_ID, consistent=True).keys() == {"p8"}
