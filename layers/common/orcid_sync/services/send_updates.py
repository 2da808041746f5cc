"""Updates works one by one: changed metadata, and what takes over the place of another (R32, R39, R56)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.external_ids import OWN_TYPE
from orcid_sync.domain.insistence import insisting
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.work import Work
from orcid_sync.services.batches import Batches, runs
from orcid_sync.services.settle import Sending, Settlement
from orcid_sync.services.work_calls import WorkCalls


@dataclass(frozen=True, slots=True)
class SendUpdates:
    """The updates of one plan."""

    batches: Batches
    calls: WorkCalls
    settlement: Settlement

    def update(self, positions: Sequence[Position]) -> None:
        """Replace works one by one; one that comes out as it was costs no call."""
        pending = {p.decision.publication_id for p in positions}
        clashing: list[Sending] = []
        for run in runs(positions):
            self.batches.look_up(True)
            sendings = self.batches.build(Operation.UPDATE, run)
            changed = [s for s in sendings if not self._is_unchanged(s)]
            if changed:
                self.batches.intend(Operation.UPDATE, [s.position for s in changed])
            clashing += [s for s in changed if not self._update_one(s, may_clash_with=pending)]
            self.settlement.flush()
        self._untie(clashing)

    def _is_unchanged(self, sending: Sending) -> bool:
        entry = sending.position.entry
        if entry is None or entry.work_digest != sending.work_digest or sending.position.takes_over is not None:
            return False
        self.settlement.unchanged(sending)
        return True

    def _untie(self, clashing: Sequence[Sending]) -> None:
        """Works that pass identifiers on among themselves: each needs what another still has on the record (409).

        By now the others may have gone. Where they wait for one another in a ring, one lets go of its identifiers
        but its own first; should the visit end there, its entry still says that an update is due.
        """
        if not clashing:
            return
        self.batches.look_up(True)
        self.batches.intend(Operation.UPDATE, [s.position for s in clashing])
        ring = {s.publication_id for s in clashing}
        last = [s for s in clashing if not self._update_one(s, may_clash_with=ring, let_go=True)]
        for sending in last:
            self._update_one(sending)
        self.settlement.flush()

    def _update_one(self, sending: Sending, *, may_clash_with: Collection[str] = (), let_go: bool = False) -> bool:
        """Update one work and settle it. False: it clashes with another one of `may_clash_with`; nothing is settled."""
        position, work = sending.position, sending.built.work
        entry = position.entry
        if position.takes_over is not None:
            entry = self.settlement.entries.get(position.takes_over)
        put_code = entry.put_code if entry is not None else None
        if put_code is None:
            return True
        self.batches.look_up(False)
        answer = self.calls.update(position, put_code, work)
        if answer.outcome is Outcome.DUPLICATE and self.settlement.entries.holder(answer.put_code) in may_clash_with:
            if let_go:
                self.calls.update(position, put_code, _with_own_id_only(work))
            return False
        if answer.outcome is Outcome.IGNORED:
            self.settlement.ignored(sending, answer, put_code)
            for insistent in insisting(work):
                answer = self.calls.update(position, put_code, insistent)
        self._settle(sending, put_code, answer)
        return True

    def _settle(self, sending: Sending, put_code: int, answer: Answer) -> None:
        position = sending.position
        if answer.outcome in (Outcome.UPDATED, Outcome.IGNORED):
            # The new entry first: if the visit ends between, both hold the put-code and the next look forgets the old
            # one.
            self.settlement.stored(sending, Operation.UPDATE, answer, put_code)
            if position.takes_over is not None:
                self.settlement.entries.forget(position.takes_over)
        elif answer.outcome is Outcome.GONE:
            # R39: what its owner deleted does not come back under the name of its twin either.
            if position.takes_over is not None:
                self.settlement.mark_gone(position.takes_over)
            self.settlement.gone_at_orcid(position, answer)
        elif answer.outcome is Outcome.NOT_OURS and position.takes_over is None:
            self.settlement.drop_put_code(position, Operation.UPDATE, answer)
        else:
            self.settlement.failed(position, Operation.UPDATE, answer)


def _with_own_id_only(work: Work) -> Work:
    return replace(work, external_ids=tuple(item for item in work.external_ids if item.type == OWN_TYPE))
