"""Tries a scenario with a stop at each of its points: each call to AWS or the registry, before and after it.

The points are found by a first run in which nothing is stopped; every other run begins in the same world.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.crashes.expectations import check_at_rest, check_due, check_nothing_to_do
from tests.crashes.interruptions import Around, Call, Side, _as_it_is, stop_at
from tests.crashes.stage import Moment
from tests.crashes.world import HORIZON_MS, World
from tests.integration.conftest import Reply

# Somebody whose call broke off tries again after so long.
REPEATED_AFTER_SECONDS = 40
MOST_REPEATS = 20

T = TypeVar("T")
# Their calls are made side by side, so that the next one may have begun before.
_ON_THREADS = frozenset({"feed_api", "import_feed"})
# ORCID cannot be asked just now; and an authorisation that is over, or a change that somebody else was faster with:
# that is what a caller may hear when the answer to our own first try was lost.
_TO_BE_REPEATED = frozenset({409, 422, 503})
Step = Callable[[World], Reply | None]
# Which records hold which works: what may stand there at the end.
Records = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Scenario:
    """Something that people or the RIS do, and what has to come of it.

    `steps` are repeated by whoever made them when they break off, or not: then the steps after them do not happen, and
    one of `undone` may hold in place of `done` within `undone_horizon_ms`. `creates`: works that the registry stores in
    the whole, however often something is stopped. `done` None: where it ends depends on the moment; `at_most`: so does
    how many are created. `twice`: what a repeated step may be answered, since it took effect the first time.
    `always_repeated`: whoever sends it sends it again until it is answered. `may_give_up`: a killed visit's lease may
    outlast the deliveries of an event, which rings, and the visits ask again.
    """

    name: str
    prepare: Callable[[World], None]
    steps: Sequence[Step]
    done: Records | None
    creates: int = 0
    undone: Sequence[Records] = ()
    twice: frozenset[int] = frozenset()
    always_repeated: bool = False
    at_most: bool = False
    may_give_up: bool = False
    also: Callable[[World], None] = lambda _: None
    horizon_ms: int = HORIZON_MS
    undone_horizon_ms: int = 0


@dataclass(frozen=True)
class Point:
    """Where a run is hit, and whether the one whose call broke off repeats it."""

    call: Call
    side: Side
    repeats: bool

    def __str__(self) -> str:
        again = "repeated" if self.repeats else "not repeated"
        return f"{self.side} call {self.call.number}, {self.call.name} of {self.call.function}, {again}"


@dataclass
class Trial:
    """A scenario on a stage, prepared once."""

    world: World
    scenario: Scenario
    calls: list[Call] = field(default_factory=list)
    prepared: Moment | None = None

    @property
    def moment(self) -> Moment:
        """The moment before the scenario."""
        assert self.prepared is not None
        return self.prepared

    def __post_init__(self) -> None:
        if self.prepared is not None:
            return
        self.world.begin()
        self.scenario.prepare(self.world)
        self.world.settle()
        assert not self.world.stage.errors, self.world.stage.errors
        self.prepared = self.world.stage.keep()

    def points(self) -> list[Point]:
        """All points, found by a run that nothing disturbs."""
        self.run(_as_it_is, repeats=True)
        self.calls = list(self.world.stage.tap.seen[: self.world.calls_at_rest])
        return list(self._points(self.calls))

    @staticmethod
    def _points(calls: Sequence[Call]) -> Iterator[Point]:
        following = {call.number: after for call, after in itertools.pairwise(calls)}
        for call in calls:
            after = following.get(call.number)
            goes_on = after is not None and after.invocation == call.invocation
            for side in Side:
                if side is Side.AFTER and goes_on and call.function not in _ON_THREADS:
                    continue  # the same world as just before the next call
                if side is Side.IN_PART and call.name != "BatchWriteItem":
                    continue
                if side is Side.ANSWER_LOST and (call.to_registry or call.reads):
                    continue  # of the registry: test_outages.py; a reading call changes nothing
                by_a_person = call.function.endswith("_api") or call.function == "connect"
                for repeats in (True, False) if by_a_person and side is not Side.ANSWER_LOST else (True,):
                    yield Point(call, side, repeats)

    def try_point(self, point: Point) -> None:
        """Run with the stop there. Raises AssertionError saying where."""
        try:
            self.run(stop_at(point.call.number, point.side), repeats=point.repeats)
        except AssertionError as error:
            raise AssertionError(f"{self.scenario.name}: {point}: {error}") from error

    def run(self, around: Around, *, repeats: bool, given_up: bool = False) -> None:
        """The whole scenario, and everything that has to be true afterwards.

        `given_up`: what goes wrong lasts longer than events are delivered again, so some may have been given up.
        """
        world, scenario = self.world, self.scenario
        world.begin(self.moment, around)
        done = all(self._step(step, repeats=repeats or scenario.always_repeated) for step in scenario.steps)
        world.settle(scenario.horizon_ms if done else max(scenario.horizon_ms, scenario.undone_horizon_ms))
        world.calls_at_rest = len(world.stage.tap.seen)
        if given_up or scenario.may_give_up:
            world.cloud.dead.clear()
        check_at_rest(world, done=done)
        check_due(world)
        self._check_records(done=done)
        assert world.created <= scenario.creates, f"{world.created} works were created"
        check_nothing_to_do(world)
        check_at_rest(world, done=done)

    def _check_records(self, *, done: bool) -> None:
        world, scenario = self.world, self.scenario
        if scenario.done is None:
            scenario.also(world)
            return
        found = {orcid_id: frozenset(world.works(orcid_id).values()) for orcid_id in scenario.done}
        allowed = [scenario.done] if done else [scenario.done, *scenario.undone]
        assert found in allowed, f"on the records: {found}"
        if done:
            exactly = world.created == scenario.creates or scenario.at_most
            assert exactly, f"{world.created} works were created"
            scenario.also(world)

    def _step(self, step: Step, *, repeats: bool) -> bool:
        """Whether the step was done in the end."""
        reply = step(self.world)
        if reply is not None and reply.status not in _TO_BE_REPEATED:
            assert reply.status < 300, f"{reply.status}: {reply.body}"
            return True
        if not repeats:
            return False
        for _ in range(MOST_REPEATS):
            self.world.stage.clock.advance(REPEATED_AFTER_SECONDS)
            reply = step(self.world)
            if reply is not None and reply.status != 503:
                break
        assert reply is not None
        assert reply.status < 300 or reply.status in self.scenario.twice, f"repeated: {reply.status}: {reply.body}"
        return True


def tried(scenarios: Iterable[T]) -> list[T]:
    """All of them, or every other one where only a sample of points is tried (`CRASH_POINTS`)."""
    return list(scenarios) if os.environ.get("CRASH_POINTS") else list(scenarios)[::2]


def sample_of(points: Sequence[T], number: int | None, seed: str) -> list[T]:
    """So many of the points (None: all), the same ones for a seed, spread over the whole."""
    if number is None or number >= len(points):
        return list(points)
    chosen = random.Random(seed)
    width = len(points) / number
    return [points[int(width * (index + chosen.random()))] for index in range(number)]
