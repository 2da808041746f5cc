"""Automatic claiming and suggestions over HTTP: what is taken and what is answered (R41)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, StrictBool

from orcid_sync.api_bodies import Body, PageQuery
from orcid_sync.api_models import Time
from orcid_sync.domain.claiming import ClaimMade, Origin
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.services.answer_suggestions import ShownSuggestion, SuggestionKey, SuggestionsPage

_LATEST_MS = 10**13 - 1


class AnswerBody(Body):
    """Claim what is suggested, or never suggest it again."""

    accept: StrictBool


class ClaimsQuery(PageQuery):
    """Claims made at this time or later; a time without offset is UTC. Left away: all that stand."""

    since: datetime | None = None

    @property
    def since_ms(self) -> int:
        """Epoch milliseconds."""
        if self.since is None:
            return 0
        aware = self.since if self.since.tzinfo is not None else self.since.replace(tzinfo=UTC)
        return min(max(int(aware.timestamp() * 1000), 0), _LATEST_MS)


class IdentifierModel(BaseModel):
    """An identifier of a publication, normalised; `type` is ORCID's API name."""

    type: str
    value: str


class SuggestionModel(BaseModel):
    """A publication that may be the user's. `matched_by` is what it was found by: for `orcid_id` the iD."""

    suggestion_id: str
    origin: Origin
    publication_id: str | None
    title: str
    identifiers: list[IdentifierModel]
    matched_by: str
    created_at: Time


class SuggestionsModel(BaseModel):
    """A page of suggestions, the newest first; it may hold fewer than asked for although more follow."""

    items: list[SuggestionModel]
    next: str | None


class ClaimMadeModel(BaseModel):
    """A claim made here that the feed has not answered yet: an item for the RIS to take over."""

    kind: Literal["relationship"]
    user_id: str
    publication_id: str
    status: Literal["claimed"]
    orcid_id: str
    claimed_at: Time


class ClaimsMadeModel(BaseModel):
    """A page of claims made here, the oldest first."""

    items: list[ClaimMadeModel]
    next: str | None


def suggestions(page: SuggestionsPage) -> SuggestionsModel:
    """A page of suggestions."""
    following = f"{page.next[0]}~{page.next[1]}" if page.next is not None else None
    return SuggestionsModel(items=[_suggestion(shown) for shown in page.items], next=following)


def _suggestion(shown: ShownSuggestion) -> SuggestionModel:
    suggestion, header = shown.suggestion, shown.header
    ids = dict.fromkeys(self_id for record in header.records for self_id in record.self_ids)
    pairs = (self_id.partition(":") for self_id in ids)
    return SuggestionModel(
        suggestion_id=suggestion.suggestion_id,
        origin=suggestion.origin,
        publication_id=suggestion.publication_id,
        title=header.title,
        identifiers=[IdentifierModel(type=kind, value=value) for kind, _, value in pairs],
        matched_by=suggestion.matched_by,
        created_at=suggestion.created_ms,
    )


def suggestion_key(cursor: str | None) -> SuggestionKey | None:
    """The key in a cursor of ours. Raises InvalidError for any other."""
    if cursor is None:
        return None
    created, _, suggestion_id = cursor.partition("~")
    if not suggestion_id or not created.removeprefix("-").isascii() or not created.removeprefix("-").isdecimal():
        message = "Use the cursor that the page before gave as next."
        raise InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
    return int(created), suggestion_id


def claims_made(claims: Sequence[ClaimMade], cursor: str | None) -> ClaimsMadeModel:
    """A page of claims made here."""
    items = [
        ClaimMadeModel(
            kind="relationship",
            status="claimed",
            user_id=claim.user_id,
            publication_id=claim.publication_id,
            orcid_id=claim.orcid_id,
            claimed_at=claim.at_ms,
        )
        for claim in claims
    ]
    return ClaimsMadeModel(items=items, next=cursor)
