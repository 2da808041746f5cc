"""The difference between what should be on a record and what we know we sent: remove, add, update, or wait
(DESIGN 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from orcid_sync.domain.decide import Decision
from orcid_sync.domain.ledger import Hold, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import GuardWindow
from orcid_sync.domain.removals import EarlierDecisions, guard, may_go, pending_removal


class State(StrEnum):
    """Where a publication stands on its way (API, PublicationState)."""

    SENT = "sent"
    WAITING_ADD = "waiting_add"
    WAITING_UPDATE = "waiting_update"
    FAILED = "failed"
    WAITING_REMOVE = "waiting_remove"
    LEFT_OUT = "left_out"


class Operation(StrEnum):
    """What a plan does to one work."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Position:
    """One publication: decision, ledger entry, state, and what is to be done now (None: nothing now).

    `fingerprint` is of what would be sent. `takes_over`: the publication whose put-code an UPDATE replaces (R56).
    `due_ms`: when a waiting removal or a retry is due.
    """

    decision: Decision
    entry: LedgerEntry | None
    state: State
    operation: Operation | None = None
    fingerprint: str | None = None
    takes_over: str | None = None
    removal: PendingRemoval | None = None
    due_ms: int | None = None

    @property
    def put_code(self) -> int | None:
        """The put-code of the work on the record, as far as we know."""
        return self.entry.put_code if self.entry is not None else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a visit does. `positions` by publication id; `marks` are ledger entries to store though nothing is sent
    (waiting removals); `forget` are entries whose put-code a later one holds too (an interrupted take-over);
    `next_due_ms` when waiting things are due.
    """

    positions: Mapping[str, Position]
    marks: tuple[LedgerEntry, ...]
    forget: tuple[str, ...]
    window: GuardWindow
    next_due_ms: int | None

    def operations(self, operation: Operation) -> list[Position]:
        """The positions with this operation, the longest waiting first for updates."""
        chosen = [position for position in self.positions.values() if position.operation is operation]
        if operation is Operation.UPDATE:
            chosen.sort(key=_waiting_since)
        return chosen

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be sent."""
        return all(position.operation is None for position in self.positions.values())

    @property
    def leaves_all_as_it_is(self) -> bool:
        """Whether nothing would be sent, and nothing be written to the ledger for it."""
        return self.is_empty and not self.marks and not self.forget


def _waiting_since(position: Position) -> tuple[bool, int]:
    """A take-over first (something that should go is still on the record), then by age (R32)."""
    waiting = position.entry.waiting_since_ms if position.entry is not None else None
    return (position.takes_over is None, waiting if waiting is not None else 1 << 62)


def _send_position(decision: Decision, entry: LedgerEntry | None, fingerprint: str, now_ms: int) -> Position:
    """A publication that belongs on the record."""
    failure = entry.failure if entry is not None else None
    if failure is not None and failure.fingerprint == fingerprint:
        # R38: refused content waits for a change (or resend); every other failure for its growing delay.
        waits = failure.retry_ms is None or failure.retry_ms > now_ms
        if waits:
            return Position(decision, entry, State.FAILED, None, fingerprint, due_ms=failure.retry_ms)
    if entry is None or not entry.on_orcid:
        return Position(decision, entry, State.WAITING_ADD, Operation.ADD, fingerprint)
    if entry.fingerprint == fingerprint:
        return Position(decision, entry, State.SENT, None, fingerprint)
    return Position(decision, entry, State.WAITING_UPDATE, Operation.UPDATE, fingerprint)


def _left_out_position(
    decision: Decision, entry: LedgerEntry | None, removal: PendingRemoval | None, now_ms: int
) -> Position:
    """A publication that does not belong on the record; with a `removal` while its work is still there."""
    if entry is None or removal is None:
        return Position(decision, entry, State.LEFT_OUT)
    failure = entry.failure
    # A failure with a fingerprint was an update's; it does not delay the removal.
    retry = failure.retry_ms if failure is not None and failure.fingerprint is None else None
    due = max(removal.due_ms, retry or 0)
    return Position(
        decision,
        entry,
        State.WAITING_REMOVE,
        Operation.REMOVE if may_go(removal, now_ms) and due <= now_ms else None,
        removal=removal,
        due_ms=due if removal.hold in (Hold.NONE, Hold.APPROVED) else None,
    )


