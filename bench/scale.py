"""Large things: a record of ten thousand works, a first sync of five thousand, pages of ten thousand publications."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orcid_sync.adapters.orcid_json import work_to_json
from orcid_sync.domain.work import ExternalId, IdRelationship, Work

from bench import samples
from bench.budgets import Check
from bench.episodes import Episode, counted, fill
from bench.founding import institution
from local.registry import RegistrySettings, RunningRegistry
from tests.contract.registry_stages import US, EmulatorStage

MB = 1_000_000
FULL_RECORD = 10_000
# What a bulk of a hundred works may take at ORCID on a slow day.
SLOW_CALL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured; `limit` None: nothing is asked of it."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    def check(self) -> Check | None:
        return None if self.limit is None else Check(f"{self.what} ({self.unit})", round(self.value, 1), self.limit)


def full_record(works: int = FULL_RECORD) -> list[Figure]:
    """The summary of a full record, read by a process of its own."""
    orcid_id = samples.orcid_id(1)
    with RunningRegistry(RegistrySettings(rate_limit=False)) as running:
        control = running.app.control
        for begin in range(0, works, 1_000):
            bodies = [work_to_json(_work(number)) for number in range(begin, min(works, begin + 1_000))]
            control.orders()["works"]({"orcid": orcid_id, "source": US, "works": bodies})
        token = EmulatorStage(running).grant(orcid_id)
        command = [sys.executable, "-m", "bench.summary_reading", running.url, orcid_id, token.reveal()]
        root = Path(__file__).parents[1]
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=120)
    own, again, seconds, resident, peak = run.stdout.split()
    assert int(own) == int(again) == works
    what = f"summary of {works:,} works, all ours"
    return [
        Figure(f"{what}: memory of the whole process", float(resident) / MB, "MB", 256),
        Figure(f"{what}: most allocated while reading", float(peak) / MB, "MB"),
        Figure(f"{what}: computing", float(seconds), "s"),
    ]


def _work(number: int) -> Work:
    doi, own = f"10.5555/full.{number}", f"pub-{number:07d}"
    ids = [ExternalId(kind, value, IdRelationship.SELF) for kind, value in (("doi", doi), ("source-work-id", own))]
    title = f"Long-term effects of exposure number {number} on the growth of grassland communities"
    return Work(title=title, type="journal-article", external_ids=tuple(ids))


def long_first_sync(size: int) -> list[Figure]:
    """Calls take long, so that the invocation ends before the record is written; the next round goes on."""
    with institution() as inst:
        who = inst.connect(1)
        who.publishes(list(samples.publications(size)))
        inst.call_seconds = SLOW_CALL_SECONDS
        began, minutes, reports = inst.clock.now_ms(), 0, list[dict[str, object]]()
        with inst.measuring() as used:
            while who.on_record() < size and minutes < 120:
                minutes += 1
                inst.clock.advance(60)
                inst.tick()
                reports += inst.deliver()
        assert who.on_record() == size
        passed = (inst.clock.now_ms() - began) / 60_000
        what = f"first sync of {size:,} works, {SLOW_CALL_SECONDS:.0f} s a call"
        rounds = sum(1 for report in reports if report["calls"])
        longest = max(int(str(report["calls"])) for report in reports) * SLOW_CALL_SECONDS
        return [
            Figure(f"{what}: visits", rounds, "visits"),
            Figure(f"{what}: calls of the registry", used[0].registry_calls, "calls", -(-size // 100) + 1 + rounds),
            Figure(f"{what}: longest visit", longest, "s", 300),
            Figure(f"{what}: until all is sent", passed, "minutes"),
            Figure(f"{what}: computing, emulator included", used[0].cpu_seconds["write_works"], "s"),
        ]


def large_pages(size: int) -> tuple[list[Episode], list[Figure]]:
    """Settings page and list page of one link; the second call is timed, when everything is imported."""
    with institution() as inst:
        who = inst.connect(1)
        fill(inst, who, size)
        assert who.calls("GET {link}")["counts"]["on_orcid"] == size
        episodes, found = list[Episode](), list[Figure]()
        for name, route in (("settings page", "GET {link}"), ("list page", "GET {link}/publications")):
            episodes.append(Episode(name, size, counted(inst, partial(who.calls, route))))
            with inst.measuring() as used:
                who.calls(route)
            what = f"{name} of {size:,} publications"
            found.append(Figure(f"{what}: computing", used[0].cpu_seconds["settings_api"], "s"))
            found.append(Figure(f"{what}: most allocated", _peak(partial(who.calls, route)) / MB, "MB", 512))
        return episodes, found


def _peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
