"""Carries an erasure out: tokens, ledger, history, links, catalogue, and the names in the audit trail (R48)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.erasure import Erasures, PersonalData
from orcid_sync.ports.events import Events
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.disconnect import Disconnect
from orcid_sync.services.release import Release


@dataclass(frozen=True, slots=True)
class Erase:
    """Every step can be repeated, so an erasure that broke off goes on when it is asked for again.

    `new_pseudonym` gives a name that nothing leads from to the user.
    """

    erasures: Erasures
    personal_data: PersonalData
    claims: Claims
    writers: Writers
    ledger: Ledger
    release: Release
    disconnect: Disconnect
    audit: AuditTrail
    events: Events
    clock: Clock
    new_pseudonym: Callable[[], str]

    def removal_finished(self, user_id: str, orcid_id: str) -> None:
        """A removal is over: end the connection that was to end with it (R61), then go on erasing, if that is why."""
        erasure = self.erasures.get(user_id)
        if erasure is None or erasure.state is ErasureState.ERASED:
            # Else the link keeps the wish to be disconnected until it goes as a whole, so that each look at it asks
            # for the erasure again: a killed visit's lease outlives the deliveries of an event (R37).
            self.disconnect.finish(user_id, orcid_id)
        self.go_on(user_id)

    def go_on(self, user_id: str) -> None:
        """Erase the user, unless works are still being removed: the last removal's end asks again.

        Raises ConflictError while a visit is under way, RegistryUnavailableError when a token could not be revoked:
        both pass, and the event is delivered again.
        """
        erasure = self.erasures.get(user_id)
        if erasure is None:
            return
        if erasure.state is ErasureState.ERASED:
            self.personal_data.purge(user_id, ())  # as below, should that have broken off
            return
        stored = self.claims.of_user(user_id)
        if any(claim.removing_since_ms is not None for claim in stored):
            return
        for claim in stored:
            # Before the writer items go: a link that is due asks for the erasure again while ORCID cannot be asked.
            self.disconnect.revoke(claim)
        orcid_ids = {claim.orcid_id for claim in stored} | self._known_ids(user_id)
        for orcid_id in sorted(orcid_ids):
            erasure = self._forget_record(erasure, orcid_id)
        for claim in stored:
            self.claims.delete(claim)
        self.personal_data.purge(user_id, orcid_ids)
        self._finish(erasure)

    def _known_ids(self, user_id: str) -> frozenset[str]:
        """iDs without a link of their own any more may still have a ledger: works stay when a claim goes."""
        try:
            listed = {claimed.orcid_id for claimed in self.disconnect.find.user(user_id).orcid_ids}
        except NotFoundError:
            listed = set()
        return self.personal_data.orcid_ids(user_id) | listed

    def _forget_record(self, erasure: Erasure, orcid_id: str) -> Erasure:
        """The user's history of an iD, with ledger and ownership if it is theirs; what could not be removed is
        reported.
        """
        self.ledger.forget_history(orcid_id, erasure.user_id)
        state = self.writers.get(orcid_id)
        if state is None or state.owner != erasure.user_id:
            return erasure
        entries = self.ledger.entries(orcid_id, consistent=True).values()
        put_codes = tuple(sorted(entry.put_code for entry in entries if entry.put_code is not None))
        if erasure.remove_works and put_codes:
            erasure = replace(erasure, left={**erasure.left, orcid_id: put_codes})
            self.erasures.put(erasure)
        self.release.forget(orcid_id, by="erasure")
        self.ledger.forget_history(orcid_id, erasure.user_id)  # what a visit has noted meanwhile
        return erasure

    def _finish(self, erasure: Erasure) -> None:
        user_id, pseudonym = erasure.user_id, self.new_pseudonym()
        self.personal_data.pseudonymise(user_id, pseudonym)
        now_ms = self.clock.now_ms()
        self.audit.record(
            at_ms=now_ms,
            by=pseudonym,
            action="user_erased",
            user_id=pseudonym,
            orcid_id=None,
            before=None,
            after={"works_left": sum(map(len, erasure.left.values()))},
        )
        self.erasures.put(replace(erasure, state=ErasureState.ERASED, finished_ms=now_ms))
        # A batch of the feed that asked before the erasure began may have stored something since the purge. One that
        # ends from now on looks again and takes it back itself.
        self.personal_data.purge(user_id, ())
        self.events.publish("User Erased", [{"at_ms": now_ms, "user_id": user_id}])
