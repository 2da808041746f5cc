"""The links of everybody, as administrators list and release them (R22)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from orcid_sync.api.bodies import PageQuery
from orcid_sync.api.models import Time
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.services.all_links import ListedLink
from orcid_sync.services.release import Released


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


def listed(found: Sequence[ListedLink], cursor: str | None) -> AdminLinksModel:
    """A page of links."""
    return AdminLinksModel(items=[_link(one) for one in found], next=cursor)


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
