"""Whether a PUT was taken is told from the stored work in its answer (ORCID_API 7)."""

from __future__ import annotations

import json

import pytest
from orcid_sync.adapters.orcid_echo import was_ignored


def a_body(**changes: object) -> dict[str, object]:
    contributor = {"credit-name": {"value": "Ada Jones"}, "contributor-attributes": {"contributor-role": "author"}}
    body: dict[str, object] = {
        "title": {"title": {"value": "On Bats"}},
        "publication-date": {"year": {"value": "2024"}, "month": {"value": "05"}},
        "contributors": {"contributor": [contributor]},
    }
    return {**body, **changes}


@pytest.mark.parametrize(
    "stored",
    [
        {"publication-date": {"year": {"value": "2024"}, "month": None, "day": None}},
        {"publication-date": None},
        {"citation": {"citation-type": "bibtex", "citation-value": "@article{...}"}},
        {"title": {"title": {"value": "On Bats"}, "translated-title": {"value": "Fledermäuse", "language-code": "de"}}},
        {"contributors": {"contributor": []}},
        {"contributors": {"contributor": [{"credit-name": {"value": "Somebody Else"}}]}},
    ],
)
def test_r32_a_stored_work_without_what_was_sent_was_ignored(stored: dict[str, object]) -> None:
    assert was_ignored(a_body(), json.dumps(a_body(**stored)).encode())


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"citation": None, "put-code": 7, "visibility": "public", "path": None},
        {"publication-date": {"year": {"value": 2024}, "month": {"value": "05"}, "day": None}},
    ],
)
def test_a_stored_work_with_everything_sent_was_taken(stored: dict[str, object]) -> None:
    assert not was_ignored(a_body(), json.dumps(a_body(**stored)).encode())


@pytest.mark.parametrize("answered", [b"", b"<html></html>", b"[]", b"null", b"{}", None])
def test_an_answer_without_a_work_says_nothing(answered: bytes | None) -> None:
    assert not was_ignored(a_body(), answered)
