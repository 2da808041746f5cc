"""Which vaults there are, how full they are and how often each was changed of late (DESIGN 7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table

VAULTS_KEY = "VAULTS"
HOUR_MS = 3_600_000
HOURS_COUNTED = 24


@dataclass(frozen=True, slots=True)
class VaultUse:
    """A vault as the counters know it: size and entries as last written, changes of the last 24 hours."""

    name: str
    entries: int
    size_bytes: int
    changes: int


class VaultCounters:
    """Items `VAULTS` / `V#{name}` and `H#{hour}#{name}` of the sync table; hours expire by themselves."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, now_ms: int) -> list[VaultUse]:
        """Every vault known, by name."""
        oldest_hour = now_ms // HOUR_MS - HOURS_COUNTED
        vaults, changes = [], Counter[str]()
        for item in self._table.query(VAULTS_KEY, consistent=True):
            kind, _, rest = item["sk"].partition("#")
            if kind == "V":
                vaults.append(item)
            elif int(rest.partition("#")[0]) >= oldest_hour:
                changes[rest.partition("#")[2]] += item["n"]
        return [VaultUse(v["sk"][2:], v["entries"], v["size"], changes[v["sk"][2:]]) for v in vaults]

    def register(self, name: str) -> None:
        """Make a new vault known; one that is known already is left as it is."""
        item = {"pk": VAULTS_KEY, "sk": f"V#{name}", "entries": 0, "size": 0}
        try:
            self._table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return

    def count_change(self, name: str, now_ms: int) -> None:
        """Count a version that is about to be made; one that loses a race counts too, for Secrets Manager keeps it."""
        hour = now_ms // HOUR_MS
        self._table.update(
            (VAULTS_KEY, f"H#{hour}#{name}"),
            "SET n = if_not_exists(n, :zero) + :one, expires_at = :expires",
            zero=0,
            one=1,
            expires=(hour + HOURS_COUNTED + 2) * 3600,
        )

    def note_size(self, name: str, *, entries: int, size_bytes: int) -> None:
        item = {"pk": VAULTS_KEY, "sk": f"V#{name}", "entries": entries, "size": size_bytes}
        self._table.put(item)
