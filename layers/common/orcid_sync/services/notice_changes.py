"""Turns changes of the catalogue into due links: hidden, rejected and private ones at once, the rest in their
turn (R31).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orcid_sync.domain.catalogue_changes import (
    CatalogueChange,
    ClaimantNoted,
    IdsChanged,
    PublicationChanged,
    RelationshipChanged,
    UserChanged,
)
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.domain.urgency import publication_is_urgent, relationship_is_urgent, user_is_urgent
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.links import Claims
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.writers import Writers
from orcid_sync.services.wake import Wake

# The index of a publication's users shows a new one within a second as a rule, under load within several.
INDEX_SETTLES_MS = 30_000


@dataclass(frozen=True, slots=True)
class NoticeChanges:
    """Wakes the links that a batch of changes concerns; idempotent, so a batch may come twice."""

    catalogue: Catalogue
    claims: Claims
    writers: Writers
    wake: Wake
    telemetry: Telemetry

    def notice(self, changes: Sequence[CatalogueChange]) -> int:
        """Wake each link concerned once; returns how many. Raises what the stores raise: the stream delivers the
        batch again.
        """
        lanes: dict[str, Lane] = {}
        told = [change for change in changes if not _is_the_same(change)]
        publications = [change.publication_id for change in told if isinstance(change, PublicationChanged)]
        users = self.catalogue.users_of(publications) if publications else {}
        for change in told:
            for user_id, lane in _concerned(change, users):
                if lane is Lane.HIGH or user_id not in lanes:
                    lanes[user_id] = lane
        new = {change.user_id for change in changes if isinstance(change, RelationshipChanged) and not change.before}
        woken = sum(self._wake_user(user_id, lane, is_new=user_id in new) for user_id, lane in lanes.items())
        self.telemetry.log("changes_noticed", changes=len(changes), users=len(lanes), links=woken)
        return woken

    def _wake_user(self, user_id: str, lane: Lane, *, is_new: bool) -> int:
        """Wake the user's writing links. One who has left is not queued (R33): their links leave the due index,
        works stay.

        `is_new`: to a publication. A change of it just now found the user not in the index yet, and woke others alone:
        a look after the index has settled sees what that one missed (R31).
        """
        writing = [claim for claim in self.claims.of_user(user_id) if claim.mode is Mode.WRITE]
        if not writing:
            return 0
        if not self._is_active(user_id):
            for claim in writing:
                if claim.removing_since_ms is None:
                    self.writers.disown(claim.orcid_id, user_id)
            # Who returned in between was woken in between, by another shard of the stream; and is due no more (R59).
            if not self._is_active(user_id):
                return 0
        again_after_ms = INDEX_SETTLES_MS if is_new else None
        return sum(
            self.wake.link(user_id, claim.orcid_id, lane=lane, again_after_ms=again_after_ms) for claim in writing
        )

    def _is_active(self, user_id: str) -> bool:
        user = self.catalogue.user(user_id, consistent=True)
        return user is not None and user.is_active


def _is_the_same(change: CatalogueChange) -> bool:
    """A header worked out anew by a newer work builder: nobody changed anything."""
    if not isinstance(change, PublicationChanged) or change.before is None or change.after is None:
        return False
    return change.before.version == change.after.version


def _concerned(change: CatalogueChange, users: Mapping[str, Sequence[str]]) -> list[tuple[str, Lane]]:
    """The users whose set may have changed, and how urgent it is for each; `users` by publication."""
    if isinstance(change, RelationshipChanged):
        urgent = relationship_is_urgent(change.before, change.after)
        return [(change.user_id, Lane.HIGH if urgent else Lane.NORMAL)]
    if isinstance(change, UserChanged):
        return [(change.user_id, Lane.HIGH if user_is_urgent(change.before, change.after) else Lane.NORMAL)]
    if isinstance(change, IdsChanged | ClaimantNoted):
        return []  # what automatic claiming makes of them is a change of a relationship
    lane = Lane.HIGH if publication_is_urgent(change.before, change.after) else Lane.NORMAL
    return [(user_id, lane) for user_id in users[change.publication_id]]
