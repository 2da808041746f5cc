"""Reads an Elements server into the catalogue, stopping and going on anywhere (R45).

A run reads lists (users; in a delta also what changed and what was deleted) and only marks from them whose list of
publications is to be compared; comparing a user with the catalogue is the truth (`compare_elements_user`). Each page
is stored before the place in the list is, and each comparison before its mark goes: whatever is repeated does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from orcid_sync.domain.elements_pull import MOST_PAGES, KnownUser, Listing, PullState, UserToCompare, shared_names
from orcid_sync.domain.errors import ConflictError
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.elements import (
    ElementsError,
    ElementsGoneError,
    ElementsRefusedError,
    ElementsServer,
    ElementsUnavailableError,
    ElementsUnreadableError,
    PullIndex,
    PullStates,
)
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.compare_elements_user import CompareElementsUser
from orcid_sync.services.take_elements_page import TakeElementsPage

_PER_PAGE: Final = "25"
_NAMES_PER_PAGE: Final = "100"
_USERS_AT_ONCE: Final = 20
# An invocation ends at most so long after its deadline.
_LEASE_RESERVE_MS: Final = 150_000
# So many users in a row whose lists the server does not answer: it is the server, not they.
_UNANSWERED_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class PullReport:
    """What an invocation did. `complete`: the run is at its end; `problem`: what stands in its way."""

    running: bool = False
    complete: bool = False
    pages: int = 0
    users_compared: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class PullElements:
    """`delta_every_ms` and `full_every_ms`: how long after a run's end the next one begins by itself."""

    server: ElementsServer
    states: PullStates
    index: PullIndex
    take: TakeElementsPage
    compare: CompareElementsUser
    clock: Clock
    telemetry: Telemetry
    delta_every_ms: int = 3 * 3_600_000
    full_every_ms: int = 7 * 86_400_000

    def run(
        self, *, deadline_ms: int, full: bool = False, now: bool = False, accept_departures: bool = False
    ) -> PullReport:
        """Go on with the run under way, or begin one if it is time (`now`, `full`: at once); until the deadline.

        `accept_departures`: an administrator says that so many users have really left; read them all to see who.
        """
        state = self._lease(deadline_ms, full=full, now=now, believed=accept_departures)
        if state is None:
            return PullReport()
        run = _Run(self, state, deadline_ms)
        try:
            problem = run.go()
        except ElementsError as exc:
            problem = str(exc)
        return run.release(problem or run.doubt)

    def compare_now(self, user_ids: Sequence[str], *, deadline_ms: int) -> PullReport:
        """Compare some users at once, whatever a run is doing. Raises ElementsError."""
        wanted = set(user_ids)
        everybody = self.index.all_users()
        shared = shared_names(everybody)
        known = [user for user in everybody if user.user_id in wanted]
        alone = [user for user in known if user.user_id not in shared]
        compared = [user.user_id for user in alone if self.compare.compare(user, deadline_ms=deadline_ms)]
        missing = sorted(wanted - {user.user_id for user in known})
        problem = f"Elements has not told of these users yet: {', '.join(missing)}." if missing else None
        if wanted & shared:
            problem = _several_are(min(wanted & shared))
        return PullReport(True, len(compared) == len(wanted), 0, len(compared), problem)

    def tell_age(self) -> None:
        """State how long ago the last whole run ended; before the first, since when something stands in its way."""
        state = self.states.get()
        since_ms = state.finished_ms or state.problem_since_ms
        age = (self.clock.now_ms() - since_ms) / 1000 if since_ms else 0.0
        self.telemetry.gauge("ElementsUnreadSeconds", age, "Seconds")

    def _lease(self, deadline_ms: int, *, full: bool, now: bool, believed: bool) -> PullState | None:
        """The state, ours until the deadline; None when another is at work or it is not time."""
        now_ms = self.clock.now_ms()
        state = self.states.get()
        if state.lease_until_ms > now_ms:
            return None
        full = full or believed
        by_time = now_ms - state.last_full_ms >= self.full_every_ms
        if state.run_id is None:
            if not (full or now or by_time or now_ms - state.finished_ms >= self.delta_every_ms):
                return None
            state = state.begun(now_ms, full=full or by_time, believed=believed)
        elif believed and state.will_read_all_users:
            state = replace(state, believed=True)
        elif believed or ((full or by_time) and not state.full):
            # Also when a list of changes cannot be read any more: a full run does without it.
            state = state.begun(now_ms, full=True, believed=believed)
        try:
            return self.states.put(replace(state, lease_until_ms=deadline_ms + _LEASE_RESERVE_MS))
        except ConflictError:
            return None


