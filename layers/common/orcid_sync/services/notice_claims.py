"""What follows from a relationship that changed: claims made here are told and offered, suggestions end (R41, R58)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import ClaimStatus, Relationship
from orcid_sync.domain.catalogue_changes import CatalogueChange, RelationshipChanged
from orcid_sync.domain.claiming import (
    ClaimMade,
    Suggestion,
    SuggestionState,
    suggestion_id_of,
    undecided,
)
from orcid_sync.ports.claiming import ClaimLog, Suggestions
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events


@dataclass(frozen=True, slots=True)
class NoticeClaims:
    """Follows a batch of changes in their order; a batch may come twice: what the log holds was told already."""

    suggestions: Suggestions
    log: ClaimLog
    events: Events
    clock: Clock

    def notice(self, changes: Sequence[CatalogueChange]) -> None:
        """Raises what the stores and the bus raise: the stream delivers the batch again."""
        moved = [change for change in changes if isinstance(change, RelationshipChanged)]
        if not moved:
            return
        known = self.suggestions.some({(c.user_id, suggestion_id_of(c.publication_id)) for c in moved})
        made = [claim for change in moved if (claim := _made(change.after)) and claim != _made(change.before)]
        self._tell([claim for claim in made if not self.log.holds(claim)])
        for change in moved:
            self._keep_log(change)
            self._end_suggestion(change, known.get((change.user_id, suggestion_id_of(change.publication_id))))

    def _tell(self, made: Sequence[ClaimMade]) -> None:
        """Told before it is written down that it was: a crash between tells twice, the other order might never."""
        if made:
            self.events.publish(
                "Publication Claimed",
                [
                    {
                        "at_ms": claim.at_ms,
                        "user_id": claim.user_id,
                        "orcid_id": claim.orcid_id,
                        "publication_id": claim.publication_id,
                    }
                    for claim in made
                ],
            )

    def _keep_log(self, change: RelationshipChanged) -> None:
        """The RIS is offered what stands: what its feed has answered is offered no longer."""
        before, after = _made(change.before), _made(change.after)
        if before is not None and before != after:
            self.log.remove(before)
        if after is not None and after != before:
            self.log.add(after)

    def _end_suggestion(self, change: RelationshipChanged, known: Suggestion | None) -> None:
        """R41: claimed, there is nothing to suggest; rejected, there never will be again."""
        if change.after is None or (known is not None and not known.waits):
            return
        if undecided(change.after):
            overruled = _made(change.before)
            if overruled is not None:
                self.suggestions.put(self._suggestion(change, known, overruled.orcid_id, SuggestionState.YIELDED))
        elif change.after.status is ClaimStatus.CLAIMED and not change.after.deleted:
            if known is not None:
                self.suggestions.withdraw(known)
        else:
            self.suggestions.put(self._suggestion(change, known, "", SuggestionState.REJECTED))

    def _suggestion(
        self, change: RelationshipChanged, known: Suggestion | None, matched_by: str, state: SuggestionState
    ) -> Suggestion:
        if known is not None:
            return replace(known, state=state)
        suggestion_id = suggestion_id_of(change.publication_id)
        now_ms = self.clock.now_ms()
        return Suggestion(change.user_id, suggestion_id, change.publication_id, matched_by, now_ms, state=state)


def _made(relationship: Relationship | None) -> ClaimMade | None:
    """The claim made here that a relationship is, if it is one."""
    if relationship is None or relationship.made_here is None:
        return None
    here = relationship.made_here
    return ClaimMade(relationship.user_id, relationship.publication_id, here.orcid_id, here.at_ms)
