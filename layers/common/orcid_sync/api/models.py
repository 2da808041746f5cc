"""Answers of the API (API.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, PlainSerializer

from orcid_sync.domain.catalogue import Privacy
from orcid_sync.domain.diff import Operation, State
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.settings import BatchCreateUsed, Claiming, Connection, DeletedAtOrcid, Mode


def _iso(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time: TypeAlias = Annotated[
    int, PlainSerializer(_iso, return_type=str), Field(json_schema_extra={"format": "date-time"})
]


class LeftOutModel(BaseModel):
    """Publications left out, by the first reason that holds (R21)."""

    not_claimed: int
    hidden: int
    excluded: int
    private: int
    not_verified: int
    not_published: int
    not_favourite: int
    invalid: int
    duplicate: int
    deleted_at_orcid: int


class CountsModel(BaseModel):
    """`claimed = eligible + sum(left_out) - left_out.not_claimed`,
    `eligible = sent + waiting_add + waiting_update + failed`.
    """

    claimed: int
    eligible: int
    sent: int
    waiting_add: int
    waiting_update: int
    waiting_remove: int
    failed: int
    on_orcid: int
    left_out: LeftOutModel


class LinkModel(BaseModel):
    """A user and an iD that they claim, with settings, connection, state and counts."""

    orcid_id: str
    claimed_at: Time | None
    claimed_in: Literal["ris", "here"]
    connection: Connection
    mode: Mode
    published_only: bool
    include_private: bool
    favourites_only: bool
    claiming: Claiming
    state: LinkState
    state_reason: str | None
    frozen: bool
    primary_orcid_id: str | None
    last_synced_at: Time | None
    next_check_at: Time | None
    last_error: str | None
    counts: CountsModel


class NoticeModel(BaseModel):
    """What the institution has everybody know."""

    code: str
    message: str


class LinksModel(BaseModel):
    """The settings page."""

    items: list[LinkModel]
    notices: list[NoticeModel]


class AuthorizeModel(BaseModel):
    """Where to send the browser."""

    authorize_url: str


class QueuedModel(BaseModel):
    """What was asked for waits for its turn."""

    orcid_id: str
    state: LinkState


class PublicationModel(BaseModel):
    """A publication with its decision and where it stands (PublicationState)."""

    publication_id: str
    title: str
    type: str
    work_type: str
    decision: Literal["send", "leave_out"]
    reason: str | None
    state: State
    favourite: bool
    privacy: Privacy
    on_orcid: bool
    put_code: int | None
    sent_at: Time | None
    due_at: Time | None
    held: bool
    error: str | None
    detail: str | None
    duplicate_of: str | None
    ris_url: str | None
    warnings: list[str]


class PublicationsModel(BaseModel):
    """A page of publications; `total` counts the whole list as it is filtered."""

    items: list[PublicationModel]
    next: str | None
    total: int


class PreviewItemModel(BaseModel):
    """One work that a sync would touch; `reason` for a removal."""

    publication_id: str
    title: str
    operation: Operation
    reason: str | None


class PreviewModel(BaseModel):
    """What a sync would do: totals, and at most 200 items."""

    add: int
    update: int
    remove: int
    items: list[PreviewItemModel]


class AttemptModel(BaseModel):
    """One attempt on a work (R63)."""

    at: Time
    operation: str
    outcome: str
    message: str
    put_code: int | None


class HistoryModel(BaseModel):
    """A page of attempts, newest first."""

    items: list[AttemptModel]
    next: str | None


class ClaimingModel(BaseModel):
    """The choice of R41 for one iD."""

    orcid_id: str
    claiming: Claiming
    connection: Connection


class ClaimingsModel(BaseModel):
    """The choices of R41."""

    items: list[ClaimingModel]


class ConfigurationModel(BaseModel):
    """The institution's configuration."""

    search_enabled: bool
    write_enabled: bool
    batch_create_used: BatchCreateUsed
    only_verified: bool
    show_verification: bool
    source_precedence: list[str]
    deleted_at_orcid: DeletedAtOrcid
    removal_grace_hours: int
    mass_removal_share: float
    mass_removal_minimum: int
    warnings: list[str]


class RemarkModel(BaseModel):
    """An error or a warning about the item at `index`."""

    index: int
    message: str


class FeedReportModel(BaseModel):
    """What became of a batch."""

    accepted: int
    stale: int
    errors: list[RemarkModel]
    warnings: list[RemarkModel]
