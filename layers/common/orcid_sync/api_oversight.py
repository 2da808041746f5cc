"""Bodies, queries and answers of the administrators' oversight (API.md, Administrators)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, RootModel, StrictBool, model_validator

from orcid_sync.api_bodies import Body, OrcidId, PageQuery, Query
from orcid_sync.api_models import Time
from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.domain.ledger import Cause, Hold
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.audit import AuditEntry
from orcid_sync.services.all_links import ListedLink
from orcid_sync.services.all_works import ConcernedWork, WorkState
from orcid_sync.services.held_removals import Decided, HeldRemoval
from orcid_sync.services.on_demand import LinkPlan
from orcid_sync.services.release import Released
from orcid_sync.services.status import Count, Status

# One slot every 43 ms (DESIGN 5).
REQUESTS_PER_SECOND = 23.3


class DecisionBody(Body):
    """The administrator's word on what is held for these iDs, or for all."""

    approve: StrictBool
    orcid_ids: list[OrcidId] = Field(default_factory=list, max_length=1000)
    all: StrictBool = False

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if bool(self.orcid_ids) == self.all:
            raise ValueError("Give orcid_ids, or all")
        return self

    @property
    def wanted(self) -> list[str] | None:
        """The iDs; None for all."""
        return None if self.all else self.orcid_ids


class HeldRemovalModel(BaseModel):
    """A work that the guard keeps on ORCID until an administrator decides."""

    user_id: str
    user_name: str | None
    orcid_id: str
    publication_id: str
    title: str | None
    put_code: int | None
    reason: str
    cause: Cause
    since: Time


class HeldRemovalsModel(BaseModel):
    """A page of held removals, the longest held first."""

    items: list[HeldRemovalModel]
    next: str | None


class DecidedModel(BaseModel):
    """How many removals of how many iDs were decided; `remaining`: the same call goes on with the others."""

    removals: int
    orcid_ids: int
    remaining: bool


class LinksQuery(PageQuery):
    """Which links to list; `q` is the beginning of an iD, or part of a user's id or name."""

    state: LinkState | None = None
    connection: Connection | None = None
    q: str | None = Field(None, max_length=100)


class AdminLinkModel(BaseModel):
    """A link that has something stored. `holder`: who holds the right to write to the iD (R22), if anybody does."""

    user_id: str
    user_name: str | None
    orcid_id: str
    connection: Connection
    mode: Mode
    state: LinkState
    state_reason: str | None
    frozen: bool
    holder: str | None
    primary_orcid_id: str | None
    last_synced_at: Time | None
    next_check_at: Time | None
    last_error: str | None


class AdminLinksModel(BaseModel):
    """A page of links by iD. With `next` there may be more, however short the page is."""

    items: list[AdminLinkModel]
    next: str | None


class ReleasedModel(BaseModel):
    """Who held the iD until now, and how many of their works stay on the record for the next owner to adopt."""

    orcid_id: str
    user_id: str
    user_name: str | None
    works: int


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


class QueuedLinksModel(BaseModel):
    """How many links are due now; null: many are meant, and the sync function makes them due presently."""

    queued: int | None


class RehearsalRequestedModel(BaseModel):
    """A dry run of more than 25 users is worked out as this rehearsal (R57)."""

    rehearsal_id: str


class SyncAcceptedModel(RootModel[QueuedLinksModel | RehearsalRequestedModel]):
    """Links are made due, or a rehearsal was begun."""


class PlannedOperationModel(BaseModel):
    """One thing that a sync would do; `reason` for a removal."""

    publication_id: str
    title: str
    operation: str
    reason: str | None


class LinkPlanModel(BaseModel):
    """What a sync of one link would do."""

    user_id: str
    orcid_id: str
    operations: list[PlannedOperationModel]


class PlansModel(BaseModel):
    """A dry run."""

    plans: list[LinkPlanModel]


class CountModel(BaseModel):
    """A number; `complete` false: there are more, but no more were counted."""

    number: int
    complete: bool


class LaneModel(BaseModel):
    """One lane: messages that wait, iDs that are due, and since when the oldest of these is."""

    lane: Lane
    queued: int
    due: CountModel
    oldest_due_at: Time | None


class RateModel(BaseModel):
    """The shared request limit: how far ahead slots are given says how busy it is."""

    requests_per_second: float
    slots_given_ahead_ms: int


class PausesModel(BaseModel):
    """What keeps everybody from writing: the switch, or the registry's wish."""

    writing: bool
    paused_until: Time | None


class WorkCountsModel(BaseModel):
    """Works of concern, as of the last visits."""

    held: CountModel
    failed: CountModel
    waiting_remove: CountModel
    waiting_update: CountModel
    unmatched: CountModel


class FailuresModel(BaseModel):
    """Failed works by the registry's error code."""

    reason: str
    works: int


class StatusModel(BaseModel):
    """How the whole is doing."""

    at: Time
    search_enabled: bool
    write_enabled: bool
    queues: list[LaneModel]
    rate: RateModel
    pauses: PausesModel
    works: WorkCountsModel
    failures: list[FailuresModel]
    oldest_waiting_update_at: Time | None


