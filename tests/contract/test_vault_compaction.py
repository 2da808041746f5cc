"""Compaction: every living token stays readable whatever breaks off when, and of all others nothing is left (R48)."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import replace
from typing import Any

import pytest
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.secrets_tokens import LARGEST_VAULT_BYTES, MOST_ENTRIES, SecretsTokenVault
from orcid_sync.adapters.secrets_vaults import SecretsVaults
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.adapters.vault_format import Entry, packed
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.tokens import AccessToken, TokenGrant
from orcid_sync.services.compact_vaults import Compaction, CompactVaults

from tests.fakes.clock import FakeClock
from tests.fakes.telemetry import FakeTelemetry
from tests.moto_aws import Aws
from tests.secret_text import secret_text

ID = "0000-0002-1825-0097"
HOUR_S, WEEK_S = 3600, 7 * 86_400


class BrokenOffError(Exception):
    """The function was stopped here."""


class Stopping:
    """A client that stops at its n-th call, before it or after it (the answer is lost); None: it counts alone."""

    def __init__(self, client: Any, calls: list[str], stop: tuple[int, str] | None) -> None:
        self._client, self._calls, self._stop = client, calls, stop

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if not callable(call):
            return call

        def counted(**request: Any) -> Any:
            self._calls.append(name)
            if self._stop == (len(self._calls), "before"):
                raise BrokenOffError(name)
            answer = call(**request)
            if self._stop == (len(self._calls), "after"):
                raise BrokenOffError(name)
            return answer

        return counted


class Bank:
    """Vaults, links and a compaction on one AWS; `meanwhile` runs before each store of a link by the compaction."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.clock = aws, FakeClock()
        self.claims = DynamoDbClaims(aws.sync)

    def vault(self, secrets: Any = None, table: Any = None) -> SecretsTokenVault:
        """A process of its own: nothing in memory."""
        secrets = secrets or self.aws.clients.secretsmanager
        counters = VaultCounters(table or self.aws.sync)
        return SecretsTokenVault(secrets, counters, "stack/tokens", sleep=lambda _: None)

    def connect(self, user_id: str, token: str) -> Claim:
        before = self.claims.get(user_id, ID) or Claim(user_id, ID, Mode.READ)
        grant = TokenGrant(ID, frozenset({"/read-limited"}), AccessToken(token))
        ref = self.vault().store(user_id, ID, grant, replacing=before.token, now_ms=self.clock.now_ms())
        stored = self.claims.put(replace(before, connection=Connection.READ, token=ref))
        if before.token is not None and before.token.vault != ref.vault:
            self.vault().remove(user_id, ID, before.token, now_ms=self.clock.now_ms())
        return stored

    def disconnect(self, user_id: str) -> None:
        claim = self.claims.get(user_id, ID)
        assert claim is not None
        assert claim.token is not None
        self.vault().remove(user_id, ID, claim.token, now_ms=self.clock.now_ms())
        self.claims.put(replace(claim, connection=Connection.NONE, token=None))

    def token(self, user_id: str) -> str | None:
        claim = self.claims.get(user_id, ID)
        if claim is None or claim.token is None:
            return None
        found = self.vault().read(user_id, ID, claim.token)
        return found.reveal() if found is not None else None

    def compaction(self, claims: Any = None, stop: tuple[int, str] | None = None) -> tuple[CompactVaults, list[str]]:
        calls: list[str] = []
        secrets: Any = Stopping(self.aws.clients.secretsmanager, calls, stop)
        dynamodb: Any = Stopping(self.aws.clients.dynamodb, calls, stop)
        table = Table(dynamodb, self.aws.table_names["SyncTable"])
        vault, counters = self.vault(secrets, table), VaultCounters(table)
        vaults = SecretsVaults(secrets, counters, vault)
        claims = claims or DynamoDbClaims(table)
        return CompactVaults(vaults, vault, claims, self.clock, FakeTelemetry()), calls

    def compact(self, **how: Any) -> Compaction:
        compaction, _ = self.compaction(**how)
        return compaction.run(deadline_ms=self.clock.now_ms() + 900_000)

    def week(self) -> Compaction:
        """Both runs of a week: one closes, the other empties."""
        self.clock.advance(WEEK_S)
        assert self.compact().destroyed == 0
        self.clock.advance(HOUR_S)
        return self.compact()

    def everything(self) -> str:
        """Every version of every secret, as a thief of the account would find it."""
        client, found = self.aws.clients.secretsmanager, []
        for secret in client.list_secrets()["SecretList"]:
            versions = client.list_secret_version_ids(SecretId=secret["Name"], IncludeDeprecated=True)["Versions"]
            for version in versions:
                value = client.get_secret_value(SecretId=secret["Name"], VersionId=version["VersionId"])
                found.append((secret["Name"], secret_text(value)))
        return json.dumps(found)


