"""The writer items: whose an ORCID iD is, who looks at it now, and when it is due."""

from __future__ import annotations

from typing import Protocol

from orcid_sync.domain.links import Lane, WriterState


class Writers(Protocol):
    """Writer items: ownership, wake, lease, due time (DESIGN 2). Every method is one conditional write unless it
    says so.
    """

    def get(self, orcid_id: str) -> WriterState | None:
        """Strongly consistent."""
        ...

    def acquire(self, orcid_id: str, owner: str, *, replacing: str | None = None) -> bool:
        """Make `owner` the writer's owner if it has none, is theirs already, or belongs to `replacing`. False:
        taken (R22).
        """
        ...

    def wake(
        self,
        orcid_id: str,
        owner: str,
        *,
        lane: Lane,
        due_ms: int,
        reconcile: bool = False,
        again_ms: int | None = None,
    ) -> WriterState | None:
        """wake + 1, due time brought forward to `due_ms` (never put back), lane raised (never lowered).

        None when there is no writer item or it is another owner's: nothing to wake. Returns the state after.
        `reconcile` makes the next visit read the record first (R40); `again_ms` is kept with the item if given.
        """
        ...

    def mark_queued(self, orcid_id: str, *, wake: int, lane: Lane, now_ms: int, due_ms: int | None) -> None:
        """Remember that a message for `wake` was sent in `lane`. `due_ms` moves the due time on (the schedule)
        or leaves it (None).
        """
        ...

    def lease(self, orcid_id: str, *, lease_id: str, now_ms: int, until_ms: int) -> tuple[WriterState, bool] | None:
        """Take the lease if nobody holds a living one. None: somebody does, or there is no item.

        Returns the state after, and whether the lease before had expired unreleased (an unclean visit).
        """
        ...

    def release(self, state: WriterState) -> bool:
        """End the visit on condition that the lease is still ours and `wake` unchanged: stores due_ms, lane, pause,
        applied, guard, backoff, adopted_ms, reconcile, again_ms, last_* of `state`, counts its wake as seen, and clears
        the lease. False: woken meanwhile (nothing stored), or the lease was lost.
        """
        ...

    def abandon(self, state: WriterState, *, due_ms: int) -> None:
        """End the visit with work left over: as release, but `seen` stays and the lane is not lowered.

        Due at `due_ms` when nothing woke it meanwhile, else at that or earlier; not at all when it was disowned. The
        message that began the visit counts as looked at (queued_wake becomes seen), so that the schedule sends the
        next one. What is stored as again_ms stays. Of an item that has another owner by now nothing is changed but the
        lease, which is cleared (R22).
        """
        ...

    def postpone(self, orcid_id: str, *, due_ms: int) -> None:
        """Bring the due time forward to `due_ms` if it is later: a message met a living lease.

        That message counts as looked at (queued_wake becomes seen): should the holder have been killed, the schedule
        may send the next one as soon as the lease is over.
        """
        ...

    def disown(self, orcid_id: str, owner: str) -> None:
        """Take the item out of the due index: the link left `write`, or its user left. Owner and ledger stay.

        That is a cause too: wake + 1, so that a visit under way stops with what it is doing and is due no more.
        """
        ...

    def drop(self, orcid_id: str, *, lease_id: str, now_ms: int) -> None:
        """Forget the writer item, on condition of the lease: nobody owns the iD any more (R22, R48).

        The next owner's `wake` goes on where this one's ended, so that no message has been sent before.
        """
        ...

    def due(self, lane: Lane, *, now_ms: int, limit: int) -> list[tuple[str, int]]:
        """(iD, due_ms) that are due, oldest first, from the sparse index (eventually consistent)."""
        ...