def _moment(text: str) -> int:
    """Epoch milliseconds. A time without a zone is UTC."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


Moment = Annotated[int, BeforeValidator(_moment), Field(json_schema_extra={"format": "date-time", "type": "string"})]


class AuditQuery(PageQuery):
    """Which entries: those by or for a user, from a time on, up to before another (ISO 8601)."""

    user: str | None = Field(None, max_length=64)
    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None


class AuditEntryModel(BaseModel):
    """One change: who made it, for whom, when, before, after."""

    at: Time
    by: str
    action: str
    user_id: str | None
    orcid_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditModel(BaseModel):
    """A page of the audit trail, newest first. With `next` there may be more, however short the page is."""

    items: list[AuditEntryModel]
    next: str | None


class ErasureQuery(Query):
    """Whether works stay on ORCID or are removed first."""

    works: Literal["leave", "remove"] = "leave"


class WorksLeftModel(BaseModel):
    """Works of one record that could not be removed."""

    orcid_id: str
    put_codes: list[int]


class ErasureModel(BaseModel):
    """How far an erasure is. `works_left` is told for 30 days."""

    user_id: str
    state: ErasureState
    requested_at: Time
    finished_at: Time | None
    works_left: list[WorksLeftModel]


def erasure(found: Erasure) -> ErasureModel:
    """An erasure."""
    return ErasureModel(
        user_id=found.user_id,
        state=found.state,
        requested_at=found.requested_ms,
        finished_at=found.finished_ms,
        works_left=[WorksLeftModel(orcid_id=i, put_codes=list(codes)) for i, codes in found.left.items()],
    )


def queued(links: int | None) -> SyncAcceptedModel:
    """Links that are made due."""
    return SyncAcceptedModel(QueuedLinksModel(queued=links))


def rehearsed(rehearsal_id: str) -> SyncAcceptedModel:
    """A dry run that became a rehearsal."""
    return SyncAcceptedModel(RehearsalRequestedModel(rehearsal_id=rehearsal_id))


def plans(found: Sequence[LinkPlan]) -> PlansModel:
    """A dry run."""
    return PlansModel.model_validate({"plans": [asdict(plan) for plan in found]})


def status(found: Status) -> StatusModel:
    """How the whole is doing."""
    counts = {**{concern.value: count for concern, count in found.works.items()}, "unmatched": found.unmatched}
    paused_ms, at_ms = found.gate.paused_until_ms, found.at_ms
    return StatusModel(
        at=at_ms,
        search_enabled=found.search_enabled,
        write_enabled=found.write_enabled,
        queues=[
            LaneModel(lane=lane.lane, queued=lane.queued, due=_count(lane.due), oldest_due_at=lane.oldest_due_ms)
            for lane in found.lanes
        ],
        rate=RateModel(
            requests_per_second=REQUESTS_PER_SECOND,
            slots_given_ahead_ms=max(0, found.gate.next_slot_ms - at_ms),
        ),
        pauses=PausesModel(writing=found.gate.writing, paused_until=paused_ms if paused_ms > at_ms else None),
        works=WorkCountsModel(**{name: _count(count) for name, count in counts.items()}),
        failures=[FailuresModel(reason=reason, works=works) for reason, works in found.failures.items()],
        oldest_waiting_update_at=found.oldest_waiting_update_ms,
    )


def _count(count: Count) -> CountModel:
    return CountModel(number=count.number, complete=count.complete)


def audit(entries: Sequence[AuditEntry], cursor: str | None) -> AuditModel:
    """A page of the audit trail."""
    items = [
        AuditEntryModel(
            at=entry.at_ms,
            by=entry.by,
            action=entry.action,
            user_id=entry.user_id,
            orcid_id=entry.orcid_id,
            before=dict(entry.before) if entry.before is not None else None,
            after=dict(entry.after) if entry.after is not None else None,
        )
        for entry in entries
    ]
    return AuditModel(items=items, next=cursor)


def links(listed: Sequence[ListedLink], cursor: str | None) -> AdminLinksModel:
    """A page of links."""
    return AdminLinksModel(items=[_link(one) for one in listed], next=cursor)


def _link(listed: ListedLink) -> AdminLinkModel:
    claim, own = listed.claim, listed.own_writer
    writes = claim.mode is Mode.WRITE and own is not None
    return AdminLinkModel(
        user_id=claim.user_id,
        user_name=listed.user.name if listed.user is not None else None,
        orcid_id=claim.orcid_id,
        connection=claim.connection,
        mode=claim.mode,
        state=listed.standing.state,
        state_reason=listed.standing.reason,
        frozen=claim.removing_since_ms is not None,
        holder=listed.writer.owner if listed.writer is not None else None,
        primary_orcid_id=own.primary_orcid_id if own is not None else None,
        last_synced_at=own.last_synced_ms if own is not None else None,
        next_check_at=own.due_ms if writes and own is not None else None,
        last_error=(own.pause_detail or own.last_error) if own is not None else None,
    )


def released(found: Released, orcid_id: str) -> ReleasedModel:
    """What became of a hold."""
    return ReleasedModel(orcid_id=orcid_id, user_id=found.user_id, user_name=found.user_name, works=found.works)


def works(listed: Sequence[ConcernedWork], cursor: str | None) -> AdminWorksModel:
    """A page of works."""
    return AdminWorksModel(items=[_work(one) for one in listed], next=cursor)


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


def held_removals(held: Sequence[HeldRemoval], cursor: str | None) -> HeldRemovalsModel:
    """A page of held removals."""
    items = [
        HeldRemovalModel(
            user_id=one.user_id,
            user_name=one.user_name,
            orcid_id=one.orcid_id,
            publication_id=one.publication_id,
            title=one.title,
            put_code=one.put_code,
            reason=one.removal.reason,
            cause=one.removal.cause,
            since=one.removal.since_ms,
        )
        for one in held
    ]
    return HeldRemovalsModel(items=items, next=cursor)


def decided(found: Decided) -> DecidedModel:
    """What was decided."""
    return DecidedModel(removals=found.removals, orcid_ids=found.orcid_ids, remaining=found.remaining)
