"""The settings page: links, claiming, modes, ownership (R14-R22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConflictError,
    FrozenError,
    InvalidError,
    NotFoundError,
    OrcidIdTakenError,
    ReconnectRequiredError,
    StaleError,
    WriteIntegrationDisabledError,
)
from orcid_sync.domain.link_state import ClaimedIn, LinkState
from orcid_sync.domain.links import Claim, PauseReason
from orcid_sync.domain.settings import Claiming, Connection, InstitutionSettings, Mode
from orcid_sync.services.connect import Access
from orcid_sync.services.settings import MOST_LINKS, Settings, SettingsChange

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_user
from tests.fakes.claims import FakeClaims
from tests.unit.services.page import ADA, BOSS, READ, Page

BEN = Actor("u2")
WRITE_ON = SettingsChange(mode=Mode.WRITE)


@pytest.fixture
def page() -> Page:
    return Page()


def ben_too(page: Page, orcid_id: str = ORCID_ID) -> None:
    """A second user who claims an iD."""
    page.world.feed(a_user("u2", name="Ben Young", orcid_ids=()))
    page.settings.claim(BEN, "u2", orcid_id)


def test_r14_the_list_is_the_union_of_the_ris_and_what_was_claimed_here(page: Page) -> None:
    page.settings.claim(ADA, "u1", f"https://orcid.org/{OTHER_ORCID_ID}")
    ris, here = page.settings.page("u1").links
    assert (ris.link.claim.orcid_id, ris.link.claimed_in) == (ORCID_ID, ClaimedIn.RIS)
    assert (here.link.claim.orcid_id, here.link.claimed_in) == (OTHER_ORCID_ID, ClaimedIn.HERE)
    assert page.world.claims.get("u1", ORCID_ID) is None, "a claim of the RIS alone needs no item"


def test_r14_an_id_that_the_ris_drops_is_paused_and_never_removed(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    page.world.feed(a_user(version=2, orcid_ids=()))
    view = page.link()
    assert (view.standing.state, view.standing.reason) == (LinkState.PAUSED, "no_longer_claimed")
    assert page.world.on_record().keys() == {"p1"}
    again = page.settings.claim(ADA, "u1", ORCID_ID)
    assert (again.link.claimed_in, again.link.claim.mode) == (ClaimedIn.HERE, Mode.WRITE)


def test_r14_claiming_twice_is_refused_wherever_the_claim_is_from(page: Page) -> None:
    with pytest.raises(AlreadyClaimedError):
        page.settings.claim(ADA, "u1", ORCID_ID)
    page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    with pytest.raises(AlreadyClaimedError):
        page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    with pytest.raises(InvalidError, match="check digit"):
        page.settings.claim(ADA, "u1", "0000-0002-1825-0098")


def test_a_user_claims_no_more_ids_than_a_page_can_show(page: Page) -> None:
    for number in range(MOST_LINKS - 1):
        claim = Claim("u1", f"0000-0000-0000-{number:04}", claimed_here_ms=1)
        page.world.claims.put(claim)
    with pytest.raises(InvalidError, match="at most"):
        page.settings.claim(ADA, "u1", OTHER_ORCID_ID)


def test_r10_with_the_integration_off_settings_are_refused_and_claiming_is_not(page: Page) -> None:
    page.world.institution.put_settings(InstitutionSettings(rev=1))
    for call in (
        lambda: page.settings.page("u1"),
        lambda: page.settings.one("u1", ORCID_ID),
        lambda: page.settings.change(ADA, "u1", ORCID_ID, SettingsChange()),
    ):
        with pytest.raises(WriteIntegrationDisabledError):
            call()
    assert page.settings.claim(ADA, "u1", OTHER_ORCID_ID).link.claim.mode is Mode.CLAIM_ONLY
    assert [link.claim.orcid_id for link in page.settings.claiming("u1")] == [ORCID_ID, OTHER_ORCID_ID]


def test_r12_the_page_tells_that_only_verified_publications_are_sent(page: Page) -> None:
    assert page.settings.page("u1").notices == ()
    page.world.institution.put_settings(replace(page.world.institution.settings(), only_verified=True))
    ((code, message),) = page.settings.page("u1").notices
    assert code == "only_verified"
    assert "verified" in message


def test_unknown_users_and_unclaimed_ids_are_not_found(page: Page) -> None:
    with pytest.raises(NotFoundError):
        page.settings.page("nobody")
    with pytest.raises(NotFoundError):
        page.settings.one("u1", OTHER_ORCID_ID)


def test_r16_modes_need_their_connection(page: Page) -> None:
    for mode in (Mode.READ, Mode.WRITE):
        with pytest.raises(ReconnectRequiredError):
            page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=mode))
    page.granted(READ)
    with pytest.raises(ReconnectRequiredError):
        page.settings.change(ADA, "u1", ORCID_ID, WRITE_ON)
    assert page.world.writers.get(ORCID_ID) is None, "a refusal leaves nothing behind"


def test_r20_enabling_write_makes_the_link_due_at_once(page: Page) -> None:
    page.granted()
    view = page.settings.change(ADA, "u1", ORCID_ID, WRITE_ON)
    assert view.standing.state is LinkState.QUEUED
    assert view.next_check_ms == page.world.clock.now_ms()
    page.world.publish(2)
    page.world.settle()
    assert page.link().counts.sent == 2
    assert page.link().standing.state is LinkState.IDLE


def test_r20_a_changed_setting_wakes_the_link_and_an_unchanged_one_does_not(page: Page) -> None:
    page.writing()
    page.world.settle()
    wake = page.world.writers.get(ORCID_ID).wake
    same = page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.WRITE, published_only=True))
    assert page.world.writers.get(ORCID_ID).wake == wake
    changed = page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(published_only=False))
    assert page.world.writers.get(ORCID_ID).wake == wake + 2, "a promise before it is stored, and its keeping"
    assert changed.link.claim.rev == same.link.claim.rev + 1


def test_r15_leaving_write_stops_sending_and_coming_back_resumes(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    left = page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    assert (left.standing.state, left.next_check_ms) == (LinkState.IDLE, None)
    page.world.publish(1, start=3)
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2"}
    page.settings.change(ADA, "u1", ORCID_ID, WRITE_ON)
    page.world.calls()
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2", "p3"}
    assert "update" not in page.world.calls()


def test_r33_settings_of_an_inactive_user_change_and_wake_nothing(page: Page) -> None:
    page.writing()
    page.world.settle()
    page.world.feed(a_user(version=2, is_current=False))
    wake = page.world.writers.get(ORCID_ID).wake
    view = page.settings.change(BOSS, "u1", ORCID_ID, SettingsChange(favourites_only=True))
    assert view.link.claim.settings.favourites_only
    assert (view.standing.state, view.standing.reason) == (LinkState.PAUSED, PauseReason.USER_INACTIVE)
    assert view.next_check_ms is None
    assert page.world.writers.get(ORCID_ID).wake == wake


def test_stale_comes_before_everything(page: Page) -> None:
    rev = page.granted().link.claim.rev
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(published_only=False), expected_rev=rev)
    with pytest.raises(StaleError):
        page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(published_only=True), expected_rev=rev)


def test_r22_frozen_then_taken_then_reconnect_is_the_order_of_refusals(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    ben_too(page)
    with pytest.raises(OrcidIdTakenError):
        page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)  # and not connected
    claim = page.world.claims.get("u2", ORCID_ID)
    assert claim is not None
    page.world.claims.put(replace(claim, removing_since_ms=1))
    with pytest.raises(FrozenError):
        page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)


def test_r22_only_administrators_learn_who_holds_the_id(page: Page) -> None:
    page.writing()
    ben_too(page)
    page.granted(READ, access=Access.READ, actor=BEN)
    with pytest.raises(OrcidIdTakenError) as told:
        page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)
    assert (told.value.taken_by, told.value.taken_by_name) == (None, None)
    assert "Ada" not in str(told.value)
    assert "u1" not in str(told.value)
    with pytest.raises(OrcidIdTakenError) as known:
        page.settings.change(BOSS, "u2", ORCID_ID, WRITE_ON)
    assert (known.value.taken_by, known.value.taken_by_name) == ("u1", "Ada Jones")


def test_r22_works_on_the_record_hold_the_id_after_leaving_write(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    ben_too(page)
    with pytest.raises(OrcidIdTakenError):
        page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)


def test_r22_an_id_without_works_goes_to_the_next_who_writes(page: Page) -> None:
    ben_too(page)
    page.granted(actor=BEN)  # connected while free
    page.writing()
    with pytest.raises(OrcidIdTakenError):
        page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    view = page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)
    assert view.link.claim.mode is Mode.WRITE
    assert page.world.writers.get(ORCID_ID).owner == "u2"
    with pytest.raises(OrcidIdTakenError):
        page.settings.change(ADA, "u1", ORCID_ID, WRITE_ON)


class OvertakenClaims(FakeClaims):
    """Somebody else acts just before a claim is stored."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.stored = page.world.claims.stored  # type: ignore[attr-defined]  # the world runs on fakes
        self.meanwhile: Callable[[], object] = lambda: None

    def put(self, claim: Claim) -> Claim:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().put(claim)


