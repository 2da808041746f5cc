"""Carries a plan out: removals, take-overs, adds, updates, in this order; each batch after its intent, each answer
settled item by item (R32, DESIGN 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.links import Claim, PauseReason
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.work_builder import OwnEntry
from orcid_sync.services.batches import Batches, runs
from orcid_sync.services.registry_calls import (
    OutOfTimeError,
    RegistryPausedError,
    SwitchedOffError,
    VisitStoppedError,
)
from orcid_sync.services.send_adds import AdoptFirstError, SendAdds
from orcid_sync.services.send_updates import SendUpdates
from orcid_sync.services.settle import Settlement
from orcid_sync.services.visit import Visit, WokenError
from orcid_sync.services.work_calls import LinkBlockedError, WorkCalls

# Between two calls, or at one refused: every answer is settled.
_BETWEEN_CALLS = (WokenError, OutOfTimeError, SwitchedOffError, LinkBlockedError)


@dataclass(frozen=True, slots=True)
class Orders:
    """What one round sends: removals, adds, updates."""

    removals: Sequence[Position] = ()
    adds: Sequence[Position] = ()
    updates: Sequence[Position] = ()

    def __bool__(self) -> bool:
        return bool(self.removals or self.adds or self.updates)


def send(visit: Visit, claim: Claim, own: OwnEntry, settlement: Settlement, orders: Orders) -> Answer | None:
    """Send what was ordered. An answer: the record takes no more works."""
    stores = visit.stores
    calls = WorkCalls(visit.calls, settlement, visit.token(claim), troubled=visit.state.backoff > 0)
    batches = Batches(stores.catalogue, stores.ledger, stores.clock, settlement, own, visit.look_up)
    adding = SendAdds(
        batches,
        calls,
        settlement,
        backoff=visit.state.backoff,
        may_adopt=visit.adoptions == 0,
        changing=frozenset(p.decision.publication_id for p in orders.updates),
    )
    updating = SendUpdates(batches, calls, settlement)
    try:
        _remove(batches, calls, settlement, orders.removals)
        updating.update([p for p in orders.updates if p.takes_over is not None])
        adding.add(orders.adds)
        updating.update([p for p in orders.updates if p.takes_over is None])
        adding.add_what_clashed()
    except (VisitStoppedError, AdoptFirstError, LinkBlockedError) as stopped:
        settlement.flush()
        if _all_is_settled(stopped):
            stores.ledger.clear_intent(claim.orcid_id)
        raise
    stores.ledger.clear_intent(claim.orcid_id)
    if adding.full is not None:
        stores.telemetry.alert("record_full", orcid_id=claim.orcid_id)
        if visit.paused_before is not PauseReason.FULL:
            settlement.note_event("Link Paused", PauseReason.FULL.value)
    return adding.full


def _remove(batches: Batches, calls: WorkCalls, settlement: Settlement, positions: Sequence[Position]) -> None:
    """Delete works one by one; 404 and *not yours* count as done, a refusal stays listed."""
    for run in runs(positions):
        batches.look_up(True)
        batches.intend(Operation.REMOVE, run)
        for position in run:
            assert position.put_code is not None
            batches.look_up(False)
            answer = calls.remove(position, position.put_code)
            if answer.outcome in (Outcome.REMOVED, Outcome.GONE, Outcome.NOT_OURS):
                settlement.removed(position, answer)
            else:
                settlement.failed(position, Operation.REMOVE, answer)
        settlement.flush()


def _all_is_settled(stopped: Exception) -> bool:
    """Whether no call was under way that may have taken effect: then the intent is over.

    Left behind it would later take what the owner deletes for our own doing (R39).
    """
    if isinstance(stopped, RegistryPausedError):
        return stopped.answer is None  # a pause that was there already: no call was made
    return isinstance(stopped, _BETWEEN_CALLS)
