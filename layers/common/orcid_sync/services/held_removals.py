"""The administrators' side of the guard against mass removal: what is held, and their word on it (R55)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.ledger import Concern, Hold, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.writers import Writers
from orcid_sync.services.wake import Wake

# The gateway waits 29 seconds for an answer; what is left over then is decided by the next call.
DECIDING_MS = 20_000
_IDS_A_PAGE = 200
_TRIES = 4


@dataclass(frozen=True, slots=True)
class HeldRemoval:
    """A work that waits for an administrator's word. `title` is None where the catalogue has forgotten it."""

    user_id: str
    user_name: str | None
    orcid_id: str
    publication_id: str
    title: str | None
    put_code: int | None
    removal: PendingRemoval


@dataclass(frozen=True, slots=True)
class Decided:
    """How many removals of how many iDs were decided; `remaining`: time ran out, the same call goes on."""

    removals: int
    orcid_ids: int
    remaining: bool


@dataclass(frozen=True, slots=True)
class HeldRemovals:
    """Lists held removals and approves or refuses them. Every decision is audited, one entry for each iD (R46)."""

    listings: Listings
    ledger: Ledger
    claims: Claims
    writers: Writers
    catalogue: Catalogue
    wake: Wake
    audit: AuditTrail
    clock: Clock

    def page(self, *, limit: int, cursor: str | None) -> tuple[list[HeldRemoval], str | None]:
        """Held removals of everybody, the longest held first."""
        works, following = self.listings.works(Concern.HELD, limit=limit, cursor=cursor)
        owners = {i: state.owner for i, state in self.listings.writers({i for i, _ in works}).items()}
        users = self.catalogue.known_users(set(owners.values()))
        headers = self.catalogue.headers({entry.publication_id for _, entry in works}, consistent=False)
        found: list[HeldRemoval] = []
        for orcid_id, entry in works:
            owner, header, removal = owners.get(orcid_id, ""), headers.get(entry.publication_id), entry.removal
            if removal is not None:
                name = users[owner].name if owner in users else None
                title = header.title if header is not None else None
                held = HeldRemoval(owner, name, orcid_id, entry.publication_id, title, entry.put_code, removal)
                found.append(held)
        return found, following

    def decide(self, actor: Actor, *, approve: bool, orcid_ids: Sequence[str] | None) -> Decided:
        """Approve or refuse what is held for these iDs, or for all (None).

        Approved works go with the iD's next visit, which is woken; refused ones stay until their cause changes.
        """
        until_ms = self.clock.now_ms() + DECIDING_MS
        hold = Hold.APPROVED if approve else Hold.REFUSED
        removals = decided = 0
        for orcid_id in dict.fromkeys(orcid_ids) if orcid_ids is not None else self._held_ids():
            if self.clock.now_ms() > until_ms:
                return Decided(removals, decided, remaining=True)
            number = self._decide(actor, orcid_id, hold)
            removals += number
            decided += number > 0
        return Decided(removals, decided, remaining=False)

    def _held_ids(self) -> Iterable[str]:
        """Every iD with held removals, once; read to the end first, as deciding empties the list."""
        found: dict[str, None] = {}
        cursor: str | None = None
        while True:
            works, cursor = self.listings.works(Concern.HELD, limit=_IDS_A_PAGE, cursor=cursor)
            found.update(dict.fromkeys(orcid_id for orcid_id, _ in works))
            if cursor is None:
                return found

    def _decide(self, actor: Actor, orcid_id: str, hold: Hold) -> int:
        state = self.writers.get(orcid_id)
        entries = self.ledger.entries(orcid_id, consistent=True).values()
        held = [entry for entry in entries if entry.removal is not None and entry.removal.hold is Hold.HELD]
        goes = bool(held) and hold is Hold.APPROVED and state is not None and self._writes(state.owner, orcid_id)
        if goes and state is not None:
            self.wake.promise(state.owner, orcid_id)
        decided = [entry.publication_id for entry in held if self._store(orcid_id, entry, hold)]
        if not decided or state is None:
            return len(decided)
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="removals_approved" if hold is Hold.APPROVED else "removals_refused",
            user_id=state.owner,
            orcid_id=orcid_id,
            before=None,
            after={"publications": decided[:100], "removals": len(decided)},
        )
        if goes:
            self.wake.link(state.owner, orcid_id, lane=Lane.HIGH)
        return len(decided)

    def _store(self, orcid_id: str, entry: LedgerEntry, hold: Hold) -> bool:
        """Whether the work was held and is decided now; what a visit changed meanwhile is looked at again."""
        current: LedgerEntry | None = entry
        for _ in range(_TRIES):
            if current is None or current.removal is None or current.removal.hold is not Hold.HELD:
                return False
            try:
                self.ledger.put(orcid_id, replace(current, removal=replace(current.removal, hold=hold)))
            except ConflictError:
                current = self.ledger.entry(orcid_id, entry.publication_id)
                continue
            return True
        raise ConflictError("This record's works are being changed again and again; repeat later.")

    def _writes(self, user_id: str, orcid_id: str) -> bool:
        """One who has left or does not write is not queued (R33); the word stands for when they return."""
        claim, user = self.claims.get(user_id, orcid_id), self.catalogue.user(user_id)
        return claim is not None and claim.mode is Mode.WRITE and user is not None and user.is_active
