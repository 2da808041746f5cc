"""Connecting through ORCID's own page, and disconnecting (R16, R22, R25, R61)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConflictError,
    ForbiddenError,
    FrozenError,
    InvalidError,
    OrcidIdMismatchError,
    OrcidIdTakenError,
    RegistryUnavailableError,
    WriteIntegrationDisabledError,
)
from orcid_sync.domain.link_state import ClaimedIn, LinkState
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import Connection, InstitutionSettings, Mode
from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef
from orcid_sync.ports.authorisation import AuthorisationError
from orcid_sync.services.connect import STATE_LIVES_MS, Access
from orcid_sync.services.settings import SettingsChange

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_user
from tests.fakes.claims import FakeClaims
from tests.fakes.vault import FakeTokenVault
from tests.unit.services.page import ADA, BOSS, CALLBACK, ORIGIN, READ, WRITE, Page

BEN = Actor("u2")


@pytest.fixture
def page() -> Page:
    return Page()


def test_r16_connecting_turns_claim_only_into_read_never_into_write(page: Page) -> None:
    view = page.granted(WRITE)
    assert (view.link.claim.mode, view.link.claim.connection) == (Mode.READ, Connection.WRITE)
    assert page.token() is not None
    assert page.world.events.of_type("Link Connected") == [
        {"at_ms": page.world.clock.now_ms(), "user_id": "u1", "orcid_id": ORCID_ID}
    ]


def test_r16_scopes_go_by_what_is_asked_for(page: Page) -> None:
    for access, scopes in ((Access.READ, "scope=%2Fread-limited&"), (Access.WRITE, "%2Factivities%2Fupdate%20%2F")):
        url = page.connect.start(ADA, "u1", access, ORIGIN, ORCID_ID, CALLBACK)
        assert scopes in url
        assert f"orcid={ORCID_ID}" in url


def test_r16_a_grant_without_writing_is_a_read_connection(page: Page) -> None:
    view = page.granted(READ, access=Access.WRITE)
    assert view.link.claim.connection is Connection.READ


def test_r16_a_read_connection_never_replaces_a_write_token(page: Page) -> None:
    page.writing()
    before = page.token()
    view = page.granted(READ, access=Access.READ)
    assert (view.link.claim.connection, view.link.claim.mode) == (Connection.WRITE, Mode.WRITE)
    assert page.token() == before
    assert len(page.authorisation.revoked) == 1


def test_r14_an_id_that_was_not_claimed_is_claimed_by_connecting_it(page: Page) -> None:
    view = page.granted(READ, access=Access.READ, orcid_id=OTHER_ORCID_ID)
    assert (view.link.claim.orcid_id, view.link.claimed_in) == (OTHER_ORCID_ID, ClaimedIn.HERE)
    assert page.granted(READ, access=Access.READ).link.claim.claimed_here_ms is None, "the RIS claims that one"


def test_r16_if_another_id_comes_back_nothing_is_stored(page: Page) -> None:
    with pytest.raises(OrcidIdMismatchError):
        page.granted(orcid_id=OTHER_ORCID_ID, asked=ORCID_ID)
    assert page.world.claims.of_user("u1") == ()
    assert page.world.vault.held == {}  # type: ignore[attr-defined]  # the world runs on fakes
    assert len(page.authorisation.revoked) == 1


def test_r22_connecting_for_writing_is_refused_when_the_id_is_taken_and_for_reading_is_not(page: Page) -> None:
    page.writing()
    page.world.feed(a_user("u2", orcid_ids=()))
    with pytest.raises(OrcidIdTakenError):
        page.granted(actor=BEN)
    assert page.world.claims.of_user("u2") == ()
    assert len(page.authorisation.revoked) == 1
    assert page.granted(READ, access=Access.READ, actor=BEN).link.claim.connection is Connection.READ


def test_r46_only_the_user_can_connect(page: Page) -> None:
    with pytest.raises(ForbiddenError):
        page.connect.start(BOSS, "u1", Access.READ, ORIGIN, None, CALLBACK)
    state = page.begin()
    with pytest.raises(ForbiddenError):
        page.complete.complete(BOSS, "u1", "code", state, CALLBACK)
    assert page.states.under_way, "somebody else's try does not use the state up"


def test_r16_a_state_is_signed_single_use_the_users_own_and_lives_ten_minutes(page: Page) -> None:
    page.world.feed(a_user("u2", orcid_ids=()))
    state = page.begin()
    with pytest.raises(InvalidError):
        page.complete.complete(BEN, "u2", "code", state, CALLBACK)
    with pytest.raises(InvalidError):
        page.complete.complete(ADA, "u1", "code", state[:-1], CALLBACK)
    page.authorisation.grant("code", ORCID_ID, READ, page.world.registry.grant(ORCID_ID))
    assert page.complete.complete(ADA, "u1", "code", state, CALLBACK).link.claim.connection is Connection.READ
    with pytest.raises(InvalidError):
        page.complete.complete(ADA, "u1", "code", state, CALLBACK)
    late = page.begin()
    page.world.clock.advance(STATE_LIVES_MS / 1000)
    with pytest.raises(InvalidError):
        page.complete.complete(ADA, "u1", "code", late, CALLBACK)


def test_r16_the_callback_leaves_the_state_to_the_user(page: Page) -> None:
    state = page.begin()
    for _ in range(2):
        assert page.connect.returned(state, code="c", error=None) == f"{ORIGIN}/orcid?orcid_code=c&orcid_state={state}"
    assert page.connect.returned(state, code=None, error="access_denied").endswith("?orcid_status=denied")
    assert page.connect.returned(state, code=None, error="server_error").endswith("?orcid_status=failed")
    assert page.connect.returned(state, code=None, error=None).endswith("?orcid_status=failed")
    for forged in (f"{state}0", "state-1", "", ".", f"state-9.{page.signer.sign('state-9')}"):
        with pytest.raises(InvalidError):
            page.connect.returned(forged, code="c", error=None)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://ris.example.org.evil.example/",
        "https://ris.example.org@evil.example/",
        "https://evil.example\\@ris.example.org/",
        "http://ris.example.org/",
        "https://ris.example.org:8443/",
        "//ris.example.org/",
        "/orcid",
        "javascript:alert(1)//https://ris.example.org",
        "https://ris.example.org/\r\nSet-Cookie: a=b",
        "https://ris.example.org:port/",
        "https://ris.example.org/" + "x" * 2000,
    ],
)
def test_r16_the_browser_never_leaves_the_allowed_origins(page: Page, url: str) -> None:
    with pytest.raises(InvalidError) as refused:
        page.connect.start(ADA, "u1", Access.READ, url, None, CALLBACK)
    assert refused.value.errors[0].field == "return_url"


def test_r16_the_browser_may_come_back_to_the_apis_own_origin_where_the_settings_page_is(page: Page) -> None:
    page.connect.start(ADA, "u1", Access.READ, "https://api.example.org/#/users/u1", None, CALLBACK)
    assert len(page.states.under_way) == 1
    with pytest.raises(InvalidError):
        page.connect.start(ADA, "u1", Access.READ, "not an address", None, "not an address either")


def test_r16_the_default_port_and_capitals_of_an_origin_do_not_matter(page: Page) -> None:
    page.connect.start(ADA, "u1", Access.READ, "HTTPS://RIS.example.org:443/orcid", None, CALLBACK)
    assert len(page.states.under_way) == 1


def test_r10_connecting_for_reading_goes_on_while_writing_is_off(page: Page) -> None:
    started_before = page.begin(Access.WRITE)
    page.world.institution.put_settings(InstitutionSettings(rev=1))
    assert page.granted(READ, access=Access.READ).link.claim.mode is Mode.READ
    with pytest.raises(WriteIntegrationDisabledError):
        page.begin(Access.WRITE)
    with pytest.raises(WriteIntegrationDisabledError):
        page.complete.complete(ADA, "u1", "code", started_before, CALLBACK)


def test_a_code_that_orcid_refuses_and_an_orcid_that_is_away_are_told_apart(page: Page) -> None:
    with pytest.raises(InvalidError) as refused:
        page.complete.complete(ADA, "u1", "no such code", page.begin(), CALLBACK)
    assert refused.value.errors[0].field == "code"
    page.authorisation.failing = AuthorisationError("away", passing=True)
    with pytest.raises(RegistryUnavailableError):
        page.complete.complete(ADA, "u1", "code", page.begin(), CALLBACK)


def test_r25_reconnecting_in_mode_write_continues_where_it_stopped(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    page.world.registry.owner_revokes(ORCID_ID)
    page.world.publish(1, start=3)
    page.world.settle()
    assert page.link().standing.state is LinkState.PAUSED
    view = page.granted()
    assert (view.link.claim.mode, view.link.claim.connection) == (Mode.WRITE, Connection.WRITE)
    assert view.standing.state is LinkState.QUEUED
    page.world.calls()
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2", "p3"}


class BusyClaims(FakeClaims):
    """The first `conflicts` stores are overtaken by a harmless change."""

    def __init__(self, stored: dict[tuple[str, str], Claim], conflicts: int) -> None:
        super().__init__()
        self.stored = stored
        self.conflicts = conflicts

    def put(self, claim: Claim) -> Claim:
        if self.conflicts:
            self.conflicts -= 1
            raise ConflictError("busy")
        return super().put(claim)


@pytest.mark.parametrize(("conflicts", "connected"), [(2, True), (99, False)])
def test_r16_a_connection_is_stored_wholly_or_not_at_all(page: Page, conflicts: int, connected: bool) -> None:
    claims = BusyClaims(page.world.claims.stored, conflicts)  # type: ignore[attr-defined]  # the world runs on fakes
    page.complete = replace(page.complete, claims=claims)
    if connected:
        assert page.granted().link.claim.connection is Connection.WRITE
        return
    with pytest.raises(ConflictError):
        page.granted()
    assert page.world.vault.held == {}  # type: ignore[attr-defined]  # the world runs on fakes
    assert len(page.authorisation.revoked) == 1


class KillingClaims(FakeClaims):
    """The function is killed where it would store the link."""

    def __init__(self, stored: dict[tuple[str, str], Claim]) -> None:
        super().__init__()
        self.stored = stored

    def put(self, claim: Claim) -> Claim:
        raise ConnectionError(f"killed before {claim.orcid_id} was stored")


class TwoVaults(FakeTokenVault):
    """Each token goes to another vault than the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.lying: dict[str, FakeTokenVault] = {}

    def store(
        self, user_id: str, orcid_id: str, grant: TokenGrant, *, replacing: TokenRef | None, now_ms: int
    ) -> TokenRef:
        name = f"vault/{len(self.lying) + 1:02d}"
        self.lying[name] = FakeTokenVault()
        return TokenRef(name, self.lying[name].store(user_id, orcid_id, grant, replacing=replacing, now_ms=now_ms).rev)

    def read(self, user_id: str, orcid_id: str, ref: TokenRef) -> AccessToken | None:
        return self.lying[ref.vault].read(user_id, orcid_id, ref)

    def remove(self, user_id: str, orcid_id: str, ref: TokenRef, *, now_ms: int) -> None:
        self.lying[ref.vault].remove(user_id, orcid_id, ref, now_ms=now_ms)


