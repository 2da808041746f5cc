"""English and German say the same things, and everything that the pages ask for is there."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, State
from orcid_sync.domain.link_state import DROPPED
from orcid_sync.domain.links import PauseReason
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.settings import Claiming, Connection, Mode
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING

from local.aws.embedded import ROOT
from tests.unit.web.texts import placeholders, read_texts

WEB = ROOT / "web"
FILES = sorted(file.relative_to(WEB) for file in WEB.rglob("texts/en.js"))
ENGLISH = {key: forms for file in FILES for key, forms in read_texts(WEB / file).items()}
SCRIPTS = sorted(file for file in WEB.rglob("*.js") if file.parent.name != "texts")
LITERAL = re.compile(r'(?<![.\w])(?:t|rich|has)\("([\w.-]+)"')
PREFIX = re.compile(r"(?<![.\w])(?:t|rich|has)\(`([\w.-]+)\$\{")


@pytest.mark.parametrize("english", FILES, ids=str)
def test_german_has_the_same_keys_with_the_same_placeholders(english: Path) -> None:
    mine, theirs = read_texts(WEB / english), read_texts(WEB / english.with_name("de.js"))
    assert mine.keys() == theirs.keys()
    for key, forms in mine.items():
        wanted = set(chain.from_iterable(placeholders(text) for text in forms.values()))
        found = set(chain.from_iterable(placeholders(text) for text in theirs[key].values()))
        assert found == wanted, key
        assert ("one" in forms) == ("one" in theirs[key]), key


def test_no_text_is_left_in_english_by_mistake() -> None:
    """Long texts that are equal in both languages were not translated."""
    for english in FILES:
        mine, theirs = read_texts(WEB / english), read_texts(WEB / english.with_name("de.js"))
        assert [key for key, forms in mine.items() if len(forms["other"]) > 20 and forms == theirs[key]] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: str(file.relative_to(WEB)))
def test_every_text_that_a_script_asks_for_exists(script: Path) -> None:
    code = script.read_text(encoding="utf-8")
    assert {key for key in LITERAL.findall(code) if key not in ENGLISH} == set()
    assert [prefix for prefix in PREFIX.findall(code) if not any(key.startswith(prefix) for key in ENGLISH)] == []


def test_no_text_is_there_for_nothing() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in SCRIPTS)
    prefixes = tuple(prefix for prefix in re.findall(r"`([\w.-]+)\$\{", code) if "." in prefix)
    unused = {key for key in ENGLISH if f'"{key}"' not in code and not key.startswith(prefixes)}
    assert unused == set()


def test_r21_every_value_that_the_api_can_give_has_words() -> None:
    wanted = {
        *(f"reason.{reason}.{part}" for reason in Reason for part in ("short", "text")),
        *(f"{part}.{state}" for state in State for part in ("state", "chip")),
        *(f"pause.{reason}.{part}" for reason in (*PauseReason, DROPPED) for part in ("title", "text")),
        *(f"mode.{mode}.{part}" for mode in Mode for part in ("title", "text", "badge")),
        *(f"connection.{connection}{part}" for connection in Connection for part in ("", ".text")),
        *(f"claiming.{claiming}.{part}" for claiming in Claiming for part in ("title", "text")),
        *(f"operation.{operation}" for operation in Operation),
        *(f"outcome.{outcome}" for outcome in Outcome if outcome is not Outcome.READ),
        *(f"type.{name}" for name in DEFAULT_TYPE_MAPPING),
    }
    assert wanted - ENGLISH.keys() == set()
