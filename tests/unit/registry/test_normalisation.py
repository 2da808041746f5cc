"""Normalised identifier values: ORCID's own results, where they are at hand, and a few that must never change."""

from __future__ import annotations

import json

import pytest

from local.registry.normalisation import normalise
from tests.unit.registry.harness import SHARED

_TYPES = SHARED / "identifier_types.json"
_EXAMPLES = [
    (entry["name"], value, expected)
    for entry in (json.loads(_TYPES.read_text())["identifier_types"] if _TYPES.exists() else [])
    for value, expected in entry["examples"]
]


@pytest.mark.skipif(not _EXAMPLES, reason="the computed examples are not beside the repository")
def test_all_computed_examples_are_there() -> None:
    assert len(_EXAMPLES) == 227


@pytest.mark.parametrize(("kind", "value", "expected"), _EXAMPLES)
def test_value_is_normalised_as_the_registry_does(kind: str, value: str, expected: str) -> None:
    assert normalise(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("doi", "https://doi.org/10.1234/ABC", "10.1234/abc"),
        ("doi", "https://doi.org/10.1234%2Fabc", ""),
        ("doi", "10.1000/it's", "10.1000/it"),
        ("isbn", "3-16-148410-x", "316148410X"),
        ("arxiv", "math.CA/0611800v2", "arXiv:math.ca/0611800v2"),
        ("arxiv", "2101.00001v12", ""),
        ("issn", "1050124x", "1050-124X"),
        ("source-work-id", " Local-ID ", " local-id "),
        ("ark", "ark:/12148/BTV", "ark:/12148/BTV"),
        ("uri", "Example.org/P", "http://Example.org/P"),
    ],
)
def test_the_cases_that_decide_duplicates(kind: str, value: str, expected: str) -> None:
    assert normalise(kind, value) == expected
