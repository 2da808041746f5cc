"""What the pages must never do, looked for in their files: the browser's own defences are the second line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from local.aws.embedded import ROOT

WEB = ROOT / "web"
SCRIPTS = sorted(WEB.rglob("*.js"))
INDEX = (WEB / "index.html").read_text(encoding="utf-8")
FIRST_VIEW_BYTES = 60_000
LONGEST_FILE = 260

FORBIDDEN = {
    "HTML made of text": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment",
    "code made of text": r"\beval\(|new Function\(|setTimeout\(\s*[\"'`]",
    "inline styles": r"setAttribute\(\s*[\"']style|[{,]\s*style:|\bcssText\b",
    "inline handlers": r"setAttribute\(\s*[\"']on",
    "what outlives the tab": r"localStorage|indexedDB|document\.cookie|caches\.|serviceWorker",
    "other sites' code": r"(?:from|import\()\s*[\"'`]https?:",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: str(file.relative_to(WEB)))
@pytest.mark.parametrize("what", FORBIDDEN)
def test_scripts_have_no(script: Path, what: str) -> None:
    found = re.findall(FORBIDDEN[what], script.read_text(encoding="utf-8"))
    assert found == []


def test_the_page_itself_has_no_inline_script_style_or_handler() -> None:
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", INDEX) == []
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", INDEX, re.DOTALL):
        assert 'src="/web/{version}/' in attributes
        assert content == ""


def test_everything_the_page_names_is_there_and_of_this_version() -> None:
    named = re.findall(r'(?:src|href)="([^"#][^"]*)"', INDEX)
    assert named
    for address in named:
        assert address.startswith("/web/{version}/"), address
        assert (WEB / address.removeprefix("/web/{version}/")).exists(), address


def test_every_import_leads_to_a_file() -> None:
    for script in SCRIPTS:
        for address in re.findall(r'from "([^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / address).resolve().is_relative_to(WEB), f"{script}: {address}"
            assert (script.parent / address).exists(), f"{script}: {address}"


def test_the_first_view_is_small() -> None:
    """Everything that a researcher's page loads in one language, as it is sent."""
    shown = [*WEB.glob("*.*"), *(WEB / "core").iterdir(), *(WEB / "researcher").iterdir(), WEB / "texts" / "de.js"]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in shown if file.suffix != ".md") < FIRST_VIEW_BYTES


def test_files_stay_short() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in SCRIPTS}
    assert {file: n for file, n in lengths.items() if n > LONGEST_FILE and file.parent.name != "texts"} == {}
