"""The work of one round of a visit: look, read the record where needed, carry the plan out, remove everything on
request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.ledger import Hold, LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import RECORD_PAUSES, Claim, Lane, PauseReason
from orcid_sync.domain.outcomes import Answer, Outcome, OwnWork
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.updates import oldest_wait_ms, split_updates
from orcid_sync.domain.work_builder import OwnEntry
from orcid_sync.services.adopt import match
from orcid_sync.services.apply_plan import BULK_WORKS, AdoptFirstError, ApplyPlan
from orcid_sync.services.ledger_entries import LedgerEntries
from orcid_sync.services.plan_record import Look, PlanRecord
from orcid_sync.services.registry_calls import (
    OutOfTimeError,
    RecordTroubleError,
    RegistryPausedError,
    SwitchedOffError,
    VisitStoppedError,
)
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import DAY_MS, HOUR_MS, Visit, WokenError
from orcid_sync.services.work_calls import LinkBlockedError, WorkCalls, stop_if_blocked

# With more messages than this in the normal queue, metadata updates wait for quiet (R32).
BACKLOG = 50
UPDATES_AGAIN_MS = 6 * HOUR_MS
# So many works of one record that match no publication are listed.
LISTED_UNMATCHED = 200
# Between two calls, or at one refused: every answer is settled.
_BETWEEN_CALLS = (WokenError, OutOfTimeError, SwitchedOffError, LinkBlockedError)
_URGENT_REASONS = frozenset({Reason.HIDDEN.value, Reason.NOT_CLAIMED.value, Reason.PRIVATE.value})


def look(visit: Visit, claim: Claim, settings: InstitutionSettings) -> Look:
    """Plan the link as it is now."""
    stores = visit.stores
    planner = PlanRecord(stores.catalogue, stores.ledger, stores.institution)
    now_ms = stores.clock.now_ms()
    return planner.look(claim, visit.state, now_ms=now_ms, consistent=visit.consistent, institution=settings)


def must_read(visit: Visit, found: Look) -> bool:
    """Whether to read the record first: first contact before anything is sent (R11), after an unclean visit, on
    request (R40),
    or to see whether a parked record is back (R54).

    First contact is made although nothing is to be sent when the user relates to any publication: works of ours from
    before (batch create, an owner before, R22) may be of one that is hidden by now, and would stay on the record for
    ever. It is one call in the life of a link; a sync with nothing to do makes none (R36).
    """
    first = visit.state.adopted_ms is None and (bool(found.related) or not found.plan.is_empty)
    return first or visit.state.reconcile or visit.state.pause in RECORD_PAUSES


def read_record(visit: Visit, claim: Claim, found: Look) -> None:
    """Read the summary once and make the ledger agree with the record."""
    stores = visit.stores
    token = _token(visit, claim)
    began_ms = stores.clock.now_ms()
    reading = visit.calls.read(lambda: stores.registry.read_works(claim.orcid_id, token))
    stop_if_blocked(reading.answer)
    if reading.answer.outcome is not Outcome.READ:
        raise RecordTroubleError(reading.answer)
    intent = stores.ledger.intent(claim.orcid_id)
    settlement = settlement_of(visit, claim, found.institution, found.entries)
    adoption = match(reading.own_works, found.entries, found.positions, found.related, intent, read_ms=began_ms)
    for publication_id in adoption.forget:
        settlement.entries.forget(publication_id)
    for publication_id in adoption.gone:
        settlement.mark_gone(publication_id)
    for publication_id in adoption.doubted:
        settlement.doubted(publication_id)
    for publication_id, work, fingerprint in adoption.adopt:
        settlement.adopted(publication_id, work.put_code, fingerprint, work.self_ids)
    settlement.flush()
    if intent is not None:
        stores.ledger.clear_intent(claim.orcid_id)
    strangers = [work for work in reading.own_works if work.put_code in adoption.unmatched]
    stores.ledger.note_unmatched(claim.orcid_id, _unmatched(claim, strangers, stores.clock.now_ms()))
    stores.telemetry.log(
        "record_read", orcid_id=claim.orcid_id, own=len(reading.own_works), adopted=len(adoption.adopt),
        gone=len(adoption.gone), unmatched=len(adoption.unmatched), doubted=len(adoption.doubted),
    )  # fmt: skip
    pause = None if visit.state.pause in RECORD_PAUSES else visit.state.pause
    now_ms = stores.clock.now_ms()
    visit.state = replace(
        visit.state, reconcile=False, adopted_ms=now_ms, pause=pause, pause_detail=None, primary_orcid_id=None
    )
    visit.adoptions += 1


def _unmatched(claim: Claim, strangers: Sequence[OwnWork], now_ms: int) -> list[UnmatchedWork]:
    """R11: works of ours that match no publication are listed for the administrators; bounded, for a record can hold
    10,000.
    """
    shown = strangers[:LISTED_UNMATCHED]
    return [UnmatchedWork(claim.orcid_id, work.put_code, work.title[:200], work.type, now_ms) for work in shown]


def apply(visit: Visit, claim: Claim, found: Look) -> str | None:
    """Carry the plan out, then rest until something is due. None: once more, for an answer changed the plan."""
    plan = found.plan
    settlement = settlement_of(visit, claim, found.institution, found.entries)
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
    settlement = settlement_of(visit, claim, found.institution, found.entries)
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


@dataclass(frozen=True, slots=True)
class Orders:
    """What one round sends: removals, adds, updates."""

    removals: Sequence[Position] = ()
    adds: Sequence[Position] = ()
    updates: Sequence[Position] = ()

    def __bool__(self) -> bool:
        return bool(self.removals or self.adds or self.updates)


def send(visit: Visit, claim: Claim, own: OwnEntry, settlement: Settlement, orders: Orders) -> Answer | None:
    """Removals, take-overs, adds, updates, in this order (R32). An answer: the record takes no more works."""
    stores = visit.stores
    applying = ApplyPlan(
        catalogue=stores.catalogue,
        ledger=stores.ledger,
        registry=stores.registry,
        clock=stores.clock,
        calls=WorkCalls(visit.calls, settlement, troubled=visit.state.backoff > 0),
        settlement=settlement,
        orcid_id=claim.orcid_id,
        token=_token(visit, claim),
        own=own,
        look_up=visit.look_up,
        bulk_limit=max(1, BULK_WORKS >> visit.state.backoff),
        may_adopt=visit.adoptions == 0,
        changing=frozenset(p.decision.publication_id for p in orders.updates),
    )
    try:
        applying.remove(orders.removals)
        applying.update([p for p in orders.updates if p.takes_over is not None])
        applying.add(orders.adds)
        applying.update([p for p in orders.updates if p.takes_over is None])
        applying.changing = frozenset()
        applying.add(applying.again)
    except (VisitStoppedError, AdoptFirstError, LinkBlockedError) as stopped:
        settlement.flush()
        if _all_is_settled(stopped):
            stores.ledger.clear_intent(claim.orcid_id)
        raise
    stores.ledger.clear_intent(claim.orcid_id)
    if applying.full is not None:
        stores.telemetry.alert("record_full", orcid_id=claim.orcid_id)
        if visit.paused_before is not PauseReason.FULL:
            settlement.note_event("Link Paused", PauseReason.FULL.value)
    return applying.full


def _all_is_settled(stopped: Exception) -> bool:
    """Whether no call was under way that may have taken effect: then the intent is over.

    Left behind it would later take what the owner deletes for our own doing (R39).
    """
    if isinstance(stopped, RegistryPausedError):
        return stopped.answer is None  # a pause that was there already: no call was made
    return isinstance(stopped, _BETWEEN_CALLS)


def _token(visit: Visit, claim: Claim) -> AccessToken:
    """The link's token; a vault that lost it is treated as a revocation: only the user can help."""
    token = None
    if claim.token is not None:
        token = visit.stores.vault.read(claim.user_id, claim.orcid_id, claim.token)
    if token is None:
        answer = Answer(
            Outcome.UNAUTHORISED, code="token_missing", message="The connection's token is missing; reconnect."
        )
        raise LinkBlockedError(PauseReason.REVOKED, answer)
    return token


def settlement_of(
    visit: Visit, claim: Claim, settings: InstitutionSettings, entries: Mapping[str, LedgerEntry]
) -> Settlement:
    """The settlement of one round."""
    return Settlement(
        entries=LedgerEntries(visit.stores.ledger, claim.orcid_id, dict(entries)),
        events=visit.stores.events,
        clock=visit.stores.clock,
        telemetry=visit.stores.telemetry,
        user_id=claim.user_id,
        deleted_at_orcid=settings.deleted_at_orcid,
        counts=visit.counts,
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
