"""The work of one round of a visit: look, carry the plan out, and be due again for what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.links import Claim, Lane, PauseReason
from orcid_sync.domain.outcomes import Answer
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.updates import oldest_wait_ms, split_updates
from orcid_sync.services.apply_plan import Orders, send
from orcid_sync.services.plan_record import Look, PlanRecord
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import DAY_MS, HOUR_MS, Visit

# With more messages than this in the normal queue, metadata updates wait for quiet (R32).
BACKLOG = 50
UPDATES_AGAIN_MS = 6 * HOUR_MS
_URGENT_REASONS = frozenset({Reason.HIDDEN.value, Reason.NOT_CLAIMED.value, Reason.PRIVATE.value})


def look(visit: Visit, claim: Claim, settings: InstitutionSettings) -> Look:
    """Plan the link as it is now."""
    stores = visit.stores
    planner = PlanRecord(stores.catalogue, stores.ledger, stores.institution)
    now_ms = stores.clock.now_ms()
    return planner.look(claim, visit.state, now_ms=now_ms, consistent=visit.consistent, institution=settings)


def apply(visit: Visit, claim: Claim, found: Look) -> str | None:
    """Carry the plan out, then rest until something is due. None: once more, for an answer changed the plan."""
    plan = found.plan
    settlement = visit.settlement(claim, found.institution, found.entries)
    for publication_id in plan.forget:
        settlement.entries.forget(publication_id)
    for mark in plan.marks:
        settlement.store(mark)
    for position in plan.positions.values():
        settlement.settled(position)
    _note_held(visit, found, settlement)
    updates = plan.operations(Operation.UPDATE)
    now_ms = visit.stores.clock.now_ms()
    go_now, wait = split_updates(updates, quiet=_quiet(visit, updates), now_ms=now_ms)
    oldest_ms = oldest_wait_ms(updates, now_ms)
    if wait or oldest_ms:
        # Said before anything is sent: an update whose time has come may still meet a registry that takes nothing.
        visit.stores.telemetry.gauge("OldestWaitingUpdateSeconds", oldest_ms / 1000, "Seconds")
    for position in wait:
        settlement.waiting(position)
    orders = Orders(plan.operations(Operation.REMOVE), plan.operations(Operation.ADD), go_now)
    visit.state = replace(visit.state, guard=plan.window)
    full = _carry_out(visit, claim, found, settlement, orders) if orders else None
    settlement.flush()
    if settlement.plan_is_old:
        return None
    return _rest(visit, found, settlement, wait, full=full)


def remove_unread(visit: Visit, claim: Claim, found: Look) -> None:
    """What must leave a record that cannot be read just now goes all the same: its put-codes are known (R31).

    The intent of the visit before is kept for when it can be read, however this ends; one of a removal that may have
    taken effect stands in its place.
    """
    orders = Orders(found.plan.operations(Operation.REMOVE))
    if not orders:
        return
    settlement = visit.settlement(claim, found.institution, found.entries)
    ledger = visit.stores.ledger
    intent = ledger.intent(claim.orcid_id)
    try:
        _carry_out(visit, claim, found, settlement, orders)
    finally:
        if intent is not None and ledger.intent(claim.orcid_id) is None:
            ledger.put_intent(claim.orcid_id, intent)
    settlement.flush()


def _carry_out(visit: Visit, claim: Claim, found: Look, settlement: Settlement, orders: Orders) -> Answer | None:
    """Send, and remember what the guard has to count, however it ends (R55)."""
    try:
        return send(visit, claim, found.own, settlement, orders)
    finally:
        window = replace(found.plan.window, removed=found.plan.window.removed + settlement.guarded_removals)
        visit.state = replace(visit.state, guard=window)


def _rest(
    visit: Visit, found: Look, settlement: Settlement, wait: Sequence[Position], *, full: Answer | None
) -> str | None:
    """End a visit that did all it could; due again for the first thing that waits, or for the systematic check."""
    now_ms = visit.stores.clock.now_ms()
    due = [now_ms + 5 * DAY_MS + visit.jitter(2 * DAY_MS), *settlement.retries_ms]
    if found.plan.next_due_ms is not None:
        due.append(found.plan.next_due_ms)
    if wait:
        due.append(now_ms + UPDATES_AGAIN_MS + visit.jitter(HOUR_MS))
    if full:
        due.append(now_ms + DAY_MS)
    visit.state = replace(
        visit.state,
        applied=found.rules,
        pause=PauseReason.FULL if full else None,
        pause_detail=full.message if full else None,
        reconcile=visit.state.reconcile or settlement.doubtful,
        backoff=0,
        last_error=None,
        last_synced_ms=now_ms,
    )
    return visit.rest("done", due_ms=min(due))


def _quiet(visit: Visit, updates: Sequence[Position]) -> bool:
    """Whether updates may go: there are none to ask for, Run sync asked for them (R24), or the normal queue is
    short.
    """
    return (
        not updates or Lane.HIGH in (visit.lane, visit.state.lane) or visit.stores.queues.depth(Lane.NORMAL) < BACKLOG
    )


def _note_held(visit: Visit, found: Look, settlement: Settlement) -> None:
    """R55: removals newly held are told at once, with an alarm when hidden, rejected or private publications are
    among them.
    """
    newly = [p.removal for p in found.positions.values() if p.removal is not None and _newly_held(p)]
    if not newly:
        return
    settlement.note_event("Removals Held")
    visit.stores.telemetry.alert("removals_held", orcid_id=found.claim.orcid_id, removals=len(newly))
    if any(removal.reason in _URGENT_REASONS for removal in newly):
        visit.stores.telemetry.count("UrgentRemovalsHeld")


def _newly_held(position: Position) -> bool:
    before = position.entry.removal if position.entry is not None else None
    held_before = before is not None and before.hold is Hold.HELD
    return position.removal is not None and position.removal.hold is Hold.HELD and not held_before
