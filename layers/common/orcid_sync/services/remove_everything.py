"""The writer's side of *Remove from ORCID*: everything that was sent to a record goes, then the settings thaw (R23)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.decide import Decision
from orcid_sync.domain.diff import Operation, Position, State
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.ledger import Cause, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.work_builder import OwnEntry
from orcid_sync.services.apply_plan import LinkBlockedError
from orcid_sync.services.remove_works import mode_after_removal
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import DAY_MS, HOUR_MS, Visit
from orcid_sync.services.visit_work import Orders, look, read_record, send, settlement_of

TRIED_FOR_MS = DAY_MS


def remove_all(visit: Visit, claim: Claim, settings: InstitutionSettings) -> str | None:
    """R23: everything this product sent to the record goes, whatever rule or guard says; then the settings thaw.

    Tried with a revoked token too (ORCID allows it, ORCID_API 2.6). What cannot be deleted in 24 hours stays listed.
    """
    assert claim.removing_since_ms is not None
    stores = visit.stores
    if visit.state.reconcile and _reread(visit, claim, settings):
        return None
    entries = stores.ledger.entries(claim.orcid_id, consistent=True)
    settlement = settlement_of(visit, claim, settings, entries)
    leaving = [_leaving(entry, claim.removing_since_ms) for entry in entries.values() if entry.on_orcid]
    error: str | None = None
    try:
        if leaving:
            send(visit, claim, OwnEntry(claim.orcid_id, ""), settlement, Orders(removals=leaving))
    except LinkBlockedError as blocked:
        error = blocked.answer.message
    settlement.flush()
    now_ms = stores.clock.now_ms()
    left = any(entry.on_orcid for entry in settlement.entries.values())
    if left and now_ms - claim.removing_since_ms < TRIED_FOR_MS:
        visit.state = replace(visit.state, last_error=error)
        return visit.rest("removal_waits", due_ms=now_ms + HOUR_MS)
    _thaw(visit, claim, settlement, now_ms)
    return visit.rest("removed", due_ms=None)


def _reread(visit: Visit, claim: Claim, settings: InstitutionSettings) -> bool:
    """After an unclean visit: learn of works that it added before the ledger heard of them, so that they go too."""
    try:
        read_record(visit, claim, look(visit, claim, settings))
    except (LinkBlockedError, NotFoundError):
        visit.state = replace(visit.state, reconcile=False)
        return False
    return True


def _thaw(visit: Visit, claim: Claim, settlement: Settlement, now_ms: int) -> None:
    """The removal is over: marks of R39 go, the mode is `read` or `claim-only`, a disconnect that was asked for
    follows.
    """
    stores = visit.stores
    for entry in list(settlement.entries.values()):
        if not entry.on_orcid:
            settlement.forget(entry.publication_id)
    stores.claims.put(replace(claim, mode=mode_after_removal(claim), removing_since_ms=None))
    if claim.after_removal is not AfterRemoval.KEEP:
        stores.finish_disconnect(claim.user_id, claim.orcid_id)
    visit.state = replace(
        visit.state, adopted_ms=None, applied=None, guard=None, pause=None, last_error=None, last_synced_ms=now_ms
    )


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
