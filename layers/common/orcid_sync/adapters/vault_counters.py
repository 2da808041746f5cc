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
    """A vault as the counters know it: size and entries as last written, changes of the last 24 hours.

    `opened_ms`: since when it takes tokens (0: not known); `closed_ms`: since when no new ones (None: it takes them).
    """

    name: str
    entries: int
    size_bytes: int
    changes: int
    opened_ms: int = 0
    closed_ms: int | None = None


class VaultCounters:
    """Items `VAULTS` / `V#{name}`, `O#{name}` (opened), `C#{name}` (closed), `H#{hour}#{name}` of the sync table; hours
    expire by themselves.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, now_ms: int) -> list[VaultUse]:
        """Every vault known, by name."""
        oldest_hour = now_ms // HOUR_MS - HOURS_COUNTED
        vaults, changes = [], Counter[str]()
        opened: dict[str, int] = {}
        closed: dict[str, int] = {}
        for item in self._table.query(VAULTS_KEY, consistent=True):
            kind, _, rest = item["sk"].partition("#")
            if kind == "V":
                vaults.append(item)
            elif kind in ("O", "C"):
                (opened if kind == "O" else closed)[rest] = item["at"]
            elif int(rest.partition("#")[0]) >= oldest_hour:
                changes[rest.partition("#")[2]] += item["n"]
        return [
            VaultUse(name, v["entries"], v["size"], changes[name], opened.get(name, 0), closed.get(name))
            for v in vaults
            for name in (v["sk"][2:],)
        ]

    def close(self, name: str, now_ms: int) -> None:
        """No new token goes there from now on, as far as who asks from now on knows."""
        self._table.put({"pk": VAULTS_KEY, "sk": f"C#{name}", "at": now_ms})

    def forget(self, name: str) -> None:
        """The vault itself first: a mark without it does no harm, it without its marks would be open again."""
        for kind in ("V", "C", "O"):
            self._table.delete((VAULTS_KEY, f"{kind}#{name}"))

    def register(self, name: str, now_ms: int) -> None:
        """Make a new vault known; one that is known already is left as it is."""
        self._table.put({"pk": VAULTS_KEY, "sk": f"O#{name}", "at": now_ms})
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
        """Of a vault that is known; one forgotten meanwhile must not come to life again."""
        item = {"pk": VAULTS_KEY, "sk": f"V#{name}", "entries": entries, "size": size_bytes}
        try:
            self._table.put(item, condition="attribute_exists(pk)")
        except ConditionFailed:
            return
