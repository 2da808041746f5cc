"""The list behind the counts, and the preview of a sync: both read the positions of one look (R21, R64)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from orcid_sync.domain.catalogue import Privacy, RecordDigest
from orcid_sync.domain.decide import Decision, Reason
from orcid_sync.domain.diff import Operation, Position, State
from orcid_sync.domain.grouping import Ungrouped
from orcid_sync.domain.links import Attempt
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.search import LinkReadings
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.settings import SettingsChange
from orcid_sync.services.show_link import ShowLink

SHOWN_IN_PREVIEW = 200
# A title's beginning is enough to sort by, and keeps cursors short.
_SORTED_BY = 60

SortKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list; None does not filter. `reason` goes by the decision, whatever the state.

    `text`: words that title, id or identifiers have to hold, each of them.
    """

    state: State | None = None
    reason: Reason | None = None
    favourite: bool | None = None
    privacy: Privacy | None = None
    text: str | None = None

    def let_through(self, position: Position) -> bool:
        """Whether the position is to be listed."""
        decision = position.decision
        return (
            self.state in (None, position.state)
            and self.reason in (None, decision.reason)
            and self.favourite in (None, decision.favourite)
            and self.privacy in (None, decision.privacy)
            and self._found(decision)
        )

    def _found(self, decision: Decision) -> bool:
        if not self.text:
            return True
        ids = decision.record.self_ids if decision.record is not None else ()
        searched = " ".join((decision.title, decision.publication_id, *ids)).casefold()
        return all(word in searched for word in self.text.casefold().split())


@dataclass(frozen=True, slots=True)
class PositionsPage:
    """A page of the list, the sort key of its last position if more follow, and how many the whole list has.

    `ungrouped`: what would join works that ORCID shows twice, by publication.
    """

    positions: tuple[Position, ...]
    next: SortKey | None
    total: int
    ungrouped: Mapping[str, Ungrouped] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sync would do: totals, and the first of them."""

    totals: dict[Operation, int]
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Publications:
    """Lists a link's publications with their decisions."""

    find: FindLinks
    show: ShowLink
    ledger: Ledger
    readings: LinkReadings

    def page(
        self, user_id: str, orcid_id: str, filters: Filters, *, limit: int, after: SortKey | None
    ) -> PositionsPage:
        """Every claimed publication, and those still on ORCID that no longer are, by title, from a page's `next` on."""
        self.find.writing_allowed()
        look = self.show.look(self.find.one(user_id, orcid_id))
        wanted = [position for position in look.positions.values() if filters.let_through(position)]
        page = _page_of(wanted, limit=limit, after=after)
        return replace(page, ungrouped=self._ungrouped(user_id, orcid_id, page.positions))

    def _ungrouped(self, user_id: str, orcid_id: str, positions: Collection[Position]) -> dict[str, Ungrouped]:
        """Works on ORCID that the last reading of the record saw beside another source's copy, unless the identifier
        that they lacked has come since.
        """
        reading = self.readings.some([(user_id, orcid_id)]).get((user_id, orcid_id))
        hints = reading.ungrouped if reading is not None else {}
        there = {p.decision.publication_id: p.decision.record for p in positions if p.put_code is not None}
        return {
            publication_id: hint
            for publication_id, hint in hints.items()
            if publication_id in there and not _has(there[publication_id], hint)
        }

    def preview(self, user_id: str, orcid_id: str, trying: SettingsChange) -> Preview:
        """What a sync with these settings would do now, in any mode of the link, sending nothing (R64)."""
        self.find.writing_allowed()
        link = self.find.one(user_id, orcid_id)
        plan = self.show.look(link, trying.of(link.claim.settings)).plan
        if trying.mode not in (None, Mode.WRITE):
            return Preview(dict.fromkeys(Operation, 0), ())  # R15: leaving `write` leaves everything where it is
        order = (Operation.REMOVE, Operation.ADD, Operation.UPDATE)
        found = {operation: plan.operations(operation) for operation in order}
        listed = [position for operation in order for position in found[operation]]
        return Preview({operation: len(found[operation]) for operation in order}, tuple(listed[:SHOWN_IN_PREVIEW]))

    def history(
        self, user_id: str, orcid_id: str, publication_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Attempt], str | None]:
        """Each attempt made for the user, newest first (R63); none of another owner's of the iD (R22)."""
        self.find.writing_allowed()
        self.find.one(user_id, orcid_id)
        return self.ledger.attempts(orcid_id, user_id, publication_id, limit=limit, cursor=cursor)


def sort_key(position: Position) -> SortKey:
    """By title, then by id: stable while publications come and go between two pages."""
    return (position.decision.title.casefold()[:_SORTED_BY], position.decision.publication_id)


def _has(record: RecordDigest | None, hint: Ungrouped) -> bool:
    """Whether what our work lacked stands in its record by now."""
    return hint.lacking_here and record is not None and hint.key in record.self_ids


def _page_of(positions: Collection[Position], *, limit: int, after: SortKey | None) -> PositionsPage:
    following = (p for p in positions if after is None or sort_key(p) > after)
    ordered = sorted(following, key=sort_key)
    page = tuple(ordered[:limit])
    return PositionsPage(page, sort_key(page[-1]) if len(ordered) > limit else None, len(positions))
