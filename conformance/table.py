"""The table that a run prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conformance.runner import Outcome, Verdict

_NAME, _EXPECTED, _GOT = 62, 46, 58


def head() -> str:
    return _line("case", "section", "expected", "got", "verdict") + "\n" + "-" * 190


def row(outcome: Outcome) -> str:
    """One line; long texts are cut."""
    case = outcome.case
    return _line(case.name, case.section, outcome.expected, outcome.got, str(outcome.verdict))


def failures(outcomes: Sequence[Outcome]) -> str:
    """The failed cases with nothing cut."""
    return "\n".join(
        f"\n{outcome.case.section} {outcome.case.name}\n  expected {outcome.expected}\n  got      {outcome.got}"
        for outcome in outcomes
        if outcome.verdict is Verdict.FAILED
    )


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [f"{len(outcomes)} cases", f"{counts[Verdict.OK]} ok", f"{counts[Verdict.FAILED]} failed"]
    return ", ".join([*parts, f"{counts[Verdict.SKIPPED]} skipped", f"{seconds:.1f} s"])


def _line(name: str, section: str, expected: str, got: str, verdict: str) -> str:
    return (
        f"{_cut(name, _NAME):{_NAME}}  {section:7}  {_cut(expected, _EXPECTED):{_EXPECTED}}  "
        f"{_cut(got, _GOT):{_GOT}}  {verdict}"
    )


def _cut(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 3] + "..."
