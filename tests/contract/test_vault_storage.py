"""How tokens lie in Secrets Manager: races, room, changes a day, caches (R47, DESIGN 7)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError
from orcid_sync.adapters.secrets_signing import HmacSigner, LazySecret
from orcid_sync.adapters.secrets_tokens import MOST_CHANGES_A_DAY, MOST_ENTRIES, SecretsTokenVault
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.adapters.vault_format import unpacked
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef

from tests.moto_aws import Aws

ID = "0000-0002-1825-0097"
NOW = 1_793_606_400_000
HOUR_MS = 3_600_000


def vault_of(aws: Aws, client: Any = None) -> SecretsTokenVault:
    """A process of its own: nothing in memory yet."""
    client = client or aws.clients.secretsmanager
    return SecretsTokenVault(client, VaultCounters(aws.sync), "stack/tokens", sleep=lambda _: None)


def grant(token: str) -> TokenGrant:
    return TokenGrant(ID, frozenset({"/activities/update"}), AccessToken(token))


def vault_names(aws: Aws) -> list[str]:
    return sorted(secret["Name"] for secret in aws.clients.secretsmanager.list_secrets()["SecretList"])


class SlowToDecide:
    """Secrets Manager as two processes meet it that read the same version: both put theirs, then go on."""

    def __init__(self, client: Any, takers: int) -> None:
        self._client = client
        self._barrier = Barrier(takers)
        self._met = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_secret_value(self, **request: Any) -> Any:
        answer = self._client.put_secret_value(**request)
        if self._met < 2:
            self._met += 1
            self._barrier.wait(timeout=20)
        return answer


def test_r47_two_users_who_connect_at_once_both_keep_their_token(aws: Aws) -> None:
    vault_of(aws).store("u0", ID, grant("t0"), replacing=None, now_ms=NOW)
    slow = SlowToDecide(aws.clients.secretsmanager, 2)

    def connect(user_id: str) -> TokenRef:
        return vault_of(aws, slow).store(user_id, ID, grant(f"token of {user_id}"), replacing=None, now_ms=NOW)

    with ThreadPoolExecutor(2) as pool:
        refs = dict(zip(("u1", "u2"), pool.map(connect, ("u1", "u2")), strict=True))
    fresh = vault_of(aws)
    assert {user: fresh.read(user, ID, ref) for user, ref in refs.items()} == {
        user: AccessToken(f"token of {user}") for user in refs
    }
    assert refs["u1"].vault == refs["u2"].vault
    assert fresh.read("u0", ID, TokenRef(refs["u1"].vault, NOW)) == AccessToken("t0")


def test_r47_many_users_who_connect_at_once_all_keep_their_token(aws: Aws) -> None:
    users = [f"u{n}" for n in range(8)]

    def connect(user_id: str) -> TokenRef:
        return vault_of(aws).store(user_id, ID, grant(user_id), replacing=None, now_ms=NOW)

    with ThreadPoolExecutor(4) as pool:
        refs = list(pool.map(connect, users))
    fresh = vault_of(aws)
    assert [fresh.read(user, ID, ref) for user, ref in zip(users, refs, strict=True)] == list(map(AccessToken, users))


def test_a_reconnection_is_seen_by_a_process_that_has_the_old_token_in_memory(aws: Aws) -> None:
    writer, connecting = vault_of(aws), vault_of(aws)
    old = connecting.store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    assert writer.read("u1", ID, old) == AccessToken("t1")
    new = connecting.store("u1", ID, grant("t2"), replacing=old, now_ms=NOW + 1)
    assert writer.read("u1", ID, new) == AccessToken("t2")


class Behind:
    """Secrets Manager, which is eventually consistent: the first answers are those of before the last change."""

    def __init__(self, client: Any, *stale: Any) -> None:
        self._client = client
        self._stale = list(stale)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_secret_value(self, **request: Any) -> Any:
        answer = self._stale.pop(0) if self._stale else self._client.get_secret_value(**request)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_r25_a_token_that_secrets_manager_does_not_show_yet_is_not_taken_for_lost(aws: Aws) -> None:
    client = aws.clients.secretsmanager
    vault_of(aws).store("u0", ID, grant("t0"), replacing=None, now_ms=NOW)
    before = client.get_secret_value(SecretId="stack/tokens/01")
    ref = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    for stale in (before, ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")):
        assert vault_of(aws, Behind(client, stale, stale)).read("u1", ID, ref) == AccessToken("t1")
    assert vault_of(aws).read("u2", ID, ref) is None


def test_the_first_token_of_a_new_vault_waits_until_the_vault_is_seen(aws: Aws) -> None:
    not_there = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
    behind = Behind(aws.clients.secretsmanager, not_there, not_there)
    ref = vault_of(aws, behind).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    assert vault_of(aws).read("u1", ID, ref) == AccessToken("t1")


def test_r37_a_change_refused_because_of_an_old_answer_waits_until_the_newer_one_is_seen(aws: Aws) -> None:
    client = aws.clients.secretsmanager
    vault_of(aws).store("u0", ID, grant("t0"), replacing=None, now_ms=NOW)
    before = client.get_secret_value(SecretId="stack/tokens/01")
    other = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    # As read, after the refusal, and still a little later.
    ref = vault_of(aws, Behind(client, before, before, before)).store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)
    assert vault_of(aws).read("u1", ID, other) == AccessToken("t1")
    assert vault_of(aws).read("u2", ID, ref) == AccessToken("t2")
    assert VaultCounters(aws.sync).all(NOW)[0].changes == 4, "each try costs a version, so none is made in vain"


def test_a_refusal_that_nobody_else_has_caused_is_told_as_it_came(aws: Aws) -> None:
    vault_of(aws).store("u0", ID, grant("t0"), replacing=None, now_ms=NOW)
    client = aws.clients.secretsmanager
    before = client.get_secret_value(SecretId="stack/tokens/01")
    vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        vault_of(aws, Behind(client, *[before] * 40)).store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)


@pytest.mark.parametrize("old", ["without the token", "no vault at all"])
def test_r61_a_token_that_is_not_seen_yet_is_removed_all_the_same(aws: Aws, old: str) -> None:
    client = aws.clients.secretsmanager
    vault_of(aws).store("u0", ID, grant("t0"), replacing=None, now_ms=NOW)
    before = client.get_secret_value(SecretId="stack/tokens/01")
    not_there = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
    ref = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    stale = before if old == "without the token" else not_there
    vault_of(aws, Behind(client, stale, stale)).remove("u1", ID, ref, now_ms=NOW)
    assert vault_of(aws).read("u1", ID, ref) is None


def test_a_vault_in_memory_costs_no_further_call(aws: Aws) -> None:
    ref = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    writer = vault_of(aws)
    writer.read("u1", ID, ref)
    aws.clients.secretsmanager.delete_secret(SecretId=ref.vault, ForceDeleteWithoutRecovery=True)
    assert writer.read("u1", ID, ref) == AccessToken("t1")
    assert vault_of(aws).read("u1", ID, ref) is None


def test_a_vault_changed_often_today_rests_and_a_new_one_is_begun(aws: Aws) -> None:
    counters = VaultCounters(aws.sync)
    first = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    for _ in range(MOST_CHANGES_A_DAY):
        counters.count_change(first.vault, NOW)
    second = vault_of(aws).store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)
    assert (first.vault, second.vault) == ("stack/tokens/01", "stack/tokens/02")
    # The link's own next token stays where it is: moving it would change both vaults.
    assert vault_of(aws).store("u1", ID, grant("t3"), replacing=first, now_ms=NOW).vault == first.vault
    a_day_later = NOW + 25 * HOUR_MS
    for _ in range(3):
        counters.count_change(second.vault, a_day_later)
    assert vault_of(aws).store("u3", ID, grant("t4"), replacing=None, now_ms=a_day_later).vault == first.vault


def test_a_full_vault_is_left_for_another(aws: Aws) -> None:
    first = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    VaultCounters(aws.sync).note_size(first.vault, entries=MOST_ENTRIES, size_bytes=100)
    assert vault_of(aws).store("u2", ID, grant("t2"), replacing=None, now_ms=NOW).vault == "stack/tokens/02"


def test_a_token_moves_when_its_vault_can_take_no_more_changes(aws: Aws) -> None:
    counters = VaultCounters(aws.sync)
    old = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    for _ in range(95):
        counters.count_change(old.vault, NOW)
    new = vault_of(aws).store("u1", ID, grant("t2"), replacing=old, now_ms=NOW)
    assert new.vault != old.vault
    assert vault_of(aws).read("u1", ID, new) == AccessToken("t2")
    # Until the link points to the new one: connecting may break off before.
    assert vault_of(aws).read("u1", ID, old) == AccessToken("t1")


def test_labels_do_not_pile_up_over_many_changes(aws: Aws) -> None:
    vault = vault_of(aws)
    ref: TokenRef | None = None
    for number in range(40):
        ref = vault.store("u1", ID, grant(f"t{number}"), replacing=ref, now_ms=NOW + number)
    stages = aws.clients.secretsmanager.describe_secret(SecretId="stack/tokens/01")["VersionIdsToStages"]
    assert len({label for labels in stages.values() for label in labels}) <= 10


def test_a_vault_that_never_stands_still_is_a_conflict_not_a_loss(aws: Aws) -> None:
    class Restless:
        """Somebody changes the vault between every reading and the change that follows from it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(aws.clients.secretsmanager, name)

        def update_secret_version_stage(self, **request: Any) -> Any:
            vault_of(aws).store("u2", ID, grant("x"), replacing=None, now_ms=NOW)
            return aws.clients.secretsmanager.update_secret_version_stage(**request)

    ref = vault_of(aws).store("u1", ID, grant("t1"), replacing=None, now_ms=NOW)
    with pytest.raises(ConflictError) as raised:
        vault_of(aws, Restless()).store("u1", ID, grant("t9"), replacing=ref, now_ms=NOW)
    assert "t9" not in str(raised.value)
    assert vault_of(aws).read("u1", ID, ref) == AccessToken("t1")


