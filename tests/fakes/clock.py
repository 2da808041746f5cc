"""A clock that moves only when told to, or when somebody sleeps on it."""

from __future__ import annotations

# 2026-11-02T08:00:00Z: a Monday morning with nothing special about it.
MONDAY_MORNING_MS = 1_793_606_400_000


class FakeClock:
    """Epoch milliseconds; `slept` keeps what was slept, in seconds."""

    def __init__(self, now_ms: int = MONDAY_MORNING_MS) -> None:
        self.time_ms = now_ms
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return self.time_ms

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time_ms += max(0, round(seconds * 1000))
