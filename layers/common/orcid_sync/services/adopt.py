"""Reads a record's summary once and makes the ledger agree with it: works of ours are adopted, vanished ones
noticed (DESIGN 3.4, R11, R37, R39).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from orcid_sync.domain.adoption import match
from orcid_sync.domain.ledger import UnmatchedWork
from orcid_sync.domain.links import RECORD_PAUSES, Claim
from orcid_sync.domain.outcomes import Outcome, OwnWork
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.services.plan_record import Look
from orcid_sync.services.registry_calls import RecordTroubleError
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import Visit
from orcid_sync.services.work_calls import stop_if_blocked

# So many works of one record that match no publication are listed.
LISTED_UNMATCHED = 200


def must_read(visit: Visit, found: Look) -> bool:
    """Whether to read the record first: first contact before anything is sent (R11), after an unclean visit, on
    request (R40), or to see whether a parked record is back (R54).

    First contact is made although nothing is to be sent when the user relates to any publication: works of ours from
    before (batch create, an owner before, R22) may be of one that is hidden by now, and would stay on the record for
    ever. It is one call in the life of a link; a sync with nothing to do makes none (R36).
    """
    first = visit.state.adopted_ms is None and (bool(found.related) or not found.plan.is_empty)
    return first or visit.state.reconcile or visit.state.pause in RECORD_PAUSES


def read_record(visit: Visit, claim: Claim, found: Look) -> None:
    """Read the summary once and make the ledger agree with the record."""
    stores = visit.stores
    token = visit.token(claim)
    began_ms = stores.clock.now_ms()
    reading = visit.calls.read(lambda: stores.registry.read_works(claim.orcid_id, token))
    stop_if_blocked(reading.answer)
    if reading.answer.outcome is not Outcome.READ:
        raise RecordTroubleError(reading.answer)
    intent = stores.ledger.intent(claim.orcid_id)
    settlement = visit.settlement(claim, found.institution, found.entries)
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
    listed = {*adoption.unmatched}
    if visit.state.adopted_ms is None:
        listed |= {put_code for _, put_code in adoption.copies}  # from before our time: left alone (R11)
    else:
        _remove_copies(visit, claim, token, settlement, adoption.copies)
    strangers = [work for work in reading.own_works if work.put_code in listed]
    stores.ledger.note_unmatched(claim.orcid_id, _unmatched(claim, strangers, stores.clock.now_ms()))
    stores.telemetry.log(
        "record_read", orcid_id=claim.orcid_id, own=len(reading.own_works), adopted=len(adoption.adopt),
        gone=len(adoption.gone), unmatched=len(listed), doubted=len(adoption.doubted),
    )  # fmt: skip
    pause = None if visit.state.pause in RECORD_PAUSES else visit.state.pause
    now_ms = stores.clock.now_ms()
    visit.state = replace(
        visit.state, reconcile=False, adopted_ms=now_ms, pause=pause, pause_detail=None, primary_orcid_id=None
    )
    visit.adoptions += 1


def _remove_copies(
    visit: Visit, claim: Claim, token: AccessToken, settlement: Settlement, copies: Sequence[tuple[str, int]]
) -> None:
    """Delete second copies of works that are there. Only the registry can have made them: of two requests at once, one
    of which it was still at work on long after its answer was given up, it refuses neither (ORCID_API 6.1, R37).
    """
    registry = visit.stores.registry
    for publication_id, put_code in copies:
        remove = partial(registry.remove_work, claim.orcid_id, token, put_code)
        answer = visit.calls.make(remove)
        stop_if_blocked(answer)
        settlement.copy_removed(publication_id, put_code, answer)
        settlement.flush()


def _unmatched(claim: Claim, strangers: Sequence[OwnWork], now_ms: int) -> list[UnmatchedWork]:
    """R11: works of ours that match no publication are listed for the administrators; bounded, for a record can hold
    10,000.
    """
    shown = strangers[:LISTED_UNMATCHED]
    return [UnmatchedWork(claim.orcid_id, work.put_code, work.title[:200], work.type, now_ms) for work in shown]
