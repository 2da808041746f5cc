"""Shows a user what is suggested to them and takes their answers (R41); works with the write integration off (R43)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimStatus, Header, MadeHere, Relationship
from orcid_sync.domain.claiming import Suggestion, SuggestionState, claimed_here, undecided
from orcid_sync.domain.errors import ConflictError, NotFoundError
from orcid_sync.ports import AuditTrail, Catalogue, Clock
from orcid_sync.ports_claiming import Relationships, Suggestions
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
    """A page of suggestions and the key of its last one, if more follow. It may be short of what was asked for."""

    items: tuple[ShownSuggestion, ...]
    next: SuggestionKey | None


@dataclass(frozen=True, slots=True)
class AnswerSuggestions:
    """Lists suggestions and settles them. Every answer is audited (R46)."""

    find: FindLinks
    catalogue: Catalogue
    relationships: Relationships
    suggestions: Suggestions
    audit: AuditTrail
    clock: Clock

    def page(self, user_id: str, *, limit: int, after: SuggestionKey | None) -> SuggestionsPage:
        """What waits for the user's answer, the newest first, from a page's `next` on.

        Raises NotFoundError when the user is not known.
        """
        self.find.user(user_id)
        waiting = sorted((s for s in self.suggestions.of_user(user_id) if s.waits), key=_key)
        following = [s for s in waiting if after is None or _key(s) > after]
        page = following[:limit]
        ids = [suggestion.publication_id for suggestion in page]
        headers = self.catalogue.headers(ids, consistent=False)
        related = self.relationships.some(user_id, ids)
        shown = tuple(
            ShownSuggestion(suggestion, headers[suggestion.publication_id])
            for suggestion in page
            if _can_be_claimed(headers.get(suggestion.publication_id), related.get(suggestion.publication_id))
        )
        return SuggestionsPage(shown, _key(page[-1]) if len(following) > limit else None)

    def answer(self, actor: Actor, user_id: str, suggestion_id: str, *, accept: bool) -> None:
        """Claim what is suggested, or remember never to suggest it again. Writing links follow by the table's stream.

        Raises NotFoundError when there is no such suggestion (any more).
        """
        self.find.user(user_id)
        wanted = [(user_id, suggestion_id)] if len(suggestion_id) <= _LONGEST_ID else []
        suggestion = self.suggestions.some(wanted).get((user_id, suggestion_id))
        if suggestion is None or not suggestion.waits:
            raise _gone()
        if accept:
            self._claim(suggestion)
            self.suggestions.withdraw(suggestion)
        else:
            self.suggestions.put(replace(suggestion, state=SuggestionState.REJECTED))
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="suggestion_accepted" if accept else "suggestion_rejected",
            user_id=user_id,
            orcid_id=suggestion.matched_by,
            before=None,
            after={"publication_id": suggestion.publication_id, "origin": suggestion.origin.value},
        )

    def _claim(self, suggestion: Suggestion) -> None:
        """Claimed already, by the RIS or automatically, is as good; rejected in the RIS meanwhile is not."""
        user_id, publication_id = suggestion.user_id, suggestion.publication_id
        for _ in range(_TRIES):
            seen = self.relationships.some(user_id, [publication_id]).get(publication_id)
            if not undecided(seen):
                if seen is not None and seen.status is ClaimStatus.CLAIMED and not seen.deleted:
                    return
                raise _gone()
            here = MadeHere(self.clock.now_ms(), suggestion.matched_by)
            if self.relationships.claim_here(claimed_here(user_id, publication_id, seen, here), seen=seen):
                return
        raise ConflictError("This publication is being changed by others again and again; repeat your answer.")


def _key(suggestion: Suggestion) -> SuggestionKey:
    return (-suggestion.created_ms, suggestion.suggestion_id)


def _can_be_claimed(header: Header | None, relationship: Relationship | None) -> bool:
    return header is not None and not header.deleted and undecided(relationship)


def _gone() -> NotFoundError:
    return NotFoundError("There is no such suggestion any more.")
