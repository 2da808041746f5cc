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
from orcid_sync.ports import Clock, Telemetry
from orcid_sync.ports_claiming import IdIndex, Relationships, Suggestions
from orcid_sync.services.find_links import FindLinks


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
        moved = [change for change in changes if isinstance(change, IdsChanged)]
        for ids_changed in moved:
            self._keep_index(ids_changed)
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

    def _keep_index(self, change: IdsChanged) -> None:
        """Before claimants are read: whoever claims the iD meanwhile reads the index after, so one of both sees it."""
        before, after = set(change.before), set(change.after)
        self.index.add(change.publication_id, sorted(after - before))
        self.index.remove(change.publication_id, sorted(before - after))

    def _note_claims_of_the_ris(self, change: UserChanged) -> None:
        before = {claimed.orcid_id for claimed in change.before.orcid_ids} if change.before else set()
        after = {claimed.orcid_id for claimed in change.after.orcid_ids} if change.after else set()
        for orcid_id in sorted(before ^ after):
            self.index.note_claimant(orcid_id, change.user_id)

    def _concerned(self, moved: Sequence[IdsChanged]) -> dict[str, dict[str, frozenset[str]]]:
        """By user and publication the iDs that stand in the metadata now."""
        touched = {change.publication_id: set(change.before) ^ set(change.after) for change in moved}
        claimants = self.index.claimants(set().union(*touched.values())) if touched else {}
        pairs: dict[str, dict[str, frozenset[str]]] = {}
        for change in moved:
            for orcid_id in set(change.before) ^ set(change.after):
                for user_id in claimants.get(orcid_id, ()):
                    pairs.setdefault(user_id, {})[change.publication_id] = frozenset(change.after)
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