class _Run:
    """One invocation's share of a run."""

    def __init__(self, pull: PullElements, state: PullState, deadline_ms: int) -> None:
        self._pull = pull
        self._state = state
        self._deadline_ms = deadline_ms
        self.doubt: str | None = None
        self._pages = 0
        self._compared = 0
        self._complete = False

    def go(self) -> str | None:
        """Read what is left of the lists, then compare; returns a problem that did not stop the others."""
        seen: set[str] = set()
        while self._state.listing is not None and self._in_time():
            self._read_page(self._state.listing, seen)
        return self._compare_marked() if self._state.listing is None else None

    def release(self, problem: str | None) -> PullReport:
        """Store what came of it, and let others go on."""
        now_ms = self._pull.clock.now_ms()
        if self._complete:
            self._state = self._state.ended(now_ms)
        self._put(replace(self._state.troubled(problem, now_ms), lease_until_ms=0))
        return PullReport(True, self._complete, self._pages, self._compared, problem)

    def _in_time(self) -> bool:
        return self._pull.clock.now_ms() < self._deadline_ms

    def _put(self, state: PullState) -> None:
        self._state = self._pull.states.put(state)

    def _read_page(self, listing: Listing, seen: set[str]) -> None:
        """Read the next page of the list and store what it tells, then the place.

        A list that leads in circles is no list: nothing is concluded from its end. Raises ElementsError.
        """
        state = self._state
        url = state.next_url or self._address(listing)
        try:
            if url in seen or state.pages >= MOST_PAGES:
                raise ElementsUnreadableError(
                    f"The list of {listing} leads in circles; it was left at page {state.pages}."
                )
            seen.add(url)
            page = self._pull.server.read(url)
        except (ElementsGoneError, ElementsRefusedError, ElementsUnreadableError):
            self._put(state.from_the_lists_beginning())
            raise
        ended = page.next_url is None
        if listing is Listing.SOURCES:
            state = replace(state, precedence=self._pull.take.precedence(page.items, state.precedence))
        else:
            self._pull.take.take(listing, page.items, state.run_id or "")
        if ended and listing is Listing.TYPES and state.pages == 0:
            self._pull.take.types_gone(page.items)
        if ended and listing is Listing.USERS and state.full:
            self.doubt = self._pull.take.users_gone(state.run_id or "", believed=state.believed)
        self._pages += 1
        self._put(state.page_read(page.next_url, page.served_ms))

    def _address(self, listing: Listing) -> str:
        """The first page of a list."""
        address = self._pull.server.address
        if listing is Listing.TYPES:
            return address("publication/types")
        if listing is Listing.SOURCES:
            return address("publication/sources")
        if self._state.full and listing is Listing.USERS:
            return address("users", detail="full", per_page=_PER_PAGE)
        assert self._state.since_ms is not None, "a delta begins somewhere"
        since = datetime.fromtimestamp(self._state.since_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        match listing:
            case Listing.USERS:
                return address("users", detail="full", per_page=_PER_PAGE, affected_since=since)
            case Listing.PUBLICATIONS:
                return address("publications", detail="full", per_page=_PER_PAGE, modified_since=since)
            case Listing.RELATIONSHIPS:
                return address("relationships", per_page=_NAMES_PER_PAGE, modified_since=since)
            case Listing.DELETED_RELATIONSHIPS:
                return address("relationships/deleted", per_page=_NAMES_PER_PAGE, deleted_since=since)
            case Listing.DELETED_PUBLICATIONS:
                return address("deleted/publications", per_page=_NAMES_PER_PAGE, deleted_since=since)
            case Listing.DELETED_USERS:
                return address("deleted/users", per_page=_NAMES_PER_PAGE, deleted_since=since)

    def _compare_marked(self) -> str | None:
        """Compare users until none is marked; one who cannot be read does not stop the others.

        Returns the problem of the last who could not be: they stay marked, for the next run.
        """
        problem: str | None = None
        failed: set[str] = set()
        unanswered = 0
        shared = shared_names(self._pull.index.all_users())
        while self._in_time():
            marked = self._pull.index.marked(limit=_USERS_AT_ONCE + len(failed))
            left = [user for user in marked if user.elements_id not in failed]
            if not left:
                self._complete = True
                break
            for user in left:
                if user.user_id in shared:
                    problem = _several_are(user.user_id)
                    self._leave(user, failed)
                    continue
                try:
                    known = KnownUser(user.user_id, user.elements_id, "")
                    if not self._pull.compare.compare(known, deadline_ms=self._deadline_ms):
                        return problem
                except (ElementsUnavailableError, ElementsUnreadableError) as exc:
                    unanswered = unanswered + 1 if isinstance(exc, ElementsUnavailableError) else 0
                    if unanswered == _UNANSWERED_IN_A_ROW or not self._in_time():
                        raise
                    problem = f"The publications of user {user.user_id} could not be read: {exc}"
                    self._leave(user, failed)
                else:
                    unanswered = 0
                    self._pull.index.unmark(user)
                    self._compared += 1
        return problem

    def _leave(self, user: UserToCompare, failed: set[str]) -> None:
        """Nothing of theirs is changed in this run."""
        self._pull.telemetry.count("ElementsUsersUnread", 1)
        failed.add(user.elements_id)


def _several_are(user_id: str) -> str:
    return (
        f"Several users of Elements are called {user_id} here; nothing of theirs is read, for the one would get the"
        " other's publications. Correct that at Elements, or choose another ElementsUserId."
    )