@pytest.fixture
def bank(aws: Aws) -> Bank:
    """Three living tokens, one disconnected, one replaced, one stored for a link that was never written down."""
    bank = Bank(aws)
    for user_id in ("u1", "u2", "u3", "gone"):
        bank.connect(user_id, f"living of {user_id}")
    bank.disconnect("gone")
    bank.connect("u2", "second of u2")
    grant = TokenGrant(ID, frozenset(), AccessToken("orphan"))
    bank.vault().store("nobody", ID, grant, replacing=None, now_ms=bank.clock.now_ms())
    return bank


LIVING = {"u1": "living of u1", "u2": "second of u2", "u3": "living of u3"}


def living(bank: Bank) -> dict[str, str | None]:
    return {user_id: bank.token(user_id) for user_id in LIVING}


def test_r48_compaction_moves_the_living_and_nothing_is_left_of_the_others(bank: Bank) -> None:
    assert "orphan" in bank.everything()
    assert "living of gone" in bank.everything(), "a version of the secret still holds it"
    assert bank.week() == Compaction(closed=0, moved=3, dropped=1, destroyed=1)
    assert living(bank) == LIVING
    left = bank.everything()
    assert "stack/tokens/01" not in left
    assert not [token for token in ("orphan", "living of gone", "living of u2") if token in left]
    assert [use.name for use in VaultCounters(bank.aws.sync).all(0)] == ["stack/tokens/02"]


def test_r48_a_fresh_vault_is_left_and_compacted_a_week_later(bank: Bank) -> None:
    bank.week()
    bank.clock.advance(HOUR_S)
    assert bank.compact() == Compaction()
    bank.disconnect("u1")
    assert bank.week().destroyed == 1
    assert "living of u1" not in bank.everything()
    assert living(bank) == {**LIVING, "u1": None}


def test_r48_what_was_disconnected_is_gone_eight_days_later_whenever_its_vault_was_begun(aws: Aws) -> None:
    """The runs are those of template.yaml: on Sundays at two o'clock and each hour to seven."""
    for hours_before_sunday in (1, 13, 30, 110):
        bank, token = Bank(aws), f"t{hours_before_sunday}"
        bank.connect("u1", token)
        bank.disconnect("u1")
        passed = 0
        for run in (sunday + hour for sunday in (0, 7 * 24) for hour in range(2, 8)):
            if token in bank.everything():
                bank.clock.advance((hours_before_sunday + run - passed) * HOUR_S)
                passed = hours_before_sunday + run
                bank.compact()
        assert token not in bank.everything()
        assert passed <= 8 * 24


def test_r48_a_closed_vault_takes_no_new_token_and_gives_up_the_old_one(bank: Bank) -> None:
    bank.clock.advance(WEEK_S)
    bank.compact()
    claim = bank.connect("u1", "third of u1")
    assert claim.token is not None
    assert claim.token.vault == "stack/tokens/02"
    bank.disconnect("u3")
    bank.clock.advance(HOUR_S)
    assert bank.compact() == Compaction(moved=1, dropped=1, destroyed=1)
    assert living(bank) == {"u1": "third of u1", "u2": "second of u2", "u3": None}


