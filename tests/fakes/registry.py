"""A registry in memory that keeps ORCID's rules about sources, duplicates, put-codes, tokens and states of a record."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.outcomes import Answer, Outcome, RecordReading
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.type_mapping import is_known_type
from orcid_sync.domain.work import IdRelationship, Work

from tests.fakes.registry_record import ONLY_SELF, SELF_OR_VERSION, StoredRecord, StoredWork, refused

OUR_CLIENT = "APP-FAKE000000000001"
WRITE_SCOPES = frozenset({"/activities/update", "/read-limited"})

# ORCID_API 8, 13: what a record in that state answers to everything.
_STATES = {
    Outcome.DEPRECATED: (409, "9007"),
    Outcome.LOCKED: (409, "9018"),
    Outcome.UNCLAIMED: (409, "9036"),
    Outcome.DEACTIVATED: (409, "9044"),
}


@dataclass(slots=True)
class StoredToken:
    orcid_id: str
    scopes: frozenset[str]
    revoked_by_user: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call that arrived, planned faults included."""

    operation: Operation
    orcid_id: str
    put_code: int | None = None
    works: tuple[Work, ...] = ()


@dataclass(slots=True)
class Fault:
    """What the next calls get instead of their answer; `takes_effect`: the answer was lost, the change was made."""

    answer: Answer
    operation: Operation | None
    times: int
    skip: int
    takes_effect: bool


