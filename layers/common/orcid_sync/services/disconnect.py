"""Disconnects a link: the token is revoked at ORCID and deleted, works stay or go first (R61)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConflictError,
    FrozenError,
    NotFoundError,
    RegistryUnavailableError,
)
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.authorisation import Authorisation, AuthorisationError
from orcid_sync.ports.claiming import IdIndex
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.links import Claims
from orcid_sync.ports.vaults import TokenVault
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks, check_rev
from orcid_sync.services.remove_works import RemoveWorks
from orcid_sync.services.settings import audited

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Ends a connection, and the claim with it if it was made here and the user wishes so."""

    find: FindLinks
    remove_works: RemoveWorks
    authorisation: Authorisation
    vault: TokenVault
    claims: Claims
    writers: Writers
    index: IdIndex
    audit: AuditTrail
    clock: Clock

    def disconnect(
        self,
        actor: Actor,
        user_id: str,
        orcid_id: str,
        *,
        remove: bool,
        unclaim: bool,
        expected_rev: int | None = None,
    ) -> bool:
        """Return whether it is done; False while works are being removed first.

        Raises StaleError, AlreadyClaimedError to unclaim what the RIS claims, FrozenError while works are being removed
        and `remove` is not asked for, RegistryUnavailableError when the token could not be revoked.
        """
        link = self.find.one(user_id, orcid_id)
        check_rev(link.claim.rev, expected_rev)
        if unclaim and link.claimed_in is ClaimedIn.RIS:
            raise AlreadyClaimedError("The research information system lists this ORCID iD; remove it there.")
        if remove:
            then = AfterRemoval.UNCLAIM if unclaim else AfterRemoval.DISCONNECT
            if self.remove_works.begin(actor, user_id, orcid_id, then=then):
                return False
        elif link.claim.removing_since_ms is not None:
            raise FrozenError("Works are being removed from ORCID; disconnect when that is done.")
        self._end(actor.subject, user_id, orcid_id, unclaim=unclaim)
        return True

    def finish(self, user_id: str, orcid_id: str) -> None:
        """End the connection of a link whose works were removed for it; twice does no harm."""
        try:
            link = self.find.one(user_id, orcid_id)
        except NotFoundError:
            return  # the event came twice, and the first time the claim went with the connection
        after = link.claim.after_removal
        if after is AfterRemoval.KEEP or link.claim.removing_since_ms is not None:
            return
        unclaim = after is AfterRemoval.UNCLAIM and link.claimed_in is not ClaimedIn.RIS
        self._end(user_id, user_id, orcid_id, unclaim=unclaim)

    def _end(self, by: str, user_id: str, orcid_id: str, *, unclaim: bool) -> None:
        for _ in range(_TRIES):
            link = self.find.one(user_id, orcid_id)
            if link.claim.rev == 0:
                return  # the RIS claims it, nothing of ours to end
            self.revoke(link.claim)
            try:
                after = self._store(link, unclaim=unclaim)
            except ConflictError:
                continue
            self.writers.disown(orcid_id, user_id)
            if unclaim:
                self.index.note_claimant(orcid_id, user_id)  # R41: what was suggested by it is no longer
            self.audit.record(
                at_ms=self.clock.now_ms(),
                by=by,
                action="unclaimed" if unclaim else "disconnected",
                user_id=user_id,
                orcid_id=orcid_id,
                before=audited(link.claim),
                after=audited(after) if after is not None else None,
            )
            return
        raise ConflictError("This link is being changed by others again and again; repeat your wish.")

    def _store(self, link: Link, *, unclaim: bool) -> Claim | None:
        claim = link.claim
        if unclaim:
            self.claims.delete(claim)
            return None
        return self.claims.put(
            replace(
                claim,
                mode=Mode.CLAIM_ONLY,
                connection=Connection.NONE,
                token=None,
                removing_since_ms=None,
                after_removal=AfterRemoval.KEEP,
            )
        )

    def revoke(self, claim: Claim) -> None:
        """Give the token back: at ORCID first, as a token that we forgot could not be revoked any more.

        Raises RegistryUnavailableError when ORCID cannot be asked just now.
        """
        if claim.token is None:
            return
        token = self.vault.read(claim.user_id, claim.orcid_id, claim.token)
        if token is not None:
            try:
                self.authorisation.revoke(token)
            except AuthorisationError as exc:
                if exc.passing:
                    raise RegistryUnavailableError("ORCID does not answer just now; repeat later.") from exc
        self.vault.remove(claim.user_id, claim.orcid_id, claim.token, now_ms=self.clock.now_ms())
