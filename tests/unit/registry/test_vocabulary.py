"""The emulator's lists are ORCID's lists."""

from __future__ import annotations

import json

import pytest

from local.registry.vocabulary import vocabulary
from tests.unit.registry.harness import SHARED

_THERE = (SHARED / "enums.json").exists()


@pytest.mark.skipif(not _THERE, reason="ORCID's lists are not beside the repository")
def test_lists_equal_orcids() -> None:
    lists = vocabulary()
    enums = json.loads((SHARED / "enums.json").read_text())
    types = json.loads((SHARED / "work_types.json").read_text())
    identifiers = json.loads((SHARED / "identifier_types.json").read_text())["identifier_types"]
    assert list(lists.work_types) == [entry["name"] for entry in types["work_types"]]
    assert lists.work_type_aliases == types["write_aliases"]
    assert lists.identifier_types == {entry["name"] for entry in identifiers}
    assert lists.case_sensitive_types == {entry["name"] for entry in identifiers if entry["case_sensitive"]}
    assert lists.languages == set(enums["language_code"])
    assert lists.countries == set(enums["country"])
    assert lists.citation_types == set(enums["citation_type"])
    assert lists.relationships == set(enums["relationship"])
    assert lists.visibilities == set(enums["visibility_on_write"])
    assert lists.sequences == set(enums["contributor_sequence"])
    assert lists.roles == set(enums["contributor_role_original"])
    assert lists.credit_roles == set(enums["contributor_role_credit"])
    assert lists.funded_by_types == set(enums["funded_by_identifier_types"])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("author", "author"),
        ("CO_INVENTOR", "co-inventor"),
        ("Author", None),
        ("co_inventor", None),
        ("CO-INVENTOR", None),
        ("HTTP://credit.niso.org/contributor-roles/Software/", "http://credit.niso.org/contributor-roles/software/"),
        ("https://credit.niso.org/contributor-roles/software/", None),
        ("http://credit.niso.org/contributor-roles/software", None),
    ],
)
def test_roles_match_as_orcid_matches_them(written: str, stored: str | None) -> None:
    assert vocabulary().role(written) == stored
