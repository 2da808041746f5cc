"""One record with as many works as ORCID takes: sent, checked, changed, hidden, emptied, and what that needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from soak.functions import TIMEOUTS
from soak.institution import MINUTE_MS, BigInstitution, institution
from soak.institution_aws import Invocation
from soak.institution_catalogue import AUTHORS_HERE

MB = 1_000_000
# What a bulk of a hundred works may take at ORCID on a slow day; single calls are quicker.
SLOW_BULK_MS = 10_000
WRITER_MB = 256
# Between two calls a visit looks how much of its time is left; what it has begun may take so long.
LONGEST_VISIT_SECONDS = TIMEOUTS["write_works"] - 10


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to the record, and the visits that it took."""

    what: str
    visits: int
    calls: int
    longest_seconds: float
    megabytes: float
    minutes: float

    def __str__(self) -> str:
        memory = f"{self.megabytes:.1f} MB allocated at most"
        length = f"the longest {self.longest_seconds:.0f} s"
        return (
            f"{self.what} | {self.visits} visits, {length}, {memory}; {self.calls:,} calls, {self.minutes:.0f} minutes"
        )


@dataclass
class LargeRecord:
    """`works` of one user, who is alone."""

    big: BigInstitution
    steps: list[Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def whole(self, told: Callable[[str], None]) -> None:
        big, who = self.big, self.big.catalogue.who(0)
        big.takes_in(1)
        big.keeping, big.measured = True, who.orcid_id
        catalogue = big.catalogue
        for what, act, seconds in (
            ("first sync", big.connect_all, 10_800),
            ("Run sync with nothing to do", lambda: self._calls(f"POST {who.link}/sync"), 120),
            ("a title changed", lambda: big.ris.sends([catalogue.retitled(7)]), 300),
            ("one hidden", lambda: big.ris.sends([catalogue.hides(0, 8)]), 300),
            ("reconciled", lambda: self._boss({"orcid_ids": [who.orcid_id], "reconcile": True}), 300),
        ):
            self._step(what, act, seconds)
            told(str(self.steps[-1]))
            if set(big.on_record(0).values()) != catalogue.wanted(0):
                self.problems.append(f"after {what}: {len(big.on_record(0)):,} works on the record")
        self._step("everything removed", lambda: self._calls(f"POST {who.link}/removal", {"confirm": True}), 86_400)
        told(str(self.steps[-1]))
        if big.on_record(0):
            self.problems.append(f"{len(big.on_record(0)):,} works are left")
        self.problems += [*big.world.functions.unexpected, *big.world.deliveries.dead, *big.people.violations]

    def _step(self, what: str, act: Callable[[], object], longest_seconds: int) -> None:
        big = self.big
        big.visits.clear()
        big.allocated.clear()
        calls, begin_ms = len(big.world.edge.arrived), big.now_ms()
        act()
        big.rests(MINUTE_MS, longest_seconds * 1000)
        visits: list[Invocation] = big.visits
        longest, most = max(one.seconds for one in visits), max(big.allocated) / MB
        minutes = (max(one.ended_ms for one in visits) - begin_ms) / MINUTE_MS
        made = len(big.world.edge.arrived) - calls
        self.steps.append(Step(what, len(visits), made, longest, most, minutes))
        if longest > LONGEST_VISIT_SECONDS or most > WRITER_MB:
            self.problems.append(f"{what}: a visit took {longest:.0f} s and {most:.0f} MB")

    def _calls(self, route: str, body: object = None) -> None:
        user_id = self.big.catalogue.who(0).user_id
        self.big.people.acts(user_id, lambda process: self.big.calls_api(process, user_id, route, body))

    def _boss(self, body: object) -> None:
        self.big.people.acts("boss", lambda process: self.big.calls_api(process, "boss", "POST /v1/admin/sync", body))


def large_record(works: int, told: Callable[[str], None], *, seed: int = 1) -> LargeRecord:
    """The whole of it."""
    with institution(1, round(works * AUTHORS_HERE), seed=seed) as big:
        answer = big.world.edge.app.api.answer

        def slowly(request: Any) -> Any:
            if request.method == "POST":
                big.world.simulation.wait(SLOW_BULK_MS)
            return answer(request)

        big.world.edge.app.api.answer = slowly  # type: ignore[method-assign]  # as on a slow day
        record = LargeRecord(big)
        record.whole(told)
        return record
