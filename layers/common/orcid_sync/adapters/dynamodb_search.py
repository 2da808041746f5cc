"""What searching remembers of links, open sources and its own walk, in the sync table (R42)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from orcid_sync.adapters.dynamodb_offers import pack_work, packed_work
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Key, Table
from orcid_sync.adapters.dynamodb_values import Plain, maybe_json, to_json
from orcid_sync.domain.grouping import Ungrouped
from orcid_sync.domain.work_identifiers import LookUpKey
from orcid_sync.ports.search import Finding, LinkReading

KEPT_MS = 30 * 86_400_000
SHORTEST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 6 * 3_600_000
_SOURCES = "SOURCES"
_WALK: Key = ("SEARCH", "WALK")


class DynamoDbLinkReadings:
    """Items `U#{user}` / `N#{iD}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def some(self, links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], LinkReading]:
        keys = [(f"U#{user_id}", f"N#{orcid_id}") for user_id, orcid_id in links]
        found = map(_reading_of, self._table.get_many(keys, consistent=False))
        return {(reading.user_id, reading.orcid_id): reading for reading in found}

    def put(self, reading: LinkReading) -> None:
        hints = {p: [hint.key, int(hint.lacking_here)] for p, hint in reading.ungrouped.items()}
        self._table.put(
            {
                "pk": f"U#{reading.user_id}",
                "sk": f"N#{reading.orcid_id}",
                "read": reading.read_ms,
                "next": reading.next_ms,
                "fails": reading.failures or None,
                "alone": maybe_json(hints),
            }
        )


def _reading_of(item: Plain) -> LinkReading:
    hints = json.loads(item.get("alone", "{}"))
    return LinkReading(
        user_id=item["pk"][2:],
        orcid_id=item["sk"][2:],
        read_ms=item.get("read"),
        next_ms=item["next"],
        failures=item.get("fails", 0),
        ungrouped={p: Ungrouped(key, lacking_here=bool(here)) for p, (key, here) in hints.items()},
    )


class DynamoDbFindings:
    """Items `K#{type:value}` / `FOUND`, which expire."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def some(self, keys: Iterable[LookUpKey], *, now_ms: int) -> dict[LookUpKey, Finding]:
        wanted = {_finding_key(key): key for key in keys}
        found = self._table.get_many(wanted, consistent=False)
        fresh = (item for item in found if item["until"] > now_ms)
        return {
            wanted[item["pk"], item["sk"]]: Finding(
                packed_work(item) if "z" in item else None, frozenset(json.loads(item["asked"]))
            )
            for item in fresh
        }

    def put(self, findings: Mapping[LookUpKey, Finding], *, now_ms: int) -> None:
        until_ms = now_ms + KEPT_MS
        self._table.put_many([_finding_item(key, finding, until_ms) for key, finding in findings.items()])


def _finding_key(key: LookUpKey) -> Key:
    return f"K#{key[0]}:{key[1]}", "FOUND"


def _finding_item(key: LookUpKey, finding: Finding, until_ms: int) -> Plain:
    pk, sk = _finding_key(key)
    work = pack_work(finding.work) if finding.work is not None else {}
    asked = to_json(sorted(finding.asked))
    return {"pk": pk, "sk": sk, "asked": asked, "until": until_ms, "expires_at": until_ms // 1000 + 1, **work}


class DynamoDbSourcePauses:
    """Items `SOURCES` / `{source}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def until(self, source: str) -> int:
        return int((self._table.get((_SOURCES, source), consistent=False) or {}).get("until", 0))

    def pause(self, source: str, *, now_ms: int, wait_seconds: float | None) -> int:
        """Without conditions: only one walk goes at a time."""
        before = self._table.get((_SOURCES, source), consistent=True) or {}
        length_ms = min(2 * int(before["len"]) if before.get("len") else SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS)
        asked_ms = round(wait_seconds * 1000) if wait_seconds is not None else 0
        until_ms = now_ms + max(length_ms, asked_ms)
        self._table.put({"pk": _SOURCES, "sk": source, "until": until_ms, "len": length_ms})
        return until_ms

    def answered(self, source: str) -> None:
        self._table.delete((_SOURCES, source))


class DynamoDbSearchWalk:
    """Item `SEARCH` / `WALK`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, *, now_ms: int, until_ms: int) -> str | None:
        free = "attribute_not_exists(lend) OR lend <= :now"
        try:
            item = self._table.update(_WALK, "SET lend = :until", condition=free, now=now_ms, until=until_ms)
        except ConditionFailed:
            return None
        return str((item or {}).get("cur", ""))

    def end(self, *, cursor: str, until_ms: int) -> None:
        try:
            expression = "SET cur = :cursor REMOVE lend" if cursor else "REMOVE cur, lend"
            values = {"cursor": cursor} if cursor else {}
            self._table.update(_WALK, expression, condition="lend = :mine", mine=until_ms, **values)
        except ConditionFailed:
            return
