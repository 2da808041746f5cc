"""One stage for the tests of a module; how many points are tried."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.crashes.stage import Moment, Stage, crash_stage
from tests.crashes.world import World


# Of a module, not of a session: while it stands, its patches hold for every test that runs on this worker.
@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with crash_stage() as made:
        yield made


@pytest.fixture(scope="module")
def nothing_yet(stage: Stage) -> Moment:
    """The moment before anything happened."""
    return stage.keep()


@pytest.fixture
def world(stage: Stage, nothing_yet: Moment) -> World:
    """An empty one."""
    stage.return_to(nothing_yet)
    return World(stage)


@pytest.fixture(scope="session")
def points_tried() -> int | None:
    """How many points of a scenario are tried; None: all (`CRASH_POINTS=all`, as `make soak` has it)."""
    wanted = os.environ.get("CRASH_POINTS", "1")
    return None if wanted == "all" else int(wanted)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many points were tried."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    tried = [int(str(value)) for report in reports for name, value in report.user_properties if name == "points"]
    if tried:
        terminalreporter.write_line(f"{sum(tried)} points tried in {len(tried)} tests")
