"""A sync on demand, and its dry run (R40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import BaseModel, RootModel

from orcid_sync.services.on_demand import LinkPlan


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
    paused: str | None


class PlansModel(BaseModel):
    """A dry run."""

    plans: list[LinkPlanModel]


def queued(links: int | None) -> SyncAcceptedModel:
    """Links that are made due."""
    return SyncAcceptedModel(QueuedLinksModel(queued=links))


def rehearsed(rehearsal_id: str) -> SyncAcceptedModel:
    """A dry run that became a rehearsal."""
    return SyncAcceptedModel(RehearsalRequestedModel(rehearsal_id=rehearsal_id))


def plans(found: Sequence[LinkPlan]) -> PlansModel:
    """A dry run."""
    return PlansModel.model_validate({"plans": [asdict(plan) for plan in found]})
