"""The queues of ORCID iDs to look at."""

from __future__ import annotations

from typing import Protocol

from orcid_sync.domain.links import Lane


class Queues(Protocol):
    """The two FIFO queues (R31)."""

    def send(self, orcid_id: str, *, lane: Lane, wake: int, at_ms: int) -> None:
        """Group is the iD, deduplication id `{iD}:{lane}:{wake}:{at_ms}`.

        SQS swallows a repeated id for five minutes even after the first was handled; the time lets a link that is due
        again soon, with nothing new to wake it, have its message (a pause of seconds, a grace period that ends).
        """
        ...

    def depth(self, lane: Lane) -> int:
        """About how many messages wait."""
        ...
