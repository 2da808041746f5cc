"""docs/rules.md names every rule once, code that is there, and tests that are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "common" / "orcid_sync"
NOT_YET, NONE = "not yet", "-"
RULES = range(1, 65)


@dataclass(frozen=True)
class Line:
    """One line of the table; `file` and `symbol` empty: not yet."""

    rule: int
    says: str
    decided: str
    over_http: str
    closer: str

    @property
    def place(self) -> tuple[Path, str]:
        """File and symbol of *decided in*."""
        found = re.fullmatch(r"`([^`]+)` `(\w+)`", self.decided)
        assert found is not None, f"R{self.rule}: {self.decided!r} is not a file and a name in it"
        return next((p for p in (PACKAGE / found[1], ROOT / found[1]) if p.exists()), ROOT / found[1]), found[2]

    @property
    def tests(self) -> list[str]:
        """The test files named, relative to tests/."""
        return [cell.strip("`") for cell in (self.over_http, self.closer) if cell != NONE]


def _lines() -> list[Line]:
    rows = re.findall(r"^\| R(\d+) \|(.*)\|$", (ROOT / "docs" / "rules.md").read_text(), flags=re.MULTILINE)
    return [Line(int(number), *(cell.strip() for cell in cells.split("|"))) for number, cells in rows]


LINES = _lines()


def _proves(rule: int, text: str) -> bool:
    """Whether there is a test whose name begins with the rule, alone or among others (test_r17_r20_...)."""
    return re.search(rf"^ *(async )?def test_(r\d+_)*r{rule}_", text, flags=re.MULTILINE) is not None


def test_every_rule_has_one_line_in_order() -> None:
    assert [line.rule for line in LINES] == list(RULES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"R{line.rule}")
def test_each_line_names_code_and_tests_that_are_there(line: Line) -> None:
    assert len(line.says.split()) in range(4, 13)
    if line.decided == NOT_YET:
        assert line.tests == []
        return
    path, symbol = line.place
    assert path.is_file(), path
    assert re.search(rf"^ *((def|class) {symbol}\b|{symbol}:)", path.read_text(), flags=re.MULTILINE), symbol
    assert line.tests, "nothing proves it"
    for name in line.tests:
        file = ROOT / "tests" / name
        assert file.is_file(), file
        assert _proves(line.rule, file.read_text()), f"no test_r{line.rule}_... in {name}"


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"R{line.rule}")
def test_a_rule_without_a_test_over_http_has_none(line: Line) -> None:
    """So that the page is brought up to date with the first one."""
    assert line.over_http == NONE or line.over_http.startswith("`e2e/")
    if line.over_http == NONE:
        files = (ROOT / "tests" / "e2e").glob("test_*.py")
        assert [file.name for file in files if _proves(line.rule, file.read_text())] == []
