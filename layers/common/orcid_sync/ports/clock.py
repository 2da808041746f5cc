"""The time as the services see it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The time, in epoch milliseconds; `sleep` takes seconds."""

    def now_ms(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...
