"""An administrator has a user erased, looks how far it is, or takes them back (R48)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.domain.errors import ConflictError, FrozenError, NotFoundError
from orcid_sync.domain.links import AfterRemoval, Claim, Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.erasure import Erasures
from orcid_sync.ports.events import Events
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.remove_works import RemoveWorks

_TRIES = 4


@dataclass(frozen=True, slots=True)
class RequestErasure:
    """Begins erasures; the function that may touch the vaults carries them out (services/erase.py)."""

    find: FindLinks
    remove_works: RemoveWorks
    claims: Claims
    writers: Writers
    erasures: Erasures
    events: Events
    audit: AuditTrail
    clock: Clock

    def begin(self, actor: Actor, user_id: str, *, remove: bool) -> Erasure:
        """From now on items of the feed for the user are ignored and nothing more is added for them.

        With `remove` their works go first. Asked again it goes on, from where it broke off if it did. Raises
        NotFoundError for a user of whom nothing is known, and WriteIntegrationDisabledError to remove works while
        nothing is sent (R10): leave them, or switch the integration on first.
        """
        erasure = self.erasures.get(user_id)
        if erasure is not None and erasure.state is ErasureState.ERASED:
            return erasure
        stored = self.claims.of_user(user_id)
        if erasure is None and not stored:
            self.find.user(user_id)
        if remove:
            self.find.writing_allowed()
        if erasure is None:
            self.audit.record(
                at_ms=self.clock.now_ms(),
                by=actor.subject,
                action="erasure_requested",
                user_id=user_id,
                orcid_id=None,
                before=None,
                after={"works": "remove" if remove else "leave"},
            )
        erasure = replace(erasure or Erasure(user_id, self.clock.now_ms(), remove), remove_works=remove)
        self.erasures.put(erasure)
        for claim in stored:
            if not (remove and self._remove(actor, claim)):
                self._stop(claim)
        self.events.publish("Erasure Requested", [{"at_ms": self.clock.now_ms(), "user_id": user_id}])
        return erasure

    def status(self, user_id: str) -> Erasure:
        """How far it is. Raises NotFoundError for a user who is not being erased and was not."""
        erasure = self.erasures.get(user_id)
        if erasure is None:
            raise NotFoundError("This user is not being erased and was not.")
        return erasure

    def readmit(self, actor: Actor, user_id: str) -> None:
        """Items of the feed count again from now on. Raises FrozenError while the user is still being erased."""
        if self.status(user_id).state is ErasureState.ERASING:
            raise FrozenError("This user is still being erased; take them back when that is done.")
        self.erasures.delete(user_id)
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="readmitted",
            user_id=user_id,
            orcid_id=None,
            before=None,
            after=None,
        )

    def _remove(self, actor: Actor, claim: Claim) -> bool:
        """Whether works are being removed now. Of one whom the catalogue has forgotten nothing can be."""
        try:
            return self.remove_works.begin(actor, claim.user_id, claim.orcid_id, then=AfterRemoval.DISCONNECT)
        except NotFoundError:
            return False

    def _stop(self, claim: Claim) -> None:
        """Nothing more is sent; a visit that is under way learns of it by the wake, within seconds.

        The next look at the link asks for the erasure again, should a killed visit's lease have outlived the event's
        deliveries (R37).
        """
        for _ in range(_TRIES):
            current = self.claims.get(claim.user_id, claim.orcid_id)
            if current is None:
                return
            wanted = replace(
                current, mode=Mode.CLAIM_ONLY, removing_since_ms=None, after_removal=AfterRemoval.DISCONNECT
            )
            if wanted == current:
                return
            try:
                self.claims.put(wanted)
            except ConflictError:
                continue
            self.writers.wake(claim.orcid_id, claim.user_id, lane=Lane.NORMAL, due_ms=self.clock.now_ms())
            return
        raise ConflictError("A link of this user is being changed by others again and again; repeat.")