def _shared_put_codes(entries: Mapping[str, LedgerEntry], decisions: Mapping[str, Decision]) -> tuple[str, ...]:
    """Entries to forget: a later one holds the same put-code, so a take-over was interrupted (R56).

    What was sent last is what stands on the record, whichever of them is wanted by now.
    """
    holders: dict[int, list[str]] = {}
    for publication_id, entry in entries.items():
        if entry.put_code is not None:
            holders.setdefault(entry.put_code, []).append(publication_id)
    wanted = {p for p, decision in decisions.items() if decision.send}
    forget: list[str] = []
    for group in holders.values():
        if len(group) > 1:
            keep = max(group, key=lambda p: (entries[p].sent_ms or 0, p in wanted, p))
            forget.extend(p for p in group if p != keep)
    return tuple(forget)


def _successors(
    leaving: Mapping[str, LedgerEntry], decisions: Mapping[str, Decision], coming: Mapping[str, Position]
) -> dict[str, str]:
    """R56: which work that should go is followed by which publication that should come, as one update of the
    work that is there.

    Also for a removal that would wait: the successor stands for the same thing, and adding it beside would clash (409).
    """
    free = dict(coming)
    by_self_id: dict[str, str] = {}
    for publication_id, position in coming.items():
        if position.decision.record is not None:
            for self_id in position.decision.record.self_ids:
                by_self_id.setdefault(self_id, publication_id)
    successors: dict[str, str] = {}
    for publication_id, entry in leaving.items():
        decision = decisions[publication_id]
        candidates = (
            decision.duplicate_of,
            decision.merged_into,
            *(by_self_id.get(self_id) for self_id in entry.self_ids),
        )
        successor = next((c for c in candidates if c is not None and c in free), None)
        if successor is not None:
            del free[successor]
            successors[publication_id] = successor
    return successors


def diff(
    decisions: Mapping[str, Decision],
    entries: Mapping[str, LedgerEntry],
    *,
    fingerprint_of: Callable[[Decision], str],
    earlier: Callable[[], EarlierDecisions | None],
    window: GuardWindow | None,
    now_ms: int,
    grace_hours: int,
    guard_share: float,
    guard_minimum: int,
) -> Plan:
    """Compare the decisions with the ledger and return the plan.

    `earlier` gives the decisions under the rules last applied; it is called only when a removal's cause has to be told.
    """
    forget = _shared_put_codes(entries, decisions)
    known = {p: e for p, e in entries.items() if p not in forget}
    positions = {
        p: _send_position(decision, known.get(p), fingerprint_of(decision), now_ms)
        for p, decision in decisions.items()
        if decision.send
    }
    leaving = {p: e for p, e in known.items() if e.on_orcid and p not in positions}
    coming = {p: position for p, position in positions.items() if position.operation is Operation.ADD}
    successors = _successors(leaving, decisions, coming)
    for leaver, successor in successors.items():
        positions[successor] = replace(positions[successor], operation=Operation.UPDATE, takes_over=leaver)
    fresh = any(e.removal is None or e.removal.reason != decisions[p].reason for p, e in leaving.items())
    before = earlier() if fresh else None
    removals = {
        p: pending_removal(decisions[p], e, before, now_ms=now_ms, grace_hours=grace_hours)
        for p, e in leaving.items()
        if p not in successors
    }
    on_orcid = sum(1 for e in known.values() if e.on_orcid)
    guarded = guard(removals, window, on_orcid=on_orcid, now_ms=now_ms, share=guard_share, minimum=guard_minimum)
    for publication_id, decision in decisions.items():
        if publication_id in successors:
            positions[publication_id] = Position(decision, known[publication_id], State.WAITING_REMOVE)
        elif not decision.send:
            removal = guarded.removals.get(publication_id)
            positions[publication_id] = _left_out_position(decision, known.get(publication_id), removal, now_ms)
    waiting = (p.due_ms for p in positions.values() if p.due_ms is not None and p.operation is None)
    return Plan(
        positions={p: positions[p] for p in sorted(positions)},
        marks=_marks(positions),
        forget=forget,
        window=guarded.window,
        next_due_ms=min(waiting, default=None),
    )


def _marks(positions: Mapping[str, Position]) -> tuple[LedgerEntry, ...]:
    """Ledger entries whose waiting removal began, changed, or is over (the publication qualifies again, R60)."""
    marks: list[LedgerEntry] = []
    for position in positions.values():
        entry = position.entry
        if entry is None or position.operation is Operation.REMOVE:
            continue
        if entry.removal != position.removal:
            marks.append(replace(entry, removal=position.removal))
    return tuple(marks)
