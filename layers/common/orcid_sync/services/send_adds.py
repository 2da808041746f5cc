"""Adds the works of a plan in bulks, and finds the one at fault when a bulk is refused (R5, R36, R38, DESIGN 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.external_ids import self_ids
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.type_mapping import is_known_type
from orcid_sync.services.batches import Batches, runs
from orcid_sync.services.settle import Sending, Settlement
from orcid_sync.services.work_calls import WorkCalls

BULK_WORKS = 100
BULK_BYTES = 1_000_000
# Refusals of a whole bulk that may be one work's doing.
_HALVED = frozenset({Outcome.REFUSED, Outcome.TOO_LARGE, Outcome.FULL, Outcome.UNKNOWN})


class AdoptFirstError(Exception):
    """The registry knows a work of ours that the ledger does not: read the record before going on."""


@dataclass(slots=True)
class SendAdds:
    """The adds of one plan.

    `backoff`: how often in a row the record met faults; each halves the bulk (DESIGN 3.6). `may_adopt`: this visit has
    not read the record yet. `changing` are publications whose works are updated after the adds: what clashes with one
    of them is kept in `again` (R56). `full` is the registry's word that the record takes no more works.
    """

    batches: Batches
    calls: WorkCalls
    settlement: Settlement
    backoff: int
    may_adopt: bool
    changing: frozenset[str]
    again: list[Position] = field(default_factory=list)
    full: Answer | None = None

    def add(self, positions: Sequence[Position]) -> None:
        """Add works in bulks; one of a type that ORCID may not know goes by itself (R5)."""
        for run in runs(positions):
            if self.full:
                return
            sendings = self.batches.build(Operation.ADD, run)
            alone = [s for s in sendings if not is_known_type(s.built.work.type)]
            bulk = [s for s in sendings if is_known_type(s.built.work.type)]
            for part in self._parts(bulk):
                if not self.full:
                    self._add_bulk(part)
            for sending in alone:
                if not self.full:
                    self._add_one(sending)

    def add_what_clashed(self) -> None:
        """Add what clashed with works that have been updated since, and may have let go of the identifier (R56)."""
        clashed, self.again, self.changing = self.again, [], frozenset()
        self.add(clashed)

    def _parts(self, sendings: Sequence[Sending]) -> Iterator[list[Sending]]:
        """Cut into bulks of at most 100 works, or less after faults, and 1 MB."""
        most = max(1, BULK_WORKS >> self.backoff)
        part: list[Sending] = []
        size = 0
        for sending in sendings:
            bytes_ = self.calls.body_size(sending.built.work)
            if part and (len(part) >= most or size + bytes_ > BULK_BYTES):
                yield part
                part, size = [], 0
            part.append(sending)
            size += bytes_
        if part:
            yield part

    def _add_bulk(self, sendings: Sequence[Sending]) -> None:
        positions = [s.position for s in sendings]
        self.batches.look_up(True)
        self.batches.intend(Operation.ADD, positions)
        answers = self.calls.add_all(positions, [s.built.work for s in sendings])
        if isinstance(answers, Answer):
            self._add_refused(sendings, answers)
            return
        alone: list[Sending] = []
        unheard_of: list[bool] = []
        for sending, answer in zip(sendings, answers, strict=True):
            if self._clashes_in_bulks_only(sending, answer):
                self.settlement.tried([sending.position], Operation.ADD, answer)
                alone.append(sending)
            else:
                unheard_of.append(self._settle(sending, answer))
        self._end_batch(unheard_of)
        for sending in alone:
            if not self.full:
                self._add_one(sending)

    def _clashes_in_bulks_only(self, sending: Sending, answer: Answer) -> bool:
        """Whether the work may be taken by itself: a bulk alone refuses what is `self` to it and `version-of` to a
        work that is there, such as an article beside its preprint (ORCID_API 6.1).
        """
        holder = self.settlement.entries.holder(answer.put_code) if answer.outcome is Outcome.DUPLICATE else None
        entry = self.settlement.entries.get(holder) if holder is not None and holder not in self.changing else None
        return entry is not None and not set(entry.self_ids) & set(self_ids(sending.built.work.external_ids))

    def _add_refused(self, sendings: Sequence[Sending], answer: Answer) -> None:
        """The whole bulk was refused: halve it until the works at fault stand alone (R38), or the record is full."""
        if len(sendings) == 1 or answer.outcome not in _HALVED or answer.may_have_taken_effect:
            self._end_batch([self._settle(sending, answer) for sending in sendings])
            return
        middle = (len(sendings) + 1) // 2
        self._add_bulk(sendings[:middle])
        if not self.full:
            self._add_bulk(sendings[middle:])

    def _add_one(self, sending: Sending) -> None:
        self.batches.look_up(True)
        self.batches.intend(Operation.ADD, [sending.position])
        answer = self.calls.add(sending.position, sending.built.work)
        self._end_batch([self._settle(sending, answer)])

    def _end_batch(self, unheard_of: Sequence[bool]) -> None:
        """Have the record read if works of ours may stand on it that the ledger does not know."""
        self.settlement.flush()
        if any(unheard_of):
            raise AdoptFirstError

    def _settle(self, sending: Sending, answer: Answer) -> bool:
        """Settle one add. True: there may be a work of ours on the record that the ledger does not know."""
        if answer.outcome is Outcome.CREATED and answer.put_code is not None:
            self.settlement.stored(sending, Operation.ADD, answer, answer.put_code)
            return False
        if answer.outcome is Outcome.FULL:
            self.full = answer
            self.settlement.tried([sending.position], Operation.ADD, answer)
            return False
        duplicate = answer.outcome is Outcome.DUPLICATE
        twin = self.settlement.entries.holder(answer.put_code) if duplicate else None
        unheard_of = duplicate and twin is None
        if self.may_adopt and (unheard_of or answer.may_have_taken_effect):
            self.settlement.tried([sending.position], Operation.ADD, answer)
            return True
        if twin in self.changing:
            self.settlement.tried([sending.position], Operation.ADD, answer)
            self.again.append(sending.position)
            return False
        detail = f"ORCID takes it for the same work as publication {twin}." if twin else None
        self.settlement.failed(sending.position, Operation.ADD, answer, detail=detail)
        return False
