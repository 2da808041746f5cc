"""The vaults' contract: tokens belong to links, are found again, replaced, removed, and never lost (R47, DESIGN 7)."""

from __future__ import annotations

import pytest
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef
from orcid_sync.ports.vaults import TokenVault

from tests.fakes.vault import FakeTokenVault
from tests.moto_aws import Aws

ID = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"
NOW = 1_793_606_400_000


@pytest.fixture
def vault(backend: str, request: pytest.FixtureRequest) -> TokenVault:
    if backend == "fake":
        return FakeTokenVault()
    aws: Aws = request.getfixturevalue("aws")
    return SecretsTokenVault(aws.clients.secretsmanager, VaultCounters(aws.sync), "stack/tokens", sleep=lambda _: None)


def grant(token: str, orcid_id: str = ID) -> TokenGrant:
    return TokenGrant(orcid_id, frozenset({"/activities/update", "/read-limited"}), AccessToken(token))


def test_r47_a_token_is_found_by_its_link_alone(vault: TokenVault) -> None:
    mine = vault.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    theirs = vault.store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)
    assert vault.read("u1", ID, mine) == AccessToken("t1")
    assert vault.read("u2", ID, theirs) == AccessToken("t2")
    assert vault.read("u1", OTHER, mine) is None


def test_r16_a_new_token_replaces_the_old_one_of_the_link(vault: TokenVault) -> None:
    old = vault.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    new = vault.store("u1", ID, grant("t2"), replacing=old, now_ms=NOW)
    assert new.vault == old.vault
    assert new.rev > old.rev
    assert vault.read("u1", ID, new) == AccessToken("t2")
    # A claim read a moment ago still finds a token: the living one.
    assert vault.read("u1", ID, old) == AccessToken("t2")


def test_r61_a_removed_token_is_gone_and_its_neighbours_stay(vault: TokenVault) -> None:
    mine = vault.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    theirs = vault.store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)
    vault.remove("u1", ID, mine, now_ms=NOW + 1)
    vault.remove("u1", ID, mine, now_ms=NOW + 2)
    assert vault.read("u1", ID, mine) is None
    assert vault.read("u2", ID, theirs) == AccessToken("t2")


def test_r61_a_late_removal_does_not_take_the_token_of_a_reconnection(vault: TokenVault) -> None:
    old = vault.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    new = vault.store("u1", ID, grant("t2"), replacing=old, now_ms=NOW + 5)
    vault.remove("u1", ID, old, now_ms=NOW + 6)
    assert vault.read("u1", ID, new) == AccessToken("t2")


def test_r25_a_link_connected_again_never_gets_its_old_token(vault: TokenVault) -> None:
    old = vault.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    vault.remove("u1", ID, old, now_ms=NOW + 1)
    new = vault.store("u1", ID, grant("t2"), replacing=None, now_ms=NOW + 2)
    assert new.rev > old.rev
    assert vault.read("u1", ID, new) == AccessToken("t2")


def test_a_vault_that_is_not_there_holds_no_token(vault: TokenVault) -> None:
    assert vault.read("u1", ID, TokenRef("stack/tokens/77", 1)) is None
    vault.remove("u1", ID, TokenRef("stack/tokens/77", 1), now_ms=NOW)
