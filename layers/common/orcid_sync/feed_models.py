"""The items of the feed as they are written in JSON (API, The feed); `feed_parsing` takes them into the domain."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from orcid_sync.domain.catalogue import ClaimStatus, Privacy

ID_PATTERN = r"^[A-Za-z0-9._~:@-]{1,64}$"
Id: TypeAlias = Annotated[str, Field(pattern=ID_PATTERN)]
Version: TypeAlias = Annotated[StrictInt, Field(ge=0, le=2**63 - 1, description="Only grows per key.")]
# A type's identifier is the RIS's own word; it is compared exactly (R4).
TypeId: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Text: TypeAlias = Annotated[str, Field(max_length=100_000)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
# It stands in the keys of records, which are short, and in `source_precedence`.
Source: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]


class _Part(BaseModel):
    """Null means missing, numbers are taken for texts, unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        return data


class PersonModel(_Part):
    """An author or editor; a group has `family` only."""

    family: Text = ""
    given: Text = ""
    orcid_id: str | None = None


class IdentifierModel(_Part):
    """`type` is ORCID's API name; unknown ones are kept, not sent."""

    type: Text = ""
    value: Text = ""
    relationship: Text | None = None
    url: Text | None = None


class TranslatedTitleModel(_Part):
    """A title in another language."""

    value: Text
    language: str = ""


class DateModel(_Part):
    """Whatever precision is known (R52)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


class MetadataModel(_Part):
    """A record's metadata as the source has it."""

    title: Text = ""
    subtitle: Text = ""
    translated_title: TranslatedTitleModel | None = None
    container_title: Text = ""
    publication_status: Text = ""
    publication_date: DateModel | None = None
    authors: list[PersonModel] = Field(default_factory=list, max_length=20_000)
    editors: list[PersonModel] = Field(default_factory=list, max_length=20_000)
    identifiers: list[IdentifierModel] = Field(default_factory=list, max_length=500)
    abstract: Text = ""
    url: Text = ""
    language: Text = ""
    publisher: Text = ""
    volume: Text = ""
    issue: Text = ""
    pages: Text = ""


class RecordModel(_Part):
    """One source's metadata for a publication."""

    source: Source
    id: Key
    verified: StrictBool = False
    data: MetadataModel = MetadataModel()


class RecordKeyModel(_Part):
    """Which record a user prefers."""

    source: Source
    id: Key


class PublicationTypeItem(_Part):
    """A publication type that the RIS has."""

    kind: Literal["publication-type"]
    id: TypeId
    version: Version
    name: Text = ""
    deleted: Literal[False] = False


class UserItem(_Part):
    """A person in the RIS; `orcid_ids` are those they claim there."""

    kind: Literal["user"]
    id: Id
    version: Version
    name: Text = ""
    is_current: StrictBool
    login_allowed: StrictBool
    profile_privacy: Privacy | None = None
    orcid_ids: list[str] = Field(default_factory=list, max_length=20)
    deleted: Literal[False] = False


class PublicationItem(_Part):
    """A publication with all its records."""

    kind: Literal["publication"]
    id: Id
    version: Version
    type: TypeId
    privacy: Privacy | None = None
    records: list[RecordModel] = Field(default_factory=list, max_length=50)
    deleted: Literal[False] = False


class RelationshipItem(_Part):
    """What ties a user to a publication; one per pair."""

    kind: Literal["relationship"]
    user_id: Id
    publication_id: Id
    version: Version
    status: ClaimStatus
    hidden: StrictBool = False
    privacy: Privacy | None = None
    effective_privacy: Privacy | None = None
    favourite: StrictBool = False
    preferred_record: RecordKeyModel | None = None
    deleted: Literal[False] = False


class DeletedPublicationTypeItem(_Part):
    """A type that the RIS no longer has."""

    kind: Literal["publication-type"]
    id: TypeId
    version: Version
    deleted: Literal[True]


class DeletedUserItem(_Part):
    """A user who is no more; counts as having left (R33)."""

    kind: Literal["user"]
    id: Id
    version: Version
    deleted: Literal[True]


class DeletedPublicationItem(_Part):
    """A publication that is no more; `merged_into` says where it went (R56)."""

    kind: Literal["publication"]
    id: Id
    version: Version
    deleted: Literal[True]
    merged_into: Id | None = None


class DeletedRelationshipItem(_Part):
    """A relationship that is no more; counts as rejected."""

    kind: Literal["relationship"]
    user_id: Id
    publication_id: Id
    version: Version
    deleted: Literal[True]


Item: TypeAlias = (
    PublicationTypeItem
    | UserItem
    | PublicationItem
    | RelationshipItem
    | DeletedPublicationTypeItem
    | DeletedUserItem
    | DeletedPublicationItem
    | DeletedRelationshipItem
)
# By kind: the model of a living item and that of a deleted one.
ITEMS: dict[str, tuple[type[Item], type[Item]]] = {
    "publication-type": (PublicationTypeItem, DeletedPublicationTypeItem),
    "user": (UserItem, DeletedUserItem),
    "publication": (PublicationItem, DeletedPublicationItem),
    "relationship": (RelationshipItem, DeletedRelationshipItem),
}


class FeedBatch(BaseModel):
    """A batch; its items are read one by one, so that a bad one never stops the others."""

    items: Annotated[list[Any], Field(description="Items of any kind, at most 500.")]
