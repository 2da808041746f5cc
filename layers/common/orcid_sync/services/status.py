"""How the whole is doing: queues, backlog, pauses, what failed and why, the oldest waiting update (R32, R35, R38)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from orcid_sync.domain.ledger import Concern
from orcid_sync.domain.links import Lane
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.gate import Gate, GateState
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.listings import Listings
from orcid_sync.ports.queues import Queues
from orcid_sync.ports.writers import Writers

# So many works or links of a kind are counted at most; one look then costs some 200 read units, whatever there is.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """A number; `complete` False: there are more, but no more were counted."""

    number: int
    complete: bool


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One lane: messages that wait, iDs that are due and have none yet, and since when the oldest of these is due."""

    lane: Lane
    queued: int
    due: Count
    oldest_due_ms: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole at `at_ms`. `failures` are works by the registry's error code, as of the last visits."""

    at_ms: int
    search_enabled: bool
    write_enabled: bool
    gate: GateState
    lanes: tuple[LaneStatus, ...]
    works: dict[Concern, Count]
    unmatched: Count
    failures: dict[str, int]
    oldest_waiting_update_ms: int | None


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Looks at everything once; eventually consistent, of bounded cost."""

    listings: Listings
    writers: Writers
    queues: Queues
    gate: Gate
    institution: Institution
    clock: Clock

    def show(self) -> Status:
        """The status now."""
        settings = self.institution.settings()
        works: dict[Concern, Count] = {}
        failures: Counter[str] = Counter()
        oldest_update_ms: int | None = None
        for concern in Concern:
            listed, more = self.listings.works(concern, limit=MOST_COUNTED, cursor=None)
            works[concern] = Count(len(listed), more is None)
            if concern is Concern.FAILED:
                failures.update(entry.failure.code for _, entry in listed if entry.failure is not None)
            if concern is Concern.WAITING_UPDATE and listed:
                oldest_update_ms = listed[0][1].waiting_since_ms  # the longest waiting comes first
        strangers, more = self.listings.unmatched(limit=MOST_COUNTED, cursor=None)
        return Status(
            at_ms=self.clock.now_ms(),
            search_enabled=settings.search_enabled,
            write_enabled=settings.write_enabled,
            gate=self.gate.state(),
            lanes=tuple(self._lane(lane) for lane in Lane),
            works=works,
            unmatched=Count(len(strangers), more is None),
            failures=dict(failures.most_common()),
            oldest_waiting_update_ms=oldest_update_ms,
        )

    def _lane(self, lane: Lane) -> LaneStatus:
        due = self.writers.due(lane, now_ms=self.clock.now_ms(), limit=MOST_COUNTED + 1)
        return LaneStatus(
            lane=lane,
            queued=self.queues.depth(lane),
            due=Count(min(len(due), MOST_COUNTED), len(due) <= MOST_COUNTED),
            oldest_due_ms=due[0][1] if due else None,
        )
