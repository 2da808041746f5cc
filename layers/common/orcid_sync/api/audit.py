"""The audit trail (R46)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from orcid_sync.api.bodies import PageQuery
from orcid_sync.api.models import Time
from orcid_sync.ports.audit import AuditEntry


def _moment(text: str) -> int:
    """Epoch milliseconds. A time without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError("Use a time as in 2026-01-31T09:30:00Z") from exc
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


def listed(entries: Sequence[AuditEntry], cursor: str | None) -> AuditModel:
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
