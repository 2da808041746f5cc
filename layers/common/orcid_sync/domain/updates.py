"""Which metadata updates go now and which wait for quiet (R32)."""

from __future__ import annotations

from collections.abc import Sequence

from orcid_sync.domain.diff import Position

# An update never waits longer than this, so that it is sent well before 30 days.
OLDEST_WAIT_MS = 20 * 24 * 3_600_000


def split_updates(updates: Sequence[Position], *, quiet: bool, now_ms: int) -> tuple[list[Position], list[Position]]:
    """Return (go now, wait). With a backlog only take-overs (something that should go is still there) and old
    ones go.
    """
    if quiet:
        return list(updates), []
    now: list[Position] = []
    wait: list[Position] = []
    for position in updates:
        since = position.entry.waiting_since_ms if position.entry is not None else None
        urgent = position.takes_over is not None or (since is not None and since <= now_ms - OLDEST_WAIT_MS)
        (now if urgent else wait).append(position)
    return now, wait


def oldest_wait_ms(waiting: Sequence[Position], now_ms: int) -> int:
    """The age of the oldest waiting update in milliseconds; 0 when none waits yet."""
    since = [p.entry.waiting_since_ms for p in waiting if p.entry is not None and p.entry.waiting_since_ms is not None]
    return now_ms - min(since) if since else 0
