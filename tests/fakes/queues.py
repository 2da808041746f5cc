"""The two FIFO queues in memory; a repeated deduplication id is swallowed, as SQS does for five minutes."""

from __future__ import annotations

from orcid_sync.domain.links import Lane


class FakeQueues:
    """`waiting` holds (iD, wake) per lane, oldest first; `receive` takes the oldest off."""

    def __init__(self) -> None:
        self.waiting: dict[Lane, list[tuple[str, int]]] = {Lane.HIGH: [], Lane.NORMAL: []}
        self.seen_ids: set[str] = set()

    def send(self, orcid_id: str, *, lane: Lane, wake: int, at_ms: int) -> None:
        deduplication_id = f"{orcid_id}:{lane}:{wake}:{at_ms}"
        if deduplication_id not in self.seen_ids:
            self.seen_ids.add(deduplication_id)
            self.waiting[lane].append((orcid_id, wake))

    def depth(self, lane: Lane) -> int:
        return len(self.waiting[lane])

    def receive(self, lane: Lane) -> tuple[str, int] | None:
        """The oldest message, or None."""
        return self.waiting[lane].pop(0) if self.waiting[lane] else None
