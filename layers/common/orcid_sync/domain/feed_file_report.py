"""What became of a feed file: for people to read, and for the next invocation to go on from (R44)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from orcid_sync.domain.feed_items import FeedReport, Remark

# A report is read by people; what is wrong with the first lines is mostly wrong with the others.
MOST_REMARKS: Final = 1000
# An event is given to the function so often (template.yaml, ImportFeedFunction); then it is a dead letter.
MOST_TRIES: Final = 3


@dataclass(slots=True)
class FileReport:
    """The totals of all parts so far; bounded, however long the file is. What is taken in twice, after an invocation
    that was killed, counts as stale the second time.

    `problem`: what stands in the way; `over`: nothing goes on any more. `byte` and `lines` are where the next part
    begins, `read` says how much of the stored file that is. `run` is whoever is at it now, `event` the event that told
    them to, given to them for the `tries`-th time.
    """

    file: str
    upload: str = ""
    size: int = 0
    note: str | None = None
    problem: str | None = None
    over: bool = False
    lines: int = 0
    accepted: int = 0
    stale: int = 0
    failed: int = 0
    warned: int = 0
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    byte: int = 0
    read: int = 0
    parts: int = 0
    run: str = ""
    event: str = ""
    tries: int = 0

    @property
    def complete(self) -> bool:
        """Whether all of the file was taken in."""
        return self.over and self.problem is None

    @property
    def last_try(self) -> bool:
        """Whether what fails now is a dead letter."""
        return self.tries % MOST_TRIES == 0

    def begin(self, run: str, event: str) -> None:
        """Somebody goes on with it."""
        self.tries = self.tries + 1 if event == self.event else 1
        self.run, self.event, self.problem = run, event, None
        self.parts += 1

    def add(self, line_numbers: Sequence[int], report: FeedReport) -> None:
        """Add a batch whose items stood on these lines."""
        self.accepted += report.accepted
        self.stale += report.stale
        self.failed += len(report.errors)
        self.warned += len(report.warnings)
        for kept, remarks in ((self.errors, report.errors), (self.warnings, report.warnings)):
            room = max(0, MOST_REMARKS - len(kept))
            kept.extend(Remark(line_numbers[remark.index], remark.message) for remark in remarks[:room])

    def as_json(self, now_ms: int) -> dict[str, object]:
        """The report as it is stored; `state` is for the next invocation."""
        return {
            "file": self.file,
            "complete": self.complete,
            "problem": self.problem,
            "progress": self._progress(),
            "note": self.note,
            "at": datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lines": self.lines,
            "accepted": self.accepted,
            "stale": self.stale,
            "failed": self.failed,
            "errors": [{"line": remark.index, "message": remark.message} for remark in self.errors],
            "warned": self.warned,
            "warnings": [{"line": remark.index, "message": remark.message} for remark in self.warnings],
            "state": {name: getattr(self, name) for name in _STATE},
        }

    def _progress(self) -> str | None:
        """How far it is, and what happens next; None when nothing happens any more."""
        if self.over or self.problem is not None:
            return None
        share = f" ({min(99, 100 * self.read // self.size)} %)" if self.size else ""
        told = f"Taken in up to line {self.lines:,}{share}; it goes on by itself."
        if self.tries > 1:
            told += (
                f" Try {(self.tries - 1) % MOST_TRIES + 1} of {MOST_TRIES}, as the one before broke off: should `at` be"
                " more than 20 minutes ago, see docs/operations.md, Dead letters."
            )
        return told


_STATE: Final = ("upload", "size", "over", "byte", "read", "parts", "run", "event", "tries")
_TOTALS: Final = ("problem", "note", "lines", "accepted", "stale", "failed", "warned")


def report_of(stored: Mapping[str, Any]) -> FileReport:
    """A stored report; one without a state is that of a file that is over."""
    state = stored.get("state") or {"over": True}
    report = FileReport(str(stored.get("file", "")), **{name: state[name] for name in _STATE if name in state})
    for name in _TOTALS:
        if name in stored:
            setattr(report, name, stored[name])
    report.errors = [Remark(remark["line"], remark["message"]) for remark in stored.get("errors", ())]
    report.warnings = [Remark(remark["line"], remark["message"]) for remark in stored.get("warnings", ())]
    return report
