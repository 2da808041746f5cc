"""Writer items in memory: owner, wake, lease, due time (DESIGN 2)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Lane, WriterState


class FakeWriters:
    """`items` is open to tests that need a writer to stand already."""

    def __init__(self) -> None:
        self.items: dict[str, WriterState] = {}
        self.wakes: dict[str, int] = {}  # of items that were dropped

    def get(self, orcid_id: str) -> WriterState | None:
        return self.items.get(orcid_id)

    def acquire(self, orcid_id: str, owner: str, *, replacing: str | None = None) -> bool:
        state = self.items.get(orcid_id)
        if state is None:
            wake = self.wakes.pop(orcid_id, 0)
            self.items[orcid_id] = WriterState(orcid_id, owner, wake=wake, seen=wake)
        elif replacing is not None and state.owner in (owner, replacing):
            self.items[orcid_id] = WriterState(
                orcid_id,
                owner,
                wake=state.wake,
                seen=state.seen,
                queued_wake=state.queued_wake,
                queued_ms=state.queued_ms,
                queued_lane=state.queued_lane,
                due_ms=state.due_ms,
                lane=state.lane,
                lease_id=state.lease_id,
                lease_until_ms=state.lease_until_ms,
            )
        else:
            return state.owner == owner
        return True

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
        state = self.items.get(orcid_id)
        if state is None or state.owner != owner:
            return None
        self.items[orcid_id] = woken = replace(
            state,
            wake=state.wake + 1,
            due_ms=due_ms if state.due_ms is None else min(due_ms, state.due_ms),
            lane=Lane.HIGH if Lane.HIGH in (lane, state.lane) else Lane.NORMAL,
            reconcile=state.reconcile or reconcile,
            again_ms=again_ms if again_ms is not None else state.again_ms,
        )
        return woken

    def mark_queued(self, orcid_id: str, *, wake: int, lane: Lane, now_ms: int, due_ms: int | None) -> None:
        state = self.items.get(orcid_id)
        if state is None or (due_ms is not None and state.due_ms is None):
            return
        queued = replace(state, queued_wake=wake, queued_ms=now_ms, queued_lane=lane)
        self.items[orcid_id] = queued if due_ms is None else replace(queued, due_ms=due_ms)

    def lease(self, orcid_id: str, *, lease_id: str, now_ms: int, until_ms: int) -> tuple[WriterState, bool] | None:
        state = self.items.get(orcid_id)
        if state is None or (state.lease_id is not None and state.lease_until_ms > now_ms):
            return None
        self.items[orcid_id] = leased = replace(state, lease_id=lease_id, lease_until_ms=until_ms)
        return leased, state.lease_id is not None

    def release(self, state: WriterState) -> bool:
        stored = self.items.get(state.orcid_id)
        if stored is None or (stored.lease_id, stored.wake, stored.owner) != (state.lease_id, state.wake, state.owner):
            return False
        self.items[state.orcid_id] = _settled(stored, state, seen=state.wake, due_ms=state.due_ms, lane=state.lane)
        return True

    def abandon(self, state: WriterState, *, due_ms: int) -> None:
        stored = self.items.get(state.orcid_id)
        if stored is None or stored.lease_id != state.lease_id:
            return
        if stored.owner != state.owner:
            self.items[state.orcid_id] = replace(stored, lease_id=None, lease_until_ms=0)
            return
        woken = stored.wake > state.wake
        due: int | None = due_ms
        if woken:
            due = min(due_ms, stored.due_ms) if stored.due_ms is not None else None
        lane = Lane.HIGH if Lane.HIGH in (state.lane, stored.lane) else Lane.NORMAL
        self.items[state.orcid_id] = replace(
            _settled(stored, state, seen=stored.seen, due_ms=due, lane=lane),
            reconcile=state.reconcile or (woken and stored.reconcile),
            again_ms=stored.again_ms,
            queued_wake=stored.seen if stored.queued_wake <= state.wake else stored.queued_wake,
        )

    def postpone(self, orcid_id: str, *, due_ms: int) -> None:
        state = self.items.get(orcid_id)
        if state is not None:
            sooner = due_ms if state.due_ms is not None and state.due_ms > due_ms else state.due_ms
            self.items[orcid_id] = replace(state, due_ms=sooner, queued_wake=state.seen)

    def disown(self, orcid_id: str, owner: str) -> None:
        state = self.items.get(orcid_id)
        if state is not None and state.owner == owner:
            self.items[orcid_id] = replace(state, wake=state.wake + 1, due_ms=None)

    def drop(self, orcid_id: str, *, lease_id: str, now_ms: int) -> None:
        state = self.items.get(orcid_id)
        if state is None or state.lease_id != lease_id:
            raise ConflictError("Somebody else took the lease of this record meanwhile; repeat.")
        self.wakes[orcid_id] = self.items.pop(orcid_id).wake

    def due(self, lane: Lane, *, now_ms: int, limit: int) -> list[tuple[str, int]]:
        found = [
            (state.due_ms, state.orcid_id)
            for state in self.items.values()
            if state.lane is lane and state.due_ms is not None and state.due_ms <= now_ms
        ]
        return [(orcid_id, due_ms) for due_ms, orcid_id in sorted(found)[:limit]]


def _settled(stored: WriterState, state: WriterState, *, seen: int, due_ms: int | None, lane: Lane) -> WriterState:
    """What the visit knows, over what others may have changed meanwhile (wake, queued, owner); the lease is cleared."""
    return replace(
        state,
        owner=stored.owner,
        wake=stored.wake,
        queued_wake=stored.queued_wake,
        queued_ms=stored.queued_ms,
        queued_lane=stored.queued_lane,
        seen=seen,
        due_ms=due_ms,
        lane=lane,
        lease_id=None,
        lease_until_ms=0,
    )
