"""The request limit at the edge of the API: a leaky bucket that first delays and then refuses."""

from __future__ import annotations

import time
from collections.abc import Callable

REFUSAL = (
    b"<html><head><title>503 Service Temporarily Unavailable</title></head>"
    b"<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\n"
)


class RequestLimit:
    """`rate` requests a second pass; up to `burst` more wait their turn, the rest is refused.

    Counts real (monotonic) time whatever the registry's wall clock says. Not thread-safe: asked from the event loop.
    """

    def __init__(
        self, rate: float, burst: int, *, enabled: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.enabled = enabled
        self._interval = 1.0 / rate
        self._longest_wait = burst / rate + 1e-6  # sums of intervals are not exact
        self._monotonic = monotonic
        self._next_free = 0.0

    def admit(self) -> float | None:
        """Seconds that the request has to wait, or None when it is refused."""
        if not self.enabled:
            return 0.0
        now = self._monotonic()
        start = max(now, self._next_free)
        wait = start - now
        if wait > self._longest_wait:
            return None
        self._next_free = start + self._interval
        return wait
