"""Automatic claiming and suggestions over HTTP: what is taken and what is answered (R41)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, StrictBool

from orcid_sync.api.bodies import Body, PageQuery
from orcid_sync.api.models import Time
from orcid_sync.domain.claiming import ClaimMade, Origin
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer
from orcid_sync.services.answer_suggestions import ShownSuggestion, SuggestionKey, SuggestionsPage
from orcid_sync.services.list_claims import ClaimsPage, OfferedClaim

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
    """A publication that may be the user's, or a work that the RIS lacks (`publication_id` null).

    `matched_by` is what it was found by: for `orcid_id` the iD; for `search` an identifier on the ORCID record.
    `source` describes a work that the RIS lacks (`crossref`, `datacite`, `europe-pmc`).
    """

    suggestion_id: str
    origin: Origin
    publication_id: str | None
    title: str
    identifiers: list[IdentifierModel]
    matched_by: str
    source: str | None
    created_at: Time


class SuggestionsModel(BaseModel):
    """A page of suggestions, the newest first; it may hold fewer than asked for although more follow."""

    items: list[SuggestionModel]
    next: str | None


class OfferedRecordModel(BaseModel):
    """A record as the feed takes it; `data` has the form of its records."""

    source: str
    id: str
    verified: bool
    data: dict[str, Any]


class OfferedPublicationModel(BaseModel):
    """A publication that the RIS lacks, in the form in which the feed would bring it; id and version are the RIS's."""

    kind: Literal["publication"]
    type: str
    records: list[OfferedRecordModel]


class ClaimMadeModel(BaseModel):
    """A claim made here that the feed has not answered yet: an item for the RIS to take over.

    `publication_id` null: a work that the RIS lacks, described by `publication`. It is offered until the feed brings a
    relationship of the user with a publication that shares an identifier.
    """

    kind: Literal["relationship"]
    user_id: str
    publication_id: str | None
    publication: OfferedPublicationModel | None
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


def _suggestion(shown: ShownSuggestion | Offer) -> SuggestionModel:
    if isinstance(shown, Offer):
        return SuggestionModel(
            suggestion_id=shown.offer_id,
            origin=Origin.SEARCH,
            publication_id=None,
            title=shown.title,
            identifiers=_identifiers(shown.ids),
            matched_by=shown.matched_by,
            source=shown.source,
            created_at=shown.created_ms,
        )
    suggestion, header = shown.suggestion, shown.header
    return SuggestionModel(
        suggestion_id=suggestion.suggestion_id,
        origin=suggestion.origin,
        publication_id=suggestion.publication_id,
        title=header.title,
        identifiers=_identifiers(self_id for record in header.records for self_id in record.self_ids),
        matched_by=suggestion.matched_by,
        source=None,
        created_at=suggestion.created_ms,
    )


def _identifiers(keys: Iterable[str]) -> list[IdentifierModel]:
    pairs = (key.partition(":") for key in dict.fromkeys(keys))
    return [IdentifierModel(type=kind, value=value) for kind, _, value in pairs]


def suggestion_key(cursor: str | None) -> SuggestionKey | None:
    """The key in a cursor of ours. Raises InvalidError for any other."""
    if cursor is None:
        return None
    created, _, suggestion_id = cursor.partition("~")
    if not suggestion_id or not created.removeprefix("-").isascii() or not created.removeprefix("-").isdecimal():
        message = "Use the cursor that the page before gave as next."
        raise InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
    return int(created), suggestion_id


def claims_made(page: ClaimsPage) -> ClaimsMadeModel:
    """A page of claims made here."""
    return ClaimsMadeModel(items=[_claim_made(claim) for claim in page.items], next=page.next)


def _claim_made(claim: ClaimMade | OfferedClaim) -> ClaimMadeModel:
    made = claim if isinstance(claim, ClaimMade) else claim.claim
    return ClaimMadeModel(
        kind="relationship",
        status="claimed",
        user_id=made.user_id,
        publication_id=made.publication_id if isinstance(made, ClaimMade) else None,
        publication=None if isinstance(claim, ClaimMade) else _offered(claim.work),
        orcid_id=made.orcid_id,
        claimed_at=made.at_ms,
    )


def _offered(work: OfferedWork) -> OfferedPublicationModel:
    record = OfferedRecordModel(source=work.source, id=work.source_id, verified=False, data=dict(work.data))
    return OfferedPublicationModel(kind="publication", type=work.type, records=[record])
