"""A work as it goes to an ORCID record (ORCID_API 4.1), free of JSON's and XML's shapes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orcid_sync.domain.catalogue import PartialDate


class IdRelationship(StrEnum):
    """How an external identifier relates to the work; only SELF and VERSION_OF group works (ORCID_API 6.5)."""

    SELF = "self"
    PART_OF = "part-of"
    VERSION_OF = "version-of"
    FUNDED_BY = "funded-by"


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An identifier of the work: ORCID's API type name, the value to send, its address if known."""

    type: str
    value: str
    relationship: IdRelationship
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Contributor:
    """A contributor in the order of the record: credit name (1 to 150 characters), role, iD if known."""

    credit_name: str
    role: str
    orcid_id: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation: type of ORCID's list (`bibtex`, ...) and its text."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Work:
    """A work that the registry will accept; every limit of the schema has been applied by the builder."""

    title: str
    type: str
    external_ids: tuple[ExternalId, ...]
    subtitle: str | None = None
    translated_title: str | None = None
    translated_title_language: str | None = None
    journal_title: str | None = None
    short_description: str | None = None
    citation: Citation | None = None
    publication_date: PartialDate | None = None
    url: str | None = None
    contributors: tuple[Contributor, ...] = ()
    language: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class BuildWarning:
    """Something that was left away or altered: a stable code and a text that a person understands."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class BuiltWork:
    """A work and what had to be left away on the way to it."""

    work: Work
    warnings: tuple[BuildWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Unbuildable:
    """Why no work can be built from a record: a stable code (`no_title`) and a text for people (R29)."""

    code: str
    message: str
