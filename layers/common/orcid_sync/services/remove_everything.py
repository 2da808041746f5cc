"""The writer's side of *Remove from ORCID*: everything that was sent to a record goes, then the settings thaw (R23)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.decide import Decision
from orcid_sync.domain.diff import Operation, Position, State
from orcid_sync.domain.errors import ConflictError, NotFoundError
from orcid_sync.domain.ledger import Cause, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import RECORD_PAUSES, AfterRemoval, Claim
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.work_builder import OwnEntry
from orcid_sync.services.adopt import read_record
from orcid_sync.services.apply_plan import Orders, send
from orcid_sync.services.registry_calls import RecordTroubleError, RegistryPausedError
from orcid_sync.services.remove_works import mode_after_removal
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import DAY_MS, DISCONNECT_AGAIN_MS, HOUR_MS, Visit
from orcid_sync.services.visit_work import look
from orcid_sync.services.work_calls import LinkBlockedError

TRIED_FOR_MS = DAY_MS
# What stands by a work that could not even be tried in that time, because the registry had everybody wait.
_PAUSED = Answer(Outcome.SLOW_DOWN, code="paused", message="ORCID asked for fewer requests all the time; repeat later.")


def remove_all(visit: Visit, claim: Claim, settings: InstitutionSettings) -> str | None:
    """R23: everything this product sent to the record goes, whatever rule or guard says; then the settings thaw.

    Tried with a revoked token too (ORCID allows it, ORCID_API 2.6). What cannot be deleted in 24 hours stays listed;
    hours in which nothing may be sent do not count (R10).
    """
    assert claim.removing_since_ms is not None
    stores = visit.stores
    tried_since_ms = max(claim.removing_since_ms, settings.write_enabled_since_ms)
    over = stores.clock.now_ms() - tried_since_ms >= TRIED_FOR_MS
    unread: Answer | None = None
    try:
        if visit.state.reconcile and _reread(visit, claim, settings):
            return None
    except (LinkBlockedError, RecordTroubleError) as hindered:
        unread = hindered.answer  # what is known goes all the same
    except RegistryPausedError as paused:
        if not over:
            raise
        unread = paused.answer or _PAUSED
    entries = stores.ledger.entries(claim.orcid_id, consistent=True)
    settlement = visit.settlement(claim, settings, entries)
    there = sorted((entry for entry in entries.values() if entry.on_orcid), key=_failed_before)
    leaving = [_leaving(entry, claim.removing_since_ms) for entry in there]
    stopped: Answer | None = None
    try:
        if leaving:
            send(visit, claim, OwnEntry(claim.orcid_id, ""), settlement, Orders(removals=leaving))
    except LinkBlockedError as blocked:
        stopped = blocked.answer
    except (RecordTroubleError, RegistryPausedError) as trouble:
        if not over:
            raise
        stopped = trouble.answer or _PAUSED
    now_ms = stores.clock.now_ms()
    left = [position for position in leaving if settlement.entries.get(position.decision.publication_id) is not None]
    if (left or unread) and not over:
        settlement.flush()
        hindrance = stopped or unread
        visit.state = replace(visit.state, last_error=hindrance.message if hindrance is not None else None)
        return visit.rest("removal_waits", due_ms=now_ms + HOUR_MS)
    if stopped is not None:
        for position in left:
            settlement.failed(position, Operation.REMOVE, stopped)
    settlement.flush()
    try:
        _thaw(visit, claim, settlement, now_ms)
    except ConflictError:
        return None  # the link was changed meanwhile: how it is to be left has to be looked at again
    owed = claim.after_removal is not AfterRemoval.KEEP
    return visit.rest("removed", due_ms=stores.clock.now_ms() + DISCONNECT_AGAIN_MS if owed else None)


def _reread(visit: Visit, claim: Claim, settings: InstitutionSettings) -> bool:
    """After an unclean visit, or when asked to: learn of works that the ledger does not know, so that they go too.

    False: not before somebody else acts (a reconnection, say). Raises RecordTroubleError, or LinkBlockedError for a
    state of the record that may pass. All of them leave the wish to read it for the next visit that can.
    """
    try:
        read_record(visit, claim, look(visit, claim, settings))
    except LinkBlockedError as blocked:
        if blocked.reason in RECORD_PAUSES:
            raise
        return False
    except NotFoundError:
        return False
    return True


def _thaw(visit: Visit, claim: Claim, settlement: Settlement, now_ms: int) -> None:
    """The removal is over: marks of R39 go, the mode is `read` or `claim-only`, a disconnect that was asked for
    follows. Raises ConflictError when the link was changed meanwhile.
    """
    stores = visit.stores
    for entry in list(settlement.entries.known.values()):
        if not entry.on_orcid:
            settlement.entries.forget(entry.publication_id)
    stores.claims.put(replace(claim, mode=mode_after_removal(claim), removing_since_ms=None))
    if claim.after_removal is not AfterRemoval.KEEP:
        stores.finish_disconnect(claim.user_id, claim.orcid_id)
    visit.state = replace(
        visit.state, adopted_ms=None, applied=None, guard=None, pause=None, backoff=0, last_error=None,
        last_synced_ms=now_ms,
    )  # fmt: skip


def _failed_before(entry: LedgerEntry) -> int:
    """Works that failed go last, so that one of them does not keep the others there (R38)."""
    return entry.failure.at_ms if entry.failure is not None else 0


def _leaving(entry: LedgerEntry, since_ms: int) -> Position:
    """A position that says nothing but: this work goes, because its owner wants it."""
    decision = Decision(
        publication_id=entry.publication_id,
        title="",
        type="",
        work_type=entry.work_type or "",
        claimed=False,
        reason=None,
    )
    removal = PendingRemoval(reason="removal", cause=Cause.USER, since_ms=since_ms, due_ms=since_ms)
    return Position(decision, entry, State.WAITING_REMOVE, Operation.REMOVE, removal=removal)
