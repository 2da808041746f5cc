"""Thousands connect on one day, and the next compaction merges their vaults: `python -m bench.rush` (R48, DESIGN 7)."""

from __future__ import annotations

import sys

import boto3
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.secrets_tokens import MOST_CHANGES_A_DAY, SecretsTokenVault
from orcid_sync.adapters.secrets_vaults import SecretsVaults
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.adapters.vault_format import Entry, packed
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.tokens import AccessToken, TokenRef
from orcid_sync.services.compact_vaults import FRESH_MS, SETTLED_MS, CompactVaults

from bench.founding import institution
from bench.institution import Institution
from bench.vaults import filled
from tests.fakes.telemetry import FakeTelemetry

RESEARCHERS = 5_000
LONGEST_RUN_MS = 900_000


class Rush:
    """An institution whose links all point into vaults that took as many changes as a day allows."""

    def __init__(self, inst: Institution, researchers: int) -> None:
        self.inst = inst
        table = Table(inst.meter, inst.product.tables["SyncTable"])  # type: ignore[arg-type]  # a client with a meter
        self.secrets, self.counters = boto3.client("secretsmanager"), VaultCounters(table)
        self.vault, self.claims = SecretsTokenVault(self.secrets, self.counters, "rush"), DynamoDbClaims(table)
        self.entries = filled(researchers)
        left = list(self.entries.items())
        for number, begin in enumerate(range(0, len(left), MOST_CHANGES_A_DAY), 1):
            self._fill(f"rush/{number:02d}", dict(left[begin : begin + MOST_CHANGES_A_DAY]))

    def _fill(self, name: str, entries: dict[str, Entry]) -> None:
        body = packed(entries)
        self.secrets.create_secret(Name=name, SecretBinary=body)
        self.counters.register(name, self.inst.clock.now_ms())
        self.counters.note_size(name, entries=len(entries), size_bytes=len(body))
        for key, (_, _, rev) in entries.items():
            token = TokenRef(name, rev)
            self.claims.put(Claim(*_link(key), Mode.WRITE, connection=Connection.WRITE, token=token))

    def night(self) -> str:
        """Both runs of a compaction, and what the second used."""
        vaults = SecretsVaults(self.secrets, self.counters, self.vault)
        compact = CompactVaults(vaults, self.vault, self.claims, self.inst.clock, FakeTelemetry())
        self.inst.clock.advance(FRESH_MS / 1000)
        closed = compact.run(deadline_ms=self.inst.clock.now_ms() + LONGEST_RUN_MS).closed
        self.inst.clock.advance(SETTLED_MS / 1000)
        with self.inst.meter.measuring() as used:
            done = compact.run(deadline_ms=self.inst.clock.now_ms() + LONGEST_RUN_MS)
        return f"{closed} vaults closed; {done.moved:,} tokens moved by {used[0].requests:,} requests of DynamoDB"

    def readable(self) -> int:
        """Links whose token is found where they point, by a process that has nothing in memory."""
        fresh = SecretsTokenVault(self.secrets, self.counters, "rush")
        return sum(self._reads(fresh, *_link(key), AccessToken(entry[0])) for key, entry in self.entries.items())

    def _reads(self, vault: SecretsTokenVault, user_id: str, orcid_id: str, token: AccessToken) -> bool:
        claim = self.claims.get(user_id, orcid_id)
        return claim is not None and claim.token is not None and vault.read(user_id, orcid_id, claim.token) == token


def _link(key: str) -> tuple[str, str]:
    user_id, _, orcid_id = key.rpartition("#")
    return user_id, orcid_id


def main() -> int:
    """0; 1 when a token is lost or more vaults are left than are needed."""
    with institution() as inst:
        rush = Rush(inst, RESEARCHERS)
        print(rush.night())
        left = rush.counters.all(inst.clock.now_ms())
        for use in left:
            print(f"{use.name}: {use.entries:,} tokens, {use.size_bytes:,} bytes, {use.changes} changes")
        found = rush.readable()
        print(f"{found:,} of {RESEARCHERS:,} tokens are found where the link points")
        return 0 if found == RESEARCHERS and len(left) == 3 else 1


if __name__ == "__main__":
    sys.exit(main())
