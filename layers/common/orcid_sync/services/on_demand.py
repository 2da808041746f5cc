"""The sync function, invoked directly: makes users due now, or says what a sync would do (R40)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from orcid_sync.domain.diff import Operation
from orcid_sync.domain.errors import NotFoundError, TooLargeError
from orcid_sync.domain.link_state import standing
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import link_of
from orcid_sync.services.plan_record import PlanRecord
from orcid_sync.services.wake import Wake

MOST_PLANNED_USERS = 25
MOST_PLANNED_IDS = 500
# A change of the whole institution is spread: each link comes due a little after the one before (DESIGN 2).
SPREAD_MS = 200
LINKS_A_PAGE = 1_000
# Links read and woken at once: one after the other, some 20,000 are all that an invocation has time for.
AT_ONCE = 8

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class WantedLinks:
    """Whom to sync: users, ORCID iDs, or everybody."""

    users: tuple[str, ...] = ()
    orcid_ids: tuple[str, ...] = ()
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """One thing that a sync would do."""

    publication_id: str
    title: str
    operation: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What a sync of one link would do. `paused` says what stands in its way meanwhile, or that everything is being
    removed; None: nothing does.
    """

    user_id: str
    orcid_id: str
    operations: tuple[PlannedOperation, ...]
    paused: str | None


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Queues links, or plans them."""

    catalogue: Catalogue
    claims: Claims
    writers: Writers
    ledger: Ledger
    institution: Institution
    listings: Listings
    wake: Wake
    clock: Clock
    telemetry: Telemetry

    def queue(self, wanted: WantedLinks, *, lane: Lane, reconcile: bool) -> int:
        """Make the writing links of active users due now (R33); returns how many. With `reconcile` the record is
        read first.
        """
        # The high lane's messages go at once; a due time after the visit would only bring it a second one.
        spread_ms = SPREAD_MS if wanted.everybody and lane is Lane.NORMAL else 0
        queued = 0
        claims = iter(self._claims(wanted))
        while part := list(islice(claims, LINKS_A_PAGE)):
            users = self.catalogue.known_users({claim.user_id for claim in part})
            active = [claim for claim in part if claim.user_id in users and users[claim.user_id].is_active]

            def wake(place: int, active: Sequence[Claim] = active, before: int = queued) -> bool:
                claim, delay_ms = active[place], (before + place) * spread_ms
                return self.wake.link(claim.user_id, claim.orcid_id, lane=lane, delay_ms=delay_ms, reconcile=reconcile)

            queued += sum(_at_once(wake, range(len(active))))
        self.telemetry.log("sync_on_demand", queued=queued, lane=lane.value, reconcile=int(reconcile))
        return queued

    def plan(self, wanted: WantedLinks) -> tuple[LinkPlan, ...]:
        """Say what a sync of each link would do, sending nothing (R40).

        Raises TooLargeError for more than 25 users: those take a rehearsal (R57).
        """
        claims: list[Claim] = []
        if len(set(wanted.users)) > MOST_PLANNED_USERS or len(wanted.orcid_ids) > MOST_PLANNED_IDS:
            raise _too_many()
        for claim in self._claims(wanted):
            claims.append(claim)
            # Asked at each, so that a plan for everybody is refused before everybody is read.
            if len({known.user_id for known in claims}) > MOST_PLANNED_USERS:
                raise _too_many()
        return tuple(self._plan(claim) for claim in claims)

    def _plan(self, claim: Claim) -> LinkPlan:
        planner = PlanRecord(self.catalogue, self.ledger, self.institution)
        now_ms, state = self.clock.now_ms(), self.writers.get(claim.orcid_id)
        writer = state if state is not None and state.owner == claim.user_id else None
        look = planner.look(claim, writer, now_ms=now_ms, consistent=True)
        order = (Operation.REMOVE, Operation.ADD, Operation.UPDATE)
        operations = (
            PlannedOperation(p.decision.publication_id, p.decision.title, operation.value, p.decision.reason)
            for operation in order
            for p in look.plan.operations(operation)
        )
        link = link_of(look.user, claim.orcid_id, claim)
        stands = standing(link, writer, write_enabled=look.institution.write_enabled, held=False, now_ms=now_ms)
        return LinkPlan(
            claim.user_id, claim.orcid_id, tuple(operations) if look.user.is_active else (), stands.standstill
        )

    def _claims(self, wanted: WantedLinks) -> Iterable[Claim]:
        """The writing links that are meant, each once."""
        seen: set[tuple[str, str]] = set()
        everybody = self._everybody() if wanted.everybody else ()
        for claim in chain(self._of_users(wanted.users), self._of_records(wanted.orcid_ids), everybody):
            key = (claim.user_id, claim.orcid_id)
            if key not in seen and claim.mode is Mode.WRITE:
                seen.add(key)
                yield claim

    def _of_users(self, user_ids: Sequence[str]) -> Iterable[Claim]:
        for user_id in user_ids:
            if self.catalogue.user(user_id) is None:
                raise NotFoundError(f"The catalogue does not know the user {user_id}; the RIS has to send them first.")
            yield from self.claims.of_user(user_id)

    def _of_records(self, orcid_ids: Sequence[str]) -> Iterable[Claim]:
        for orcid_id in orcid_ids:
            state = self.writers.get(orcid_id)
            claim = self.claims.get(state.owner, orcid_id) if state is not None else None
            if claim is not None:
                yield claim

    def _everybody(self) -> Iterable[Claim]:
        """All links that may be sent to, as they are now.

        From the list of links, whose entries never change their place: one of the due index does with every visit, and
        is at none of both for a moment; a link missed there would not hear of another mapping for a week.
        """
        cursor: str | None = None
        while True:
            listed, cursor = self.listings.links(prefix="", limit=LINKS_A_PAGE, cursor=cursor)
            for claim in _at_once(lambda one: self.claims.get(one.user_id, one.orcid_id), listed):
                if claim is not None and (claim.connection is Connection.WRITE or claim.removing_since_ms is not None):
                    yield claim
            if cursor is None:
                return


def _at_once(make: Callable[[_Given], _Made], given: Sequence[_Given]) -> Iterator[_Made]:
    """What is made of each, in order, some at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(make, given)


def _too_many() -> TooLargeError:
    return TooLargeError(f"A dry run plans at most {MOST_PLANNED_USERS} users at a time; name them in parts.")
