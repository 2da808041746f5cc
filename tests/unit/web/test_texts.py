"""English and German say the same things, and everything that the pages ask for is there."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
from orcid_sync.api.bodies import ConfigurationBody
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, State
from orcid_sync.domain.link_state import DROPPED, LinkState
from orcid_sync.domain.links import Lane, PauseReason
from orcid_sync.domain.mapping_uploads import Via
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.rehearsal import RehearsalState
from orcid_sync.domain.settings import BatchCreateUsed, Claiming, Connection, DeletedAtOrcid, Mode
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.services.all_works import WorkState

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


def test_every_value_that_administrators_can_meet_has_words() -> None:
    concerns = set(WorkState) - {WorkState.WAITING}
    wanted = {
        *(f"admin.{part}.{reason}" for reason in Reason for part in ("reason", "why.reason")),
        *(f"admin.pause.{reason}" for reason in (*PauseReason, DROPPED)),
        *(f"admin.state.{state}" for state in LinkState),
        *(f"admin.mode.{mode}" for mode in Mode),
        *(f"admin.permission.{connection}" for connection in Connection),
        *(f"admin.{part}{concern}" for concern in concerns for part in ("concern.", "works.says_", "works.none_")),
        *(f"admin.lane.{lane}.{part}" for lane in Lane for part in ("due", "queued", "oldest")),
        *(f"admin.queue.{lane}" for lane in Lane),
        *(f"admin.rehearsal.{state}" for state in RehearsalState),
        *(f"admin.mapping.via.{via}" for via in Via),
        *(f"admin.{part}.{answer}" for answer in BatchCreateUsed for part in ("batch", "effect.batch")),
        *(f"admin.{part}.{way}" for way in DeletedAtOrcid for part in ("deleted", "effect.deleted")),
        *(f"admin.switch.{field}" for field in ConfigurationBody.model_fields),
        *(f"admin.action.{action}" for action in _audited_actions()),
    }
    assert wanted - ENGLISH.keys() == set()


def _audited_actions() -> set[str]:
    """The actions that services name in the audit trail."""
    services = ROOT / "layers" / "common" / "orcid_sync" / "services"
    named = re.compile(r'action="(\w+)"|_record\(actor, "(\w+)"|_change\(\w+, [\w.]+, "(\w+)"')
    told = (match for file in services.glob("*.py") for match in named.findall(file.read_text(encoding="utf-8")))
    found = {name for names in told for name in names if name}
    assert {"configuration_changed", "settings_changed", "record_merged"} <= found
    return found
