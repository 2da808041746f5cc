"""What a call to the registry came to: one closed list that the services react to (DESIGN 3.6, ORCID_API 14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The meaning of an answer, whatever its status, code or text was."""

    CREATED = "created"
    UPDATED = "updated"
    IGNORED = (
        "ignored"  # 200 to a PUT whose change the registry takes for none (ORCID_API 7): stored is what was before
    )
    REMOVED = "removed"
    READ = "read"
    DUPLICATE = "duplicate"  # 409/9021, `put_code` names the work that clashes
    GONE = "gone"  # 404/9016: no such put-code on this record
    NOT_OURS = "not_ours"  # 403/9010, 9014
    REFUSED = "refused"  # 400 of any kind, 403/9035, 409/9058 ...: our content; not retried unchanged (R38)
    UNAUTHORISED = "unauthorised"  # 401 invalid_token: may be a passing fault, confirm first
    SCOPE_MISSING = "scope_missing"  # 403/9038
    WRONG_RECORD = "wrong_record"  # 401/9017: token and iD do not belong together; a fault in our data
    DEPRECATED = "deprecated"  # 301, 409/9007; `primary_orcid_id` where it can be told
    LOCKED = "locked"  # 409/9018
    DEACTIVATED = "deactivated"  # 409/9044
    UNCLAIMED = "unclaimed"  # 409/9036
    FULL = "full"  # 409/9048
    SLOW_DOWN = "slow_down"  # 429, 503
    SERVER_ERROR = "server_error"  # 500, 502, 504
    TOO_LARGE = "too_large"  # 413
    NO_ANSWER = "no_answer"  # time-out, broken connection: may or may not have taken effect
    UNKNOWN = "unknown"  # anything else: recorded and shown, never taken for a success


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the registry, or one item of a bulk answer.

    `message` is the registry's own text with tokens masked (R47), at most 500 characters.
    """

    outcome: Outcome
    put_code: int | None = None
    status: int | None = None
    code: str | None = None
    message: str = ""
    primary_orcid_id: str | None = None
    retry_after_seconds: float | None = None

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether nobody can tell if the call did what it was to do: only the record knows (R37)."""
        if self.outcome is Outcome.UNKNOWN:
            return self.status is None or 200 <= self.status <= 299
        return self.outcome is Outcome.NO_ANSWER


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A work found on a record whose source is our client: what adoption needs of its summary (DESIGN 3.4).

    `created_ms`: when the registry stored it (epoch milliseconds). `source_work_ids` are lower-cased (case does not
    count, R28); `self_ids` normalised as `type:value`, without source-work-id. `group` numbers the registry's groups in
    this reading; `year` is of publication, if known.
    """

    put_code: int
    source_work_ids: tuple[str, ...]
    self_ids: tuple[str, ...]
    title: str
    type: str
    created_ms: int | None = None
    group: int = 0
    year: int | None = None


@dataclass(frozen=True, slots=True)
class ForeignWork:
    """A work of another source on a record: what searching needs of its summary (R42); as OwnWork."""

    put_code: int
    self_ids: tuple[str, ...]
    title: str
    group: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What reading a record's summary came to: our works when `answer.outcome` is READ, and how many works there
    are. `foreign_works` are kept only when they were asked for.
    """

    answer: Answer
    own_works: tuple[OwnWork, ...] = ()
    total_works: int = 0
    foreign_works: tuple[ForeignWork, ...] = ()
