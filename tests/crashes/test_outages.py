"""The registry fails at any one of the calls: nothing is doubled, lost, or counted as failed (R35, R37, R38)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crashes.interruptions import Call
from tests.crashes.outages import OUTAGES, Outage
from tests.crashes.points import Scenario, Trial, sample_of, tried
from tests.crashes.scenarios import PAGE, SYNCS
from tests.crashes.world import World

# Together every kind of call: reading, adding, updating, removing, exchanging a code, revoking a token.
_NAMES = {
    "R11 first contact", "R36 adds in several bulks", "R32 updates", "R31 hidden", "R56 a twin takes over",
    "R23 remove from ORCID", "R61 disconnect, works first", "R16 connect for the first time",
}  # fmt: skip
MET = tried(scenario for scenario in (*SYNCS, *PAGE) if scenario.name in _NAMES)


@pytest.mark.parametrize("scenario", MET, ids=[scenario.name for scenario in MET])
def test_r37_whatever_the_registry_does_to_a_call_nothing_is_doubled_or_lost(
    world: World, scenario: Scenario, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    trial = Trial(world, scenario)
    trial.points()
    points = [(call, outage) for call in trial.calls if call.to_registry for outage in OUTAGES]
    chosen = sample_of(points, points_tried, f"outage {scenario.name}")
    failures = [said for call, outage in chosen if (said := _failure(trial, call, outage))]
    record_property("points", len(chosen))
    assert not failures, f"{len(failures)} of {len(chosen)} points:\n" + "\n".join(failures[:20])


def _failure(trial: Trial, call: Call, outage: Outage) -> str | None:
    try:
        trial.run(outage.at(call.number, trial.world.stage.clock), repeats=True, given_up=outage.lasts_ms > 0)
    except AssertionError as error:
        return f"{outage.name} at {call.name}, call {call.number} of {call.function}: {error}"
    return None
