"""What this product knows that it has written: one entry per ORCID iD and publication (DESIGN 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Who caused a removal; decides whether it waits (R60) and whether the guard counts it (R55)."""

    USER = "user"  # settings, exclusion, Remove, disconnecting: at once, not guarded
    INSTITUTION = "institution"  # an institution setting: at once, guarded
    CATALOGUE = "catalogue"  # what the RIS says changed: some wait for the grace period, guarded


class Hold(StrEnum):
    """The guard's word on a removal (R55)."""

    NONE = "none"
    HELD = "held"
    APPROVED = "approved"
    REFUSED = "refused"


class Concern(StrEnum):
    """Why an administrator may want to look at a work (API, GET /v1/admin/works)."""

    HELD = "held"
    FAILED = "failed"
    WAITING_REMOVE = "waiting_remove"
    WAITING_UPDATE = "waiting_update"


@dataclass(frozen=True, slots=True)
class PendingRemoval:
    """A work that should leave ORCID and may have to wait: since when, until when, for what (epoch milliseconds)."""

    reason: str
    cause: Cause
    since_ms: int
    due_ms: int
    hold: Hold = Hold.NONE


@dataclass(frozen=True, slots=True)
class Failure:
    """The last refusal: the registry's own words (masked), how often, when to try again.

    `fingerprint` is what was refused: refused content is retried when it changes (`retry_ms` None, R38).
    """

    code: str
    message: str
    at_ms: int
    attempts: int = 1
    retry_ms: int | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What was sent of one publication to one record.

    `put_code` None: not on the record as far as we know. `fingerprint` is of what the stored content was built from,
    `work_digest` of the content itself; `self_ids` as sent, normalised, without source-work-id. `waiting_since_ms`: a
    metadata update waits since then (R32). `deleted_at_orcid_ms`: its owner deleted it there (R39). `rev` guards every
    change.
    """

    publication_id: str
    put_code: int | None = None
    fingerprint: str | None = None
    work_digest: str | None = None
    work_type: str | None = None
    self_ids: tuple[str, ...] = ()
    sent_ms: int | None = None
    waiting_since_ms: int | None = None
    removal: PendingRemoval | None = None
    failure: Failure | None = None
    deleted_at_orcid_ms: int | None = None
    warnings: tuple[str, ...] = ()
    rev: int = 0

    @property
    def on_orcid(self) -> bool:
        """Whether a work of ours stands on the record as far as we know."""
        return self.put_code is not None

    @property
    def concern(self) -> tuple[Concern, int] | None:
        """Why an administrator may want to look at the work, and since when (epoch ms); None: it is as it should be."""
        if self.removal is not None and self.removal.hold is Hold.HELD:
            return Concern.HELD, self.removal.since_ms
        if self.failure is not None:
            return Concern.FAILED, self.failure.at_ms
        if self.removal is not None:
            return Concern.WAITING_REMOVE, self.removal.since_ms
        if self.waiting_since_ms is not None:
            return Concern.WAITING_UPDATE, self.waiting_since_ms
        return None


@dataclass(frozen=True, slots=True)
class UnmatchedWork:
    """A work of our client on a record that matches no publication of its owner; left alone (R11)."""

    orcid_id: str
    put_code: int
    title: str
    type: str
    seen_ms: int
