"""Rounds of look and apply until nothing is left to do, something stops the visit, or time is out (DESIGN 2, 3)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.errors import ConflictError, NotFoundError
from orcid_sync.domain.links import AfterRemoval, Claim, PauseReason
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.services import adopt, visit_work
from orcid_sync.services.plan_record import Look
from orcid_sync.services.registry_calls import (
    OutOfTimeError,
    RecordTroubleError,
    RegistryPausedError,
    SwitchedOffError,
)
from orcid_sync.services.remove_everything import remove_all
from orcid_sync.services.send_adds import AdoptFirstError
from orcid_sync.services.visit import (
    DAY_MS,
    DISCONNECT_AGAIN_MS,
    HOUR_MS,
    MINUTE_MS,
    LeaseLostError,
    Visit,
    VisitReport,
    WokenError,
)
from orcid_sync.services.work_calls import LinkBlockedError

MOST_ROUNDS = 20
LONGEST_BACKOFF_MS = 6 * HOUR_MS
# 9017: nobody revoked anything, but only a permission given anew for this iD is sure to be the right one.
_WRONG_RECORD = "The stored permission belongs to another ORCID record, not to this one; connect this ORCID iD again."


def run_visit(visit: Visit) -> VisitReport:
    """Go round until a round ends the visit."""
    while visit.rounds < MOST_ROUNDS:
        visit.rounds += 1
        ended = _round(visit)
        if ended is not None:
            return visit.report(ended)
        current = visit.current()
        if current is None:
            return visit.report(_lost(visit))
        visit.state = replace(
            visit.state,
            wake=current.wake,
            lane=current.lane,
            due_ms=current.due_ms,
            again_ms=current.again_ms,
            reconcile=visit.state.reconcile or (current.reconcile and current.wake != visit.state.wake),
        )
    visit.abandon(visit.stores.clock.now_ms())
    return visit.report("woken_too_often")


def _round(visit: Visit) -> str | None:
    """One look and what follows from it; the word for how it ended. None: once more."""
    claim = visit.stores.claims.get(visit.state.owner, visit.state.orcid_id, consistent=True)
    try:
        return _enter(visit, claim)
    except WokenError:
        return None
    except AdoptFirstError:
        visit.state = replace(visit.state, reconcile=True)
        return None
    except LeaseLostError:
        return _lost(visit)
    except OutOfTimeError:
        visit.abandon(visit.stores.clock.now_ms())
        return "out_of_time"
    except SwitchedOffError:
        visit.abandon(visit.stores.clock.now_ms())
        return "switched_off"
    except RegistryPausedError as paused:
        # A bulk refused at the edge has most likely not been stored, but only the record tells.
        visit.state = replace(visit.state, reconcile=visit.state.reconcile or visit.calls.made > 0)
        visit.abandon(paused.until_ms + visit.jitter(30_000))
        return "registry_paused"
    except RecordTroubleError as trouble:
        return _back_off(visit, trouble)
    except LinkBlockedError as blocked:
        assert claim is not None
        return _pause(visit, claim, blocked)


def _enter(visit: Visit, claim: Claim | None) -> str | None:
    """Look again at what allows writing (R10, R25, R33), then work."""
    if claim is not None and claim.removing_since_ms is None and claim.after_removal is not AfterRemoval.KEEP:
        # A visit that removed everything ended before the disconnect that was to follow (R61).
        visit.stores.finish_disconnect(claim.user_id, claim.orcid_id)
        return visit.rest("disconnected", due_ms=visit.stores.clock.now_ms() + DISCONNECT_AGAIN_MS)
    if claim is None or (claim.mode is not Mode.WRITE and claim.removing_since_ms is None):
        return visit.rest("not_in_write_mode", due_ms=None)
    settings = visit.stores.institution.settings(consistent=visit.consistent)
    if not settings.write_enabled:
        raise SwitchedOffError
    if claim.removing_since_ms is not None:
        return remove_all(visit, claim, settings)
    if claim.connection is not Connection.WRITE:
        merged = visit.state.pause is PauseReason.DEPRECATED  # said rather than what follows from it
        return visit.rest("not_connected", due_ms=None, pause=visit.state.pause if merged else PauseReason.REVOKED)
    if claim.succeeds and visit.state.adopted_ms is None:
        visit.stores.merged.move_marks(claim)
    try:
        look = visit_work.look(visit, claim, settings)
    except NotFoundError:
        return visit.rest("user_unknown", due_ms=None) if visit.consistent else None
    if not visit.consistent and not _may_rest(visit, claim, look):
        return None  # once more, read strongly: what was seen may be seconds old
    if not _is_claimed(claim, look):
        # R14: an iD that the RIS no longer lists is paused, never removed by itself; the user's return to it wakes it.
        return visit.rest("no_longer_claimed", due_ms=None)
    if not look.user.is_active:
        return visit.rest("user_inactive", due_ms=None)
    if adopt.must_read(visit, look):
        try:
            adopt.read_record(visit, claim, look)
        except RecordTroubleError:
            visit_work.remove_unread(visit, claim, look)
            raise
        return None
    return visit_work.apply(visit, claim, look)


def _is_claimed(claim: Claim, look: Look) -> bool:
    """Whether the RIS lists the iD, or it was claimed here."""
    return claim.claimed_here_ms is not None or any(known.orcid_id == claim.orcid_id for known in look.user.orcid_ids)


def _may_rest(visit: Visit, claim: Claim, look: Look) -> bool:
    """Whether a look of a systematic check says no more than that all is as it should be.

    That alone may follow from an eventually consistent reading, for whatever it missed wakes the link: sent to a
    record, written to the ledger, or left to itself, a link is only on a strong one (DESIGN 2).
    """
    return (
        look.user.is_active
        and _is_claimed(claim, look)
        and not adopt.must_read(visit, look)
        and look.plan.leaves_all_as_it_is
    )


def _lost(visit: Visit) -> str:
    """Somebody else's by now. Where only the owner changed, the lease is given back, that the next need not wait."""
    visit.abandon(visit.stores.clock.now_ms())
    return "lease_lost"


