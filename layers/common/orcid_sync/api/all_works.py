"""The works of everybody that somebody may have to look at."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from orcid_sync.api.bodies import OrcidId, PageQuery
from orcid_sync.api.models import Time
from orcid_sync.domain.ledger import Hold
from orcid_sync.services.all_works import ConcernedWork, WorkState


class WorksQuery(PageQuery):
    """Which works to list; `reason` is a removal's reason or the registry's error code."""

    state: WorkState | None = None
    reason: str | None = Field(None, max_length=100)
    orcid_id: OrcidId | None = None


class AdminWorkModel(BaseModel):
    """A work of concern, as of the last visit to its record. `publication_id` null: it matches no publication."""

    state: WorkState
    user_id: str | None
    orcid_id: str
    publication_id: str | None
    title: str | None
    put_code: int | None
    reason: str | None
    error: str | None
    attempts: int
    held: bool
    hold: Hold
    since: Time
    due_at: Time | None


class AdminWorksModel(BaseModel):
    """A page of works, the longest standing of each state first. With `next` there may be more."""

    items: list[AdminWorkModel]
    next: str | None


def listed(found: Sequence[ConcernedWork], cursor: str | None) -> AdminWorksModel:
    """A page of works."""
    return AdminWorksModel(items=[_work(one) for one in found], next=cursor)


def _work(work: ConcernedWork) -> AdminWorkModel:
    return AdminWorkModel(
        state=work.state,
        user_id=work.user_id,
        orcid_id=work.orcid_id,
        publication_id=work.publication_id,
        title=work.title,
        put_code=work.put_code,
        reason=work.reasons[-1] if work.state is WorkState.FAILED and work.reasons else next(iter(work.reasons), None),
        error=work.message,
        attempts=work.attempts,
        held=work.hold is Hold.HELD,
        hold=work.hold,
        since=work.since_ms,
        due_at=work.due_ms,
    )
