"""What changed in the catalogue, as its stream tells it: before and after, tombstones included (DESIGN 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from orcid_sync.domain.catalogue import Header, Relationship, User


@dataclass(frozen=True, slots=True)
class UserChanged:
    """A user was stored anew; `before` None: not known until now."""

    user_id: str
    before: User | None
    after: User | None


@dataclass(frozen=True, slots=True)
class RelationshipChanged:
    """A relationship was stored anew; `before` None: not known until now."""

    user_id: str
    publication_id: str
    before: Relationship | None
    after: Relationship | None


@dataclass(frozen=True, slots=True)
class PublicationChanged:
    """A publication's header was stored anew; `before` None: not known until now."""

    publication_id: str
    before: Header | None
    after: Header | None


@dataclass(frozen=True, slots=True)
class IdsChanged:
    """Other ORCID iDs stand in a publication's metadata than before (R41)."""

    publication_id: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimantNoted:
    """A user claims an iD now, or something about that changed (R41)."""

    orcid_id: str
    user_id: str


CatalogueChange: TypeAlias = UserChanged | RelationshipChanged | PublicationChanged | IdsChanged | ClaimantNoted
