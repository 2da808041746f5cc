"""Looks works up at open sources: many at once, remembered for a month, never pressing a source that is busy (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import bounded
from orcid_sync.domain.work_identifiers import LookUpKey
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import Finding, Findings, OpenSource, SourceBusyError, SourcePauses
from orcid_sync.ports.telemetry import Telemetry

AT_ONCE = 20
# What one run asks a source: a thousand identifiers, some half a minute. The next run goes on, for answers are kept.
MOST_REQUESTS = 50
# A request with its pace, and storing what it brought.
REQUEST_MS = 35_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, in the order asked for (None: no source has it, or could be asked).

    `unfinished`: a source is still to be asked about these; `again_ms` is when (epoch ms).
    """

    works: tuple[OfferedWork | None, ...]
    unfinished: frozenset[int] = frozenset()
    again_ms: int = 0


@dataclass(slots=True)
class LookUpWorks:
    """For one run; `left` counts down the requests that each source may still be asked."""

    sources: Sequence[OpenSource]
    findings: Findings
    pauses: SourcePauses
    clock: Clock
    telemetry: Telemetry
    deadline_ms: int
    left: dict[str, int] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)

    def look_up(self, works: Sequence[Sequence[LookUpKey]]) -> Looked:
        """`works` are the keys of each, the surest first; the next is asked for only where none before was found."""
        if not self.sources:
            return Looked((None,) * len(works))
        everything = list(dict.fromkeys(key for keys in works for key in keys))
        known = self.findings.some(everything, now_ms=self.clock.now_ms()) if everything else {}
        found: list[OfferedWork | None] = [None] * len(works)
        open_: dict[int, list[LookUpKey]] = {number: list(keys) for number, keys in enumerate(works) if keys}
        unfinished: set[int] = set()
        while open_:
            firsts = {number: keys[0] for number, keys in open_.items()}
            self._ask(list(dict.fromkeys(firsts.values())), known)
            for number, key in firsts.items():
                finding = known.get(key)
                if finding is not None and finding.work is not None:
                    found[number] = finding.work
                    del open_[number]
                    unfinished.discard(number)
                    continue
                if not self._names(key) <= (finding.asked if finding is not None else frozenset()):
                    unfinished.add(number)
                open_[number] = open_[number][1:]
                if not open_[number]:
                    del open_[number]
        again_ms = max(self.waits.values(), default=0) if unfinished else 0
        return Looked(tuple(found), frozenset(unfinished), again_ms)

    def _names(self, key: LookUpKey) -> frozenset[str]:
        """The sources that know identifiers of this type."""
        return frozenset(source.name for source in self.sources if key[0] in source.types)

    def _ask(self, keys: Sequence[LookUpKey], known: dict[LookUpKey, Finding]) -> None:
        """Ask one source after the other for what none before had."""
        for source in self.sources:
            wanted = [key for key in keys if key[0] in source.types and _is_open(known.get(key), source.name)]
            for begin in range(0, len(wanted), AT_ONCE):
                batch = wanted[begin : begin + AT_ONCE]
                if not self._may_ask(source.name):
                    break
                try:
                    answer = source.look_up(batch)
                except SourceBusyError as busy:
                    self._leave_alone(source.name, busy)
                    break
                self._remember(source.name, batch, {k: bounded(work) for k, work in answer.items()}, known)

    def _may_ask(self, name: str) -> bool:
        now_ms = self.clock.now_ms()
        if name not in self.waits:
            self.waits[name] = self.pauses.until(name)
        left = self.left.setdefault(name, MOST_REQUESTS)
        if self.waits[name] > now_ms or not left or now_ms + REQUEST_MS > self.deadline_ms:
            return False
        self.left[name] = left - 1
        return True

    def _leave_alone(self, name: str, busy: SourceBusyError) -> None:
        until_ms = self.pauses.pause(name, now_ms=self.clock.now_ms(), wait_seconds=busy.wait_seconds)
        self.waits[name] = until_ms
        self.telemetry.alert("source_busy", source=name, until_ms=until_ms, reason=str(busy))
        self.telemetry.count("SourcesBusy")

    def _remember(
        self,
        name: str,
        batch: Iterable[LookUpKey],
        answer: dict[LookUpKey, OfferedWork],
        known: dict[LookUpKey, Finding],
    ) -> None:
        before = {key: known[key].asked if key in known else frozenset[str]() for key in batch}
        fresh = {key: Finding(answer.get(key), asked | {name}) for key, asked in before.items()}
        self.findings.put(fresh, now_ms=self.clock.now_ms())
        known.update(fresh)
        if self.waits.pop(name, 0):
            self.pauses.answered(name)
        self.waits[name] = 0


def _is_open(finding: Finding | None, source: str) -> bool:
    return finding is None or (finding.work is None and source not in finding.asked)
