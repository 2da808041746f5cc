"""Turns what an Elements server tells into items of the feed: there is one way into the catalogue (R44, R45)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from orcid_sync.domain.elements import (
    ElementsPublication,
    ElementsRecord,
    ElementsRelationship,
    ElementsSource,
    ElementsType,
    ElementsUser,
)
from orcid_sync.domain.elements_metadata import metadata_of

# Ties that make a publication somebody's own; grants, supplements and the like are none.
CLAIMS: Final = frozenset(
    {
        "publication-user-authorship",
        "publication-user-editorship",
        "publication-user-contributorship",
        "publication-user-translation",
    }
)
# A record whose source the server does not name; it stands in no order of precedence and so comes last (R26).
UNNAMED_SOURCE: Final = "unknown"
_STRICTNESS: Final = ("public", "internal", "private")
_LEVELS: Final = {"public": "public", "internal": "internal", "private": "private", "limited": "private"}


class UserIdFrom(StrEnum):
    """What of an Elements user is their id here, that is, the `sub` of their sign-in."""

    ID = "id"
    USERNAME = "username"
    PROPRIETARY_ID = "proprietary-id"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a server is read: what users are called here, and which ties are claims (by type name)."""

    user_id_from: UserIdFrom = UserIdFrom.ID
    claims: frozenset[str] = CLAIMS

    def user_id(self, user: ElementsUser) -> str:
        """The user's id here; empty if the server does not tell it."""
        match self.user_id_from:
            case UserIdFrom.ID:
                return user.elements_id
            case UserIdFrom.USERNAME:
                return user.username
            case UserIdFrom.PROPRIETARY_ID:
                return user.proprietary_id

    def is_claim(self, relationship: ElementsRelationship) -> bool:
        """Suggestions never stand among relationships: what stands there with a user is claimed (ELEMENTS_API 4)."""
        return relationship.type in self.claims


def user_item(user: ElementsUser, reading: Reading, version: int) -> dict[str, Any]:
    """A `user` item."""
    return {
        "kind": "user",
        "id": reading.user_id(user),
        "version": version,
        "name": user.name,
        "is_current": user.is_current_staff,
        "login_allowed": user.is_login_allowed,
        "profile_privacy": _level(user.privacy),
        "orcid_ids": list(user.orcid_ids),
    }


def publication_item(publication: ElementsPublication, version: int) -> dict[str, Any]:
    """A `publication` item with all its records in the server's order."""
    return {
        "kind": "publication",
        "id": publication.publication_id,
        "version": version,
        "type": publication.type,
        "privacy": _level(publication.privacy),
        "records": [
            {
                "source": record.source or UNNAMED_SOURCE,
                "id": _record_id(publication, record),
                "verified": record.source == "manual" and record.verified,
                "data": metadata_of(record, publication.type),
            }
            for record in publication.records
        ],
    }


def relationship_item(relationship: ElementsRelationship, user_id: str, version: int) -> dict[str, Any]:
    """A `relationship` item of a claim, read in the user's context: only there the preferred record is theirs.

    v6.13 tells the level of the tie and the effective one, which is taken as it is (R18); v5.5 whether it is visible.
    """
    publication = relationship.publication
    assert publication is not None, "a claim has a publication"
    preferred = next((record for record in publication.records if record.preferred), None)
    return {
        "kind": "relationship",
        "user_id": user_id,
        "publication_id": publication.publication_id,
        "version": version,
        "status": "claimed",
        "hidden": relationship.visible is False,
        "privacy": _level(relationship.privacy),
        "effective_privacy": _level(relationship.effective_privacy),
        "favourite": relationship.favourite,
        "preferred_record": (
            {"source": preferred.source or UNNAMED_SOURCE, "id": _record_id(publication, preferred)}
            if preferred is not None
            else None
        ),
    }


def both_ties(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """One `relationship` item of two ties of a pair, its author's and its editor's say: what hides it in one counts."""
    strictest = {
        name: max((level for level in (first[name], second[name]) if level), key=_STRICTNESS.index, default=None)
        for name in ("privacy", "effective_privacy")
    }
    return (
        first
        | strictest
        | {
            "hidden": first["hidden"] or second["hidden"],
            "favourite": first["favourite"] or second["favourite"],
            "preferred_record": first["preferred_record"] or second["preferred_record"],
        }
    )


def type_item(found: ElementsType, version: int) -> dict[str, Any]:
    """A `publication-type` item."""
    return {"kind": "publication-type", "id": found.name, "version": version, "name": found.display_name}


def precedence_of(sources: list[ElementsSource], purpose: str = "default") -> list[str]:
    """The sources' names, the one that counts most first; those without a place come last, in the server's order."""
    last = max((source.precedence[purpose] for source in sources if purpose in source.precedence), default=0) + 1
    return [source.name for source in sorted(sources, key=lambda source: source.precedence.get(purpose, last))]


def _record_id(publication: ElementsPublication, record: ElementsRecord) -> str:
    """What tells records of one source apart: the server's own id, else the source's, else their order."""
    return record.record_id or record.id_at_source or f"#{publication.records.index(record) + 1}"


def _level(text: str | None) -> str | None:
    """A privacy level; one that is not known counts as the strictest, because what is private must stay home."""
    return _LEVELS.get(text, "private") if text else None
