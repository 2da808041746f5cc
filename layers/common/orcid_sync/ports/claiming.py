"""What automatic claiming and suggestions need from the world (R41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from orcid_sync.domain.catalogue import Relationship
from orcid_sync.domain.claiming import ClaimMade, Suggestion, WorkClaimed


class IdIndex(Protocol):
    """Who claims an ORCID iD, and in whose publications' metadata it stands.

    Both are hints to be checked against the user and the publication: claimants are only ever added.
    """

    def note_claimant(self, orcid_id: str, user_id: str) -> None:
        """Remember that the user claims the iD, or that something about that changed; the stream tells of it each
        time, so that the user's publications are looked at anew.
        """
        ...

    def claimants(self, orcid_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """User ids by iD, strongly consistent; an iD that nobody ever claimed is absent."""
        ...

    def add(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        """By publication: these iDs stand in its metadata. Twice does no harm."""
        ...

    def remove(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        """They no longer do. Twice does no harm."""
        ...

    def standing(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The iDs in the metadata of publications as stored, strongly consistent; absent where there are none."""
        ...

    def publications(self, orcid_id: str) -> tuple[str, ...]:
        """Ids of the publications in whose metadata the iD stands, strongly consistent."""
        ...


class Relationships(Protocol):
    """Single relationships of the catalogue, and claims made here among them."""

    def some(self, user_id: str, publication_ids: Iterable[str]) -> dict[str, Relationship]:
        """By publication id, strongly consistent; absent where there is none."""
        ...

    def claim_here(self, relationship: Relationship, *, seen: Relationship | None) -> bool:
        """Store a claim made here in place of `seen` (None: there is none). False: it is not what stands there."""
        ...


class Suggestions(Protocol):
    """What is suggested to users, and what must not be suggested to them again."""

    def of_user(self, user_id: str) -> tuple[Suggestion, ...]:
        """All of a user, rejected ones included, strongly consistent."""
        ...

    def some(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        """By (user id, suggestion id), strongly consistent; absent where there is none."""
        ...

    def add(self, suggestion: Suggestion) -> bool:
        """Store it unless there is one of this id; False: there is."""
        ...

    def put(self, suggestion: Suggestion) -> None:
        """Store it in place of whatever there is."""
        ...

    def withdraw(self, suggestion: Suggestion) -> None:
        """Forget it, unless it was rejected meanwhile."""
        ...


class ClaimLog(Protocol):
    """Claims made here that the feed has not answered yet, in the order of time (R41).

    Works that the RIS lacks enter and leave with their offers (R42, `search.Offers`).
    """

    def add(self, claim: ClaimMade) -> None:
        """Twice does no harm."""
        ...

    def holds(self, claim: ClaimMade) -> bool:
        """Whether it was added and not removed since, strongly consistent."""
        ...

    def remove(self, claim: ClaimMade) -> None:
        """Twice does no harm."""
        ...

    def since(
        self, since_ms: int, *, limit: int, cursor: str | None
    ) -> tuple[list[ClaimMade | WorkClaimed], str | None]:
        """Claims made at `since_ms` or later, the oldest first. Raises InvalidError for a cursor that is not ours."""
        ...
