"""Begins the removal of everything that was sent to a record (R23); the writers carry it out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.link_state import Link
from orcid_sync.domain.links import AfterRemoval, Claim, Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.settings import audited
from orcid_sync.services.wake import Wake

_TRIES = 4


@dataclass(frozen=True, slots=True)
class RemoveWorks:
    """Freezes a link's settings and wakes its writer to remove everything."""

    find: FindLinks
    claims: Claims
    ledger: Ledger
    writers: Writers
    wake: Wake
    audit: AuditTrail
    clock: Clock

    def begin(self, actor: Actor, user_id: str, orcid_id: str, *, then: AfterRemoval = AfterRemoval.KEEP) -> bool:
        """Begin, or go on; works for users who left too (R33). Returns whether works are left to be removed.

        With nothing on the record the link goes straight to what a removal ends in, unless a disconnect follows:
        that is the caller's, who can reach the token.
        """
        self.find.writing_allowed()
        for _ in range(_TRIES):
            link = self.find.one(user_id, orcid_id)
            wanted = self._wanted(link, then)
            if wanted == link.claim:
                self._wake(link)
                return link.claim.removing_since_ms is not None
            if wanted.removing_since_ms is not None:
                self.wake.promise(user_id, orcid_id)
            try:
                stored = self.claims.put(wanted)
            except ConflictError:
                continue
            self._record(actor, link.claim, stored)
            self._wake(replace(link, claim=stored))
            return stored.removing_since_ms is not None
        raise ConflictError("This link is being changed by others again and again; repeat your wish.")

    def _wanted(self, link: Link, then: AfterRemoval) -> Claim:
        claim = link.claim
        stays = claim.after_removal if claim.removing_since_ms is not None and then is AfterRemoval.KEEP else then
        if claim.removing_since_ms is not None:
            return replace(claim, after_removal=stays)
        if self._has_works(claim):
            return replace(claim, removing_since_ms=self.clock.now_ms(), after_removal=then)
        return claim if then is not AfterRemoval.KEEP else replace(claim, mode=mode_after_removal(claim))

    def _has_works(self, claim: Claim) -> bool:
        """Whether works of ours may be on the record: also those that a writer is adding at this moment, and those
        whose answer was lost, so that the record has to be read first.
        """
        state = self.writers.get(claim.orcid_id)
        if state is None or state.owner != claim.user_id:
            return False
        if state.lease_id is not None or state.reconcile:
            return True
        return any(entry.on_orcid for entry in self.ledger.entries(claim.orcid_id, consistent=True).values())

    def _wake(self, link: Link) -> None:
        claim = link.claim
        if claim.removing_since_ms is not None:
            self.wake.link(claim.user_id, claim.orcid_id, lane=Lane.HIGH)
        elif claim.mode is not Mode.WRITE:
            self.writers.disown(claim.orcid_id, claim.user_id)

    def _record(self, actor: Actor, before: Claim, after: Claim) -> None:
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="removal_begun",
            user_id=after.user_id,
            orcid_id=after.orcid_id,
            before=audited(before) if before.rev else None,
            after=audited(after),
        )


def mode_after_removal(claim: Claim) -> Mode:
    """R23: `read` with a living connection, else `claim-only`."""
    living = claim.connection in (Connection.READ, Connection.WRITE)
    return Mode.READ if living else Mode.CLAIM_ONLY
