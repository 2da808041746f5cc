"""What automatic claiming needs, in memory; `stream` collects what the catalogue's stream would tell (R41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from orcid_sync.domain.catalogue import Relationship
from orcid_sync.domain.catalogue_changes import CatalogueChange, ClaimantNoted, RelationshipChanged
from orcid_sync.domain.claiming import ClaimMade, Suggestion, WorkClaimed
from orcid_sync.domain.errors import InvalidError


class FakeIdIndex:
    """`in_metadata` is what the publications hold; `claiming` and `places` are open to tests."""

    def __init__(self, stream: list[CatalogueChange], in_metadata: Mapping[str, tuple[str, ...]]) -> None:
        self.stream = stream
        self.in_metadata = in_metadata
        self.claiming: dict[str, frozenset[str]] = {}
        self.places: set[tuple[str, str]] = set()

    def note_claimant(self, orcid_id: str, user_id: str) -> None:
        self.claiming[orcid_id] = self.claiming.get(orcid_id, frozenset()) | {user_id}
        self.stream.append(ClaimantNoted(orcid_id, user_id))

    def claimants(self, orcid_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        return {orcid_id: self.claiming[orcid_id] for orcid_id in orcid_ids if orcid_id in self.claiming}

    def add(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        self.places |= {(orcid_id, publication_id) for publication_id, some in orcid_ids.items() for orcid_id in some}

    def remove(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        self.places -= {(orcid_id, publication_id) for publication_id, some in orcid_ids.items() for orcid_id in some}

    def standing(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return {wish: self.in_metadata[wish] for wish in publication_ids if self.in_metadata.get(wish)}

    def publications(self, orcid_id: str) -> tuple[str, ...]:
        return tuple(sorted(publication_id for place, publication_id in self.places if place == orcid_id))


class FakeRelationships:
    """On the fake catalogue's relationships; a world on DynamoDB never asks."""

    def __init__(self, catalogue: Any, stream: list[CatalogueChange]) -> None:
        self.catalogue = catalogue
        self.stream = stream

    def some(self, user_id: str, publication_ids: Iterable[str]) -> dict[str, Relationship]:
        wanted = {publication_id: (user_id, publication_id) for publication_id in publication_ids}
        stored = self.catalogue.relationships if wanted else {}
        return {publication_id: stored[key] for publication_id, key in wanted.items() if key in stored}

    def claim_here(self, relationship: Relationship, *, seen: Relationship | None) -> bool:
        key = (relationship.user_id, relationship.publication_id)
        stored = self.catalogue.relationships.get(key)
        if (stored is None) != (seen is None):
            return False
        if stored is not None and seen is not None and (stored.version != seen.version or stored.made_here):
            return False
        self.catalogue.relationships[key] = relationship
        self.stream.append(RelationshipChanged(*key, stored, relationship))
        return True


class FakeSuggestions:
    """`stored` is open to tests."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Suggestion] = {}

    def of_user(self, user_id: str) -> tuple[Suggestion, ...]:
        return tuple(self.stored[key] for key in sorted(self.stored) if key[0] == user_id)

    def some(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        return {key: self.stored[key] for key in wanted if key in self.stored}

    def add(self, suggestion: Suggestion) -> bool:
        key = (suggestion.user_id, suggestion.suggestion_id)
        return self.stored.setdefault(key, suggestion) is suggestion

    def put(self, suggestion: Suggestion) -> None:
        self.stored[suggestion.user_id, suggestion.suggestion_id] = suggestion

    def withdraw(self, suggestion: Suggestion) -> None:
        key = (suggestion.user_id, suggestion.suggestion_id)
        if key in self.stored and self.stored[key].waits:
            del self.stored[key]


class FakeClaimLog:
    """`claims` is open to tests; `works` is kept by the fake of the offers."""

    def __init__(self) -> None:
        self.claims: list[ClaimMade] = []
        self.works: list[WorkClaimed] = []

    def add(self, claim: ClaimMade) -> None:
        self.remove(claim)
        self.claims.append(claim)

    def holds(self, claim: ClaimMade) -> bool:
        return any(replace(known, orcid_id=claim.orcid_id) == claim for known in self.claims)

    def remove(self, claim: ClaimMade) -> None:
        self.claims = [known for known in self.claims if replace(known, orcid_id=claim.orcid_id) != claim]

    def since(
        self, since_ms: int, *, limit: int, cursor: str | None
    ) -> tuple[list[ClaimMade | WorkClaimed], str | None]:
        if cursor is not None and cursor.count(",") != 2:
            raise InvalidError("This cursor is not ours.")
        claims: list[ClaimMade | WorkClaimed] = [*self.claims, *self.works]
        found = sorted((claim for claim in claims if claim.at_ms >= since_ms), key=_key)
        following = [claim for claim in found if cursor is None or _key(claim) > cursor]
        return following[:limit], _key(following[limit - 1]) if len(following) > limit else None


def _key(claim: ClaimMade | WorkClaimed) -> str:
    claimed = claim.publication_id if isinstance(claim, ClaimMade) else f"!{claim.offer_id}"
    return f"{claim.at_ms:013d},{claim.user_id},{claimed}"
