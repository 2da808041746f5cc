"""A record that ORCID merged into another: what passes over, to whom, when, and how often (R54)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from orcid_sync.domain.errors import ConflictError, OrcidIdTakenError
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.merged import chain, inherited, merged_into
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.settings import Claiming, Connection, LinkSettings, Mode
from orcid_sync.services.connect import Access
from orcid_sync.services.settings import SettingsChange

from tests.builders import ORCID_ID as OLD
from tests.builders import OTHER_ORCID_ID as PRIMARY
from tests.builders import a_user
from tests.fakes.claims import FakeClaims
from tests.unit.services.page import ADA, READ, Page
from tests.unit.services.test_connect import BEN

THIRD = "0000-0001-2345-6789"
DAY_S = 86_400


@pytest.fixture
def page() -> Page:
    """Ada writes p1 to p4 to OLD, keeps p2 out, and has deleted p3 there; then ORCID merges OLD into PRIMARY."""
    page = Page()
    page.writing(orcid_id=OLD)
    page.settings.change(ADA, "u1", OLD, SettingsChange(include_private=True, favourites_only=False))
    page.world.publish(4)
    page.world.settle()
    page.single_works.exclude(ADA, "u1", OLD, "p2")
    page.world.settle()
    entry = page.world.entry("p3")
    assert entry is not None
    assert entry.put_code is not None
    page.world.registry.owner_deletes(OLD, entry.put_code)
    page.world.wake.link("u1", OLD, lane=Lane.NORMAL, reconcile=True)
    page.world.settle()
    assert page.world.on_record(OLD).keys() == {"p1", "p4"}
    page.world.registry.set_state(OLD, Outcome.DEPRECATED, primary=PRIMARY)
    return page


def learn(page: Page) -> None:
    """A look at the old record meets the merge; one with nothing to do makes no call (R36)."""
    page.world.wake.link("u1", OLD, lane=Lane.NORMAL, reconcile=True)
    page.world.settle()


def claim(page: Page, orcid_id: str = PRIMARY) -> Claim:
    found = page.world.claims.get("u1", orcid_id)
    assert found is not None
    return found


def test_r54_a_merged_record_names_the_primary_and_nothing_passes_before_consent(page: Page) -> None:
    learn(page)
    shown = page.link(orcid_id=OLD)
    assert (shown.standing.state, shown.standing.reason) == (LinkState.PAUSED, "deprecated")
    assert shown.writer is not None
    assert shown.writer.primary_orcid_id == PRIMARY
    assert page.world.claims.get("u1", PRIMARY) is None
    assert PRIMARY not in page.world.registry.records


def test_r54_settings_exclusions_and_marks_pass_over_and_writing_waits_for_the_users_word(page: Page) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    heir = claim(page)
    assert (heir.mode, heir.connection) == (Mode.READ, Connection.WRITE), "R16: never into `write` by itself"
    assert heir.settings == LinkSettings(published_only=True, include_private=True, favourites_only=False)
    assert heir.excluded == {"p2"}
    page.world.calls()
    page.world.settle()
    assert page.world.calls() == []
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    assert page.world.on_record(PRIMARY).keys() == {"p1", "p4"}
    reasons = {p: str(x.decision.reason) for p, x in page.show.look(page.find.one("u1", PRIMARY)).positions.items()}
    assert (reasons["p2"], reasons["p3"]) == ("excluded", "deleted_at_orcid")


def test_r54_the_old_link_is_over_listed_as_merged_and_no_longer_due(page: Page) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    page.world.calls()
    page.world.clock.advance(10 * DAY_S)
    page.world.settle()
    assert {call.orcid_id for call in page.world.registry.calls} <= {PRIMARY}
    shown = page.link(orcid_id=OLD)
    assert (shown.link.claim.mode, shown.standing.state, shown.standing.reason) == (
        Mode.CLAIM_ONLY,
        LinkState.PAUSED,
        "deprecated",
    )
    assert shown.next_check_ms is None
    assert shown.counts.on_orcid == 0, "ORCID deletes what stood on a merged record"
    assert shown.link.claim.settings.include_private, "its choices are still shown"
    actions = [(entry.action, entry.orcid_id) for entry in page.audit.entries]
    assert ("settings_passed_over", PRIMARY) in actions
    assert ("record_merged", OLD) in actions


def test_r54_the_old_link_switched_on_again_ends_where_it_was(page: Page) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(include_private=False))
    page.settings.change(ADA, "u1", OLD, SettingsChange(mode=Mode.WRITE))
    page.world.publish(1, start=9)
    page.world.settle()
    assert claim(page, OLD).mode is Mode.CLAIM_ONLY
    assert not claim(page).settings.include_private, "choices pass over once"
    state = page.world.writers.get(OLD)
    assert state.due_ms is None


def test_r54_a_merge_learnt_after_the_primary_was_connected_passes_over_as_well(page: Page) -> None:
    page.granted(orcid_id=PRIMARY)
    assert claim(page).settings == LinkSettings()
    learn(page)
    assert claim(page).settings.include_private
    assert claim(page).excluded == {"p2"}
    assert claim(page, OLD).mode is Mode.CLAIM_ONLY
    assert page.world.writers.get(OLD).due_ms is None


def test_r54_what_the_primary_link_has_of_its_own_stands(page: Page) -> None:
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(favourites_only=True))
    page.settings.choose_claiming(ADA, "u1", PRIMARY, Claiming.IGNORE)
    learn(page)
    heir = claim(page)
    assert heir.settings == LinkSettings(favourites_only=True)
    assert heir.claiming is Claiming.IGNORE
    assert heir.excluded == {"p2"}, "it had left out nothing yet"


def test_r54_r62_what_was_left_out_on_either_record_stays_out(page: Page) -> None:
    page.granted(orcid_id=PRIMARY)
    page.single_works.exclude(ADA, "u1", PRIMARY, "p4")
    learn(page)
    assert claim(page).excluded == {"p2", "p4"}
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    assert page.world.on_record(PRIMARY).keys() == {"p1"}


def test_r54_a_primary_that_is_written_to_already_goes_on_as_it_is(page: Page) -> None:
    page.writing(orcid_id=PRIMARY)
    page.world.settle()
    learn(page)
    heir = claim(page)
    assert (heir.settings, heir.excluded, heir.mode) == (LinkSettings(), frozenset(), Mode.WRITE)
    assert claim(page, OLD).mode is Mode.CLAIM_ONLY
    page.world.settle()
    assert page.world.on_record(PRIMARY).keys() == {"p1", "p2", "p3", "p4"}


def test_r54_r22_a_primary_that_another_user_writes_to_is_not_taken_and_reading_it_passes_choices_alone(
    page: Page,
) -> None:
    page.world.feed(a_user("u2", orcid_ids=()))
    page.writing(BEN, PRIMARY)
    learn(page)
    with pytest.raises(OrcidIdTakenError):
        page.granted(orcid_id=PRIMARY)
    assert page.world.claims.get("u1", PRIMARY) is None
    assert claim(page, OLD).mode is Mode.WRITE, "nothing was agreed to"
    page.granted(READ, access=Access.READ, orcid_id=PRIMARY)
    assert claim(page).excluded == {"p2"}
    with pytest.raises(OrcidIdTakenError):
        page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    ben = page.world.claims.get("u2", PRIMARY)
    assert ben is not None
    assert ben.excluded == frozenset()
    assert page.world.ledger.entries(PRIMARY, consistent=True) == {}


def test_r54_another_users_connection_of_the_primary_takes_nothing(page: Page) -> None:
    learn(page)
    page.world.feed(a_user("u2", orcid_ids=()))
    page.granted(actor=BEN, orcid_id=PRIMARY)
    ben = page.world.claims.get("u2", PRIMARY)
    assert ben is not None
    assert (ben.settings, ben.excluded) == (LinkSettings(), frozenset())
    assert claim(page, OLD).mode is Mode.WRITE


def test_r54_a_chain_of_merged_records_ends_in_the_last(page: Page) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    page.world.registry.set_state(PRIMARY, Outcome.DEPRECATED, primary=THIRD)
    page.world.wake.link("u1", PRIMARY, lane=Lane.NORMAL, reconcile=True)
    page.world.settle()
    page.granted(orcid_id=THIRD)
    page.settings.change(ADA, "u1", THIRD, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    last = claim(page, THIRD)
    assert last.excluded == {"p2"}
    assert last.settings.include_private
    assert last.succeeds == {OLD, PRIMARY}
    assert page.world.on_record(THIRD).keys() == {"p1", "p4"}


def test_r54_a_primary_that_was_not_told_passes_nothing_until_it_is(page: Page) -> None:
    page.world.registry.set_state(OLD, Outcome.DEPRECATED, primary=None)
    learn(page)
    page.granted(orcid_id=PRIMARY)
    assert claim(page).excluded == frozenset()
    assert page.link(orcid_id=OLD).standing.reason == "deprecated"
    page.world.registry.set_state(OLD, Outcome.DEPRECATED, primary=PRIMARY)
    page.world.clock.advance(DAY_S)
    page.world.settle()
    assert claim(page).excluded == {"p2"}


def test_r54_a_merge_that_ended_the_permission_too_still_reads_as_merged(page: Page) -> None:
    learn(page)
    page.world.registry.owner_revokes(OLD)
    page.world.clock.advance(DAY_S)
    page.world.settle()
    shown = page.link(orcid_id=OLD)
    assert (shown.link.claim.connection, shown.standing.reason) == (Connection.REVOKED, "deprecated")
    page.granted(orcid_id=PRIMARY)
    assert claim(page).excluded == {"p2"}


def test_r54_a_merged_record_cannot_be_emptied_and_its_removal_ends_all_the_same(page: Page) -> None:
    learn(page)
    page.remove_works.begin(ADA, "u1", OLD)
    page.granted(orcid_id=PRIMARY)
    assert claim(page, OLD).removing_since_ms is not None, "R23: frozen until it is over"
    assert claim(page).excluded == {"p2"}
    for _ in range(30):
        page.world.settle()
        page.world.clock.advance(3600)
    assert claim(page, OLD).removing_since_ms is None
    assert page.world.writers.get(OLD).due_ms is None


def test_r54_r39_what_the_user_wants_again_on_the_primary_record_is_not_marked_a_second_time(page: Page) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    page.single_works.resend(ADA, "u1", PRIMARY, "p3")
    page.world.settle()
    assert "p3" in page.world.on_record(PRIMARY)
    page.remove_works.begin(ADA, "u1", PRIMARY)
    page.world.settle()
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    page.world.settle()
    assert page.world.on_record(PRIMARY).keys() == {"p1", "p3", "p4"}, "R23 clears the marks"


class Broken(FakeClaims):
    """Fails at the n-th store from now on, once."""

    def __init__(self, stored: dict[tuple[str, str], Claim], at: int) -> None:
        super().__init__()
        self.stored, self.left = stored, at

    def put(self, claim: Claim) -> Claim:
        self.left -= 1
        if self.left == 0:
            raise ConnectionError("broken off")
        return super().put(claim)


@pytest.mark.parametrize("at", [2, 3])
def test_r54_passing_over_that_broke_off_is_made_good(page: Page, at: int) -> None:
    learn(page)
    claims = Broken(page.world.claims.stored, at)  # type: ignore[attr-defined]  # the world runs on fakes
    whole, merged = page.complete, replace(page.complete.merged, claims=claims)
    page.complete = replace(page.complete, claims=claims, merged=merged)
    with pytest.raises(ConnectionError):
        page.granted(orcid_id=PRIMARY)
    page.complete = whole
    page.world.clock.advance(DAY_S)
    page.world.settle()
    assert claim(page).excluded == {"p2"}
    assert claim(page, OLD).mode is Mode.CLAIM_ONLY
    assert [c.put_code for c in page.world.registry.calls if c.orcid_id == PRIMARY] == []


@pytest.mark.parametrize("stops_after", range(6))
def test_r54_r37_marks_moved_half_way_are_moved_by_the_next_visit(page: Page, stops_after: int) -> None:
    learn(page)
    page.granted(orcid_id=PRIMARY)
    page.settings.change(ADA, "u1", PRIMARY, SettingsChange(mode=Mode.WRITE))
    ledger, left = page.world.ledger, [stops_after]

    def breaking(call: Any) -> Any:
        def stand_in(orcid_id: str, entry: LedgerEntry) -> Any:
            left[0] -= 1
            if left[0] == -1:
                raise ConnectionError("broken off")
            return call(orcid_id, entry)

        return stand_in

    kept = ledger.put, ledger.delete
    ledger.put, ledger.delete = map(breaking, kept)
    try:
        page.world.settle()
    except ConnectionError:
        page.world.clock.advance(3600)
    ledger.put, ledger.delete = kept
    page.world.settle()
    assert page.world.on_record(PRIMARY).keys() == {"p1", "p4"}
    entry = page.world.entry("p3", PRIMARY)
    assert entry is not None
    assert entry.deleted_at_orcid_ms is not None
    assert page.world.ledger.entries(OLD, consistent=True) == {}


def test_r54_two_merged_records_pass_over_together_and_the_one_written_to_decides() -> None:
    read = Claim("u1", OLD, settings=LinkSettings(favourites_only=True), excluded=frozenset({"p1"}))
    wrote = Claim("u1", THIRD, mode=Mode.WRITE, settings=LinkSettings(published_only=False), excluded=frozenset({"p2"}))
    heir = inherited(Claim("u1", PRIMARY), [read, wrote])
    assert (heir.settings, heir.mode) == (wrote.settings, Mode.CLAIM_ONLY)
    assert heir.excluded == {"p1", "p2"}
    assert inherited(heir, [wrote, read]) == heir
    emptied = replace(heir, settings=LinkSettings(), excluded=frozenset())
    assert inherited(emptied, [wrote, read]) == emptied, "once, also when it is undone by hand"


def test_r54_a_ring_of_merged_records_ends() -> None:
    primaries = {OLD: PRIMARY, PRIMARY: THIRD, THIRD: OLD}
    assert chain(OLD, primaries) == [OLD, PRIMARY, THIRD]
    assert merged_into(THIRD, [PRIMARY, THIRD, OLD], primaries) == sorted([OLD, PRIMARY])
    assert merged_into(PRIMARY, [OLD], {}) == []


def test_r54_a_link_that_keeps_changing_is_left_for_later(page: Page) -> None:
    learn(page)

    class Busy(FakeClaims):
        def put(self, claim: Claim) -> Claim:
            raise ConflictError("busy")

    busy = Busy()
    busy.stored = page.world.claims.stored  # type: ignore[attr-defined]  # the world runs on fakes
    page.granted(READ, access=Access.READ, orcid_id=THIRD)
    with pytest.raises(ConflictError):
        replace(page.complete.merged, claims=busy)._pass_over("u1", THIRD, {OLD: THIRD})
