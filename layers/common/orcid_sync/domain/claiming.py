"""What an ORCID iD in a publication's metadata leads to: a claim, a suggestion, or nothing (R41)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from orcid_sync.domain.catalogue import ClaimStatus, MadeHere, Relationship
from orcid_sync.domain.settings import Claiming

# Below every version that a feed can give (they begin at 0), so that any item of the feed is newer (R41, R44).
MADE_HERE_VERSION = -1
_OF_CATALOGUE = "pub:"


class Origin(StrEnum):
    """Where a suggestion comes from."""

    ORCID_ID = "orcid_id"  # the user's iD stands in the publication's metadata (R41)
    SEARCH = "search"  # the work stands on the user's ORCID record (R42)


class SuggestionState(StrEnum):
    """OPEN and YIELDED wait for the user's answer; a YIELDED one is never claimed automatically: a claim made here was
    overruled by the feed. REJECTED: never claimed or suggested again.
    """

    OPEN = "open"
    YIELDED = "yielded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A publication suggested to a user, or one that must not be again. `matched_by` is what it was found by: an iD; by
    searching (R42) an identifier of the work, and `searched` the iD whose record it stands on.
    """

    user_id: str
    suggestion_id: str
    publication_id: str
    matched_by: str
    created_ms: int
    origin: Origin = Origin.ORCID_ID
    state: SuggestionState = SuggestionState.OPEN
    searched: str = ""

    @property
    def orcid_id(self) -> str:
        """The iD that led to it."""
        return self.searched or self.matched_by

    @property
    def waits(self) -> bool:
        """Whether the user can still answer it."""
        return self.state is not SuggestionState.REJECTED


@dataclass(frozen=True, slots=True)
class ClaimMade:
    """A claim made here that stands: what the RIS is offered (R41). `orcid_id` is the iD that led to it."""

    user_id: str
    publication_id: str
    orcid_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class WorkClaimed:
    """A work that the RIS lacks, claimed here: what the RIS is offered until it has it (R42)."""

    user_id: str
    offer_id: str
    orcid_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClaimIt:
    """Claim for the user, because of this iD."""

    orcid_id: str


@dataclass(frozen=True, slots=True)
class SuggestIt:
    """Suggest to the user, because of this iD."""

    orcid_id: str


@dataclass(frozen=True, slots=True)
class WithdrawIt:
    """Take back a suggestion whose reason is gone."""


Step: TypeAlias = ClaimIt | SuggestIt | WithdrawIt


def suggestion_id_of(publication_id: str) -> str:
    """The id of the one suggestion that a user can have for a publication of the catalogue."""
    return _OF_CATALOGUE + publication_id


def undecided(relationship: Relationship | None) -> bool:
    """Whether nobody has decided on the pair yet: no relationship, or a pending one. A deleted one counts as
    rejected (API, The feed).
    """
    return relationship is None or (relationship.status is ClaimStatus.PENDING and not relationship.deleted)


def claimed_here(user_id: str, publication_id: str, seen: Relationship | None, made_here: MadeHere) -> Relationship:
    """The relationship as a claim made here. One that the RIS has pending keeps its version and all else it says, so
    that the same item sent once more is stale and the next one wins.
    """
    if seen is None:
        return Relationship(user_id, publication_id, MADE_HERE_VERSION, status=ClaimStatus.CLAIMED, made_here=made_here)
    return replace(seen, status=ClaimStatus.CLAIMED, made_here=made_here)


def next_step(
    relationship: Relationship | None, suggestion: Suggestion | None, matched: Mapping[str, Claiming]
) -> Step | None:
    """Return what is to be done for a user and a publication (None: nothing).

    `matched` holds the user's choice for each iD of theirs that stands in the metadata, in the order of the user's
    links. *Automatic* for one of them is enough to claim.
    """
    waits = suggestion is not None and suggestion.waits
    if not undecided(relationship):
        return WithdrawIt() if waits else None
    if suggestion is not None and not suggestion.waits:
        return None
    wanted = {choice: orcid_id for orcid_id, choice in reversed(list(matched.items()))}
    overruled = suggestion is not None and suggestion.state is SuggestionState.YIELDED
    if Claiming.AUTO in wanted and not overruled:
        return ClaimIt(wanted[Claiming.AUTO])
    if suggestion is None:
        return SuggestIt(wanted[Claiming.SUGGEST]) if Claiming.SUGGEST in wanted else None
    if Claiming.SUGGEST in wanted or overruled or suggestion.origin is not Origin.ORCID_ID:
        return None
    return WithdrawIt()
