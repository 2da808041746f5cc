"""Ends the hold that a user has on an ORCID iD, so that another may write to it (R22)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import ConflictError, FrozenError, NotFoundError
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.remove_works import mode_after_removal
from orcid_sync.services.settings import audited

# As long as an HTTP call can take: should it break off, visits and a second try need not wait longer.
LEASE_MS = 60_000
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Released:
    """Who held the iD, and how many of their works stay on the record."""

    user_id: str
    user_name: str | None
    works: int


@dataclass(frozen=True, slots=True)
class Release:
    """Forgets ledger and ownership of an iD. Works stay on ORCID; the next owner's first visit adopts them (R11)."""

    claims: Claims
    writers: Writers
    ledger: Ledger
    catalogue: Catalogue
    audit: AuditTrail
    clock: Clock

    def release(self, actor: Actor, orcid_id: str) -> Released:
        """End the hold. The holder's `write` becomes `read` (`claim-only` without a living connection).

        Raises NotFoundError when nobody holds the iD, FrozenError while works are being removed from it, and
        ConflictError while a writer is at work: then writing has been ended, and repeating a little later does the
        rest.
        """
        state = self.writers.get(orcid_id)
        if state is None:
            raise NotFoundError("Nobody holds this ORCID iD.")
        before, after = self._end_writing(state.owner, orcid_id)
        works = self.forget(orcid_id, by=actor.subject)
        self._repair(state.owner, orcid_id)
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="released",
            user_id=state.owner,
            orcid_id=orcid_id,
            before=audited(before) if before is not None else None,
            after=audited(after) | {"works": works} if after is not None else {"works": works},
        )
        user = self.catalogue.user(state.owner)
        return Released(state.owner, user.name if user is not None else None, works)

    def forget(self, orcid_id: str, *, by: str) -> int:
        """Forget ledger and writer item under a lease, so that no visit runs beside it; returns the works on ORCID."""
        now_ms = self.clock.now_ms()
        lease_id = f"release-{by}-{now_ms}"
        leased = self.writers.lease(orcid_id, lease_id=lease_id, now_ms=now_ms, until_ms=now_ms + LEASE_MS)
        if leased is None:
            raise ConflictError(
                "Works are being written to this ORCID record just now. That has been told to stop; repeat in a minute."
            )
        # Should this break off half-way, whoever writes next reads what stands there, or what is forgotten would stay.
        self.writers.wake(orcid_id, leased[0].owner, lane=Lane.NORMAL, due_ms=now_ms + LEASE_MS, reconcile=True)
        works = sum(entry.on_orcid for entry in self.ledger.entries(orcid_id, consistent=True).values())
        self.ledger.forget_all(orcid_id)
        self.writers.drop(orcid_id, lease_id=lease_id, now_ms=self.clock.now_ms())
        return works

    def _end_writing(self, owner: str, orcid_id: str) -> tuple[Claim | None, Claim | None]:
        """The holder's link before and after. A visit that is under way learns of it by the wake, within seconds."""
        for _ in range(_TRIES):
            claim = self.claims.get(owner, orcid_id)
            if claim is not None and claim.removing_since_ms is not None:
                raise FrozenError("Works are being removed from this ORCID record; release it when that is done.")
            if claim is None or claim.mode is not Mode.WRITE:
                return claim, claim
            try:
                stored = self.claims.put(replace(claim, mode=mode_after_removal(claim)))
            except ConflictError:
                continue
            self.writers.wake(orcid_id, owner, lane=Lane.NORMAL, due_ms=self.clock.now_ms())
            return claim, stored
        raise ConflictError("This link is being changed by others again and again; repeat.")

    def _repair(self, owner: str, orcid_id: str) -> None:
        """The holder switched writing on again meanwhile: then the iD is theirs anew, if nobody else was faster."""
        claim = self.claims.get(owner, orcid_id)
        if claim is not None and claim.mode is Mode.WRITE and self.writers.acquire(orcid_id, owner):
            self.writers.wake(orcid_id, owner, lane=Lane.NORMAL, due_ms=self.clock.now_ms())
