"""Single works: left out and taken back by their owner (R62), or sent again (R38, R39)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import ConflictError, FrozenError, InvalidError, NotFoundError
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.link_state import Link
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.run_sync import check_can_run
from orcid_sync.services.wake import Wake

# They stand in one item with the settings; more than this is a job for *favourites only* (R19).
MOST_EXCLUDED = 2000
# A page may leave out, or take back, many works at the same moment.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class SingleWorks:
    """Changes what is sent of one publication."""

    find: FindLinks
    catalogue: Catalogue
    claims: Claims
    ledger: Ledger
    writers: Writers
    wake: Wake
    audit: AuditTrail
    clock: Clock

    def exclude(self, actor: Actor, user_id: str, orcid_id: str, publication_id: str) -> None:
        """Leave a publication out; a work that was sent is removed at once (R62). Twice does no harm."""
        self._set_excluded(actor, user_id, orcid_id, publication_id, excluded=True)

    def include(self, actor: Actor, user_id: str, orcid_id: str, publication_id: str) -> None:
        """Take an exclusion back; the work is sent again. Twice does no harm."""
        self._set_excluded(actor, user_id, orcid_id, publication_id, excluded=False)

    def resend(self, actor: Actor, user_id: str, orcid_id: str, publication_id: str) -> None:
        """Try a failed work again, or send again what its owner deleted at ORCID.

        Raises NotFoundError when nothing was ever tried for it, else as Run sync does.
        """
        self.find.writing_allowed()
        check_can_run(self.find.one(user_id, orcid_id))
        for _ in range(_TRIES):
            entry = self._entry(user_id, orcid_id, publication_id)
            wanted = replace(entry, failure=None, deleted_at_orcid_ms=None)
            self.wake.promise(user_id, orcid_id)
            if wanted != entry and not self._put(orcid_id, wanted):
                continue
            self.wake.link(user_id, orcid_id, lane=Lane.HIGH)
            self._record(actor, "resend", user_id, orcid_id, publication_id)
            return
        raise ConflictError("This work is being written right now; repeat in a moment.")

    def _entry(self, user_id: str, orcid_id: str, publication_id: str) -> LedgerEntry:
        state = self.writers.get(orcid_id)
        owned = state is not None and state.owner == user_id
        entry = self.ledger.entry(orcid_id, publication_id) if owned else None
        if entry is None:
            raise NotFoundError("Nothing was tried for this publication yet; it is sent by itself when its turn comes.")
        return entry

    def _put(self, orcid_id: str, entry: LedgerEntry) -> bool:
        try:
            self.ledger.put(orcid_id, entry)
        except ConflictError:
            return False
        return True

    def _set_excluded(self, actor: Actor, user_id: str, orcid_id: str, publication_id: str, *, excluded: bool) -> None:
        self.find.writing_allowed()
        for _ in range(_TRIES):
            link = self.find.one(user_id, orcid_id)
            if link.claim.removing_since_ms is not None:
                raise FrozenError("Works are being removed from ORCID; works can be left out when that is done.")
            if (publication_id in link.claim.excluded) is excluded:
                return
            goes = link.claim.mode is Mode.WRITE and link.user.is_active
            if goes:
                self.wake.promise(user_id, orcid_id)
            if not self._store_excluded(link, publication_id, excluded=excluded):
                continue
            if goes:
                # R62: a sent one goes at once.
                self.wake.link(user_id, orcid_id, lane=Lane.HIGH if excluded else Lane.NORMAL)
            self._record(actor, "excluded" if excluded else "included", user_id, orcid_id, publication_id)
            return
        raise ConflictError("This link is being changed by others again and again; repeat your change.")

    def _store_excluded(self, link: Link, publication_id: str, *, excluded: bool) -> bool:
        claim = link.claim
        if excluded:
            if len(claim.excluded) >= MOST_EXCLUDED:
                raise InvalidError(
                    f"At most {MOST_EXCLUDED} works can be left out singly; mark favourites and send only those."
                )
            self._check_related(link, publication_id)
        chosen = claim.excluded | {publication_id} if excluded else claim.excluded - {publication_id}
        try:
            self.claims.put(replace(claim, excluded=chosen))
        except ConflictError:
            return False
        return True

    def _check_related(self, link: Link, publication_id: str) -> None:
        known = self.catalogue.user_catalogue(link.user.user_id, consistent=False)
        if all(relationship.publication_id != publication_id for relationship in known.relationships):
            raise NotFoundError("The user has no such publication.")

    def _record(self, actor: Actor, action: str, user_id: str, orcid_id: str, publication_id: str) -> None:
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action=action,
            user_id=user_id,
            orcid_id=orcid_id,
            before=None,
            after={"publication_id": publication_id},
        )