def overtaken(page: Page) -> tuple[Settings, OvertakenClaims]:
    claims = OvertakenClaims(page)
    return replace(page.settings, claims=claims), claims


def test_r22_losing_the_race_for_an_id_undoes_the_mode(page: Page) -> None:
    page.granted()
    ben_too(page)
    page.granted(actor=BEN)
    settings, claims = overtaken(page)
    claims.meanwhile = lambda: page.settings.change(BEN, "u2", ORCID_ID, WRITE_ON)
    with pytest.raises(OrcidIdTakenError):
        settings.change(ADA, "u1", ORCID_ID, WRITE_ON)
    modes = {claim.user_id: claim.mode for claim in claims.stored.values()}
    assert modes == {"u1": Mode.READ, "u2": Mode.WRITE}
    assert page.world.writers.get(ORCID_ID).owner == "u2"


def test_a_change_that_was_overtaken_is_made_again_on_what_is_there_now(page: Page) -> None:
    page.granted()
    settings, claims = overtaken(page)
    favourites = SettingsChange(favourites_only=True)
    claims.meanwhile = lambda: page.settings.change(ADA, "u1", ORCID_ID, favourites)
    chosen = settings.change(ADA, "u1", ORCID_ID, SettingsChange(published_only=False)).link.claim.settings
    assert (chosen.favourites_only, chosen.published_only) == (True, False)


