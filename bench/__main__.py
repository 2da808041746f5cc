"""`make bench`: counts, measures, checks the budgets and writes bench/RESULTS.md.

Exit status 1: a budget was passed. `--counted` counts alone; sections with what takes time stay as they are written.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from bench import assumptions, cost, report, scale, timing
from bench.budgets import Check, checks
from bench.episodes import Episode, feed_episodes, idle_episode, researcher_episodes, storage_episode
from bench.gate_use import GateUse, measure
from local.aws.template import load

RESULTS = Path(__file__).with_name("RESULTS.md")
SIZES = (60, 200, 1_000)
FEED_ITEMS = 10_000
LARGE_PAGE = 10_000
LONG_SYNC = 5_000
T = TypeVar("T")


def main() -> int:
    """0, or 1 when a budget was passed."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--counted", action="store_true", help="count alone, and check the budgets of that")
    asked = options.parse_args()
    by_size = {size: _timed(f"one researcher, {size} works", partial(researcher_episodes, size)) for size in SIZES}
    feed = _timed("feed", lambda: feed_episodes(FEED_ITEMS))
    idle = idle_episode()
    pages, figures = _timed("large pages", lambda: scale.large_pages(LARGE_PAGE))
    episodes = [*(one for found in by_size.values() for one in found), *pages, *feed, idle]
    checked = checks(episodes)
    kept = storage_episode(assumptions.WORKS)
    use = cost.monthly_use(by_size[assumptions.WORKS], feed, idle, kept, load())
    money = report.money({size: cost.bill(use, size) for size in report.SIZES})
    used = [report.counted(_in_order(episodes)), report.stored(kept, assumptions.WORKS)]
    if asked.counted:
        written = RESULTS.read_text(encoding="utf-8")
        return _write(report.renewed(written, [report.budgets(checked), *used, money]), checked)
    figures += _timed("full record", scale.full_record)
    figures += _timed("long first sync", lambda: scale.long_first_sync(LONG_SYNC))
    gate = _timed("the gate", lambda: measure(saturated_seconds=10, lanes_seconds=6, after_pause_seconds=3))
    steps, cold = timing.steps(), _timed("cold starts", timing.cold_starts)
    checked += [check for figure in figures if (check := figure.check()) is not None] + _of_gate(gate)
    measured = [report.gate(gate), report.scale(figures), report.times(steps, cold)]
    parts = [report.HEAD, report.budgets(checked), *used, *measured, money]
    return _write("\n\n".join(part.strip() for part in parts) + "\n", checked)


def _write(document: str, checked: list[Check]) -> int:
    RESULTS.write_text(document, encoding="utf-8")
    print(f"written: {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")
    return _verdict(checked)


def _in_order(episodes: list[Episode]) -> list[Episode]:
    """Episodes of a kind together, as the first of them came."""
    kinds = list(dict.fromkeys(episode.kind for episode in episodes))
    return sorted(episodes, key=lambda episode: (kinds.index(episode.kind), episode.size))


def _of_gate(use: GateUse) -> list[Check]:
    return [
        Check("slots of the gate left unused (%)", round(max(0.0, 1 - use.used_share) * 100, 1), 5),
        Check("most calls in any second", use.most_in_a_second, 26),
        Check("calls that the registry would have refused", use.refused, 0),
        Check("longest wait of the high lane (s)", round(use.longest_high_wait, 2), round(use.high_bound, 2)),
        Check("calls in a pause, a second after it was set", use.calls_in_pause_after_a_second, 0),
        Check("most calls in any second after a pause", use.most_in_a_second_after_pause, 26),
    ]


def _timed(what: str, run: Callable[[], T]) -> T:
    began = time.monotonic()
    result = run()
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)
    return result


def _verdict(checked: list[Check]) -> int:
    passed = [check for check in checked if not check.kept]
    for check in passed:
        print(f"BUDGET PASSED  {check.what}: {check.used} of {check.allowed}")
    print(f"{len(checked) - len(passed)} of {len(checked)} budgets are kept")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
