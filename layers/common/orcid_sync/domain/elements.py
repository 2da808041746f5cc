"""What an Elements server tells, freed of its XML: the same for API v5.5 and v6.13 (R45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ElementsPerson:
    """An author or editor of a record; a group has `last_name` only. `user_id`: the user whom Elements sees in it."""

    last_name: str
    first_names: str = ""
    initials: str = ""
    orcid_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class ElementsIdentifier:
    """An identifier of a list, by Elements' name of its scheme (`pubmed`)."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class ElementsDate:
    """A date with whatever is known of it; parts that are no numbers are missing (R52)."""

    year: int | None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class ElementsPages:
    """Where something stands in a volume."""

    begin: str
    end: str


FieldValue: TypeAlias = (
    str | ElementsDate | ElementsPages | tuple[ElementsPerson, ...] | tuple[ElementsIdentifier, ...] | tuple[str, ...]
)


@dataclass(frozen=True, slots=True)
class ElementsRecord:
    """One source's metadata; `fields` by field name (never by display name, which differs by site).

    `preferred` is only ever true in an answer that has a user's context: it is that user's choice.
    """

    record_id: str
    source: str
    id_at_source: str
    preferred: bool = False
    verified: bool = False
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ElementsPublication:
    """A publication; `whole`: with its records, not only named. Times are UTC milliseconds."""

    publication_id: str
    type: str
    privacy: str | None = None
    whole: bool = False
    records: tuple[ElementsRecord, ...] = ()
    modified_ms: int | None = None
    affected_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ElementsUser:
    """A user; `whole`: with their details, not only named. `orcid_ids`: claimed for good, as they were written."""

    elements_id: str
    username: str = ""
    proprietary_id: str = ""
    name: str = ""
    is_current_staff: bool = False
    is_login_allowed: bool = False
    privacy: str | None = None
    orcid_ids: tuple[str, ...] = ()
    whole: bool = False
    modified_ms: int | None = None
    affected_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ElementsRelationship:
    """A tie between objects. A list that belongs to one user or publication leaves that end away.

    `visible` is v5.5's, None where the type of relationship has no visibility; privacy levels are v6.13's.
    """

    relationship_id: str
    type: str
    visible: bool | None = None
    privacy: str | None = None
    effective_privacy: str | None = None
    favourite: bool = False
    publication: ElementsPublication | None = None
    user: ElementsUser | None = None
    modified_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ElementsDeletion:
    """Something that is gone. `category` is `publication`, `user` ... or `relationship`, whose ends are not told."""

    category: str
    object_id: str
    deleted_ms: int | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class ElementsSource:
    """A data source of publications and its place in the precedence for a purpose: the lowest value comes first."""

    name: str
    precedence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ElementsType:
    """A publication type, by identifier and what people call it."""

    name: str
    display_name: str


ElementsItem: TypeAlias = (
    ElementsUser | ElementsPublication | ElementsRelationship | ElementsDeletion | ElementsSource | ElementsType
)


@dataclass(slots=True)
class ElementsPaging:
    """How a list goes on: addresses as the server wrote them, None where it named none. `count`: of this page."""

    next: str | None = None
    continue_from: str | None = None
    count: int | None = None