def test_r14_an_id_claimed_twice_at_once_is_claimed_once_and_the_other_told_so(page: Page) -> None:
    settings, claims = overtaken(page)
    claims.meanwhile = lambda: page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    with pytest.raises(AlreadyClaimedError):
        settings.claim(ADA, "u1", OTHER_ORCID_ID)
    assert [entry.action for entry in page.audit.entries] == ["claimed"]


def test_r62_ten_works_left_out_at_the_same_moment_are_all_left_out(page: Page) -> None:
    class Busy(OvertakenClaims):
        left = 9

        def put(self, claim: Claim) -> Claim:
            if self.left:
                self.left -= 1
                raise ConflictError("busy")
            return super().put(claim)

    page.world.publish(1)
    single_works = replace(page.single_works, claims=Busy(page), find=replace(page.find, claims=Busy(page)))
    single_works.exclude(ADA, "u1", ORCID_ID, "p1")
    claim = page.world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.excluded == {"p1"}


def test_a_link_that_others_keep_changing_is_given_up_after_some_tries(page: Page) -> None:
    class Contested(OvertakenClaims):
        def put(self, claim: Claim) -> Claim:
            raise ConflictError("busy")

    settings = replace(page.settings, claims=Contested(page))
    with pytest.raises(ConflictError, match="again and again"):
        settings.change(ADA, "u1", ORCID_ID, SettingsChange(published_only=False))


def test_r25_a_revoked_connection_pauses_the_link_and_asks_to_reconnect(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.registry.owner_revokes(ORCID_ID)
    page.world.settle()
    view = page.link()
    assert (view.standing.state, view.standing.reason) == (LinkState.PAUSED, PauseReason.REVOKED)
    assert view.link.claim.connection is Connection.REVOKED
    with pytest.raises(ReconnectRequiredError):
        page.settings.change(ADA, "u1", ORCID_ID, WRITE_ON)


def test_r41_the_choice_of_claiming_works_in_every_mode(page: Page) -> None:
    link = page.settings.choose_claiming(ADA, "u1", ORCID_ID, Claiming.IGNORE)
    assert (link.claim.claiming, link.claim.mode) == (Claiming.IGNORE, Mode.CLAIM_ONLY)
    assert [entry.action for entry in page.audit.entries] == ["claiming_chosen"]


def test_r46_every_change_is_in_the_audit_trail_with_before_and_after(page: Page) -> None:
    page.granted()
    page.audit.entries.clear()
    page.settings.change(BOSS, "u1", ORCID_ID, SettingsChange(include_private=True))
    (entry,) = page.audit.entries
    assert (entry.by, entry.user_id, entry.orcid_id, entry.action) == ("boss", "u1", ORCID_ID, "settings_changed")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["include_private"], entry.after["include_private"]) == (False, True)
    assert "token" not in entry.after


def test_r24_syncing_is_shown_while_a_writer_holds_the_lease(page: Page) -> None:
    page.writing()
    now_ms = page.world.clock.now_ms()
    assert page.world.writers.lease(ORCID_ID, lease_id="visit", now_ms=now_ms, until_ms=now_ms + 1000)
    assert page.link().standing.state is LinkState.SYNCING


def test_r22_of_two_who_enable_writing_at_once_the_one_who_stored_it_keeps_it(page: Page) -> None:
    """Ben took the iD over between Ada's taking it and her storing `write`, and has not stored his."""
    ben_too(page)
    ownership, writers, claims = page.settings.ownership, page.world.writers, page.world.claims
    page.writing()
    ben = claims.get("u2", ORCID_ID)
    assert ben is not None
    assert writers.acquire(ORCID_ID, "u2", replacing="u1")
    assert ownership.take_back(ORCID_ID, "u1")
    assert ownership.still_owns(ORCID_ID, "u1")
    claims.put(replace(ben, mode=Mode.WRITE))
    assert writers.acquire(ORCID_ID, "u2", replacing="u1")
    assert not ownership.take_back(ORCID_ID, "u1")
    assert ownership.still_owns(ORCID_ID, "u2")