def test_r37_a_reconnection_that_breaks_off_leaves_the_connection_that_was_there(page: Page) -> None:
    vault = TwoVaults()
    page.world.vault = vault
    page.complete = replace(page.complete, vault=vault)
    page.granted()
    before = page.token()
    whole = page.complete
    page.complete = replace(whole, claims=KillingClaims(page.world.claims.stored))  # type: ignore[attr-defined]  # as above
    with pytest.raises(ConnectionError):
        page.granted()
    assert page.token() == before
    assert before is not None
    page.complete = whole
    page.granted()
    assert page.token() not in (None, before)
    assert vault.lying["vault/01"].held == {}, "a token that was replaced is kept nowhere"


def test_r61_disconnecting_revokes_deletes_and_leaves_the_works(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    token = page.token()
    assert page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)
    claim = page.world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert (claim.mode, claim.connection, claim.token) == (Mode.CLAIM_ONLY, Connection.NONE, None)
    assert page.authorisation.revoked == [token]
    assert page.world.vault.held == {}  # type: ignore[attr-defined]  # the world runs on fakes
    page.world.settle()
    assert page.world.on_record().keys() == {"p1", "p2"}
    assert page.link().standing.state is LinkState.IDLE


def test_r61_disconnecting_with_removal_empties_the_record_first(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    assert not page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=True, unclaim=False)
    assert page.authorisation.revoked == [], "the token is still needed"
    with pytest.raises(FrozenError):
        page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)
    page.world.deliver()
    assert page.world.on_record() == {}
    assert page.world.disconnected == [("u1", ORCID_ID)]
    for _ in range(2):
        page.disconnect.finish("u1", ORCID_ID)
    claim = page.world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert (claim.mode, claim.connection, claim.after_removal) == (
        Mode.CLAIM_ONLY,
        Connection.NONE,
        AfterRemoval.KEEP,
    )
    assert len(page.authorisation.revoked) == 1
    assert page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=True, unclaim=False), "asked again: done"


