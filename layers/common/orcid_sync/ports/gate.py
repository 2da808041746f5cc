"""The gate: the request limit that all calls to the registry share, and the switch of writing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from orcid_sync.domain.links import Lane, Spare


class SlotOutcome(StrEnum):
    """What asking for a slot came to (DESIGN 5)."""

    GRANTED = "granted"
    BUSY = "busy"  # the lane's horizon is full: ask again at `until_ms`
    PAUSED = "paused"  # everybody waits until `until_ms`
    OFF = "off"  # the write integration is off (R10)


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the shared request limit: start the call at `at_ms`, not before."""

    outcome: SlotOutcome
    at_ms: int = 0
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class GateState:
    """The gate as it stands: whether writing is on, until when everybody pauses (0: no pause), the next free slot."""

    writing: bool
    paused_until_ms: int
    next_slot_ms: int


class Gate(Protocol):
    """Shares 24 requests a second among all calls of one client id (R35, DESIGN 5)."""

    def take(self, lane: Lane | Spare, *, now_ms: int, writing: bool = True) -> Slot:
        """One conditional write. `writing` False is for reading calls, which go on when the write integration is
        off (R43). Who reads in spare time gets a slot only when it is free at once.
        """
        ...

    def pause(self, *, now_ms: int, call_began_ms: int, retry_after_seconds: float | None) -> int:
        """Everybody pauses; counts only if the call began after the last pause was set. Returns until when (ms)."""
        ...

    def allow_writing(self, allowed: bool, *, config_rev: int) -> None:
        """R10's switch, learnt by every writer with its next slot; an older `config_rev` changes nothing."""
        ...

    def paused_until(self) -> int: ...

    def state(self) -> GateState:
        """As it stands now, for administrators to look at."""
        ...

    def note_trouble(self, orcid_id: str, *, now_ms: int) -> int | None:
        """A record met 500, 502, 504 or no answer. When three different records did within a minute everybody pauses.

        Returns until when (ms), or None while it may be this record alone (DESIGN 3.6).
        """
        ...

    def note_unauthorised(self, orcid_id: str, *, now_ms: int) -> bool:
        """A record's token was refused, twice (401). Returns whether ten different records met that within ten minutes:
        then it is the registry that cannot tell tokens, not so many researchers who withdrew theirs (ORCID_API 2.6).
        """
        ...
