"""Carries a plan out: removals, then adds in bulks, then updates; each batch after its intent, each answer
settled item by item (DESIGN 3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.external_ids import OWN_TYPE, self_ids
from orcid_sync.domain.fingerprint import work_digest
from orcid_sync.domain.insistence import insisting
from orcid_sync.domain.links import Intent
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.type_mapping import is_known_type
from orcid_sync.domain.work import Unbuildable, Work
from orcid_sync.domain.work_builder import OwnEntry, build_work
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.registry import Registry
from orcid_sync.services.settle import Sending, Settlement
from orcid_sync.services.work_calls import WorkCalls

BULK_WORKS = 100
BULK_BYTES = 1_000_000
RUN_LENGTH = 100
# Refusals of a whole bulk that may be one work's doing.
_HALVED = frozenset({Outcome.REFUSED, Outcome.TOO_LARGE, Outcome.FULL, Outcome.UNKNOWN})


_REPLACED = Answer(Outcome.UNKNOWN, code="record_replaced", message="The record was replaced while it was being sent.")


class AdoptFirstError(Exception):
    """The registry knows a work of ours that the ledger does not: read the record before going on."""


@dataclass(slots=True)
class ApplyPlan:
    """Carries out one plan of one visit. `look_up(True)` is called before each batch, `look_up(False)` before each
    single call (it looks every few seconds only): it raises when the visit has to plan anew (DESIGN 2).

    `changing` are publications whose works are updated after the adds: what clashes with one of them is kept in
    `again`, to be added when it has let go of the identifier (R56).
    `bulk_limit` is 100, or less after the record met faults (DESIGN 3.6). `full` is the
    registry's word that the record takes no more works.
    """

    catalogue: Catalogue
    ledger: Ledger
    registry: Registry
    clock: Clock
    calls: WorkCalls
    settlement: Settlement
    orcid_id: str
    token: AccessToken
    own: OwnEntry
    look_up: Callable[[bool], None]
    bulk_limit: int = BULK_WORKS
    may_adopt: bool = True
    full: Answer | None = None
    changing: frozenset[str] = frozenset()
    again: list[Position] = field(default_factory=list)

    def remove(self, positions: Sequence[Position]) -> None:
        """Delete works one by one; 404 and *not yours* count as done, a refusal stays listed."""
        for run in _runs(positions, RUN_LENGTH):
            self.look_up(True)
            self._intend(Operation.REMOVE, run)
            for position in run:
                self._remove_one(position)
            self.settlement.flush()

    def _remove_one(self, position: Position) -> None:
        put_code = position.put_code
        assert put_code is not None
        self.look_up(False)
        answer = self.calls.make(
            Operation.REMOVE, position, lambda: self.registry.remove_work(self.orcid_id, self.token, put_code)
        )
        if answer.outcome in (Outcome.REMOVED, Outcome.GONE, Outcome.NOT_OURS):
            self.settlement.removed(position, answer)
        else:
            self.settlement.failed(position, Operation.REMOVE, answer)

    def add(self, positions: Sequence[Position]) -> None:
        """Add works in bulks; one of a type that ORCID may not know goes by itself (R5)."""
        for run in _runs(positions, BULK_WORKS):
            sendings = self._build(run, Operation.ADD)
            alone = [s for s in sendings if not is_known_type(s.built.work.type)]
            bulk = [s for s in sendings if is_known_type(s.built.work.type)]
            for part in (*self._parts(bulk), *([sending] for sending in alone)):
                if self.full:
                    return
                if is_known_type(part[0].built.work.type):
                    self._add_bulk(part)
                else:
                    self._add_one(part[0])

    def update(self, positions: Sequence[Position]) -> None:
        """Replace works one by one; one that comes out as it was costs no call."""
        clashing: list[Sending] = []
        for run in _runs(positions, RUN_LENGTH):
            self.look_up(True)
            sendings = self._build(run, Operation.UPDATE)
            changed = [s for s in sendings if not self._is_unchanged(s)]
            if changed:
                self._intend(Operation.UPDATE, [s.position for s in changed])
            pending = {p.decision.publication_id for p in positions}
            clashing += [s for s in changed if not self._update_one(s, may_clash_with=pending)]
            self.settlement.flush()
        self._untie(clashing)

    def _untie(self, clashing: Sequence[Sending]) -> None:
        """Works that pass identifiers on among themselves: each needs what another still has on the record (409).

        By now the others may have gone. Where they wait for one another in a ring, one lets go of its identifiers
        but its own first; should the visit end there, its entry still says that an update is due.
        """
        if not clashing:
            return
        self.look_up(True)
        self._intend(Operation.UPDATE, [s.position for s in clashing])
        ring = {s.publication_id for s in clashing}
        last = [s for s in clashing if not self._update_one(s, may_clash_with=ring, let_go=True)]
        for sending in last:
            self._update_one(sending)
        self.settlement.flush()

    def _is_unchanged(self, sending: Sending) -> bool:
        entry = sending.position.entry
        if entry is None or entry.work_digest != sending.work_digest or sending.position.takes_over is not None:
            return False
        self.settlement.unchanged(sending)
        return True

    def _build(self, positions: Sequence[Position], operation: Operation) -> list[Sending]:
        """Build the works of a run; a payload replaced since the look waits for the next one (its change has
        woken the link).
        """
        wanted = {}
        for position in positions:
            record = position.decision.record
            assert record is not None
            wanted[position.decision.publication_id] = (record.key.source, record.key.id, record.digest)
        records = self.catalogue.records(wanted)
        sendings: list[Sending] = []
        for position in positions:
            decision = position.decision
            record_found = records.get(decision.publication_id)
            if record_found is None:
                if position.takes_over is not None:
                    # The work that it was to replace must not stay on the record for want of it.
                    self.settlement.failed(position, operation, _REPLACED)
                continue
            built = build_work(
                record_found.metadata,
                publication_id=decision.publication_id,
                publication_type=decision.type,
                work_type=decision.work_type,
                own=self.own,
            )
            if isinstance(built, Unbuildable):
                answer = Answer(Outcome.REFUSED, code=built.code, message=built.message)
                self.settlement.failed(position, operation, answer)
                continue
            sendings.append(Sending(position, built, work_digest(built.work)))
        return sendings

    def _parts(self, sendings: Sequence[Sending]) -> Iterator[list[Sending]]:
        """Cut into bulks of at most `bulk_limit` works and 1 MB."""
        part: list[Sending] = []
        size = 0
        for sending in sendings:
            bytes_ = self.registry.body_size(sending.built.work)
            if part and (len(part) >= self.bulk_limit or size + bytes_ > BULK_BYTES):
                yield part
                part, size = [], 0
            part.append(sending)
            size += bytes_
        if part:
            yield part

    def _add_bulk(self, sendings: list[Sending]) -> None:
        self.look_up(True)
        self._intend(Operation.ADD, [s.position for s in sendings])
        works = [s.built.work for s in sendings]
        answers = self.calls.make_bulk(
            [s.position for s in sendings], lambda: self.registry.add_works(self.orcid_id, self.token, works)
        )
        if isinstance(answers, Answer):
            self._add_refused(sendings, answers)
            return
        unknown = False
        alone: list[Sending] = []
        for sending, answer in zip(sendings, answers, strict=True):
            if self._clashes_in_bulks_only(sending, answer):
                self.settlement.tried([sending.position], Operation.ADD, answer)
                alone.append(sending)
            else:
                unknown |= self._settle_add(sending, answer)
        self.settlement.flush()
        self._adopt_if(unknown)
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

    def _add_refused(self, sendings: list[Sending], answer: Answer) -> None:
        """The whole bulk was refused: halve it until the works at fault stand alone (R38), or the record is full."""
        if len(sendings) > 1 and answer.outcome in _HALVED and not answer.may_have_taken_effect:
            middle = (len(sendings) + 1) // 2
            self._add_bulk(sendings[:middle])
            if not self.full:
                self._add_bulk(sendings[middle:])
            return
        unknown = False
        for sending in sendings:
            unknown |= self._settle_add(sending, answer)
        self.settlement.flush()
        self._adopt_if(unknown)

    def _add_one(self, sending: Sending) -> None:
        self.look_up(True)
        self._intend(Operation.ADD, [sending.position])
        work = sending.built.work
        answer = self.calls.make(
            Operation.ADD, sending.position, lambda: self.registry.add_work(self.orcid_id, self.token, work)
        )
        unknown = self._settle_add(sending, answer)
        self.settlement.flush()
        self._adopt_if(unknown)

    def _adopt_if(self, unknown: bool) -> None:
        if unknown and self.may_adopt:
            raise AdoptFirstError

    def _settle_add(self, sending: Sending, answer: Answer) -> bool:
        """Settle one add. True: there may be a work of ours on the record that the ledger does not know."""
        if answer.outcome is Outcome.CREATED and answer.put_code is not None:
            self.settlement.stored(sending, Operation.ADD, answer, answer.put_code)
            return False
        if answer.outcome is Outcome.FULL:
            self.full = answer
            self.settlement.tried([sending.position], Operation.ADD, answer)
            return False
        unheard_of = answer.outcome is Outcome.DUPLICATE and not self.settlement.entries.holder(answer.put_code)
        if self.may_adopt and (unheard_of or answer.may_have_taken_effect):
            self.settlement.tried([sending.position], Operation.ADD, answer)
            return True
        twin = self.settlement.entries.holder(answer.put_code) if answer.outcome is Outcome.DUPLICATE else None
        if twin in self.changing:
            self.settlement.tried([sending.position], Operation.ADD, answer)
            self.again.append(sending.position)
            return False
        detail = f"ORCID takes it for the same work as publication {twin}." if twin else None
        self.settlement.failed(sending.position, Operation.ADD, answer, detail=detail)
        return False

    def _update_one(self, sending: Sending, *, may_clash_with: Collection[str] = (), let_go: bool = False) -> bool:
        """Update one work and settle it. False: it clashes with another one of `may_clash_with`; nothing is settled."""
        position = sending.position
        entry = position.entry
        if position.takes_over is not None:
            entry = self.settlement.entries.get(position.takes_over)
        put_code = entry.put_code if entry is not None else None
        if put_code is None:
            return True
        self.look_up(False)
        answer = self._put(position, put_code, sending.built.work)
        if answer.outcome is Outcome.DUPLICATE and self.settlement.entries.holder(answer.put_code) in may_clash_with:
            if let_go:
                self._put(position, put_code, _with_own_id_only(sending.built.work))
            return False
        if answer.outcome is Outcome.IGNORED:
            self.settlement.ignored(sending, answer, put_code)
            for work in insisting(sending.built.work):
                answer = self._put(position, put_code, work)
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
        return True

    def _put(self, position: Position, put_code: int, work: Work) -> Answer:
        return self.calls.make(
            Operation.UPDATE, position, lambda: self.registry.update_work(self.orcid_id, self.token, put_code, work)
        )

    def _intend(self, operation: Operation, positions: Sequence[Position]) -> None:
        sent = operation is not Operation.REMOVE
        self.ledger.put_intent(
            self.orcid_id,
            Intent(
                operation=operation.value,
                publication_ids=tuple(p.decision.publication_id for p in positions),
                at_ms=self.clock.now_ms(),
                fingerprints=tuple(p.fingerprint or "" for p in positions) if sent else (),
            ),
        )


def _with_own_id_only(work: Work) -> Work:
    return replace(work, external_ids=tuple(item for item in work.external_ids if item.type == OWN_TYPE))


def _runs(positions: Sequence[Position], length: int) -> Iterator[Sequence[Position]]:
    for start in range(0, len(positions), length):
        yield positions[start : start + length]
