"""What batches of adds, updates and removals have in common: a look before each, its intent, and the works built for
it (DESIGN 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.fingerprint import work_digest
from orcid_sync.domain.links import Intent
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.work import Unbuildable
from orcid_sync.domain.work_builder import OwnEntry, build_work
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.services.settle import Sending, Settlement

# Works whose payloads are read at once, and that one intent names.
RUN_LENGTH = 100

_REPLACED = Answer(Outcome.UNKNOWN, code="record_replaced", message="The record was replaced while it was being sent.")


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one plan. `look_up(True)` is called before each batch, `look_up(False)` before each single call
    (it looks every few seconds only): it raises when the visit has to plan anew (DESIGN 2).
    """

    catalogue: Catalogue
    ledger: Ledger
    clock: Clock
    settlement: Settlement
    own: OwnEntry
    look_up: Callable[[bool], None]

    def intend(self, operation: Operation, positions: Sequence[Position]) -> None:
        """Say what is about to be done, so that a visit that is killed is understood by the next one."""
        sent = operation is not Operation.REMOVE
        self.ledger.put_intent(
            self.settlement.orcid_id,
            Intent(
                operation=operation.value,
                publication_ids=tuple(p.decision.publication_id for p in positions),
                at_ms=self.clock.now_ms(),
                fingerprints=tuple(p.fingerprint or "" for p in positions) if sent else (),
            ),
        )

    def build(self, operation: Operation, positions: Sequence[Position]) -> list[Sending]:
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
            found = records.get(decision.publication_id)
            if found is None:
                if position.takes_over is not None:
                    # The work that it was to replace must not stay on the record for want of it.
                    self.settlement.failed(position, operation, _REPLACED)
                continue
            built = build_work(
                found.metadata,
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


def runs(positions: Sequence[Position]) -> Iterator[Sequence[Position]]:
    """Cut into runs of at most RUN_LENGTH."""
    for start in range(0, len(positions), RUN_LENGTH):
        yield positions[start : start + RUN_LENGTH]
