"""The shared request limit in memory, with the same arithmetic of slots and pauses (R35, DESIGN 5)."""

from __future__ import annotations

from orcid_sync.domain.links import Lane, Spare
from orcid_sync.ports.gate import GateState, Slot, SlotOutcome

SLOT_MS = 43
HORIZON_MS: dict[Lane | Spare, int] = {Lane.HIGH: 2000, Lane.NORMAL: 250, Spare.READING: 0}
SHORTEST_PAUSE_MS = 1000
LONGEST_PAUSE_MS = 300_000
FORGET_PAUSES_MS = 600_000
TROUBLE_MS = 60_000
TROUBLED_RECORDS = 3
UNAUTHORISED_MS = 600_000
UNAUTHORISED_RECORDS = 10


class FakeGate:
    """Writing is off until `allow_writing`, as at a fresh installation; `taken` lists the slots granted, in order."""

    def __init__(self, *, writing: bool = False) -> None:
        self.writing = writing
        self.config_rev = 0
        self.next_ms: int | None = None
        self.until_ms = 0
        self.pause_set_ms = -1
        self.pause_length_ms = 0
        self.troubles: dict[str, int] = {}
        self.unauthorised: dict[str, int] = {}
        self.taken: list[tuple[Lane | Spare, int]] = []

    def take(self, lane: Lane | Spare, *, now_ms: int, writing: bool = True) -> Slot:
        if writing and not self.writing:
            return Slot(SlotOutcome.OFF)
        if self.until_ms > now_ms:
            return Slot(SlotOutcome.PAUSED, until_ms=self.until_ms)
        at_ms = now_ms if self.next_ms is None else max(now_ms, self.next_ms)
        if at_ms > now_ms + HORIZON_MS[lane]:
            return Slot(SlotOutcome.BUSY, until_ms=at_ms - HORIZON_MS[lane])
        self.next_ms = at_ms + SLOT_MS
        self.taken.append((lane, at_ms))
        return Slot(SlotOutcome.GRANTED, at_ms=at_ms)

    def pause(self, *, now_ms: int, call_began_ms: int, retry_after_seconds: float | None) -> int:
        if call_began_ms <= self.pause_set_ms:
            return self.until_ms
        length_ms = self.pause_length_ms
        if retry_after_seconds is not None and retry_after_seconds >= 1:
            wait_ms = round(retry_after_seconds * 1000)
        else:
            forgotten = not length_ms or now_ms - self.until_ms > FORGET_PAUSES_MS
            wait_ms = length_ms = SHORTEST_PAUSE_MS if forgotten else min(2 * length_ms, LONGEST_PAUSE_MS)
        self.pause_set_ms, self.pause_length_ms = now_ms, length_ms
        self.until_ms = max(self.until_ms, now_ms + wait_ms)
        return self.until_ms

    def allow_writing(self, allowed: bool, *, config_rev: int) -> None:
        if config_rev >= self.config_rev:
            self.writing, self.config_rev = allowed, config_rev

    def note_trouble(self, orcid_id: str, *, now_ms: int) -> int | None:
        if self.until_ms > now_ms:
            return self.until_ms
        fresh = {record: at_ms for record, at_ms in self.troubles.items() if at_ms > now_ms - TROUBLE_MS}
        self.troubles = {**fresh, orcid_id: now_ms}
        if len(self.troubles) < TROUBLED_RECORDS:
            return None
        self.troubles = {}
        return self.pause(now_ms=now_ms, call_began_ms=now_ms, retry_after_seconds=None)

    def note_unauthorised(self, orcid_id: str, *, now_ms: int) -> bool:
        self.unauthorised[orcid_id] = now_ms
        fresh = [record for record, at_ms in self.unauthorised.items() if at_ms > now_ms - UNAUTHORISED_MS]
        return len(fresh) >= UNAUTHORISED_RECORDS

    def state(self) -> GateState:
        return GateState(self.writing, self.until_ms, self.next_ms or 0)

    def paused_until(self) -> int:
        return self.until_ms
