"""Completes a connection: exchanges the code with the user's own token, stores the ORCID token and the link (R16)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    ConflictError,
    FieldError,
    InvalidError,
    OrcidIdMismatchError,
    OrcidIdTakenError,
    RegistryUnavailableError,
)
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import AfterRemoval, Claim, Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.tokens import TokenGrant, TokenRef
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.authorisation import Authorisation, AuthorisationError, AuthorisationStates, Authorising, Signer
from orcid_sync.ports.claiming import IdIndex
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.links import Claims
from orcid_sync.ports.vaults import TokenVault
from orcid_sync.services.connect import Access, check_own, read_state, state_is_over
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.merged_records import MergedRecords
from orcid_sync.services.ownership import Ownership
from orcid_sync.services.settings import audited
from orcid_sync.services.show_link import LinkView, ShowLink
from orcid_sync.services.wake import Wake

_TRIES = 5


@dataclass(frozen=True, slots=True)
class CompleteConnection:
    """Turns a code into a connection, wholly or not at all."""

    find: FindLinks
    show: ShowLink
    ownership: Ownership
    authorisation: Authorisation
    states: AuthorisationStates
    signer: Signer
    vault: TokenVault
    claims: Claims
    index: IdIndex
    wake: Wake
    audit: AuditTrail
    events: Events
    clock: Clock
    merged: MergedRecords

    def complete(self, actor: Actor, user_id: str, code: str, state: str, callback_url: str) -> LinkView:
        """Return the link, connected.

        Raises InvalidError for a state or code that is not (any longer) good, OrcidIdMismatchError and
        OrcidIdTakenError; then nothing was stored and the fresh token is revoked.
        """
        authorising = self._take(actor, user_id, state)
        user = self.find.user(user_id)
        grant = self._exchange(code, callback_url)
        link = next(
            (known for known in self.find.of_user(user) if known.claim.orcid_id == grant.orcid_id),
            Link(user, Claim(user_id, grant.orcid_id), ClaimedIn.NOWHERE, None),
        )
        self._check_grant(actor, authorising, grant)
        if not grant.may_write and link.claim.connection is Connection.WRITE:
            self._revoke(grant)  # R16: a read connection never replaces a write token
            self.merged.connected(user_id, grant.orcid_id)
            return self.show.show(self.find.one(user_id, grant.orcid_id))
        claims_it = link.claimed_in is ClaimedIn.NOWHERE
        if claims_it:
            self.index.note_claimant(grant.orcid_id, user_id)
        if link.claim.mode is Mode.WRITE and user.is_active:
            self.wake.promise(user_id, grant.orcid_id)
        stored = self._store(link, grant)
        if claims_it:
            self.index.note_claimant(grant.orcid_id, user_id)  # R41: what it stands in is looked at now
        self._tell(actor, link.claim, stored)
        self.merged.connected(user_id, stored.orcid_id)
        if stored.mode is Mode.WRITE and user.is_active:
            self.wake.link(user_id, stored.orcid_id, lane=Lane.NORMAL)
        return self.show.show(self.find.one(user_id, stored.orcid_id))

    def _take(self, actor: Actor, user_id: str, state: str) -> Authorising:
        """Use the state up; somebody else's is left to them."""
        check_own(actor, user_id)
        state_id = read_state(self.signer, state)
        now_ms = self.clock.now_ms()
        found = self.states.get(state_id, now_ms=now_ms)
        if found is None or found.user_id != user_id:
            raise state_is_over()
        if found.access == Access.WRITE:
            self.find.writing_allowed()
        taken = self.states.take(state_id, now_ms=now_ms)
        if taken is None:
            raise state_is_over()
        return taken

    def _exchange(self, code: str, callback_url: str) -> TokenGrant:
        try:
            return self.authorisation.exchange(code, callback_url)
        except AuthorisationError as exc:
            if exc.passing:
                raise RegistryUnavailableError("ORCID does not answer just now; start connecting again later.") from exc
            message = "ORCID did not accept this code; start connecting again."
            raise InvalidError(message, (FieldError("code", message),)) from exc

    def _check_grant(self, actor: Actor, authorising: Authorising, grant: TokenGrant) -> None:
        if authorising.orcid_id not in (None, grant.orcid_id):
            self._revoke(grant)
            raise OrcidIdMismatchError(
                f"You signed in to ORCID as {grant.orcid_id}, not as {authorising.orcid_id}; nothing was connected."
            )
        if authorising.access == Access.WRITE:
            try:
                self.ownership.check_free(grant.orcid_id, actor, actor.subject)
            except OrcidIdTakenError:
                self._revoke(grant)
                raise

    def _store(self, link: Link, grant: TokenGrant) -> Claim:
        """The token first, then the link that points to it; when the link cannot be stored the token goes again."""
        claim, now_ms = link.claim, self.clock.now_ms()
        ref = self.vault.store(claim.user_id, claim.orcid_id, grant, replacing=claim.token, now_ms=now_ms)
        for _ in range(_TRIES):
            try:
                stored = self.claims.put(self._connected(link, grant, ref))
            except ConflictError:
                link = self._again(link)
                continue
            self._forget_replaced(link.claim, ref)
            return stored
        self.vault.remove(claim.user_id, claim.orcid_id, ref, now_ms=self.clock.now_ms())
        self._revoke(grant)
        raise ConflictError("This link is being changed by others again and again; start connecting again.")

    def _forget_replaced(self, before: Claim, ref: TokenRef) -> None:
        """Only now, for until the link pointed to the new token the old one was its own (R37)."""
        if before.token is None or before.token.vault == ref.vault:
            return
        try:
            self.vault.remove(before.user_id, before.orcid_id, before.token, now_ms=self.clock.now_ms())
        except ConflictError:
            return  # connected all the same; the next compaction leaves behind what no link points to

    def _again(self, link: Link) -> Link:
        """The link as somebody else has just stored it."""
        claim = self.claims.get(link.claim.user_id, link.claim.orcid_id)
        return replace(link, claim=claim if claim is not None else replace(link.claim, rev=0))

    def _connected(self, link: Link, grant: TokenGrant, ref: TokenRef) -> Claim:
        claim = link.claim
        claimed_here_ms = claim.claimed_here_ms
        if link.claimed_in is ClaimedIn.NOWHERE:
            claimed_here_ms = self.clock.now_ms()
        return replace(
            claim,
            connection=Connection.WRITE if grant.may_write else Connection.READ,
            token=ref,
            # R16: connecting turns `claim-only` into `read`, never into `write`.
            mode=Mode.READ if claim.mode is Mode.CLAIM_ONLY else claim.mode,
            claimed_here_ms=claimed_here_ms,
            after_removal=AfterRemoval.KEEP,  # a disconnect that is still to come would hit the new connection
        )

    def _revoke(self, grant: TokenGrant) -> None:
        """Give a token back that is not kept; when ORCID does not take it back it is forgotten all the same."""
        try:
            self.authorisation.revoke(grant.token)
        except AuthorisationError:
            return

    def _tell(self, actor: Actor, before: Claim, after: Claim) -> None:
        at_ms = self.clock.now_ms()
        self.audit.record(
            at_ms=at_ms,
            by=actor.subject,
            action="connected",
            user_id=after.user_id,
            orcid_id=after.orcid_id,
            before=audited(before) if before.rev else None,
            after=audited(after),
        )
        self.events.publish("Link Connected", [{"at_ms": at_ms, "user_id": after.user_id, "orcid_id": after.orcid_id}])