def _pause(visit: Visit, claim: Claim, blocked: LinkBlockedError) -> str | None:
    """The record or the token takes nothing more: pause the link, say why, look again daily where that can help.

    (R25, R54.) None: the user changed something meanwhile, reconnected perhaps.
    """
    answer = blocked.answer
    telemetry = visit.stores.telemetry
    telemetry.alert(
        "link_paused", orcid_id=claim.orcid_id, reason=blocked.reason.value, status=answer.status, code=answer.code
    )
    revoked = blocked.reason is PauseReason.REVOKED
    wrong_record = answer.outcome is Outcome.WRONG_RECORD
    if wrong_record:
        telemetry.count("WrongRecordTokens")
    if answer.code == "9017":
        answer = replace(answer, message=_WRONG_RECORD)
    if revoked:
        connection = Connection.READ if answer.outcome is Outcome.SCOPE_MISSING else Connection.REVOKED
        try:
            visit.stores.claims.put(replace(claim, connection=connection))
        except ConflictError:
            return None
    reason = blocked.reason
    if revoked and visit.state.pause is PauseReason.DEPRECATED:
        reason = PauseReason.DEPRECATED  # merging a record ends its permissions: the merge is what the page has to say
    # Told once, not at each daily look that finds the same (R58).
    if revoked or visit.paused_before is not blocked.reason:
        _tell("Link Revoked" if revoked and not wrong_record else "Link Paused", visit, claim, blocked.reason)
    visit.state = replace(
        visit.state,
        pause_detail=answer.message,
        last_error=answer.message,
        primary_orcid_id=answer.primary_orcid_id or visit.state.primary_orcid_id,
    )
    if reason is PauseReason.DEPRECATED and visit.state.primary_orcid_id is not None:
        visit.stores.merged.learnt(claim.user_id, claim.orcid_id, visit.state.primary_orcid_id)
    due_ms = None if revoked else visit.stores.clock.now_ms() + DAY_MS
    return visit.rest("paused", due_ms=due_ms, pause=reason)


def _tell(detail_type: str, visit: Visit, claim: Claim, reason: PauseReason) -> None:
    details = {
        "at_ms": visit.stores.clock.now_ms(),
        "user_id": claim.user_id,
        "orcid_id": claim.orcid_id,
        "reason": reason.value,
    }
    visit.stores.events.publish(detail_type, [details])


def _back_off(visit: Visit, trouble: RecordTroubleError) -> str:
    """A server fault or no answer: read the record before the next add, wait longer each time, halve the bulk.

    (DESIGN 3.6: one poisonous record must not stop an institution.)
    """
    backoff = min(visit.state.backoff + 1, 12)
    visit.state = replace(
        visit.state,
        reconcile=True,
        backoff=backoff,
        last_error=trouble.answer.message,
        pause=visit.state.pause or PauseReason.REGISTRY_UNAVAILABLE,
    )
    delay_ms = min(MINUTE_MS << (backoff - 1), LONGEST_BACKOFF_MS)
    visit.abandon(visit.stores.clock.now_ms() + delay_ms)
    return "record_trouble"