def test_r48_whoever_chose_a_vault_before_it_was_closed_has_half_an_hour(bank: Bank) -> None:
    """The token is stored in the old vault, and the link written down, after it was closed."""
    grant = TokenGrant(ID, frozenset(), AccessToken("late"))
    connecting = bank.vault()
    chosen = connecting._vault_for(None, bank.clock.now_ms())
    bank.clock.advance(WEEK_S)
    bank.compact()
    connecting._vault_for = lambda *_: chosen  # type: ignore[method-assign]
    ref = connecting.store("late", ID, grant, replacing=None, now_ms=bank.clock.now_ms())
    bank.clock.advance(HOUR_S / 4)
    assert bank.compact() == Compaction()
    bank.claims.put(Claim("late", ID, Mode.READ, connection=Connection.READ, token=ref))
    bank.clock.advance(HOUR_S)
    assert bank.compact().moved == 4
    assert bank.token("late") == "late"


class Meanwhile(DynamoDbClaims):
    """Something happens to a link between the look at it and its being pointed to the copy; once each."""

    def __init__(self, bank: Bank, what: Any) -> None:
        super().__init__(bank.aws.sync)
        self.what = what

    def put(self, claim: Claim) -> Claim:
        self.what.pop(claim.user_id, lambda: None)()
        return super().put(claim)


def test_r48_links_that_change_while_they_are_moved_keep_what_they_changed_to(bank: Bank) -> None:
    bank.clock.advance(WEEK_S)
    bank.compact()
    bank.clock.advance(HOUR_S)

    def choose() -> None:
        claim = bank.claims.get("u3", ID)
        assert claim is not None
        bank.claims.put(replace(claim, mode=Mode.CLAIM_ONLY))

    happening = {"u1": lambda: bank.disconnect("u1"), "u2": lambda: bank.connect("u2", "third of u2"), "u3": choose}
    bank.compact(claims=Meanwhile(bank, happening))
    assert happening == {}
    assert living(bank) == {"u1": None, "u2": "third of u2", "u3": "living of u3"}
    claim = bank.claims.get("u3", ID)
    assert claim is not None
    assert claim.mode is Mode.CLAIM_ONLY
    bank.week()  # what was stored beside the moving may have left a copy for a week
    left = bank.everything()
    assert not [token for token in ("living of u1", "second of u2", "orphan") if token in left]


def test_r48_two_compactions_at_once_do_no_harm(bank: Bank) -> None:
    bank.clock.advance(WEEK_S)
    bank.compact()
    bank.clock.advance(HOUR_S)
    bank.compact(claims=Meanwhile(bank, {"u2": bank.compact}))
    assert living(bank) == LIVING


def test_r48_a_link_that_never_stands_still_stops_it_with_nothing_lost(bank: Bank) -> None:
    class Restless(DynamoDbClaims):
        def put(self, claim: Claim) -> Claim:
            raise ConflictError("busy")

    bank.clock.advance(WEEK_S)
    bank.compact()
    bank.clock.advance(HOUR_S)
    with pytest.raises(ConflictError):
        bank.compact(claims=Restless(bank.aws.sync))
    assert living(bank) == LIVING
    assert bank.compact().destroyed == 1
    assert living(bank) == LIVING


def test_r48_a_run_short_of_time_leaves_the_vault_to_the_next(bank: Bank) -> None:
    bank.clock.advance(WEEK_S)
    bank.compact()
    bank.clock.advance(HOUR_S)
    compaction, _ = bank.compaction()
    assert compaction.run(deadline_ms=bank.clock.now_ms() + 60_000) == Compaction()
    assert bank.compact().destroyed == 1


def test_r48_tokens_of_several_vaults_fill_as_few_as_they_need(bank: Bank) -> None:
    counters = VaultCounters(bank.aws.sync)
    for number in range(4, 7):
        for use in counters.all(0):
            counters.note_size(use.name, entries=MOST_ENTRIES, size_bytes=100)
        bank.connect(f"u{number}", f"living of u{number}")
    assert len(counters.all(0)) == 4
    assert bank.week().destroyed == 4
    assert len(counters.all(0)) == 1
    assert {u: bank.token(u) for u in ("u4", "u5", "u6")} == {u: f"living of {u}" for u in ("u4", "u5", "u6")}


