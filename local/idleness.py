"""Tells when the product has come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

QUIET_SECONDS = 0.6
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Idleness:
    """Whether nothing is going on; if not, what is."""

    idle: bool
    busy: dict[str, object]


def wait_until_idle(look: Callable[[], Mapping[str, object]], timeout_s: float) -> Idleness:
    """Wait until every queue and stream is drained and no function runs, at all looks of 0.6 seconds.

    One look is not enough: between a stream and its function, or a function and its queue, nothing is to be seen for
    some milliseconds. Due times do not count: they are work for later. `look` gives the embedded AWS's state, which
    tells of its threads between an event and a function too (launcher.py).
    """
    until = time.monotonic() + timeout_s
    quiet_since: float | None = None
    while True:
        busy = _busy(look())
        now = time.monotonic()
        if busy:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since >= QUIET_SECONDS:
            return Idleness(True, {})
        if now >= until:
            return Idleness(False, busy or {"quiet_for_s": round(now - (quiet_since or now), 1)})
        time.sleep(_LOOK_SECONDS)


def _busy(state: Mapping[str, object]) -> dict[str, object]:
    """What of the state is not at rest."""
    busy: dict[str, object] = {}
    for name, value in state.items():
        going_on = {key: count for key, count in value.items() if count} if isinstance(value, dict) else value
        if going_on:
            busy[name] = going_on
    return busy
