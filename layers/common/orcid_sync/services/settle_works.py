"""Brings together a work that a user has on their ORCID record and the catalogue's publications of it (R42, R41)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import ClaimStatus, MadeHere, Relationship
from orcid_sync.domain.claiming import (
    Origin,
    Suggestion,
    SuggestionState,
    claimed_here,
    suggestion_id_of,
    undecided,
)
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.offers import Offer, OfferState
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.claiming import Relationships, Suggestions
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import Offers

_TRIES = 5


@dataclass(frozen=True, slots=True)
class WorkSeen:
    """A work on a user's record; `matched_by` is an identifier of it, `orcid_id` whose record it stands on."""

    user_id: str
    orcid_id: str
    matched_by: str


@dataclass(frozen=True, slots=True)
class SettleWorks:
    """Settles from state alone, so late, doubled and reordered causes come to the same."""

    catalogue: Catalogue
    relationships: Relationships
    suggestions: Suggestions
    offers: Offers
    clock: Clock

    def living(self, publication_ids: Sequence[str]) -> list[str]:
        """Those of the publications that are still there."""
        if not publication_ids:
            return []
        headers = self.catalogue.headers(publication_ids, consistent=True)
        return [p for p in publication_ids if p in headers and not headers[p].deleted]

    def settle(
        self, user_id: str, publication_ids: Sequence[str], offers: Sequence[Offer], seen: WorkSeen | None
    ) -> bool:
        """Take the next step for one work, which these publications of the catalogue and these offers are of.

        `seen`: it stands on a record of the user's now. Returns whether something was suggested or claimed.
        Raises ConflictError when the offers are answered faster than this can follow.
        """
        done = False
        for _ in range(_TRIES):
            taken, step = self._step(user_id, publication_ids, offers, seen)
            done = done or step
            if taken:
                return done
            current = [self.offers.one(offer.user_id, offer.offer_id) for offer in offers]
            offers = [offer for offer in current if offer is not None]
        raise ConflictError("This work is being answered again and again.")

    def _step(
        self, user_id: str, publication_ids: Sequence[str], offers: Sequence[Offer], seen: WorkSeen | None
    ) -> tuple[bool, bool]:
        """Whether the offers were still as given, and whether something was suggested or claimed."""
        relationships = self.relationships.some(user_id, publication_ids)
        keys = {(user_id, suggestion_id_of(p)): p for p in publication_ids}
        known = {keys[key]: found for key, found in self.suggestions.some(keys).items()}
        states = {offer.state for offer in offers}
        if any(not undecided(found) and not _rejected(found) for found in relationships.values()):
            return self._close(offers, OfferState.TAKEN), False
        if any(map(_rejected, relationships.values())):
            return self._close(offers, OfferState.REJECTED), False
        if OfferState.ACCEPTED in states:
            accepted = next(offer for offer in offers if offer.state is OfferState.ACCEPTED)
            # A pending relationship is the feed's answer (R41).
            done = not relationships and self._claim(accepted, publication_ids[0])
            return self._close(offers, OfferState.TAKEN), done
        if OfferState.REJECTED in states:
            self._reject(publication_ids, known, seen or _seen(offers))
            return self._close(offers, OfferState.REJECTED), False
        done = False
        if not known and (seen is not None or OfferState.OPEN in states):
            pending = [p for p in publication_ids if p in relationships]
            done = self._suggest((pending or [*publication_ids])[0], seen or _seen(offers), SuggestionState.OPEN)
        return self._close(offers, OfferState.TAKEN), done

    def _claim(self, offer: Offer, publication_id: str) -> bool:
        """The user said yes before the RIS had the publication; whoever relates them meanwhile has the word."""
        here = MadeHere(self.clock.now_ms(), offer.orcid_id)
        claim = claimed_here(offer.user_id, publication_id, None, here)
        return self.relationships.claim_here(claim, seen=None)

    def _suggest(self, publication_id: str, seen: WorkSeen, state: SuggestionState) -> bool:
        suggestion_id, now_ms = suggestion_id_of(publication_id), self.clock.now_ms()
        return self.suggestions.add(
            Suggestion(
                seen.user_id, suggestion_id, publication_id, seen.matched_by, now_ms, Origin.SEARCH, state,
                searched=seen.orcid_id,
            )
        )  # fmt: skip

    def _reject(self, publication_ids: Sequence[str], known: Mapping[str, Suggestion], seen: WorkSeen) -> None:
        """What the user rejected as a work is rejected as a publication, for automatic claiming too (R41)."""
        for publication_id in publication_ids:
            suggestion = known.get(publication_id)
            if suggestion is None:
                self._suggest(publication_id, seen, SuggestionState.REJECTED)
            elif suggestion.waits:
                self.suggestions.put(replace(suggestion, state=SuggestionState.REJECTED))

    def _close(self, offers: Sequence[Offer], state: OfferState) -> bool:
        """End what can still be ended; False: one was answered meanwhile, so that all has to be looked at again."""
        ending = {OfferState.OPEN, OfferState.ACCEPTED}
        if state is OfferState.REJECTED:
            ending.add(OfferState.TAKEN)
        changed = [self.offers.change(offer, replace(offer, state=state)) for offer in offers if offer.state in ending]
        return all(changed)


def _seen(offers: Sequence[Offer]) -> WorkSeen:
    """Where the oldest of the offers came from."""
    first = min(offers, key=lambda offer: offer.created_ms)
    return WorkSeen(first.user_id, first.orcid_id, first.matched_by)


def _rejected(relationship: Relationship) -> bool:
    return relationship.deleted or relationship.status is ClaimStatus.REJECTED
