"""Publication types to work types (R1, R5, R6)."""

from __future__ import annotations

import json

import pytest
from orcid_sync.domain.type_mapping import (
    DEFAULT_TYPE_MAPPING,
    WORK_TYPES,
    is_known_type,
    nearest_type,
    work_type_for,
)

from tests.unit.domain.shared_facts import shared_file


def test_r1_the_22_types_are_mapped_out_of_the_box() -> None:
    assert len(DEFAULT_TYPE_MAPPING) == 22
    assert work_type_for("thesis-dissertation", None) == "dissertation-thesis"
    assert work_type_for("presentation", None) == "lecture-speech"
    assert set(DEFAULT_TYPE_MAPPING.values()) <= WORK_TYPES


def test_r6_a_type_that_the_mapping_leaves_out_is_sent_as_other() -> None:
    assert work_type_for("book", {"chapter": "book-chapter"}) == "other"
    assert work_type_for("our-own", None) == "other"
    assert work_type_for("book", {}) == "other"


def test_r5_the_mapping_in_force_may_name_types_that_nobody_knows() -> None:
    assert work_type_for("media", {"media": "hologram"}) == "hologram"
    assert not is_known_type("hologram")
    assert not is_known_type("Journal-Article")
    assert is_known_type("journal-article")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Journal Article", "journal-article"), ("journal-artcle", "journal-article"),
        ("dissertation", "dissertation-thesis"),
        ("dataset", "data-set"), ("confrence paper", "conference-paper"), ("zzzzzz", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_r5_the_nearest_known_type_is_named(written: str, meant: str) -> None:
    assert nearest_type(written) == meant


def test_r5_the_list_is_the_registrys() -> None:
    listed = json.loads(shared_file("orcid/work_types.json").read_text())["work_types"]
    assert {entry["name"] for entry in listed} == WORK_TYPES
