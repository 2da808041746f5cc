"""Walks through all links and reads the record of each about once a week, in the registry's spare time (R42, R43)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from orcid_sync.domain.links import Claim
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.search import LinkReading, LinkReadings, SearchWalk
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.read_record import ReadRecord, is_read
from orcid_sync.services.registry_calls import VisitStoppedError

LINKS_A_PAGE = 100
# A record is begun only while its call, its look-ups and what they lead to have room.
RECORD_MS = 180_000


@dataclass(frozen=True, slots=True)
class WalkReport:
    """`ended` is one word of how; `read` records were read, `suggested` and `offered` works came of it."""

    ended: str
    read: int = 0
    suggested: int = 0
    offered: int = 0


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """One run at a time. `reader(deadline_ms)` makes what reads records in one run."""

    listings: Listings
    find: FindLinks
    readings: LinkReadings
    walk: SearchWalk
    reader: Callable[[int], ReadRecord]
    clock: Clock
    telemetry: Telemetry

    def run(self, *, deadline_ms: int, users: Sequence[str] = (), orcid_ids: Sequence[str] = ()) -> WalkReport:
        """Go on where the run before stopped; with users or iDs read just these, now, due or not.

        Nothing is read while searching is off (R9); the write integration does not matter (R43).
        """
        if not self._enabled():
            return WalkReport("search_off")
        cursor = self.walk.begin(now_ms=self.clock.now_ms(), until_ms=deadline_ms)
        if cursor is None:
            return WalkReport("another_run")
        totals = _Totals(self.reader(deadline_ms))
        following = cursor
        try:
            if users or orcid_ids:
                ended = self._some(totals, self._named(users, orcid_ids), deadline_ms, due_only=False)
            else:
                ended, following = self._all(totals, cursor, deadline_ms)
        finally:
            self.walk.end(cursor=following, until_ms=deadline_ms)
        self.telemetry.count("RecordsRead", totals.read)
        self.telemetry.count("WorksSuggested", totals.suggested)
        self.telemetry.count("WorksOffered", totals.offered)
        return WalkReport(ended, totals.read, totals.suggested, totals.offered)

    def _enabled(self) -> bool:
        return self.find.institution.settings(consistent=True).search_enabled

    def _all(self, totals: _Totals, cursor: str, deadline_ms: int) -> tuple[str, str]:
        """How it ended, and where the next run begins: a page whose links are not all done is begun again."""
        while self._enabled():
            page, following = self.listings.links(prefix="", limit=LINKS_A_PAGE, cursor=cursor or None)
            ended = self._some(totals, page, deadline_ms, due_only=True)
            if ended != "done":
                return ended, cursor
            cursor = following or ""
            if not cursor:
                return "done", ""
        return "search_off", cursor

    def _some(self, totals: _Totals, claims: Iterable[Claim], deadline_ms: int, *, due_only: bool) -> str:
        wanted = [claim for claim in claims if is_read(claim)]
        known = self.readings.some((claim.user_id, claim.orcid_id) for claim in wanted) if wanted else {}
        for claim in wanted:
            before = known.get((claim.user_id, claim.orcid_id), LinkReading(claim.user_id, claim.orcid_id))
            now_ms = self.clock.now_ms()
            if due_only and before.next_ms > now_ms:
                continue
            if now_ms + RECORD_MS > deadline_ms:
                return "out_of_time"
            try:
                totals.take(claim, before, deadline_ms)
            except VisitStoppedError:
                return "registry_busy"
        return "done"

    def _named(self, users: Sequence[str], orcid_ids: Sequence[str]) -> list[Claim]:
        """The links of the users and iDs named, each once."""
        found = [claim for user_id in users for claim in self.find.claims.of_user(user_id)]
        for orcid_id in orcid_ids:
            found += self.listings.links(prefix=orcid_id, limit=LINKS_A_PAGE, cursor=None)[0]
        return list({(claim.user_id, claim.orcid_id): claim for claim in found}.values())


@dataclass(slots=True)
class _Totals:
    """What a run has done so far."""

    reader: ReadRecord
    read: int = 0
    suggested: int = 0
    offered: int = 0

    def take(self, claim: Claim, before: LinkReading, deadline_ms: int) -> None:
        found = self.reader.read(claim, before, deadline_ms=deadline_ms)
        if found is not None:
            self.read += 1
            self.suggested += found.suggested
            self.offered += found.offered
