"""Rehearsals over HTTP: what is taken and what is answered (R57; API.md, Administrators)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from orcid_sync.api import on_demand
from orcid_sync.api.bodies import Body, ConfigurationBody
from orcid_sync.api.models import Time
from orcid_sync.domain.rehearsal import Rehearsal, RehearsalState
from orcid_sync.services.on_demand import LinkPlan
from orcid_sync.services.request_rehearsal import Progress, Wish

# A mapping of 1 MB, and what JSON makes of its quotation marks and line ends.
LARGEST_BODY = 3_000_000


class RehearsalBody(Body):
    """What to try in place of what is in force; without anything, what is in force is rehearsed."""

    configuration: ConfigurationBody | None = Field(None, description="As the PATCH of the configuration takes it.")
    type_mapping: str | None = Field(None, description="The type mapping as CSV, as its PUT takes it.")

    def wish(self) -> Wish:
        """What to try, as the service has it."""
        changes = self.configuration.changes() if self.configuration is not None else {}
        return Wish(changes, self.type_mapping.encode() if self.type_mapping is not None else None)


class RehearsalBegunModel(BaseModel):
    """The rehearsal to ask for."""

    id: str


class RehearsalModel(BaseModel):
    """How far a rehearsal is, and where its CSV can be had.

    `tried` is what was given, `totals` the sums of the CSV's columns. `csv_url` works for an hour; ask again for
    another. `failed`: `reason` says why, `missing_users` names the first of those whom the CSV lacks.
    """

    id: str
    state: RehearsalState
    csv_url: str | None
    reason: str | None
    requested_at: Time
    requested_by: str
    finished_at: Time | None
    expires_at: Time
    users_done: int
    users_total: int | None
    tried: dict[str, Any]
    totals: dict[str, int] | None
    missing_users: list[str]


class RehearsalsModel(BaseModel):
    """The rehearsals of the last seven days on one page, newest first."""

    items: list[RehearsalModel]
    next: None = None


def begun(rehearsal: Rehearsal) -> RehearsalBegunModel:
    """A rehearsal that was begun."""
    return RehearsalBegunModel(id=rehearsal.rehearsal_id)


def dry_run(found: tuple[LinkPlan, ...] | Rehearsal) -> tuple[int, BaseModel]:
    """Status and body for a dry run: the plans, or the rehearsal that it became."""
    if isinstance(found, Rehearsal):
        return 202, on_demand.rehearsed(found.rehearsal_id)
    return 200, on_demand.plans(found)


def listed(found: Sequence[Progress]) -> RehearsalsModel:
    """Those that are kept."""
    return RehearsalsModel(items=[progress(one) for one in found])


def progress(found: Progress) -> RehearsalModel:
    """How far it is."""
    rehearsal = found.rehearsal
    division, result = rehearsal.division, rehearsal.result
    return RehearsalModel(
        id=rehearsal.rehearsal_id,
        state=found.state,
        csv_url=found.csv_url,
        reason=found.reason,
        requested_at=rehearsal.requested_ms,
        requested_by=rehearsal.requested_by,
        finished_at=result.finished_ms if result is not None else None,
        expires_at=rehearsal.expires_ms,
        users_done=rehearsal.users_done,
        users_total=division.users if division is not None else None,
        tried=dict(rehearsal.tried),
        totals=dict(result.totals) if result is not None else None,
        missing_users=list(found.missing_users),
    )
