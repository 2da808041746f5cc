"""Something happens just before each of a visit's calls: no cause is lost, and never do two write to one record."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.crashes.administration import boss
from tests.crashes.cloud import MINUTE_MS
from tests.crashes.interruptions import Call, during
from tests.crashes.points import Records, Scenario, Step, Trial, sample_of, tried
from tests.crashes.scenarios import ADA, LINK, _mode, connected, feed, names, on, press, writing
from tests.crashes.stage import TIMEOUTS, Moment, Stage
from tests.crashes.world import World, a_publication, a_relationship

# One visit with a removal, adds in a bulk and an update; p2 is a favourite.
_CHANGES = [
    a_relationship("u1", "p1", hidden=True), a_publication("p2", title="New"),
    a_relationship("u1", "p2", favourite=True),
    *(item for n in ("p6", "p7") for item in (a_publication(n), a_relationship("u1", n))),
]  # fmt: skip
WANTED = on(ADA, *names(2, 7))
BUSY = Scenario("a busy visit", writing(*names(1, 5)), [feed(*_CHANGES)], WANTED, creates=2, always_repeated=True)


def _revoke(world: World) -> None:
    writing(*names(1, 5))(world)
    world.order("revocation", orcid=ADA, by="user")


# The same visit of somebody who has revoked the permission at ORCID.
REVOKED = replace(BUSY, name="a revoked visit", prepare=_revoke, done=None)


def _noticed(step: Step) -> Callable[[World], None]:
    """The RIS sends something, and the stream brings it at once."""

    def happens(world: World) -> None:
        step(world)
        world.cloud.deliver_stream()

    return happens


def _just(step: Step) -> Callable[[World], None]:
    def happens(world: World) -> None:
        reply = step(world)
        assert reply is not None
        assert reply.status < 300 or reply.status == 503, reply.body

    return happens


HIDDEN = _noticed(feed(a_relationship("u1", "p3", hidden=True)))
HAPPENINGS: dict[str, tuple[Scenario, Callable[[World], None], Records | None, Callable[[World], None]]] = {
    "R31 another is hidden": (BUSY, HIDDEN, on(ADA, "p2", "p4", "p5", "p6", "p7"), lambda _: None),
    "R44 more comes from the feed": (
        BUSY, _noticed(feed(a_publication("p8"), a_relationship("u1", "p8"))), on(ADA, *names(2, 8)), lambda _: None,
    ),
    "R24 Run sync": (BUSY, _just(press(f"POST {LINK}/sync")), WANTED, lambda _: None),
    "R20 favourites only": (
        BUSY, _just(press(f"PATCH {LINK}/settings", {"favourites_only": True})), on(ADA, "p2"), lambda _: None,
    ),
    "R15 leaving write": (
        BUSY, _just(press(f"PATCH {LINK}/settings", {"mode": "read"})), None, _mode("read", "write"),
    ),
    "R23 remove from ORCID": (
        BUSY, _just(press(f"POST {LINK}/removal", {"confirm": True})), on(ADA), _mode("read", "write"),
    ),
    "R61 disconnect": (
        BUSY, _just(press(f"DELETE {LINK}", query={"works": "leave"})), None, _mode("claim-only", "none"),
    ),
    "R16 reconnect": (BUSY, _just(connected), WANTED, lambda _: None),
    "R25 reconnect after a revocation": (REVOKED, _just(connected), WANTED, lambda _: None),
    "R22 release": (BUSY, _just(boss(f"POST /v1/admin/links/{ADA}/release")), None, lambda _: None),
    "R48 erase": (BUSY, _just(boss("DELETE /v1/admin/users/u1", query={"works": "leave"})), None, lambda _: None),
}  # fmt: skip


@pytest.fixture(scope="module")
def busy(stage: Stage, nothing_yet: Moment) -> Trial:
    """The busy visit, its calls known."""
    return _known(stage, nothing_yet, BUSY)


@pytest.fixture(scope="module")
def revoked(stage: Stage, nothing_yet: Moment) -> Trial:
    return _known(stage, nothing_yet, REVOKED)


def _known(stage: Stage, nothing_yet: Moment, scenario: Scenario) -> Trial:
    stage.return_to(nothing_yet)
    trial = Trial(World(stage), scenario)
    trial.points()
    return trial


def _visit_calls(trial: Trial) -> Sequence[Call]:
    return [call for call in trial.calls if call.function == "write_works"]


def _try_each(
    trial: Trial,
    calls: Sequence[Call],
    happens: Callable[[World], None],
    check: Callable[[World], None] = lambda _: None,
) -> None:
    world, failures = trial.world, []
    for call in calls:
        try:
            trial.run(during(call.number, functools.partial(_happen, world, happens)), repeats=True)
            check(world)
        except AssertionError as error:
            failures.append(f"before call {call.number}, {call.name}: {error}")
    assert not failures, f"{len(failures)} of {len(calls)} points:\n" + "\n".join(failures[:20])


def _happen(world: World, happens: Callable[[World], None]) -> None:
    with world.stage.tap.unseen():
        happens(world)


@pytest.mark.parametrize("name", tried(HAPPENINGS))
def test_what_happens_during_a_visit_is_never_lost(
    busy: Trial, revoked: Trial, name: str, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    scenario, happens, done, also = HAPPENINGS[name]
    trial = busy if scenario is BUSY else revoked
    creates = scenario.creates + (1 if done == on(ADA, *names(2, 8)) else 0)
    calls = sample_of(_visit_calls(trial), _fewer(points_tried), name)
    record_property("points", len(calls))
    changed = replace(scenario, done=done, creates=creates, at_most=done != WANTED, also=also)
    _try_each(replace(trial, scenario=changed), calls, happens)


def _fewer(points_tried: int | None) -> int | None:
    """Fewer than of a scenario of its own, for all of these have the same visit."""
    return None if points_tried is None else max(1, points_tried // 2)


def test_r31_what_is_hidden_during_a_visit_is_off_the_record_within_minutes(
    busy: Trial, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    world = busy.world
    calls = sample_of(_visit_calls(busy), points_tried, "within minutes")
    record_property("points", len(calls))
    for call in calls:
        world.begin(busy.moment, during(call.number, functools.partial(_happen, world, HIDDEN)))
        BUSY.steps[0](world)
        world.settle(2 * MINUTE_MS)
        assert "p3" not in world.works(ADA).values(), f"still public; hidden before call {call.number}, {call.name}"


def _again(lane: str) -> Callable[[World], None]:
    """The same message once more, in either lane."""

    def happens(world: World) -> None:
        world.cloud.deliver_again(ADA, lane)

    return happens


@pytest.mark.parametrize("lane", ["normal", "high"])
def test_r34_the_same_id_in_both_queues_or_twice_in_one_makes_one_writer(
    busy: Trial, lane: str, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    calls = sample_of(_visit_calls(busy), _fewer(points_tried), f"twice {lane}")
    record_property("points", len(calls))
    _try_each(busy, calls, _again(lane), check_one_writer)


def check_one_writer(world: World) -> None:
    """R34: the calls of one visit end before those of the next begin."""
    order = [call.invocation for call in world.registry_calls()]
    changes = sum(1 for before, after in itertools.pairwise(order) if before != after)
    assert changes == max(0, len(set(order)) - 1), f"the calls of two visits interleave: {order}"


@pytest.mark.parametrize("seconds", tried([400, 60, 200]))
@pytest.mark.parametrize("met", [False, True], ids=["alone", "another visit meanwhile"])
def test_r34_a_visit_that_stood_still_makes_no_call_after_its_lease(
    busy: Trial, seconds: int, met: bool, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    calls = [call for call in _visit_calls(busy) if not call.to_registry]
    chosen = sample_of(calls, _fewer(points_tried), f"{seconds} {met}")
    record_property("points", len(chosen))

    def stands_still(world: World) -> None:
        world.stage.clock.advance(seconds)
        if met:
            _again("high")(world)

    _try_each(busy, chosen, stands_still, check_within_lease)


def check_within_lease(world: World) -> None:
    check_one_writer(world)
    began: dict[int, int] = {}
    for call in world.stage.tap.seen:
        began.setdefault(call.invocation, call.at_ms)
        if call.function == "write_works" and call.to_registry:
            late_ms = call.at_ms - began[call.invocation]
            assert late_ms < TIMEOUTS["write_works"] * 1000, f"{call.name} began {late_ms} ms after its visit"
