"""Works of everybody that failed, wait, are held or match no publication: what administrators look through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.domain.ledger import Concern, Hold, LedgerEntry, UnmatchedWork
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.listings import Listings

# A page looks at its length times this many works at most: with a rare filter it may be short and yet go on.
ROUNDS = 10
_PLACE = re.compile(r"([0-9]{13})#([A-Za-z0-9._~:@-]{1,64})")


class WorkState(StrEnum):
    """What to list; WAITING is both kinds of waiting. As of the last visit to each record."""

    HELD = "held"
    FAILED = "failed"
    WAITING = "waiting"
    WAITING_REMOVE = "waiting_remove"
    WAITING_UPDATE = "waiting_update"
    UNMATCHED = "unmatched"


_ALL = (
    WorkState.HELD,
    WorkState.FAILED,
    WorkState.WAITING_REMOVE,
    WorkState.WAITING_UPDATE,
    WorkState.UNMATCHED,
)


def _lists(state: WorkState | None) -> tuple[WorkState, ...]:
    if state is WorkState.WAITING:
        return WorkState.WAITING_REMOVE, WorkState.WAITING_UPDATE
    return (state,) if state is not None else _ALL


@dataclass(frozen=True, slots=True)
class WorkFilters:
    """Which works to list; None does not filter. `reason` is a removal's reason or the registry's error code."""

    state: WorkState | None = None
    reason: str | None = None
    orcid_id: str | None = None

    def let_through(self, work: ConcernedWork) -> bool:
        """Whether the work is to be listed."""
        return work.state in _lists(self.state) and (self.reason is None or self.reason in work.reasons)


@dataclass(frozen=True, slots=True)
class ConcernedWork:
    """One work of concern. `reasons`: why it has to go, the registry's error code; `publication_id` None: unmatched."""

    state: WorkState
    orcid_id: str
    since_ms: int
    publication_id: str | None
    put_code: int | None
    reasons: tuple[str, ...] = ()
    message: str | None = None
    due_ms: int | None = None
    hold: Hold = Hold.NONE
    attempts: int = 0
    title: str | None = None
    user_id: str | None = None

    @property
    def place(self) -> str:
        """Where it stands in the list of one iD."""
        return f"{self.since_ms:013d}#{self.publication_id or self.put_code}"


@dataclass(frozen=True, slots=True)
class AllWorks:
    """Lists works of concern over all links, the longest standing of each state first; eventually consistent."""

    listings: Listings
    ledger: Ledger
    catalogue: Catalogue

    def page(self, filters: WorkFilters, *, limit: int, cursor: str | None) -> tuple[list[ConcernedWork], str | None]:
        """A page with a cursor may be shorter than asked for, even empty: its cost is bounded."""
        if filters.orcid_id is not None:
            works, following = self._of_record(filters, filters.orcid_id, limit, cursor)
        else:
            works, following = self._of_all(filters, limit, cursor)
        return self._described(works), following

    def _of_all(self, filters: WorkFilters, limit: int, cursor: str | None) -> tuple[list[ConcernedWork], str | None]:
        lists = _lists(filters.state)
        listing, within = _begin(lists, cursor)
        found: list[ConcernedWork] = []
        for _ in range(ROUNDS + len(lists)):
            works, within = self._read(lists[listing], limit - len(found), within)
            found.extend(filter(filters.let_through, works))
            if within is None:
                listing += 1
            if listing == len(lists):
                return found, None
            if len(found) == limit:
                break
        return found, f"{lists[listing]}.{within or ''}"

    def _read(self, state: WorkState, limit: int, cursor: str | None) -> tuple[list[ConcernedWork], str | None]:
        if state is WorkState.UNMATCHED:
            strangers, following = self.listings.unmatched(limit=limit, cursor=cursor)
            return [_unmatched(work) for work in strangers], following
        works, following = self.listings.works(Concern(state.value), limit=limit, cursor=cursor)
        return [work for orcid_id, entry in works if (work := _of_entry(orcid_id, entry)) is not None], following

    def _of_record(
        self, filters: WorkFilters, orcid_id: str, limit: int, cursor: str | None
    ) -> tuple[list[ConcernedWork], str | None]:
        """Of one iD, from its ledger: one query, whatever is listed."""
        if cursor is not None and not _PLACE.fullmatch(cursor):
            raise _not_ours()
        entries = self.ledger.entries(orcid_id, consistent=False).values()
        works = [work for entry in entries if (work := _of_entry(orcid_id, entry)) is not None]
        works += map(_unmatched, self.ledger.unmatched(orcid_id))
        wanted = sorted(filter(filters.let_through, works), key=lambda work: work.place)
        following = [work for work in wanted if cursor is None or work.place > cursor]
        return following[:limit], following[limit - 1].place if len(following) > limit else None

    def _described(self, works: Sequence[ConcernedWork]) -> list[ConcernedWork]:
        """With title and owner."""
        writers = self.listings.writers({work.orcid_id for work in works})
        ids = {work.publication_id for work in works if work.publication_id is not None}
        headers = self.catalogue.headers(ids, consistent=False)
        found: list[ConcernedWork] = []
        for work in works:
            header, writer = headers.get(work.publication_id or ""), writers.get(work.orcid_id)
            title = header.title if header is not None else work.title
            found.append(replace(work, title=title, user_id=writer.owner if writer is not None else None))
        return found


def _of_entry(orcid_id: str, entry: LedgerEntry) -> ConcernedWork | None:
    if entry.concern is None:
        return None
    (concern, since_ms), removal, failure = entry.concern, entry.removal, entry.failure
    reasons = (removal.reason if removal is not None else "", failure.code if failure is not None else "")
    retry_ms = failure.retry_ms if failure is not None else None
    return ConcernedWork(
        state=WorkState(concern.value),
        orcid_id=orcid_id,
        since_ms=since_ms,
        publication_id=entry.publication_id,
        put_code=entry.put_code,
        reasons=tuple(filter(None, reasons)),
        message=failure.message if failure is not None else None,
        due_ms=retry_ms if concern is Concern.FAILED else removal.due_ms if removal is not None else None,
        hold=removal.hold if removal is not None else Hold.NONE,
        attempts=failure.attempts if failure is not None else 0,
    )


def _unmatched(work: UnmatchedWork) -> ConcernedWork:
    return ConcernedWork(
        state=WorkState.UNMATCHED,
        orcid_id=work.orcid_id,
        since_ms=work.seen_ms,
        publication_id=None,
        put_code=work.put_code,
        title=work.title,
    )


def _begin(lists: Sequence[WorkState], cursor: str | None) -> tuple[int, str | None]:
    """Which list a page begins in, and where within it."""
    if cursor is None:
        return 0, None
    name, _, within = cursor.partition(".")
    if name not in lists:
        raise _not_ours()
    return [state.value for state in lists].index(name), within or None


def _not_ours() -> InvalidError:
    message = "Use the cursor that the page before gave as next."
    return InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
