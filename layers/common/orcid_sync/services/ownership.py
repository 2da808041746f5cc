"""Who may write to an ORCID iD: one user at a time, until their works are off the record (R22)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import OrcidIdTakenError
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers


@dataclass(frozen=True, slots=True)
class Ownership:
    """Grants and takes back the right to write to an iD."""

    catalogue: Catalogue
    claims: Claims
    writers: Writers
    ledger: Ledger
    clock: Clock

    def holder(self, orcid_id: str, user_id: str) -> str | None:
        """The other user who holds the iD: `write` is enabled, works are being removed, or works of ours are on it.

        Asked in this order: a visit that began before `write` was left may be adding works that the ledger hears of
        only at its end.
        """
        other = self._other_owner(orcid_id, user_id)
        if other is None:
            return None
        held = self._writes(other, orcid_id) or self._is_being_written(orcid_id) or self._has_works(orcid_id)
        return other if held else None

    def check_free(self, orcid_id: str, actor: Actor, user_id: str) -> None:
        """Raise OrcidIdTakenError when another user holds the iD."""
        holder = self.holder(orcid_id, user_id)
        if holder is not None:
            raise self._taken(holder, actor)

    def acquire(self, orcid_id: str, actor: Actor, user_id: str) -> None:
        """Make the user the owner of the iD, or raise OrcidIdTakenError."""
        self.check_free(orcid_id, actor, user_id)
        other = self._other_owner(orcid_id, user_id)
        if not self.writers.acquire(orcid_id, user_id, replacing=other):
            raise self._taken(self._other_owner(orcid_id, user_id) or "", actor)
        # The owner before may have enabled `write` between our look and our taking it: then it stays theirs.
        if other is not None and self._writes(other, orcid_id):
            self.writers.acquire(orcid_id, other, replacing=user_id)
            raise self._taken(other, actor)
        self._begin_ledger(orcid_id, user_id)

    def _begin_ledger(self, orcid_id: str, user_id: str) -> None:
        """The ledger belongs to the iD and its owner: refusals and marks of an owner before do not concern the next.

        Works that are on the record stay in it: with those nobody would have got here. Asked again after it broke off
        it goes on, for nothing was adopted yet.
        """
        state, claim = self.writers.get(orcid_id), self.claims.get(user_id, orcid_id)
        if state is None or state.adopted_ms is not None or (claim is not None and claim.succeeds):
            return
        for entry in self.ledger.entries(orcid_id, consistent=True).values():
            if not entry.on_orcid:
                self.ledger.delete(orcid_id, entry)

    def still_owns(self, orcid_id: str, user_id: str) -> bool:
        """Whether the iD is (still) the user's; looked at after `write` was stored, the other half of that race."""
        state = self.writers.get(orcid_id)
        return state is not None and state.owner == user_id

    def take_back(self, orcid_id: str, user_id: str) -> bool:
        """Of two who enabled `write` at once, each may have met the other's half: whoever stored it first has it.

        Called after `write` was stored and the iD is somebody else's; False: they write, or works are theirs.
        """
        other = self._other_owner(orcid_id, user_id)
        if other is None or self.holder(orcid_id, user_id) is not None:
            return self.still_owns(orcid_id, user_id)
        if not self.writers.acquire(orcid_id, user_id, replacing=other):
            return False
        if self._writes(other, orcid_id):
            self.writers.acquire(orcid_id, other, replacing=user_id)
            return False
        return True

    def taken(self, orcid_id: str, actor: Actor, user_id: str) -> OrcidIdTakenError:
        """The error for an iD that was lost to somebody."""
        return self._taken(self._other_owner(orcid_id, user_id) or "", actor)

    def _other_owner(self, orcid_id: str, user_id: str) -> str | None:
        state = self.writers.get(orcid_id)
        return state.owner if state is not None and state.owner != user_id else None

    def _writes(self, user_id: str, orcid_id: str) -> bool:
        claim = self.claims.get(user_id, orcid_id)
        return claim is not None and (claim.mode is Mode.WRITE or claim.removing_since_ms is not None)

    def _is_being_written(self, orcid_id: str) -> bool:
        state = self.writers.get(orcid_id)
        return state is not None and state.lease_until_ms > self.clock.now_ms()

    def _has_works(self, orcid_id: str) -> bool:
        return any(entry.on_orcid for entry in self.ledger.entries(orcid_id, consistent=True).values())

    def _taken(self, holder: str, actor: Actor) -> OrcidIdTakenError:
        """R22: a user is told only that it is taken, an administrator by whom."""
        text = "Somebody else at your institution sends works to this ORCID iD; ask the administrators."
        if not actor.administrator or not holder:
            return OrcidIdTakenError(text)
        user = self.catalogue.user(holder)
        return OrcidIdTakenError(text, taken_by=holder, taken_by_name=user.name if user is not None else None)
