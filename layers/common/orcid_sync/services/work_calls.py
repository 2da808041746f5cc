"""Makes the calls about works and leaves their trace on the works they were about, also when a call ends the visit
(R38, R63).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.links import PauseReason
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Work
from orcid_sync.ports.registry import Registry
from orcid_sync.services.registry_calls import RecordTroubleError, RegistryCalls, RegistryPausedError
from orcid_sync.services.settle import Settlement

T = TypeVar("T")

# So many works in a row with answers that nobody can read: then it is the way to the registry, not the works.
MOST_UNKNOWN = 3


class LinkBlockedError(Exception):
    """The record or the connection takes nothing more: the link pauses, with its reason (R25, R54)."""

    def __init__(self, reason: PauseReason, answer: Answer) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.answer = answer


_BLOCKING = {
    Outcome.UNAUTHORISED: PauseReason.REVOKED,
    Outcome.SCOPE_MISSING: PauseReason.REVOKED,
    Outcome.WRONG_RECORD: PauseReason.REVOKED,
    Outcome.DEPRECATED: PauseReason.DEPRECATED,
    Outcome.LOCKED: PauseReason.LOCKED,
    Outcome.DEACTIVATED: PauseReason.DEACTIVATED,
    Outcome.UNCLAIMED: PauseReason.UNCLAIMED,
}


def stop_if_blocked(answer: Answer) -> None:
    """Raise LinkBlockedError for an answer that concerns the record or the token, not the work."""
    reason = _BLOCKING.get(answer.outcome)
    if reason is not None:
        raise LinkBlockedError(reason, answer)


@dataclass(slots=True)
class WorkCalls:
    """The calls of one plan; all raise as RegistryCalls does, and LinkBlockedError.

    `troubled`: the visit before this one ended in a server fault or without an answer too.
    """

    calls: RegistryCalls
    settlement: Settlement
    token: AccessToken
    troubled: bool = False
    unknown_in_a_row: int = 0

    @property
    def _registry(self) -> Registry:
        return self.calls.registry

    @property
    def _orcid_id(self) -> str:
        return self.calls.orcid_id

    def add(self, position: Position, work: Work) -> Answer:
        """Add one work by itself."""
        return self._make(Operation.ADD, position, lambda: self._registry.add_work(self._orcid_id, self.token, work))

    def add_all(self, positions: Sequence[Position], works: Sequence[Work]) -> Answer | list[Answer]:
        """Add works in one bulk: an answer for each, or one for the whole request."""

        def call() -> Answer | list[Answer]:
            return self._registry.add_works(self._orcid_id, self.token, works)

        return self._traced(Operation.ADD, positions, lambda: self.calls.make_bulk(call))

    def update(self, position: Position, put_code: int, work: Work) -> Answer:
        """Put a work in place of the one that has this put-code."""
        return self._make(
            Operation.UPDATE,
            position,
            lambda: self._registry.update_work(self._orcid_id, self.token, put_code, work),
        )

    def remove(self, position: Position, put_code: int) -> Answer:
        """Remove the work that has this put-code."""
        return self._make(
            Operation.REMOVE, position, lambda: self._registry.remove_work(self._orcid_id, self.token, put_code)
        )

    def body_size(self, work: Work) -> int:
        """Bytes of the work in a bulk."""
        return self._registry.body_size(work)

    def _make(self, operation: Operation, position: Position, call: Callable[[], Answer]) -> Answer:
        return self._traced(operation, [position], lambda: self.calls.make(call))

    def _traced(self, operation: Operation, positions: Sequence[Position], call: Callable[[], T]) -> T:
        try:
            result = call()
        except RecordTroubleError as trouble:
            self._in_trouble(operation, positions, trouble.answer)
            raise
        except RegistryPausedError as paused:
            if paused.answer is not None:
                self.settlement.tried(positions, operation, paused.answer)
            raise
        if isinstance(result, Answer):
            self._look_at(operation, positions, result)
        else:
            self.unknown_in_a_row = 0
        return result

    def _look_at(self, operation: Operation, positions: Sequence[Position], answer: Answer) -> None:
        """End the visit when the answer is about more than the works."""
        if answer.outcome in _BLOCKING:
            self.settlement.tried(positions, operation, answer)
            stop_if_blocked(answer)
        if answer.outcome is not Outcome.UNKNOWN:
            self.unknown_in_a_row = 0
        elif len(positions) == 1:
            self.unknown_in_a_row += 1
            if self.unknown_in_a_row >= MOST_UNKNOWN:
                self.settlement.failed(positions[0], operation, answer)
                raise RecordTroubleError(answer)

    def _in_trouble(self, operation: Operation, positions: Sequence[Position], answer: Answer) -> None:
        """A work alone in trouble for the second time steps aside, so that the next visit reaches the others (R38)."""
        blamed = answer.outcome is not Outcome.UNAUTHORISED
        if self.troubled and len(positions) == 1 and blamed:
            self.settlement.failed(positions[0], operation, answer)
        else:
            self.settlement.tried(positions, operation, answer)
