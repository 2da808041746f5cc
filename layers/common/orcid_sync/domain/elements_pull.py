"""How far reading an Elements server has come, so that it can stop and go on anywhere (R45)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Listing(StrEnum):
    """The lists of a run, in the order in which they are read."""

    TYPES = "types"
    SOURCES = "sources"
    USERS = "users"
    PUBLICATIONS = "publications"
    RELATIONSHIPS = "relationships"
    DELETED_RELATIONSHIPS = "deleted-relationships"
    DELETED_PUBLICATIONS = "deleted-publications"
    DELETED_USERS = "deleted-users"


# A full run compares every user with their whole list, so that nothing else has to be asked but, where there was a run
# before, where publications went that were merged since (R56): a user's list only says that they are no longer in it.
FULL: Final = (Listing.TYPES, Listing.SOURCES, Listing.USERS)
FULL_AGAIN: Final = (*FULL, Listing.DELETED_PUBLICATIONS)
DELTA: Final = tuple(Listing)

# What is asked for overlaps with what was read: a change may become visible later than its time stamp says.
OVERLAP_MS: Final = 15 * 60_000
# Fewer users than this may leave at once; of more, at most this share. A list that names fewer is not believed: an
# account that lost its rights sees nobody, and everybody's sync would stop.
DEPARTURES_BELIEVED: Final = 20
SHARE_BELIEVED: Final = 0.5
# More pages than any institution has: a list that goes on longer runs in circles.
MOST_PAGES: Final = 50_000
MOST_PAGES_OF_A_USER: Final = 2_000


@dataclass(frozen=True, slots=True)
class PullState:
    """The state of reading. Times are epoch milliseconds; `since_ms` and `next_since_ms` by the server's clock.

    A run is under way while `run_id` is set: `listing` is the list being read (None: all are; users are being
    compared), `next_url` its next page (None: the first), `pages` how many of it were read. `since_ms` is from when on
    the next run asks for changes (None: only a full run will do). `precedence` is what was last taken over; `believed`:
    an administrator said of this run that so many users have really left.
    """

    rev: int = 0
    run_id: str | None = None
    full: bool = False
    believed: bool = False
    listing: Listing | None = None
    next_url: str | None = None
    pages: int = 0
    since_ms: int | None = None
    next_since_ms: int | None = None
    lease_until_ms: int = 0
    started_ms: int = 0
    finished_ms: int = 0
    last_full_ms: int = 0
    precedence: tuple[str, ...] = ()
    problem: str | None = None
    problem_since_ms: int | None = None

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The lists that this run reads, in their order."""
        if not self.full:
            return DELTA
        return FULL if self.since_ms is None else FULL_AGAIN

    def begun(self, now_ms: int, *, full: bool, believed: bool = False) -> PullState:
        """A new run; full also when there is nothing to ask changes since."""
        full = full or self.since_ms is None
        return replace(
            self, run_id=f"{now_ms:014d}", full=full, believed=believed, listing=Listing.TYPES, next_url=None,
            pages=0, next_since_ms=None, started_ms=now_ms,
        )  # fmt: skip

    def page_read(self, next_url: str | None, served_ms: int | None) -> PullState:
        """One more page of the list was read, and all of it is stored.

        The time of the first answer of a run is from when on the next one asks, less the overlap.
        """
        since = self.next_since_ms
        if since is None and served_ms is not None:
            since = served_ms - OVERLAP_MS
        if next_url is not None:
            return replace(self, next_url=next_url, pages=self.pages + 1, next_since_ms=since)
        assert self.listing is not None, "no list is being read"
        at = self.listings.index(self.listing) + 1
        listing = self.listings[at] if at < len(self.listings) else None
        return replace(self, listing=listing, next_url=None, pages=0, next_since_ms=since)

    def from_the_lists_beginning(self) -> PullState:
        """The next page is no good: the list is read again, which does no harm."""
        return replace(self, next_url=None, pages=0)

    def ended(self, now_ms: int) -> PullState:
        """All is read and compared. Where the server told no time, the run's beginning counts, an hour earlier."""
        since = self.next_since_ms if self.next_since_ms is not None else self.started_ms - 3_600_000
        return replace(
            self, run_id=None, listing=None, next_url=None, pages=0, since_ms=since, next_since_ms=None,
            finished_ms=now_ms, last_full_ms=now_ms if self.full else self.last_full_ms,
        )  # fmt: skip

    @property
    def will_read_all_users(self) -> bool:
        """Whether this run has the whole list of users, or its end, still before it."""
        return self.full and self.listing in FULL

    def troubled(self, problem: str | None, now_ms: int) -> PullState:
        """What stands in the way (None: nothing any more), and since when."""
        if problem is None:
            return replace(self, problem=None, problem_since_ms=None)
        return replace(self, problem=problem, problem_since_ms=self.problem_since_ms or now_ms)


@dataclass(frozen=True, slots=True)
class UserToCompare:
    """A user whose list is to be compared with the catalogue. `marked_ms` tells one mark from a later one."""

    user_id: str
    elements_id: str
    marked_ms: int


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user whom the server told of, and in which full run last."""

    user_id: str
    elements_id: str
    run_id: str


def too_many_gone(gone: int, known: int) -> bool:
    """Whether so many departures at once are more likely a fault of the list."""
    return gone >= DEPARTURES_BELIEVED and gone > known * SHARE_BELIEVED


def shared_names(users: Iterable[KnownUser]) -> frozenset[str]:
    """Ids here that several users of the server go by: whose publications are whose cannot be told."""
    bearers = Counter(user.user_id for user in users)
    return frozenset(user_id for user_id, number in bearers.items() if number > 1)
