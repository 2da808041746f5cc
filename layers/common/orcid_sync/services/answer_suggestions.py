"""Shows a user what is suggested and offered to them and takes their answers (R41, R42), writing on or off (R43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimStatus, Header, MadeHere, Relationship
from orcid_sync.domain.claiming import Origin, Suggestion, SuggestionState, claimed_here, undecided
from orcid_sync.domain.errors import ConflictError, NotFoundError
from orcid_sync.domain.offers import Offer, OfferState, is_offer_id, offer_id_of, sharing
from orcid_sync.domain.work_identifiers import of_a_work
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.claiming import Relationships, Suggestions
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import Offers
from orcid_sync.services.find_links import FindLinks

# The newest first; then by id, so that the order is stable.
SuggestionKey = tuple[int, str]
# None is longer; a key of the table has to hold it.
_LONGEST_ID = 128
_TRIES = 4


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """A suggestion with the publication that it is of."""

    suggestion: Suggestion
    header: Header


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """A page of suggestions, and of works that the catalogue lacks, and the key of its last one, if more follow. It may
    be short of what was asked for.
    """

    items: tuple[ShownSuggestion | Offer, ...]
    next: SuggestionKey | None


@dataclass(frozen=True, slots=True)
class AnswerSuggestions:
    """Lists suggestions and settles them. Every answer is audited (R46)."""

    find: FindLinks
    catalogue: Catalogue
    relationships: Relationships
    suggestions: Suggestions
    offers: Offers
    audit: AuditTrail
    clock: Clock

    def page(self, user_id: str, *, limit: int, after: SuggestionKey | None) -> SuggestionsPage:
        """What waits for the user's answer, the newest first, from a page's `next` on.

        Raises NotFoundError when the user is not known.
        """
        self.find.user(user_id)
        open_offers = (offer for offer in self.offers.of_user(user_id) if offer.state is OfferState.OPEN)
        waiting: list[Suggestion | Offer] = [*open_offers, *(s for s in self.suggestions.of_user(user_id) if s.waits)]
        following = [one for one in sorted(waiting, key=_key) if after is None or _key(one) > after]
        page = following[:limit]
        shown = self._shown(user_id, page)
        return SuggestionsPage(shown, _key(page[-1]) if len(following) > limit else None)

    def _shown(self, user_id: str, page: Sequence[Suggestion | Offer]) -> tuple[ShownSuggestion | Offer, ...]:
        """What is to be shown of the page: publications that are there and not decided on, and all offers."""
        ids = [one.publication_id for one in page if isinstance(one, Suggestion)]
        headers = self.catalogue.headers(ids, consistent=False)
        related = self.relationships.some(user_id, ids)
        shown: list[ShownSuggestion | Offer] = []
        for one in page:
            if isinstance(one, Offer):
                shown.append(one)
            elif _can_be_claimed(headers.get(one.publication_id), related.get(one.publication_id)):
                shown.append(ShownSuggestion(one, headers[one.publication_id]))
        return tuple(shown)

    def answer(self, actor: Actor, user_id: str, suggestion_id: str, *, accept: bool) -> None:
        """Claim what is suggested, or remember never to suggest it again. Writing links follow by the table's stream.

        Raises NotFoundError when there is no such suggestion (any more).
        """
        self.find.user(user_id)
        if len(suggestion_id) > _LONGEST_ID:
            raise _gone()
        if is_offer_id(suggestion_id):
            self._answer_offer(actor, user_id, suggestion_id, accept=accept)
            return
        key = (user_id, suggestion_id)
        suggestion = self.suggestions.some([key]).get(key)
        if suggestion is None or not suggestion.waits:
            raise _gone()
        if accept:
            self._claim(suggestion)
            self.suggestions.withdraw(suggestion)
        else:
            self._reject_work(suggestion)
            self.suggestions.put(replace(suggestion, state=SuggestionState.REJECTED))
        after = {"publication_id": suggestion.publication_id, "origin": suggestion.origin.value}
        self._audit(actor, suggestion, after, accept=accept)

    def _answer_offer(self, actor: Actor, user_id: str, offer_id: str, *, accept: bool) -> None:
        """A work that the RIS lacks: once accepted it is offered to the RIS, which may take it (API, The feed)."""
        offer = self.offers.one(user_id, offer_id)
        if offer is None or offer.state is not OfferState.OPEN:
            raise _gone()
        state = OfferState.ACCEPTED if accept else OfferState.REJECTED
        answered_ms = self.clock.now_ms() if accept else None
        if not self.offers.change(offer, replace(offer, state=state, answered_ms=answered_ms)):
            raise _gone()
        after = {"publication_id": None, "origin": Origin.SEARCH.value, "matched_by": offer.matched_by}
        self._audit(actor, offer, after, accept=accept)

    def _audit(self, actor: Actor, answered: Suggestion | Offer, after: Mapping[str, object], *, accept: bool) -> None:
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="suggestion_accepted" if accept else "suggestion_rejected",
            user_id=answered.user_id,
            orcid_id=answered.orcid_id,
            before=None,
            after=after,
        )

    def _reject_work(self, suggestion: Suggestion) -> None:
        """R42: what was rejected does not come back from the user's record under another publication or identifier."""
        header = self.catalogue.headers([suggestion.publication_id], consistent=True).get(suggestion.publication_id)
        ids = of_a_work(key for record in header.records for key in record.self_ids) if header is not None else ()
        if not ids or header is None:
            return
        found = sharing(self.offers.of_user(suggestion.user_id), ids)
        for offer in found:
            self.offers.change(offer, replace(offer, state=OfferState.REJECTED))
        if not found:
            self.offers.add(
                Offer(
                    suggestion.user_id, offer_id_of(ids[0]), ids, "", "", "", ids[0], suggestion.orcid_id,
                    self.clock.now_ms(), OfferState.REJECTED,
                ),
                None,
            )  # fmt: skip

    def _claim(self, suggestion: Suggestion) -> None:
        """Claimed already, by the RIS or automatically, is as good; rejected in the RIS meanwhile is not."""
        user_id, publication_id = suggestion.user_id, suggestion.publication_id
        for _ in range(_TRIES):
            seen = self.relationships.some(user_id, [publication_id]).get(publication_id)
            if not undecided(seen):
                if seen is not None and seen.status is ClaimStatus.CLAIMED and not seen.deleted:
                    return
                raise _gone()
            here = MadeHere(self.clock.now_ms(), suggestion.orcid_id)
            if self.relationships.claim_here(claimed_here(user_id, publication_id, seen, here), seen=seen):
                return
        raise ConflictError("This publication is being changed by others again and again; repeat your answer.")


def _key(one: Suggestion | Offer) -> SuggestionKey:
    return (-one.created_ms, one.suggestion_id if isinstance(one, Suggestion) else one.offer_id)


def _can_be_claimed(header: Header | None, relationship: Relationship | None) -> bool:
    return header is not None and not header.deleted and undecided(relationship)


def _gone() -> NotFoundError:
    return NotFoundError("There is no such suggestion any more.")
