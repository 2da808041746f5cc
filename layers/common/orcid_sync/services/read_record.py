"""Reads one ORCID record for what others put there, and sees on the way what became of ours (R42, R39, R25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import User
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.foreign_works import found_works
from orcid_sync.domain.grouping import by_publication, ungrouped
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.link_state import ClaimedIn
from orcid_sync.domain.links import Claim, Lane, Spare
from orcid_sync.domain.outcomes import Answer, Outcome, OwnWork, RecordReading
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.erasure import Erasures
from orcid_sync.ports.events import Events
from orcid_sync.ports.gate import Gate
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.search import LinkReading, LinkReadings, RecordReader
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.vaults import TokenVault
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks, link_of
from orcid_sync.services.offer_works import OfferWorks, Searched
from orcid_sync.services.registry_calls import SETTLING_SECONDS, RecordTroubleError, RegistryCalls, VisitStoppedError
from orcid_sync.services.wake import Wake

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
# So long a reading waits for a free slot of the registry's limit before the run gives up: others are at work.
PATIENCE_MS = 60_000
_MOST_DOUBLINGS = 4
# After so many readings in vain a refused token is this link's own, whatever others meet (R25).
_REFUSED_LONG = 2
_READABLE = frozenset({Connection.READ, Connection.WRITE})


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """Everything that reading records needs. Nothing is written to the registry; a reading twice does no harm."""

    find: FindLinks
    claims: Claims
    writers: Writers
    ledger: Ledger
    registry: RecordReader
    gate: Gate
    vault: TokenVault
    readings: LinkReadings
    offers: OfferWorks
    erasures: Erasures
    wake: Wake
    events: Events
    clock: Clock
    telemetry: Telemetry

    def read(self, listed: Claim, before: LinkReading, *, deadline_ms: int) -> Searched | None:
        """Read the link's record if it is to be read; None: it is not, or could not be.

        Raises a VisitStoppedError when the registry is not to be asked further just now.
        """
        claim = self.claims.get(listed.user_id, listed.orcid_id, consistent=True)
        if claim is None or not is_read(claim) or not self._may_be_read(claim):
            return None
        entries = self._entries(claim)
        began_ms = self.clock.now_ms()
        # Said before: should it break off in a way that nobody foresaw, the others have their turn first.
        self._again(before, HOUR_MS << min(before.failures, _MOST_DOUBLINGS))
        try:
            reading = self._reading(claim, deadline_ms, before.failures)
        except RecordTroubleError:
            return None
        except VisitStoppedError:
            self.readings.put(before)  # its turn comes with the next run
            raise
        if reading.answer.outcome is not Outcome.READ:
            self._unread(claim, before, reading.answer)
            return None
        self._notice_gone(claim, reading, entries, began_ms)
        found = self.offers.offer(claim.user_id, claim.orcid_id, found_works(reading))
        publications = {e.put_code: p for p, e in entries.items() if e.put_code is not None}
        now_ms = self.clock.now_ms()
        wait_ms = max(found.again_ms - now_ms, HOUR_MS) if found.unfinished else WEEK_MS
        alone = by_publication(ungrouped(reading), publications)
        after = LinkReading(claim.user_id, claim.orcid_id, now_ms, now_ms + wait_ms, 0, alone)
        self.readings.put(after)
        self._forget_if_erased(claim.user_id)
        self.telemetry.log(
            "record_searched", orcid_id=claim.orcid_id, works=reading.total_works, own=len(reading.own_works),
            suggested=found.suggested, offered=found.offered, unfinished=found.unfinished, ungrouped=len(alone),
        )  # fmt: skip
        return found

    def _may_be_read(self, claim: Claim) -> bool:
        """R33 as for writing: nothing happens by itself for somebody who has left, and who may not log in could not
        answer a suggestion. Nor for an iD that the user no longer claims (R14).
        """
        user: User | None = self.find.catalogue.user(claim.user_id, consistent=True)
        if user is None or not user.is_active:
            return False
        return link_of(user, claim.orcid_id, claim).claimed_in is not ClaimedIn.NOWHERE

    def _entries(self, claim: Claim) -> Mapping[str, LedgerEntry]:
        """The ledger, if it is this user's (R22), as it was before the reading."""
        state = self.writers.get(claim.orcid_id)
        if state is None or state.owner != claim.user_id:
            return {}
        return self.ledger.entries(claim.orcid_id, consistent=True)

    def _reading(self, claim: Claim, deadline_ms: int, failures: int) -> RecordReading:
        """One call, when nobody else wants the registry."""
        token = self.vault.read(claim.user_id, claim.orcid_id, claim.token) if claim.token is not None else None
        if token is None:
            return RecordReading(Answer(Outcome.UNAUTHORISED, code="token_missing"))
        known = token
        longest_ms = round((self.registry.longest_call_seconds + SETTLING_SECONDS) * 1000)
        deadline_ms = min(deadline_ms, self.clock.now_ms() + longest_ms + PATIENCE_MS)
        calls = RegistryCalls(
            self.registry, self.gate, self.clock, self.telemetry, claim.orcid_id, Spare.READING, deadline_ms,
            believes_refusals=failures >= _REFUSED_LONG,
        )  # fmt: skip
        return calls.read(lambda: self.registry.read_all_works(claim.orcid_id, known), writing=False)

    def _unread(self, claim: Claim, before: LinkReading, answer: Answer) -> None:
        """R25, R54: what the answer says of permission or record has the consequences that it has for writing."""
        self.telemetry.alert(
            "record_unread", orcid_id=claim.orcid_id, outcome=answer.outcome.value, status=answer.status,
            code=answer.code,
        )  # fmt: skip
        if answer.outcome in (Outcome.UNAUTHORISED, Outcome.WRONG_RECORD):
            self._permission_ended(claim, answer)
        elif claim.mode is Mode.WRITE:
            # The state of the record is the writer's to learn: its next visit reads first, and pauses for what it says.
            self.wake.link(claim.user_id, claim.orcid_id, lane=Lane.NORMAL, reconcile=True)
        self._again(before, WEEK_MS)

    def _permission_ended(self, claim: Claim, answer: Answer) -> None:
        """A 401 that was confirmed, of the token that the link still has: one that came meanwhile stays."""
        try:
            self.claims.put(replace(claim, connection=Connection.REVOKED))
        except ConflictError:
            return
        ours = answer.outcome is Outcome.WRONG_RECORD
        if ours:
            self.telemetry.count("WrongRecordTokens")
        detail = {
            "at_ms": self.clock.now_ms(),
            "user_id": claim.user_id,
            "orcid_id": claim.orcid_id,
            "reason": Connection.REVOKED.value,
        }
        self.events.publish("Link Paused" if ours else "Link Revoked", [detail])

    def _notice_gone(
        self, claim: Claim, reading: RecordReading, entries: Mapping[str, LedgerEntry], began_ms: int
    ) -> None:
        """R39: a work of ours that is no longer there, or there twice. The writer looks for itself, under its lease: it
        may have been its own doing just now.
        """
        there = {work.put_code for work in reading.own_works}
        missed = [p for p, e in entries.items() if e.put_code not in there and _sent_before(e, began_ms)]
        missed += _there_twice(reading.own_works, entries)
        if claim.mode is not Mode.WRITE or not missed:
            return
        for publication_id in missed:
            now = self.ledger.entry(claim.orcid_id, publication_id)
            if now is not None and now.put_code == entries[publication_id].put_code:
                self.wake.link(claim.user_id, claim.orcid_id, lane=Lane.NORMAL, reconcile=True)
                self.telemetry.log("works_missed", orcid_id=claim.orcid_id, works=len(missed))
                return

    def _again(self, before: LinkReading, wait_ms: int) -> None:
        self.readings.put(replace(before, next_ms=self.clock.now_ms() + wait_ms, failures=before.failures + 1))

    def _forget_if_erased(self, user_id: str) -> None:
        """R48: an erasure may have come between; what was stored since is taken back."""
        if self.erasures.among([user_id]):
            self.offers.offers.forget_user(user_id)


def is_read(claim: Claim) -> bool:
    """R42: in `read` and `write` mode, with a living connection, and not while everything is being removed."""
    return claim.mode in (Mode.READ, Mode.WRITE) and claim.connection in _READABLE and claim.removing_since_ms is None


def _sent_before(entry: LedgerEntry, began_ms: int) -> bool:
    return entry.put_code is not None and (entry.sent_ms is None or entry.sent_ms < began_ms)


def _there_twice(own_works: Sequence[OwnWork], entries: Mapping[str, LedgerEntry]) -> list[str]:
    """Publications whose work is there, and another one of ours with the same id that the ledger does not know."""
    there = {work.put_code for work in own_works}
    named = {p.lower(): p for p, entry in entries.items() if entry.put_code in there}
    known = {entry.put_code for entry in entries.values()}
    strangers = (work for work in own_works if work.put_code not in known)
    return [named[i] for work in strangers for i in work.source_work_ids if i in named]
