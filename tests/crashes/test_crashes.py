"""Wherever something is stopped, nothing is doubled, lost, frozen or left under way (R37)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crashes.administration import ADMINISTRATION
from tests.crashes.points import Scenario, Trial, sample_of, tried
from tests.crashes.scenarios import PAGE, SYNCS
from tests.crashes.world import World

ALL = tried([*SYNCS, *PAGE, *ADMINISTRATION])


@pytest.mark.parametrize("scenario", ALL, ids=[scenario.name for scenario in ALL])
def test_r37_stopped_at_any_call_it_is_made_good_by_what_follows(
    world: World, scenario: Scenario, points_tried: int | None, record_property: Callable[[str, object], None]
) -> None:
    trial = Trial(world, scenario)
    chosen = sample_of(trial.points(), points_tried, scenario.name)
    failures = []
    for point in chosen:
        try:
            trial.try_point(point)
        except AssertionError as error:
            failures.append(str(error))
    record_property("points", len(chosen))
    assert not failures, f"{len(failures)} of {len(chosen)} points:\n" + "\n".join(failures[:20])
