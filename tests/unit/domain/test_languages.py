"""Languages as the registry names them (R29)."""

from __future__ import annotations

import json

import pytest
from orcid_sync.domain.languages import LANGUAGE_CODES, language_code, says_nothing

from tests.unit.domain.registry_rules import LANGUAGES
from tests.unit.domain.shared_facts import shared_file


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("en-US", "en"), ("en_GB", "en"), ("English", "en"),
        ("Anglais", "en"),
        ("ger", "de"), ("deu", "de"), ("de-CH", "de"), ("Deutsch", "de"), ("français", "fr"), ("中文", "zh_CN"),
        ("zh", "zh_CN"), ("zho", "zh_CN"), ("zh-Hans", "zh_CN"), ("zh-TW", "zh_TW"), ("zh-Hant-HK", "zh_TW"),
        ("zh_TW", "zh_TW"), ("he", "iw"), ("heb", "iw"), ("iw", "iw"), ("id", "in"), ("in", "in"), ("yi", "ji"),
        ("nb", "nb"), ("nno", "nn"), ("pt-BR", "pt"), ("Greek", "el"), ("fil", "tl"), ("en; de", "en"),
        ("sr-Latn", "sr"),
        ("English (US)", "en"), ("gsw", None), ("klingon", None), ("", None), ("und", None),
    ],
)  # fmt: skip
def test_r29_codes_tags_and_names_of_languages_are_understood(text: str, code: str | None) -> None:
    assert language_code(text) == code


def test_r29_the_codes_are_the_registrys() -> None:
    assert LANGUAGES == LANGUAGE_CODES
    assert set(json.loads(shared_file("orcid/enums.json").read_text())["language_code"]) == LANGUAGE_CODES


def test_r29_not_knowing_the_language_is_no_loss() -> None:
    assert says_nothing("und")
    assert says_nothing("  ")
    assert not says_nothing("gsw")
