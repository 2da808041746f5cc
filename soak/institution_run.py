"""`make institution`: founds an institution of full size, lets a week pass, tries what concerns everybody."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from soak.functions import TIMEOUTS
from soak.institution import DAY_MS, HOUR_MS, MINUTE_MS, BigInstitution, institution
from soak.institution_everybody import Everybody, busiest_second
from soak.institution_verdict import figures, problems
from soak.institution_week import Week
from soak.large_record import large_record


@dataclass(frozen=True, slots=True)
class Size:
    """`resent`: the share of the catalogue that the RIS sends once more, unchanged; `every`: of how many records one is
    compared work by work; `large`: works of one record by itself, 0: none; `idle_minutes`: one of so many
    is played.
    """

    users: int = 5_000
    works: int = 200
    days: int = 8
    resent: float = 0.1
    every: int = 10
    large: int = 10_000
    idle_minutes: int = 1


@dataclass
class Run:
    """`lines` are rows of the table: what | figure."""

    size: Size
    seed: int
    told: Callable[[str], None]
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def whole(self) -> None:
        with institution(self.size.users, self.size.works, seed=self.seed) as big:
            if self.size.idle_minutes > 1:
                big.skips_idle_minutes(self.size.idle_minutes)
            for step in (self._founds, self._syncs_first, self._week, self._everybody, self._memory):
                began = time.perf_counter()
                step(big)
                resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                self.told(f"{step.__name__[1:]}: {time.perf_counter() - began:.0f} s, {resident:,.0f} MB so far")
            self.lines += figures(big)
            self.problems += problems(big, every=self.size.every)
        if self.size.large:
            record = large_record(self.size.large, self.told, seed=self.seed)
            self.lines += [f"one record of {self.size.large:,} works: {step}" for step in record.steps]
            self.problems += record.problems

    def _founds(self, big: BigInstitution) -> None:
        begin_ms, size, c = big.now_ms(), self.size, big.catalogue
        big.takes_in(size.users)
        minutes, files = (big.now_ms() - begin_ms) / MINUTE_MS, big.calls["import_feed"]
        what = f"{size.users:,} users, {c.publications:,} publications, {size.users * size.works:,} relationships"
        self.lines.append(f"{what}: taken in and noticed | {minutes:.0f} minutes, {len(files)} files")
        self.lines.append(f"longest import of a file | {max(one.seconds for one in files):.0f} s")

    def _syncs_first(self, big: BigInstitution) -> None:
        begin_ms, users = big.now_ms(), self.size.users
        big.connect_all()
        while len(big.done) < users and big.now_ms() < begin_ms + DAY_MS:
            big.passes(MINUTE_MS)
        arrived = big.world.edge.arrived
        seconds = (arrived[-1] - arrived[0]) / 1000
        minutes, works = (big.now_ms() - begin_ms) / MINUTE_MS, users * self.size.works
        self.lines.append(f"all connected at one moment: every record in step after | {minutes:.0f} minutes")
        calls = (
            f"{len(arrived):,} calls, {len(arrived) / max(seconds, 1):.1f} a second, {busiest_second(arrived)} at most"
        )
        self.lines.append(f"for it | {calls}; {works / max(seconds, 1):,.0f} works a second")
        if len(big.done) < users:
            self.problems.append(f"{users - len(big.done)} records are not in step after a day")

    def _week(self, big: BigInstitution) -> None:
        big.amazon.metering = big.keeping = True
        begin_ms = big.now_ms()
        week = Week(big, self.size.days, self.size.resent, self.seed)
        week.passes(self.told)
        for route in ("GET /v1/admin/status", "GET /v1/admin/links"):
            big.people.acts("boss", lambda p, route=route: big.calls_api(p, "boss", route))  # type: ignore[misc]  # bound
        big.passes(MINUTE_MS)
        big.rests(MINUTE_MS, 12 * HOUR_MS)
        big.week_ms, big.keeping = big.now_ms() - begin_ms, False
        happened = ", ".join(f"{what} {number:,}" for what, number in week.happened.items())
        self.lines.append(f"happened in the week | {happened}")

    def _everybody(self, big: BigInstitution) -> None:
        big.amazon.metering = False
        for one in Everybody(big).all(self.told):
            limit = (
                f"{one.calls:,} calls ({one.busiest_second} in the busiest second, {one.used_share:.0%} of the limit)"
            )
            invocation = f"{one.seconds:.0f} s of {TIMEOUTS['sync']} for {one.requests:,} requests"
            self.lines.append(f"{one.what} | {invocation}; {one.visits:,} visits, {limit}, {one.minutes:.0f} minutes")
            if not one.in_time:
                self.problems.append(f"{one.what}: an invocation took {one.seconds:.0f} s")

    def _memory(self, big: BigInstitution) -> None:
        """Run sync of a few, with nothing else to do."""
        for user in range(min(3, self.size.users)):
            who = big.catalogue.who(user)
            big.measured = who.orcid_id
            big.people.acts(who.user_id, lambda p, who=who: big.calls_api(p, who.user_id, f"POST {who.link}/sync"))  # type: ignore[misc]  # bound
            big.passes(MINUTE_MS)
        big.measured = ""
        big.rests(MINUTE_MS, HOUR_MS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make institution", description=__doc__)
    parser.add_argument("--users", type=int, default=Size().users)
    parser.add_argument("--works", type=int, default=Size().works, help="of each user")
    parser.add_argument("--days", type=int, default=Size().days)
    parser.add_argument("--resent", type=float, default=Size().resent, help="share of the catalogue sent once more")
    parser.add_argument("--every", type=int, default=Size().every, help="of so many records one is compared in detail")
    parser.add_argument("--large", type=int, default=Size().large, help="works of one record by itself; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()

    def told(line: str) -> None:
        print(f"[{time.perf_counter() - began:6.0f} s] {line}", file=sys.stderr, flush=True)

    run = Run(Size(given.users, given.works, given.days, given.resent, given.every, given.large), given.seed, told)
    run.whole()
    print("| what |  |", "| --- | --- |", *(f"| {line} |" for line in run.lines), sep="\n", flush=True)
    for problem in run.problems[:50]:
        print(f"PROBLEM: {problem}", file=sys.stderr)
    print("everything is as it should be" if not run.problems else f"{len(run.problems)} problems")
    return 1 if run.problems else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        again = [sys.executable, "-m", "soak.institution_run", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606 - this program, once more
    sys.exit(main())