class FakeRegistry:
    """`calls` lists every call; `before_call` is called with each before it is carried out.

    Readings do not show works stored less than `reading_lag_ms` ago: ORCID's API reads from a copy of its database.
    """

    longest_call_seconds = 95.0

    def __init__(self, client_id: str = OUR_CLIENT, *, now_ms: Callable[[], int] = lambda: 0) -> None:
        self.client_id = client_id
        self.records: dict[str, StoredRecord] = {}
        self.tokens: dict[AccessToken, StoredToken] = {}
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.before_call: Callable[[Call], None] | None = None
        self.capacity = 10_000
        self.reading_lag_ms = 0
        self._now_ms = now_ms
        self._put_codes = itertools.count(1_000_001)

    # What the outside does

    def grant(self, orcid_id: str, scopes: frozenset[str] = WRITE_SCOPES) -> AccessToken:
        """A token of the record's owner for our client; the record is made when new."""
        self.records.setdefault(orcid_id, StoredRecord())
        token = AccessToken(f"00000000-0000-4000-8000-{len(self.tokens):012d}")
        self.tokens[token] = StoredToken(orcid_id, scopes)
        return token

    def owner_revokes(self, orcid_id: str) -> None:
        """The owner withdraws the permission: what is left of it allows DELETE (ORCID_API 2.6)."""
        for token in self.tokens.values():
            if token.orcid_id == orcid_id:
                token.revoked_by_user = True

    def owner_deletes(self, orcid_id: str, *put_codes: int) -> None:
        for put_code in put_codes:
            del self.records[orcid_id].works[put_code]

    def put_from(self, source: str, orcid_id: str, *works: Work) -> list[int]:
        """Works of another client, of the owner (their iD), or ours from before the ledger; unchecked."""
        record = self.records.setdefault(orcid_id, StoredRecord())
        return [self._store(record, source, work) for work in works]

    def set_state(self, orcid_id: str, state: Outcome | None, *, primary: str | None = None) -> None:
        record = self.records.setdefault(orcid_id, StoredRecord())
        record.state, record.primary = state, primary

    def plan(
        self,
        answer: Answer | Outcome,
        *,
        operation: Operation | None = None,
        times: int = 1,
        skip: int = 0,
        takes_effect: bool = False,
    ) -> None:
        """The next `times` calls (of one operation) after `skip` more get this; `takes_effect`: the answer was lost."""
        planned = Answer(answer) if isinstance(answer, Outcome) else answer
        self.faults.append(Fault(planned, operation, times, skip, takes_effect))

    def ours(self, orcid_id: str) -> dict[int, Work]:
        """Our works on the record by put-code."""
        return {stored.put_code: stored.work for stored in self.records[orcid_id].of_source(self.client_id)}

    # The port

    def read_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        return replace(self.read_all_works(orcid_id, token), foreign_works=())

    def read_all_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        fault = self._arrive(Call(Operation.READ, orcid_id))
        refusal = (fault and fault.answer) or self._refusal(Operation.READ, orcid_id, token)
        if refusal is not None:
            return RecordReading(refusal)
        record = self.records[orcid_id]
        groups = record.groups()
        shown_ms = self._now_ms() - self.reading_lag_ms
        ours = [stored for stored in record.of_source(self.client_id) if stored.created_ms <= shown_ms]
        own = tuple(stored.as_own(groups[stored.put_code]) for stored in ours)
        others = [stored for stored in record.works.values() if stored.source != self.client_id]
        foreign = tuple(stored.as_foreign(groups[stored.put_code]) for stored in others)
        return RecordReading(Answer(Outcome.READ, status=200), own, len(record.works), foreign)

    def add_work(self, orcid_id: str, token: AccessToken, work: Work) -> Answer:
        fault = self._arrive(Call(Operation.ADD, orcid_id, works=(work,)))
        return self._with(fault, lambda: self._add(orcid_id, token, work))

    def add_works(self, orcid_id: str, token: AccessToken, works: Sequence[Work]) -> Answer | list[Answer]:
        fault = self._arrive(Call(Operation.ADD_BULK, orcid_id, works=tuple(works)))
        if fault is None:
            return self._add_all(orcid_id, token, works)
        if fault.takes_effect:
            self._add_all(orcid_id, token, works)
        return fault.answer

    def update_work(self, orcid_id: str, token: AccessToken, put_code: int, work: Work) -> Answer:
        fault = self._arrive(Call(Operation.UPDATE, orcid_id, put_code, (work,)))
        return self._with(fault, lambda: self._update(orcid_id, token, put_code, work))

    def remove_work(self, orcid_id: str, token: AccessToken, put_code: int) -> Answer:
        fault = self._arrive(Call(Operation.REMOVE, orcid_id, put_code))
        return self._with(fault, lambda: self._remove(orcid_id, token, put_code))

    def body_size(self, work: Work) -> int:
        return len(json.dumps(asdict(work), ensure_ascii=False).encode("utf-8", errors="replace"))

    # The rules

    def _arrive(self, call: Call) -> Fault | None:
        self.calls.append(call)
        if self.before_call is not None:
            self.before_call(call)
        for fault in self.faults:
            if fault.operation in (None, call.operation):
                if fault.skip > 0:
                    fault.skip -= 1
                elif fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def _with(self, fault: Fault | None, act: Callable[[], Answer]) -> Answer:
        if fault is None:
            return act()
        if fault.takes_effect:
            act()
        return fault.answer

    def _refusal(self, operation: Operation, orcid_id: str, token: AccessToken) -> Answer | None:
        """What stands before any look at works: token, record, scope (ORCID_API 3.1)."""
        known = self.tokens.get(token)
        if known is None or (known.revoked_by_user and operation is not Operation.REMOVE):
            return Answer(Outcome.UNAUTHORISED, status=401, code="invalid_token", message="Invalid access token: ***")
        if known.orcid_id != orcid_id:
            return Answer(Outcome.WRONG_RECORD, status=401, code="9017")
        record = self.records[orcid_id]
        if record.state is not None:
            status, code = _STATES[record.state]
            if operation is Operation.READ and record.state is Outcome.DEPRECATED:
                status = 301
            return Answer(record.state, status=status, code=code, primary_orcid_id=record.primary)
        if operation is not Operation.READ and "/activities/update" not in known.scopes:
            return Answer(Outcome.SCOPE_MISSING, status=403, code="9038")
        return None

    def _add(self, orcid_id: str, token: AccessToken, work: Work) -> Answer:
        if not is_known_type(work.type):
            return refused("9047", f"unknown type {work.type}")
        refusal = self._refusal(Operation.ADD, orcid_id, token)
        return refusal or self._add_item(orcid_id, work, ONLY_SELF, status=201)

    def _add_all(self, orcid_id: str, token: AccessToken, works: Sequence[Work]) -> Answer | list[Answer]:
        if not all(is_known_type(work.type) for work in works):
            return refused("9047", "unknown type")
        if (refusal := self._refusal(Operation.ADD_BULK, orcid_id, token)) is not None:
            return refusal
        if len(works) > 100:
            return refused("9006", "up to 100 elements")
        if len(self.records[orcid_id].works) + len(works) > self.capacity:
            return Answer(Outcome.FULL, status=409, code="9048")
        return [self._add_item(orcid_id, work, SELF_OR_VERSION) for work in works]

    def _add_item(self, orcid_id: str, work: Work, clashing: frozenset[IdRelationship], status: int = 200) -> Answer:
        record = self.records[orcid_id]
        if len(record.works) >= self.capacity:
            return Answer(Outcome.FULL, status=409, code="9048")
        objection = record.objection(self.client_id, work, clashing)
        if objection is not None:
            return objection
        return Answer(Outcome.CREATED, put_code=self._store(record, self.client_id, work), status=status)

    def _update(self, orcid_id: str, token: AccessToken, put_code: int, work: Work) -> Answer:
        if not is_known_type(work.type):
            return refused("9047", f"unknown type {work.type}")
        refusal = self._refusal(Operation.UPDATE, orcid_id, token)
        return refusal or self.records[orcid_id].update(self.client_id, put_code, work)

    def _remove(self, orcid_id: str, token: AccessToken, put_code: int) -> Answer:
        refusal = self._refusal(Operation.REMOVE, orcid_id, token)
        return refusal or self.records[orcid_id].remove(self.client_id, put_code)

    def _store(self, record: StoredRecord, source: str, work: Work) -> int:
        put_code = next(self._put_codes)
        record.works[put_code] = StoredWork(put_code, source, work, self._now_ms())
        return put_code