def test_r61_a_late_end_of_a_removal_does_not_end_a_new_connection(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=True, unclaim=False)
    page.world.deliver()
    page.granted()
    page.disconnect.finish("u1", ORCID_ID)
    assert page.link().link.claim.connection is Connection.WRITE


def test_r61_unclaim_drops_what_was_claimed_here_and_nothing_else(page: Page) -> None:
    with pytest.raises(AlreadyClaimedError):
        page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=True)
    page.granted(READ, access=Access.READ, orcid_id=OTHER_ORCID_ID)
    assert page.disconnect.disconnect(ADA, "u1", OTHER_ORCID_ID, remove=False, unclaim=True)
    assert [view.link.claim.orcid_id for view in page.settings.page("u1").links] == [ORCID_ID]
    assert page.world.vault.held == {}  # type: ignore[attr-defined]  # the world runs on fakes


def test_r61_the_end_of_a_removal_that_is_told_twice_does_no_harm_after_unclaiming(page: Page) -> None:
    page.granted(orcid_id=OTHER_ORCID_ID)
    page.settings.change(ADA, "u1", OTHER_ORCID_ID, SettingsChange(mode=Mode.WRITE))
    page.world.publish(1)
    page.world.settle()
    assert not page.disconnect.disconnect(ADA, "u1", OTHER_ORCID_ID, remove=True, unclaim=True)
    page.world.deliver()
    for _ in range(2):
        page.disconnect.finish("u1", OTHER_ORCID_ID)
    assert [view.link.claim.orcid_id for view in page.settings.page("u1").links] == [ORCID_ID]


def test_r61_disconnecting_while_orcid_is_away_changes_nothing(page: Page) -> None:
    page.granted()
    page.authorisation.failing = AuthorisationError("away", passing=True)
    with pytest.raises(RegistryUnavailableError):
        page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)
    assert page.token() is not None
    page.authorisation.failing = AuthorisationError("this token is not ours any more", passing=False)
    assert page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)


def test_r10_disconnecting_with_works_left_goes_on_while_writing_is_off(page: Page) -> None:
    page.granted()
    page.world.institution.put_settings(InstitutionSettings(rev=1))
    with pytest.raises(WriteIntegrationDisabledError):
        page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=True, unclaim=False)
    assert page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)


def test_r47_the_audit_trail_never_holds_a_token(page: Page) -> None:
    page.granted()
    token = page.token()
    assert token is not None
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.WRITE))
    page.disconnect.disconnect(ADA, "u1", ORCID_ID, remove=False, unclaim=False)
    assert [entry.action for entry in page.audit.entries] == ["connected", "settings_changed", "disconnected"]
    assert token.reveal() not in repr(page.audit.entries)
