"""Works a rehearsal out: divides the links into parts, plans each part, joins them into one CSV; sends nothing (R57).

Messages may come twice, late, or be lost: what is stored decides what is still to be done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.links import Claim, WriterState
from orcid_sync.domain.rehearsal import (
    Division,
    LinkKey,
    Rehearsal,
    Result,
    Trial,
    lost_reason,
    parts_of,
    users_of,
)
from orcid_sync.domain.rehearsal_rows import Row, csv_of, row_of, totals_of, unknown_row
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.rehearsals import RehearsalFiles, RehearsalQueue, Rehearsals
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.find_links import link_of
from orcid_sync.services.plan_record import PlanRecord

LINKS_A_PAGE = 500
NOT_BEGUN = "The links could not be divided into parts; begin another. The log of `rehearse` tells why."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rehearsal, as its message names it."""

    rehearsal_id: str
    number: int
    links: tuple[LinkKey, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """The choices of a trial in place of those in force."""

    trial: Trial

    def settings(self, *, consistent: bool = True) -> InstitutionSettings:  # noqa: ARG002 - the port's signature
        """Those tried."""
        return self.trial.settings

    def type_mapping(self, *, consistent: bool = True) -> Mapping[str, str] | None:  # noqa: ARG002 - as above
        """The one tried."""
        return self.trial.mapping


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Reads eventually consistent, as nothing is sent by it (DESIGN 6)."""

    rehearsals: Rehearsals
    files: RehearsalFiles
    queue: RehearsalQueue
    listings: Listings
    claims: Claims
    catalogue: Catalogue
    ledger: Ledger
    clock: Clock
    telemetry: Telemetry

    def begin(self, rehearsal_id: str, *, last_try: bool) -> str:
        """Find the links and hand out the parts. Begun again it hands out the same parts; returns how it ended.

        Raises what it meets, so that the message comes again; at the last try the rehearsal is noted as failed before.
        """
        try:
            return self._begin(rehearsal_id)
        except Exception:
            if last_try:
                self._give_up_beginning(rehearsal_id)
            raise

    def _begin(self, rehearsal_id: str) -> str:
        rehearsal = self.rehearsals.get(rehearsal_id)
        if rehearsal is None or rehearsal.result is not None:
            return "over"
        if rehearsal.division is None:
            rehearsal = self._divide(rehearsal)
            if rehearsal is None or rehearsal.division is None:
                return "over"
        division = rehearsal.division
        assert division is not None
        if division.parts == 0:
            self._join(rehearsal)
            return "done"
        self.queue.send_parts(rehearsal_id, parts_of(self.files.links(rehearsal_id, division.links_file)))
        self.telemetry.log("rehearsal_divided", rehearsal_id=rehearsal_id, links=division.links, parts=division.parts)
        return "divided"

    def part(self, part: Part, *, last_try: bool) -> str:
        """Plan the links of a part; the one that is over last joins them all. Returns how it ended.

        Raises what it meets, so that the message comes again; at the last try the part is noted as lost before.
        """
        try:
            return self._part(part)
        except Exception:
            if last_try:
                self._give_up(part)
            raise

    def _part(self, part: Part) -> str:
        rehearsal = self.rehearsals.get(part.rehearsal_id)
        if rehearsal is None:
            return "over"
        if part.number not in rehearsal.done:
            trial = self.files.trial(part.rehearsal_id)
            self.files.put_part(part.rehearsal_id, part.number, list(self._rows(trial, part.links)))
            rehearsal = self.rehearsals.note_done(part.rehearsal_id, part.number)
        elif rehearsal.result is not None:
            return "over"
        # One that was killed between its part and the joining comes again, and joins.
        return self._join_if_complete(rehearsal)

    def _give_up_beginning(self, rehearsal_id: str) -> None:
        self.telemetry.alert("rehearsal_not_begun", rehearsal_id=rehearsal_id)
        rehearsal = self.rehearsals.get(rehearsal_id)
        if rehearsal is not None and rehearsal.result is None:
            self.rehearsals.finish(rehearsal, Result(self.clock.now_ms(), {}, None, NOT_BEGUN))

    def _give_up(self, part: Part) -> None:
        self.telemetry.alert("rehearsal_part_lost", rehearsal_id=part.rehearsal_id, part=part.number)
        self._join_if_complete(self.rehearsals.note_lost(part.rehearsal_id, part.number))

    def _join_if_complete(self, rehearsal: Rehearsal | None) -> str:
        if rehearsal is None:
            return "over"
        if not rehearsal.complete:
            return "part_done"
        self._join(rehearsal)
        return "done"

    def _divide(self, rehearsal: Rehearsal) -> Rehearsal | None:
        """All links in the order of the CSV. What another delivery of the message made of it first is what holds."""
        trial = self.files.trial(rehearsal.rehearsal_id)
        found = sorted(link for link in self._every_link() if trial.concerns(link))
        name = self.files.put_links(rehearsal.rehearsal_id, found)
        division = Division(name, users=len({user_id for user_id, _ in found}), links=len(found))
        return self.rehearsals.divide(rehearsal.rehearsal_id, division)

    def _every_link(self) -> Iterator[LinkKey]:
        """Links that have something stored: nobody else has connected or chosen anything, so nothing could be sent."""
        cursor: str | None = None
        while True:
            claims, cursor = self.listings.links(prefix="", limit=LINKS_A_PAGE, cursor=cursor)
            yield from ((claim.user_id, claim.orcid_id) for claim in claims)
            if cursor is None:
                return

    def _rows(self, trial: Trial, links: Sequence[LinkKey]) -> Iterator[Row]:
        planner = PlanRecord(self.catalogue, self.ledger, Tried(trial))
        writers = self.listings.writers({orcid_id for _, orcid_id in links})
        for user_id, orcid_id in links:
            claim = self.claims.get(user_id, orcid_id, consistent=False)
            if claim is not None:  # else it was erased or dropped meanwhile
                yield self._row(planner, claim, writers.get(orcid_id))

    def _row(self, planner: PlanRecord, claim: Claim, writer: WriterState | None) -> Row:
        owned = writer if writer is not None and writer.owner == claim.user_id else None
        now_ms = self.clock.now_ms()
        try:
            look = planner.look(claim, owned, now_ms=now_ms, consistent=False)
        except NotFoundError:
            return unknown_row(claim)
        return row_of(link_of(look.user, claim.orcid_id, claim), owned, look.plan, now_ms=now_ms)

    def _join(self, rehearsal: Rehearsal) -> None:
        """Write the CSV of all parts that are done. Its name tells how many, so a late joiner spoils nothing."""
        rows = self.files.parts(rehearsal.rehearsal_id, sorted(rehearsal.done))
        name = f"{len(rehearsal.done):06d}"
        self.files.put_csv(rehearsal.rehearsal_id, name, csv_of(rows))
        lost = rehearsal.lost - rehearsal.done
        missing: tuple[str, ...] = ()
        if lost and rehearsal.division is not None:
            links = self.files.links(rehearsal.rehearsal_id, rehearsal.division.links_file)
            missing = users_of(parts_of(links), without=rehearsal.done)
        result = Result(self.clock.now_ms(), totals_of(rows), name, lost_reason(lost), missing)
        self.rehearsals.finish(rehearsal, result)
        self.telemetry.log(
            "rehearsal_finished", rehearsal_id=rehearsal.rehearsal_id, links=len(rows), lost_parts=len(lost)
        )
