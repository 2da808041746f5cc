"""Writes down what each call came to: ledger entry, attempt for the history, event (DESIGN 3.6, R38, R39, R58, R63)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orcid_sync.domain.diff import Operation, Position, State
from orcid_sync.domain.external_ids import self_ids
from orcid_sync.domain.failures import next_failure
from orcid_sync.domain.ledger import Cause, Hold, LedgerEntry
from orcid_sync.domain.links import Attempt
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import DeletedAtOrcid
from orcid_sync.domain.work import BuiltWork
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.ledger_entries import LedgerEntries

# A warning of the ledger: ORCID kept an older date or list of contributors although it was sent a newer one (R32).
UPDATE_IGNORED = "update_ignored"


@dataclass(frozen=True, slots=True)
class Sending:
    """One work on its way: the position it comes from, what was built, and its digest."""

    position: Position
    built: BuiltWork
    work_digest: str

    @property
    def publication_id(self) -> str:
        """The publication that the work is of."""
        return self.position.decision.publication_id


@dataclass(slots=True)
class Settlement:
    """Settles the answers of one round of a visit.

    `retries_ms` are the times at which failures are to be tried again; `guarded_removals` those that the guard counts
    (R55). `doubtful`: a work may stand on the record that the ledger does not know, so the next visit reads it first.
    `plan_is_old`: an answer left something to be done at once that the plan does not hold.
    """

    entries: LedgerEntries
    events: Events
    clock: Clock
    telemetry: Telemetry
    user_id: str
    deleted_at_orcid: DeletedAtOrcid
    attempts: list[Attempt] = field(default_factory=list)
    happened: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    retries_ms: list[int] = field(default_factory=list)
    guarded_removals: int = 0
    doubtful: bool = False
    plan_is_old: bool = False

    @property
    def orcid_id(self) -> str:
        """Whose record it is."""
        return self.entries.orcid_id

    def stored(self, sending: Sending, operation: Operation, answer: Answer, put_code: int) -> None:
        """A work stands on the record as built: created, updated, or taken over from a twin."""
        now_ms = self.clock.now_ms()
        warnings = {warning.code for warning in sending.built.warnings}
        if answer.outcome is Outcome.IGNORED:
            warnings.add(UPDATE_IGNORED)
        as_sent = self_ids(sending.built.work.external_ids)

        def change(entry: LedgerEntry) -> LedgerEntry:
            return LedgerEntry(
                publication_id=entry.publication_id,
                put_code=put_code,
                fingerprint=sending.position.fingerprint,
                work_digest=sending.work_digest,
                work_type=sending.built.work.type,
                self_ids=as_sent,
                sent_ms=now_ms,
                warnings=tuple(sorted(warnings)),
                rev=entry.rev,
            )

        self.entries.change(sending.publication_id, change)
        self._note(sending.publication_id, operation, answer, put_code)
        self._event("Work Added" if operation is Operation.ADD else "Work Updated", sending.publication_id, put_code)
        self._count("added" if operation is Operation.ADD else "updated")

    def ignored(self, sending: Sending, answer: Answer, put_code: int) -> None:
        """The registry answered 200 and kept what it had; the update is made to count by another one (R32)."""
        self._note(sending.publication_id, Operation.UPDATE, answer, put_code)
        self._count("ignored")

    def unchanged(self, sending: Sending) -> None:
        """The fingerprint changed but the built work is the same: only the fingerprint is written, nothing sent
        (R53).
        """
        fingerprint = sending.position.fingerprint
        self.entries.change(
            sending.publication_id,
            lambda entry: replace(entry, fingerprint=fingerprint, waiting_since_ms=None, removal=None, failure=None),
        )

    def removed(self, position: Position, answer: Answer) -> None:
        """A work is no longer on the record (or was never ours): the entry goes; the history keeps what happened."""
        publication_id = position.decision.publication_id
        self.entries.forget(publication_id)
        self._note(publication_id, Operation.REMOVE, answer, position.put_code)
        reason = position.decision.reason.value if position.decision.reason is not None else None
        self._event("Work Removed", publication_id, position.put_code, reason)
        self._count("removed")
        removal = position.removal
        if removal is not None and removal.cause is not Cause.USER and removal.hold is not Hold.APPROVED:
            self.guarded_removals += 1

    def gone_at_orcid(self, position: Position, answer: Answer) -> None:
        """The owner deleted the work there (R39): marked and not put back, unless the institution chose to send
        again.
        """
        self.mark_gone(position.decision.publication_id)
        self._note(position.decision.publication_id, Operation.UPDATE, answer, position.put_code)

    def mark_gone(self, publication_id: str) -> None:
        """As `gone_at_orcid`, when the record was read."""
        now_ms = self.clock.now_ms()
        marked = now_ms if self.deleted_at_orcid is DeletedAtOrcid.RESPECT else None
        self.entries.change(
            publication_id,
            lambda entry: replace(
                entry, put_code=None, fingerprint=None, work_digest=None, removal=None, waiting_since_ms=None,
                failure=None, deleted_at_orcid_ms=marked,
            ),
        )  # fmt: skip
        self._count("gone_at_orcid")
        if marked is None:
            self.look_again()

    def doubted(self, publication_id: str) -> None:
        """Whether the work is there, or what it says, a reading did not tell: an update makes sure (R37, R39)."""
        self.entries.change(publication_id, lambda entry: replace(entry, fingerprint=None, work_digest=None))

    def copy_removed(self, publication_id: str, put_code: int, answer: Answer) -> None:
        """A second copy of a work was to go; the ledger knows of none, the history says what came of it."""
        self._note(publication_id, Operation.REMOVE, answer, put_code)
        self.telemetry.alert(
            "copy_removed", orcid_id=self.orcid_id, publication_id=publication_id, outcome=answer.outcome.value,
            status=answer.status, code=answer.code,
        )  # fmt: skip

    def tried(self, positions: Sequence[Position], operation: Operation, answer: Answer) -> None:
        """Attempts that decided nothing about the works themselves: for the history alone (R63)."""
        for position in positions:
            self._note(position.decision.publication_id, operation, answer, position.put_code)

    def look_again(self) -> None:
        """What was learnt changes the plan: the visit goes round once more."""
        self.plan_is_old = True

    def drop_put_code(self, position: Position, operation: Operation, answer: Answer) -> None:
        """The put-code is not ours: forget it; the next look decides anew (ORCID_API 14)."""
        self.entries.change(
            position.decision.publication_id,
            lambda entry: replace(entry, put_code=None, fingerprint=None, work_digest=None, removal=None),
        )
        self._note(position.decision.publication_id, operation, answer, position.put_code)
        self.look_again()

    def adopted(self, publication_id: str, put_code: int, fingerprint: str | None, self_ids: tuple[str, ...]) -> None:
        """A work of ours found on the record counts as sent (R11); without a fingerprint an update brings it up
        to date.
        """
        now_ms = self.clock.now_ms()
        self.entries.change(
            publication_id,
            lambda entry: replace(
                entry, put_code=put_code, fingerprint=fingerprint, work_digest=None, self_ids=self_ids, sent_ms=now_ms,
                failure=None, deleted_at_orcid_ms=None,
            ),
        )  # fmt: skip
        self.attempts.append(Attempt(publication_id, now_ms, "adopt", "adopted", put_code=put_code))
        self._count("adopted")

    def failed(self, position: Position, operation: Operation, answer: Answer, *, detail: str | None = None) -> None:
        """A refusal or an unknown answer: shown with the registry's own words (R38).

        When it is tried again says `next_failure`. After a take-over that failed, the work that it was to replace
        still has to go.
        """
        if position.takes_over is not None:
            self.look_again()
        now_ms = self.clock.now_ms()
        publication_id = position.decision.publication_id
        sending = operation is not Operation.REMOVE
        self.doubtful |= operation is Operation.ADD and answer.may_have_taken_effect
        fingerprint = position.fingerprint if sending else None
        unsure = operation is Operation.UPDATE and answer.may_have_taken_effect

        def change(entry: LedgerEntry) -> LedgerEntry:
            if unsure:  # what stands there now is not known: neither the old content nor the new may count as sent
                entry = replace(entry, fingerprint=None, work_digest=None)
            failure = next_failure(
                entry.failure, answer, sending=sending, fingerprint=fingerprint, now_ms=now_ms, detail=detail
            )
            return replace(entry, failure=failure, removal=entry.removal if sending else position.removal)

        failure = self.entries.change(publication_id, change).failure
        assert failure is not None
        if failure.retry_ms is not None:
            self.retries_ms.append(failure.retry_ms)
        self._note(publication_id, operation, answer, position.put_code)
        self._event("Work Failed", publication_id, position.put_code, failure.code)
        self.telemetry.log(
            "work_failed", orcid_id=self.orcid_id, publication_id=publication_id, operation=operation.value,
            outcome=answer.outcome.value, status=answer.status, code=answer.code,
        )  # fmt: skip
        self._count("failed")

    def store(self, entry: LedgerEntry) -> None:
        """Store a mark of the plan (a removal that waits, or no longer does)."""
        self.entries.change(entry.publication_id, lambda stored: replace(stored, removal=entry.removal))

    def settled(self, position: Position) -> None:
        """A failure or a wait is over when its cause is: the publication is left out, or what is there is wanted again.

        So that lists of what failed or waits hold nothing that no longer does (R38).
        """
        entry, publication_id = position.entry, position.decision.publication_id
        if entry is None or (entry.failure is None and entry.waiting_since_ms is None):
            return
        if position.state is State.SENT:
            self.entries.change(publication_id, lambda stored: replace(stored, failure=None, waiting_since_ms=None))
        elif position.state is State.LEFT_OUT and entry.deleted_at_orcid_ms is None:
            self.entries.forget(publication_id)

    def waiting(self, position: Position) -> None:
        """Remember since when an update waits (R32)."""
        now_ms = self.clock.now_ms()
        if position.entry is not None and position.entry.waiting_since_ms is None:
            self.entries.change(position.decision.publication_id, lambda entry: replace(entry, waiting_since_ms=now_ms))

    def flush(self) -> None:
        """Write the attempts and publish the events collected so far."""
        if self.attempts:
            self.entries.ledger.record_attempts(self.orcid_id, self.user_id, self.attempts)
            self.attempts = []
        for detail_type, details in self.happened.items():
            self.events.publish(detail_type, details)
        self.happened = {}

    def note_event(self, detail_type: str, reason: str | None = None) -> None:
        """An event of the link itself."""
        self._event(detail_type, None, None, reason)

    def _note(self, publication_id: str, operation: Operation, answer: Answer, put_code: int | None) -> None:
        self.attempts.append(
            Attempt(
                publication_id=publication_id,
                at_ms=self.clock.now_ms(),
                operation=operation.value,
                outcome=answer.outcome.value,
                message=answer.message,
                put_code=put_code if put_code is not None else answer.put_code,
            )
        )

    def _event(
        self, detail_type: str, publication_id: str | None, put_code: int | None, reason: str | None = None
    ) -> None:
        values = {
            "at_ms": self.clock.now_ms(), "user_id": self.user_id, "orcid_id": self.orcid_id,
            "publication_id": publication_id, "put_code": put_code, "reason": reason,
        }  # fmt: skip
        self.happened.setdefault(detail_type, []).append({k: v for k, v in values.items() if v is not None})

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