def test_r48_a_vault_is_filled_by_the_real_size_of_what_it_holds_not_beyond(bank: Bank) -> None:
    """User ids of 64 characters that cannot be packed: few find room, whatever the number of entries would allow."""
    chance = random.Random(3)

    def long_names(count: int) -> dict[str, Entry]:
        return {
            f"{chance.randbytes(32).hex()}#{ID}": (str(uuid.UUID(bytes=chance.randbytes(16))), "", n)
            for n in range(count)
        }

    secrets, counters = bank.aws.clients.secretsmanager, VaultCounters(bank.aws.sync)
    stored = {"stack/tokens/11": long_names(1_030), "stack/tokens/12": long_names(80)}
    for name, entries in stored.items():
        secrets.create_secret(Name=name, SecretBinary=packed(entries))
        counters.register(name, 0)
        counters.note_size(name, entries=len(entries), size_bytes=len(packed(entries)))
    for name in ("stack/tokens/01", "stack/tokens/12"):
        counters.close(name, 0)
    vaults = SecretsVaults(secrets, counters, bank.vault())
    refs = vaults.copy("stack/tokens/12", vaults.held("stack/tokens/12"), 1)
    in_first = sum(ref.vault == "stack/tokens/11" for ref in refs.values())
    assert 0 < in_first < 80
    assert {ref.vault for ref in refs.values()} == {"stack/tokens/11", "stack/tokens/13"}
    sizes = {use.name: use.size_bytes for use in counters.all(1)}
    assert LARGEST_VAULT_BYTES - 100 < sizes["stack/tokens/11"] <= LARGEST_VAULT_BYTES
    for token, ref in list(refs.items())[::20]:
        (entry,) = (e for key, e in stored["stack/tokens/12"].items() if key == f"{token.user_id}#{ID}")
        assert bank.vault().read(token.user_id, ID, ref) == AccessToken(entry[0])


def test_r48_r37_stopped_at_any_call_every_token_is_readable_and_the_next_run_finishes(bank: Bank) -> None:
    """Each round stops a week's compaction one call later, then lets the next run finish.

    Before a call the world is as after the one before it, but for the first.
    """
    stopped_everywhere = False
    number = 0
    while not stopped_everywhere:
        number += 1
        for when in ("before", "after") if number == 1 else ("after",):
            bank.disconnect("u1")
            bank.connect("u1", LIVING["u1"])
            bank.clock.advance(WEEK_S)
            bank.compact()
            bank.clock.advance(HOUR_S)
            try:
                bank.compact(stop=(number, when))
            except BrokenOffError:
                assert living(bank) == LIVING, (number, when)
                bank.clock.advance(HOUR_S)
                bank.compact()
            else:
                stopped_everywhere = True
            assert living(bank) == LIVING, (number, when)
            names = {secret["Name"] for secret in bank.aws.clients.secretsmanager.list_secrets()["SecretList"]}
            assert names == {use.name for use in VaultCounters(bank.aws.sync).all(0)}, (number, when)
            assert len(names) == 1, (number, when)
    assert number > 15


def test_r48_closing_stopped_at_any_call_loses_nothing(bank: Bank) -> None:
    for number in range(1, 5):
        bank.clock.advance(WEEK_S)
        with_stop, _ = bank.compaction(stop=(number, "after"))
        try:
            with_stop.run(deadline_ms=bank.clock.now_ms() + 900_000)
        except BrokenOffError:
            assert living(bank) == LIVING
    bank.clock.advance(HOUR_S)
    bank.compact()
    assert living(bank) == LIVING


def test_r37_a_vault_that_somebody_deleted_by_mistake_can_still_be_restored(aws: Aws) -> None:
    """An operator's deletion has days of grace; destroying the vault as empty would end them."""
    bank = Bank(aws)
    claim = bank.connect("u1", "t1")
    assert claim.token is not None
    bank.clock.advance(WEEK_S)
    bank.compact()
    aws.clients.secretsmanager.delete_secret(SecretId=claim.token.vault, RecoveryWindowInDays=7)
    bank.clock.advance(HOUR_S)
    with pytest.raises(ConflictError, match="restore"):
        bank.compact()
    aws.clients.secretsmanager.restore_secret(SecretId=claim.token.vault)
    assert bank.compact().moved == 1
    assert bank.token("u1") == "t1"