def test_r47_no_token_lies_in_a_table_or_can_be_printed(aws: Aws) -> None:
    vault = vault_of(aws)
    vault.store("u1", ID, grant("very-secret"), replacing=None, now_ms=NOW)
    table = aws.clients.dynamodb.scan(TableName=aws.table_names["SyncTable"])["Items"]
    assert "very-secret" not in json.dumps(table)
    assert "very-secret" not in repr(vars(vault))


def test_the_key_that_signs_comes_from_a_secret_and_is_read_once(aws: Aws) -> None:
    secret = aws.clients.secretsmanager.create_secret(Name="signing", SecretString="0123456789abcdef")
    key = LazySecret(aws.clients.secretsmanager, secret["ARN"])
    signer = HmacSigner(key)
    signature = signer.sign("state-1")
    aws.clients.secretsmanager.delete_secret(SecretId="signing", ForceDeleteWithoutRecovery=True)
    assert signer.verify("state-1", signature)
    assert not signer.verify("state-2", signature)
    assert not signer.verify("state-1", "é")
    assert "0123" not in repr(key)


def test_a_secret_may_be_a_field_of_json(aws: Aws) -> None:
    aws.clients.secretsmanager.create_secret(Name="client", SecretString='{"client_secret": "s3cret"}')
    assert LazySecret(aws.clients.secretsmanager, "client", field="client_secret").reveal() == "s3cret"


def test_a_vault_written_before_it_was_packed_is_read_and_packed_with_the_next_change(aws: Aws) -> None:
    client, counters = aws.clients.secretsmanager, VaultCounters(aws.sync)
    client.create_secret(Name="stack/tokens/01", SecretString=f'{{"u1#{ID}":["t1","r u",{NOW}]}}')
    counters.register("stack/tokens/01", NOW)
    old = TokenRef("stack/tokens/01", NOW)
    assert vault_of(aws).read("u1", ID, old) == AccessToken("t1")
    new = vault_of(aws).store("u2", ID, grant("t2"), replacing=None, now_ms=NOW)
    stored = client.get_secret_value(SecretId="stack/tokens/01", VersionStage="AWSCURRENT")
    assert unpacked(stored["SecretBinary"])[f"u2#{ID}"] == ("t2", "/activities/update", NOW)
    assert [vault_of(aws).read(*where) for where in (("u1", ID, old), ("u2", ID, new))] == [
        AccessToken("t1"),
        AccessToken("t2"),
    ]
