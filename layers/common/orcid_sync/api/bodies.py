"""Bodies and queries that the API takes (API.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, model_validator

from orcid_sync.domain.catalogue import Privacy
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import State
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.links import Lane
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.domain.settings import BatchCreateUsed, Claiming, DeletedAtOrcid, Mode
from orcid_sync.feed_models import Id
from orcid_sync.services.connect import Access


def _orcid_id(text: str) -> str:
    try:
        return parse_orcid_id(text)
    except InvalidError as exc:
        raise ValueError(str(exc)) from exc


OrcidId = Annotated[str, Field(max_length=100), AfterValidator(_orcid_id)]


class Body(BaseModel):
    """A body: fields that are not known are refused, so that a typing error is not taken for consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(BaseModel):
    """A query: what is not known is ignored, as browsers and proxies add to it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ClaimBody(Body):
    """Claim an iD."""

    orcid_id: str = Field(max_length=100)


class ConnectBody(Body):
    """Start ORCID's authorisation."""

    access: Access
    return_url: str
    orcid_id: str | None = Field(None, max_length=100)


class CompleteBody(Body):
    """What the callback handed on."""

    code: str = Field(min_length=1, max_length=500)
    state: str = Field(min_length=1, max_length=500)


class SettingsBody(Body):
    """Settings to change, or to try."""

    mode: Mode | None = None
    published_only: StrictBool | None = None
    include_private: StrictBool | None = None
    favourites_only: StrictBool | None = None


class RemovalBody(Body):
    """Everything that was sent is removed: that wants a word."""

    confirm: StrictBool = False


class ClaimingBody(Body):
    """What happens when the iD appears in a publication's metadata (R41)."""

    claiming: Claiming


def _rounded(share: float | None) -> float | None:
    return share if share is None else round(share, 6)


class ConfigurationBody(Body):
    """What to change of the institution's configuration."""

    search_enabled: StrictBool | None = None
    write_enabled: StrictBool | None = None
    batch_create_used: BatchCreateUsed | None = None
    only_verified: StrictBool | None = None
    show_verification: StrictBool | None = None
    source_precedence: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]] | None,
        AfterValidator(lambda sources: sources if sources is None else list(dict.fromkeys(sources))),
    ] = Field(None, max_length=100)
    deleted_at_orcid: DeletedAtOrcid | None = None
    removal_grace_hours: StrictInt | None = Field(None, ge=0, le=24 * 30)
    # Rounded: the table holds no number as small as some that JSON can say.
    mass_removal_share: Annotated[StrictFloat | None, AfterValidator(_rounded)] = Field(None, ge=0, le=1)
    mass_removal_minimum: StrictInt | None = Field(None, ge=1, le=1_000_000)

    def changes(self) -> dict[str, Any]:
        """The fields given, as the domain has them."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        found = {name: value for name, value in given.items() if value is not None}
        if "source_precedence" in found:
            found["source_precedence"] = tuple(found["source_precedence"])
        return found


class PageQuery(Query):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=2000)


class PublicationsQuery(PageQuery):
    """Which publications to list; `reason` goes by the decision, whatever the state; `q` are words to be found."""

    state: State | None = None
    reason: Reason | None = None
    favourite: bool | None = None
    privacy: Privacy | None = None
    q: str | None = Field(None, max_length=200)


class DisconnectQuery(Query):
    """Whether works stay, and whether the claim goes too."""

    works: Literal["leave", "remove"] = "leave"
    unclaim: bool = False


class CallbackQuery(Query):
    """What ORCID sends along."""

    code: str | None = Field(None, max_length=500)
    state: str = Field("", max_length=500)
    error: str | None = None  # of any length: the browser has to come back to the front end


class SyncRequest(BaseModel):
    """Whom to sync: exactly one of users, ORCID iDs, or all (API, The sync function)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: list[Id] = Field(default_factory=list, max_length=10_000)
    orcid_ids: list[OrcidId] = Field(default_factory=list, max_length=10_000)
    all: StrictBool = False
    dry_run: StrictBool = False
    reconcile: StrictBool = False
    priority: Lane = Lane.NORMAL

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if sum((bool(self.users), bool(self.orcid_ids), self.all)) != 1:
            raise ValueError("Give one of users, orcid_ids or all")
        return self
