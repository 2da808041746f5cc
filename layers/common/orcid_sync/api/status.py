"""How the whole is doing."""

from __future__ import annotations

from pydantic import BaseModel

from orcid_sync.api.models import Time
from orcid_sync.domain.links import Lane
from orcid_sync.services.status import Count, Status

# One slot every 43 ms (DESIGN 5).
REQUESTS_PER_SECOND = 23.3


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


def shown(found: Status) -> StatusModel:
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
