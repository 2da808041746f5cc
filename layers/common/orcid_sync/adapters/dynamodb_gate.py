"""Shares 24 requests a second among all calls of one client id: one conditional write a call (R35, DESIGN 5)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain, to_json
from orcid_sync.domain.links import Lane, Spare
from orcid_sync.ports.gate import GateState, Slot, SlotOutcome

# 1,000 / 43 = 23.3 slots a second, a little below ORCID's 24.
SLOT_MS = 43
# How far ahead slots are given: the normal lane stops early, so that the high one always finds room; who reads in spare
# time never queues, so that no lane waits for it longer than one slot.
HORIZON_MS: Mapping[Lane | Spare, int] = {Lane.HIGH: 2000, Lane.NORMAL: 250, Spare.READING: 0}
SHORTEST_PAUSE_MS = 1000
LONGEST_PAUSE_MS = 300_000
FORGET_PAUSES_MS = 600_000
# So many different records within so long: then it is the registry that is in trouble, not one record.
TROUBLED_RECORDS = 3
TROUBLE_MS = 60_000
# So many different records whose tokens are refused within so long: then it is not their owners' doing.
UNAUTHORISED_RECORDS = 10
UNAUTHORISED_MS = 600_000
_TRIES = 8


class DynamoDbGate:
    """Item `GATE#{client id}` / `GATE` of the sync table, and `TROUBLE` beside it. `jitter` gives 0.0 to 1.0."""

    def __init__(self, table: Table, client_id: str, *, jitter: Callable[[], float] = random.random) -> None:
        self._table = table
        self._key = (f"GATE#{client_id}", "GATE")
        self._trouble_key = (f"GATE#{client_id}", "TROUBLE")
        self._unauthorised_key = (f"GATE#{client_id}", "REFUSED")
        self._jitter = jitter

    def take(self, lane: Lane | Spare, *, now_ms: int, writing: bool = True) -> Slot:
        """Without anybody's writing having been allowed yet, `writing` is off: a fresh installation (R9)."""
        allowed = " AND (attribute_not_exists(paused) OR paused <= :now)"
        values: Plain = {"now": now_ms}
        if writing:
            allowed += " AND writing = :true"
            values["true"] = True
        horizon_ms = HORIZON_MS[lane]
        try:
            return self._next_slot(allowed, values, horizon_ms)
        except ConditionFailed as failed:
            seen = failed.item or {}
        for _ in range(_TRIES):
            refused = _refusal(seen, now_ms, horizon_ms, writing)
            if refused is not None:
                return refused
            try:
                if seen.get("nxt", 0) >= now_ms:
                    return self._next_slot(allowed, values, horizon_ms)
                return self._first_slot(seen, allowed, values)
            except ConditionFailed as failed:
                seen = failed.item or {}
        return Slot(SlotOutcome.BUSY, until_ms=now_ms + SLOT_MS)

    def _next_slot(self, allowed: str, values: Plain, horizon_ms: int) -> Slot:
        before = self._table.update(
            self._key,
            "SET nxt = nxt + :slot",
            condition=f"nxt BETWEEN :now AND :horizon{allowed}",
            returning="UPDATED_OLD",
            slot=SLOT_MS,
            horizon=values["now"] + horizon_ms,
            **values,
        )
        assert before is not None
        return Slot(SlotOutcome.GRANTED, at_ms=before["nxt"])

    def _first_slot(self, seen: Plain, allowed: str, values: Plain) -> Slot:
        """The queue of slots has run empty: begin anew, on condition that nobody else has."""
        unchanged = "nxt = :seen" if "nxt" in seen else "attribute_not_exists(nxt)"
        also = {"seen": seen["nxt"]} if "nxt" in seen else {}
        after = values["now"] + SLOT_MS
        self._table.update(self._key, "SET nxt = :after", condition=unchanged + allowed, after=after, **also, **values)
        return Slot(SlotOutcome.GRANTED, at_ms=values["now"])

    def pause(self, *, now_ms: int, call_began_ms: int, retry_after_seconds: float | None) -> int:
        """Without `Retry-After` each pause is twice the one before, up to five minutes; ten quiet minutes end that."""
        seen = self._table.get(self._key, consistent=True) or {}
        while True:
            if call_began_ms <= seen.get("pset", -1):
                return int(seen["paused"])
            until_ms, length_ms = self._pause_from(seen, now_ms, retry_after_seconds)
            unchanged = "pset = :seen" if "pset" in seen else "attribute_not_exists(pset)"
            also = {"seen": seen["pset"]} if "pset" in seen else {}
            try:
                self._table.update(
                    self._key,
                    "SET paused = :until, pset = :now, plen = :length",
                    condition=unchanged,
                    until=until_ms,
                    now=now_ms,
                    length=length_ms,
                    **also,
                )
            except ConditionFailed as failed:
                # Somebody's pause was set meanwhile; each round a later one, so this ends.
                seen = failed.item or {}
            else:
                return until_ms

    def _pause_from(self, seen: Plain, now_ms: int, retry_after_seconds: float | None) -> tuple[int, int]:
        """(until when, the length to double next time); jitter adds up to a quarter, so that not all begin at once.

        A `Retry-After` of nothing, or of a date that is over, slows nobody down: as if there were none.
        """
        paused_ms, length_ms = seen.get("paused", 0), seen.get("plen", 0)
        if retry_after_seconds is not None and retry_after_seconds >= 1:
            wait_ms = round(retry_after_seconds * 1000)
        else:
            forgotten = not length_ms or now_ms - paused_ms > FORGET_PAUSES_MS
            length_ms = SHORTEST_PAUSE_MS if forgotten else min(2 * length_ms, LONGEST_PAUSE_MS)
            wait_ms = min(round(length_ms * (1 + self._jitter() / 4)), LONGEST_PAUSE_MS)
        return max(paused_ms, now_ms + wait_ms), length_ms

    def allow_writing(self, allowed: bool, *, config_rev: int) -> None:
        condition = "attribute_not_exists(crev) OR crev <= :rev"
        expression = "SET writing = :allowed, crev = :rev"
        try:
            self._table.update(self._key, expression, condition=condition, allowed=allowed, rev=config_rev)
        except ConditionFailed:
            return

    def paused_until(self) -> int:
        return int((self._table.get(self._key, consistent=True) or {}).get("paused", 0))

    def state(self) -> GateState:
        item = self._table.get(self._key, consistent=True) or {}
        return GateState(item.get("writing", False), item.get("paused", 0), item.get("nxt", 0))

    def note_trouble(self, orcid_id: str, *, now_ms: int) -> int | None:
        """Kept beside the gate's item, so that troubles do not slow the slots down."""
        paused_ms = self.paused_until()
        if paused_ms > now_ms:
            return paused_ms
        for _ in range(_TRIES):
            seen = self._table.get(self._trouble_key, consistent=True)
            fresh = _noted_since(seen, now_ms - TROUBLE_MS) | {orcid_id: now_ms}
            enough = len(fresh) >= TROUBLED_RECORDS
            if self._put_noted(self._trouble_key, {} if enough else fresh, seen):
                break
        else:
            return None
        return self.pause(now_ms=now_ms, call_began_ms=now_ms, retry_after_seconds=None) if enough else None

    def note_unauthorised(self, orcid_id: str, *, now_ms: int) -> bool:
        """The latest are kept, as many as it takes to tell. Who is overtaken again and again is one of many."""
        for _ in range(_TRIES):
            seen = self._table.get(self._unauthorised_key, consistent=True)
            fresh = _noted_since(seen, now_ms - UNAUTHORISED_MS) | {orcid_id: now_ms}
            latest = sorted(fresh, key=fresh.__getitem__)[-UNAUTHORISED_RECORDS:]
            if self._put_noted(self._unauthorised_key, {record: fresh[record] for record in latest}, seen):
                return len(latest) >= UNAUTHORISED_RECORDS
        return True

    def _put_noted(self, key: tuple[str, str], noted: Mapping[str, int], seen: Plain | None) -> bool:
        item = {"pk": key[0], "sk": key[1], "t": to_json(noted)}
        try:
            if seen is None:
                self._table.put(item, condition="attribute_not_exists(pk)")
            else:
                self._table.put(item, condition="t = :seen", seen=seen["t"])
        except ConditionFailed:
            return False
        return True


def _noted_since(seen: Plain | None, since_ms: int) -> dict[str, int]:
    """Records by the time at which something was last noted of them."""
    noted: dict[str, int] = json.loads(seen["t"]) if seen is not None else {}
    return {record: at_ms for record, at_ms in noted.items() if at_ms > since_ms}


def _refusal(seen: Plain, now_ms: int, horizon_ms: int, writing: bool) -> Slot | None:
    """Why the item that was met gives no slot; None: it would give one."""
    if writing and not seen.get("writing", False):
        return Slot(SlotOutcome.OFF)
    if seen.get("paused", 0) > now_ms:
        return Slot(SlotOutcome.PAUSED, until_ms=seen["paused"])
    if seen.get("nxt", 0) > now_ms + horizon_ms:
        return Slot(SlotOutcome.BUSY, until_ms=seen["nxt"] - horizon_ms)
    return None
