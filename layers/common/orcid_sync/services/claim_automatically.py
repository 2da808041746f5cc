"""Claims and suggests publications by the ORCID iDs in their metadata, whatever the links are used for (R41, R43)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orcid_sync.domain.catalogue import MadeHere, Relationship
from orcid_sync.domain.catalogue_changes import CatalogueChange, ClaimantNoted, IdsChanged, UserChanged
from orcid_sync.domain.claiming import (
    ClaimIt,
    Suggestion,
    SuggestIt,
    WithdrawIt,
    claimed_here,
    next_step,
    suggestion_id_of,
)
from orcid_sync.domain.link_state import ClaimedIn
from orcid_sync.domain.settings import Claiming
from orcid_sync.ports.claiming import IdIndex, Relationships, Suggestions
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.find_links import FindLinks


@dataclass(frozen=True, slots=True)
class _Moved:
    """A publication in whose metadata iDs came or went, and which stand there now."""

    publication_id: str
    touched: frozenset[str]
    standing: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClaimAutomatically:
    """Looks at what a batch of changes concerns as it stands now; idempotent, so a batch may come twice.

    Every pair of user and publication is settled from state, never from the change that led to it: a claim is one
    conditional write, and what follows from it (waking, event, offer to the RIS) follows from the table's stream.
    """

    find: FindLinks
    index: IdIndex
    relationships: Relationships
    suggestions: Suggestions
    clock: Clock
    telemetry: Telemetry

    def notice(self, changes: Sequence[CatalogueChange]) -> int:
        """Settle the pairs concerned; returns how many were changed. Raises what the stores raise."""
        moved = self._moved(changes)
        for change in changes:
            if isinstance(change, UserChanged):
                self._note_claims_of_the_ris(change)
        noted = {change.user_id for change in changes if isinstance(change, ClaimantNoted)}
        noted |= {change.user_id for change in changes if isinstance(change, UserChanged) and _left_or_returned(change)}
        pairs = self._concerned(moved)
        settled = sum(self._settle_all(user_id) for user_id in sorted(noted))
        settled += sum(self._settle_some(user_id, pairs[user_id]) for user_id in sorted(pairs.keys() - noted))
        if settled:
            self.telemetry.log("claiming_settled", users=len(noted | pairs.keys()), publications=settled)
        return settled

    def _moved(self, changes: Sequence[CatalogueChange]) -> list[_Moved]:
        """Bring the index up to date; what stands in the metadata is read anew, for a change can come late or again.

        Claimants are read after: whoever claims an iD meanwhile reads the index after that, so one of both sees it.
        """
        touched: dict[str, set[str]] = {}
        for change in changes:
            if isinstance(change, IdsChanged):
                touched.setdefault(change.publication_id, set()).update(set(change.before) ^ set(change.after))
        standing = self.index.standing(touched) if touched else {}
        moved = [_Moved(p, frozenset(ids), frozenset(standing.get(p, ()))) for p, ids in touched.items()]
        self.index.add({one.publication_id: sorted(one.touched & one.standing) for one in moved})
        self.index.remove({one.publication_id: sorted(one.touched - one.standing) for one in moved})
        return moved

    def _note_claims_of_the_ris(self, change: UserChanged) -> None:
        before = {claimed.orcid_id for claimed in change.before.orcid_ids} if change.before else set()
        after = {claimed.orcid_id for claimed in change.after.orcid_ids} if change.after else set()
        differing = sorted(before ^ after)
        if differing and self.find.catalogue.user(change.user_id, consistent=True) is None:
            return  # R48: erased meanwhile, or it is the erasure that the stream tells of: the name stays forgotten
        for orcid_id in differing:
            self.index.note_claimant(orcid_id, change.user_id)

    def _concerned(self, moved: Sequence[_Moved]) -> dict[str, dict[str, frozenset[str]]]:
        """By user and publication the iDs that stand in the metadata now."""
        touched = frozenset[str]().union(*(one.touched for one in moved))
        claimants = self.index.claimants(sorted(touched)) if touched else {}
        pairs: dict[str, dict[str, frozenset[str]]] = {}
        for one in moved:
            for orcid_id in one.touched & claimants.keys():
                for user_id in claimants[orcid_id]:
                    pairs.setdefault(user_id, {})[one.publication_id] = one.standing
        return pairs

    def _choices(self, user_id: str) -> dict[str, Claiming]:
        """What the user chose for each iD that they claim; nobody unknown or deleted claims anything."""
        user = self.find.catalogue.user(user_id, consistent=True)
        if user is None or user.deleted:
            return {}
        links = [link for link in self.find.of_user(user) if link.claimed_in is not ClaimedIn.NOWHERE]
        return {link.claim.orcid_id: link.claim.claiming for link in links}

    def _settle_some(self, user_id: str, found: Mapping[str, frozenset[str]]) -> int:
        """Settle the publications given with the iDs in their metadata."""
        choices = self._choices(user_id)
        known = self.suggestions.some((user_id, suggestion_id_of(publication_id)) for publication_id in found)
        suggestions = {suggestion.publication_id: suggestion for suggestion in known.values()}
        return self._settle(user_id, choices, found, suggestions)

    def _settle_all(self, user_id: str) -> int:
        """Settle every publication in which an iD of the user stands or that is suggested to them."""
        choices = self._choices(user_id)
        found: dict[str, frozenset[str]] = {}
        for orcid_id in (orcid_id for orcid_id, choice in choices.items() if choice is not Claiming.IGNORE):
            for publication_id in self.index.publications(orcid_id):
                found[publication_id] = found.get(publication_id, frozenset()) | {orcid_id}
        suggestions = {suggestion.publication_id: suggestion for suggestion in self.suggestions.of_user(user_id)}
        found = {publication_id: frozenset() for publication_id in suggestions} | found
        return self._settle(user_id, choices, found, suggestions)

    def _settle(
        self,
        user_id: str,
        choices: Mapping[str, Claiming],
        found: Mapping[str, Iterable[str]],
        suggestions: Mapping[str, Suggestion],
    ) -> int:
        relationships = self.relationships.some(user_id, found)
        return sum(
            self._take(
                user_id,
                publication_id,
                relationships.get(publication_id),
                suggestions.get(publication_id),
                {orcid_id: choice for orcid_id, choice in choices.items() if orcid_id in standing},
            )
            for publication_id, standing in found.items()
        )

    def _take(
        self,
        user_id: str,
        publication_id: str,
        relationship: Relationship | None,
        suggestion: Suggestion | None,
        matched: Mapping[str, Claiming],
    ) -> bool:
        """Take the next step; False: there is none, or somebody else was faster, and their change is noticed too."""
        step = next_step(relationship, suggestion, matched)
        now_ms = self.clock.now_ms()
        match step:
            case ClaimIt():
                claim = claimed_here(user_id, publication_id, relationship, MadeHere(now_ms, step.orcid_id))
                return self.relationships.claim_here(claim, seen=relationship)
            case SuggestIt():
                suggestion_id = suggestion_id_of(publication_id)
                return self.suggestions.add(Suggestion(user_id, suggestion_id, publication_id, step.orcid_id, now_ms))
            case WithdrawIt():
                assert suggestion is not None
                self.suggestions.withdraw(suggestion)
                return True
            case None:
                return False


def _left_or_returned(change: UserChanged) -> bool:
    """Whether a user was deleted or came back: iDs that they claimed here count again, without the RIS naming them."""
    before, after = change.before, change.after
    return (before is not None and before.deleted) != (after is None or after.deleted)
