"""Rehearsals, their files and their queue in memory (R57)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from orcid_sync.domain.rehearsal import Division, LinkKey, Rehearsal, Result, Trial
from orcid_sync.domain.rehearsal_rows import Row

from tests.fakes.clock import FakeClock


class FakeRehearsals:
    """`stored` is open to tests; what has expired is not found, though it lies there."""

    def __init__(self, clock: FakeClock) -> None:
        self.stored: dict[str, Rehearsal] = {}
        self._clock = clock

    def put(self, rehearsal: Rehearsal) -> None:
        self.stored[rehearsal.rehearsal_id] = rehearsal

    def get(self, rehearsal_id: str) -> Rehearsal | None:
        found = self.stored.get(rehearsal_id)
        return found if found is not None and found.expires_ms > self._clock.now_ms() else None

    def since(self, from_ms: int) -> list[Rehearsal]:
        living = (self.get(rehearsal_id) for rehearsal_id in sorted(self.stored, reverse=True))
        return [r for r in living if r is not None and r.requested_ms >= from_ms]

    def divide(self, rehearsal_id: str, division: Division) -> Rehearsal | None:
        found = self.get(rehearsal_id)
        if found is not None and found.division is None:
            found = self.stored[rehearsal_id] = replace(found, division=division)
        return found

    def note_done(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        found = self.get(rehearsal_id)
        if found is None:
            return None
        self.stored[rehearsal_id] = replace(found, done=found.done | {part}, lost=found.lost - {part})
        return self.stored[rehearsal_id]

    def note_lost(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        found = self.get(rehearsal_id)
        if found is not None and part not in found.done:
            found = self.stored[rehearsal_id] = replace(found, lost=found.lost | {part})
        return found

    def finish(self, seen: Rehearsal, result: Result) -> None:
        found = self.get(seen.rehearsal_id)
        if found is not None and len(found.done) == len(seen.done):
            self.stored[seen.rehearsal_id] = replace(found, result=result)


class FakeRehearsalFiles:
    """`csvs` and the other files by rehearsal and name; `writes` counts the parts written."""

    def __init__(self) -> None:
        self.trials: dict[str, Trial] = {}
        self.lists: dict[tuple[str, str], list[LinkKey]] = {}
        self.rows: dict[tuple[str, int], list[Row]] = {}
        self.csvs: dict[tuple[str, str], str] = {}
        self.writes = 0

    def put_trial(self, rehearsal_id: str, trial: Trial) -> None:
        self.trials[rehearsal_id] = trial

    def trial(self, rehearsal_id: str) -> Trial:
        return self.trials[rehearsal_id]

    def put_links(self, rehearsal_id: str, links: Sequence[LinkKey]) -> str:
        name = f"{len(self.lists)}"
        self.lists[rehearsal_id, name] = list(links)
        return name

    def links(self, rehearsal_id: str, name: str) -> list[LinkKey]:
        return self.lists[rehearsal_id, name]

    def put_part(self, rehearsal_id: str, part: int, rows: Sequence[Row]) -> None:
        self.writes += 1
        self.rows[rehearsal_id, part] = list(rows)

    def parts(self, rehearsal_id: str, parts: Iterable[int]) -> list[Row]:
        return [row for part in parts for row in self.rows[rehearsal_id, part]]

    def put_csv(self, rehearsal_id: str, name: str, text: str) -> None:
        self.csvs[rehearsal_id, name] = text

    def csv_url(self, rehearsal_id: str, name: str, *, seconds: int) -> str:
        assert (rehearsal_id, name) in self.csvs
        return f"https://files.example.org/{rehearsal_id}/{name}.csv?expires={seconds}"


class FakeRehearsalQueue:
    """`begins` and `parts` wait; `broken` refuses everything."""

    def __init__(self) -> None:
        self.begins: list[str] = []
        self.parts: list[tuple[str, int, tuple[LinkKey, ...]]] = []
        self.broken = False

    def send_begin(self, rehearsal_id: str) -> None:
        if self.broken:
            raise OSError("the queue does not answer")
        self.begins.append(rehearsal_id)

    def send_parts(self, rehearsal_id: str, parts: Sequence[Sequence[LinkKey]]) -> None:
        self.parts.extend((rehearsal_id, number, tuple(links)) for number, links in enumerate(parts))
