"""What researchers and administrators choose (R9-R22)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What a claimed iD is used for (R15)."""

    WRITE = "write"
    READ = "read"
    CLAIM_ONLY = "claim-only"


class Connection(StrEnum):
    """What we hold for a link: nothing, a token to read, a token to write, or one that ORCID no longer takes."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    REVOKED = "revoked"


class Claiming(StrEnum):
    """What happens when the iD appears in a publication's metadata (R41)."""

    AUTO = "auto"
    SUGGEST = "suggest"
    IGNORE = "ignore"


class BatchCreateUsed(StrEnum):
    """Whether the institution ever used ORCID's batch create (R11)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class DeletedAtOrcid(StrEnum):
    """What to do with a work that its owner deleted at ORCID (R39)."""

    RESPECT = "respect"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """A link's choices that decide its set (R17-R19). `excluded` are single works left out (R62)."""

    published_only: bool = True
    include_private: bool = False
    favourites_only: bool = False


@dataclass(frozen=True, slots=True)
class InstitutionRules:
    """The institution's choices that decide what is sent: verified only (R12) and the sources' order (R26)."""

    only_verified: bool = False
    source_precedence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything chosen that a decision depends on; the last one applied is kept to tell who caused a removal (R60)."""

    link: LinkSettings
    institution: InstitutionRules


DEFAULT_SOURCE_PRECEDENCE = (
    "verified-manual", "manual", "crossref", "datacite", "scopus", "wos", "pubmed", "europe-pmc", "arxiv", "dimensions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstitutionSettings:
    """The institution-wide configuration (R9-R12, R39, R55, R60); `rev` grows with every change.

    A fresh installation has search and writing off (R9). `write_enabled_since_ms` is when writing was last switched
    on: what may take a day takes a day of writing (R10, R23).
    """

    rev: int = 0
    write_enabled_since_ms: int = 0
    search_enabled: bool = False
    write_enabled: bool = False
    batch_create_used: BatchCreateUsed = BatchCreateUsed.UNKNOWN
    only_verified: bool = False
    show_verification: bool = True
    source_precedence: tuple[str, ...] = DEFAULT_SOURCE_PRECEDENCE
    deleted_at_orcid: DeletedAtOrcid = DeletedAtOrcid.RESPECT
    removal_grace_hours: int = 24
    mass_removal_share: float = 0.5
    mass_removal_minimum: int = 20

    @property
    def rules(self) -> InstitutionRules:
        """The part that decides which works are sent."""
        return InstitutionRules(only_verified=self.only_verified, source_precedence=self.source_precedence)
