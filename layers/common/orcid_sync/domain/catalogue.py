"""What the research information system says: users, publications, records, relationships (SPEC 1, R44)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Privacy(StrEnum):
    """A privacy level; PUBLIC is the mildest, PRIVATE the strictest."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


class ClaimStatus(StrEnum):
    """What a user said of a publication."""

    CLAIMED = "claimed"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ClaimedId:
    """An iD that the RIS says the user claims, and since when we know (epoch milliseconds)."""

    orcid_id: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class User:
    """A person in the RIS. `deleted` is a tombstone: the person has left (R33)."""

    user_id: str
    version: int
    name: str
    is_current: bool
    login_allowed: bool
    profile_privacy: Privacy | None = None
    orcid_ids: tuple[ClaimedId, ...] = ()
    deleted: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the user may be queued at all (R33)."""
        return self.is_current and self.login_allowed and not self.deleted


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date with whatever precision is known (R52): a day only with a month, a month only with a year."""

    year: int
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An author or editor as the source has it; a group has `family` only."""

    family: str
    given: str = ""
    orcid_id: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as the source has it: ORCID's API name of the type, the raw value.

    `relationship` is one of self, part-of, version-of, funded-by when the source states it; else the builder decides.
    """

    type: str
    value: str
    relationship: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedTitle:
    """A title in another language; `language` as the source writes it."""

    value: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """A record's metadata exactly as the source states it; nothing here is cleaned or checked."""

    title: str = ""
    subtitle: str = ""
    translated_title: TranslatedTitle | None = None
    container_title: str = ""
    publication_status: str = ""
    publication_date: PartialDate | None = None
    authors: tuple[Person, ...] = ()
    editors: tuple[Person, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    abstract: str = ""
    url: str = ""
    language: str = ""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""


@dataclass(frozen=True, slots=True)
class RecordKey:
    """Which record of a publication: its source and its id within the source."""

    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """One source's metadata for a publication. `verified` counts for manual records only (R12)."""

    key: RecordKey
    metadata: Metadata
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication with all its records, in the order in which the RIS gave them."""

    publication_id: str
    version: int
    type: str
    privacy: Privacy | None = None
    records: tuple[Record, ...] = ()
    deleted: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class RecordDigest:
    """What deciding needs to know of a record, worked out once when the publication is stored (DESIGN 6).

    `digest` names the payload and changes with every change of content. `self_ids` are normalised as `type:value`,
    without the publication's own source-work-id. `defect` is why no work can be built from it (None: one can).
    `richness` grows with what the metadata holds (R56). `status` is the publication status, folded (R17).
    """

    key: RecordKey
    digest: str
    verified: bool
    status: str
    self_ids: tuple[str, ...]
    richness: int
    defect: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """A publication as deciding sees it: no payload. `builder_version` is of the work builder that made the digests."""

    publication_id: str
    version: int
    type: str
    title: str
    privacy: Privacy | None
    records: tuple[RecordDigest, ...]
    builder_version: int
    deleted: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class MadeHere:
    """When a relationship was claimed in this product (epoch milliseconds), and by which of the user's iDs (R41)."""

    at_ms: int
    orcid_id: str


@dataclass(frozen=True, slots=True)
class Relationship:
    """Ties a user to a publication; one per pair. Deleted counts as rejected (API, The feed).

    `made_here` marks a claim made here; the next item of the feed for the pair replaces it, mark and all (R41).
    """

    user_id: str
    publication_id: str
    version: int
    status: ClaimStatus
    hidden: bool = False
    privacy: Privacy | None = None
    effective_privacy: Privacy | None = None
    favourite: bool = False
    preferred_record: RecordKey | None = None
    deleted: bool = False
    made_here: MadeHere | None = None


@dataclass(frozen=True, slots=True)
class PublicationType:
    """A publication type that the RIS has (R4)."""

    type_id: str
    version: int
    name: str
    deleted: bool = False
