"""The contract of the mapping in force and its uploads (R3, R8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.adapters.dynamodb_type_mappings import DynamoDbTypeMappings
from orcid_sync.domain.errors import ConflictError, LineRemark
from orcid_sync.domain.mapping_uploads import MappingInForce, MappingReport, MappingUpload, Via
from orcid_sync.domain.type_mapping import TypeChange
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.type_mapping import TypeMappings

from tests.fakes.institution import FakeInstitution
from tests.fakes.type_mappings import FakeTypeMappings

REPORT = MappingReport(
    rows=2,
    warnings=(LineRemark(2, "buch", "unknown"), LineRemark(None, "poem", "left out")),
    changes=(TypeChange("book", "book", "buch"),),
)
FIRST = MappingUpload("0001793606400000-aa", 1793606400000, "boss", Via.API, True, REPORT, {"book": "buch", "é": "é"})


@pytest.fixture
def stores(backend: str, request: pytest.FixtureRequest) -> tuple[TypeMappings, Institution]:
    if backend == "fake":
        institution = FakeInstitution()
        return FakeTypeMappings(institution), institution
    table = request.getfixturevalue("aws").sync
    return DynamoDbTypeMappings(table), DynamoDbInstitution(table)


def numbered(number: int, **changes: object) -> MappingUpload:
    return replace(FIRST, upload_id=f"000179360640000{number}-aa", **changes)  # type: ignore[arg-type]  # fields of it


def test_r8_a_mapping_is_in_force_and_in_the_history_at_once(stores: tuple[TypeMappings, Institution]) -> None:
    mappings, institution = stores
    assert mappings.in_force() is None
    stored = mappings.replace(FIRST, rev=0)
    assert stored == MappingInForce({"book": "buch", "é": "é"}, FIRST.upload_id, 1, untold=True)
    assert mappings.in_force() == stored
    assert mappings.upload(FIRST.upload_id) == FIRST
    assert institution.type_mapping() == FIRST.mapping


@pytest.mark.parametrize("rev", [0, 2])
def test_r3_of_two_at_once_one_wins_and_the_other_leaves_nothing(
    stores: tuple[TypeMappings, Institution], rev: int
) -> None:
    mappings, institution = stores
    mappings.replace(FIRST, rev=0)
    late = numbered(1, mapping={"book": "other"})
    with pytest.raises(ConflictError):
        mappings.replace(late, rev=rev)
    assert institution.type_mapping() == FIRST.mapping
    assert mappings.upload(late.upload_id) is None
    assert mappings.replace(late, rev=1).rev == 2
    assert institution.type_mapping() == {"book": "other"}


def test_r7_that_the_links_were_told_is_remembered_of_this_mapping_alone(
    stores: tuple[TypeMappings, Institution],
) -> None:
    mappings, _ = stores
    first = mappings.replace(FIRST, rev=0)
    second = mappings.replace(numbered(1), rev=1)
    mappings.mark_told(first)
    assert mappings.in_force() == second
    mappings.mark_told(second)
    assert mappings.in_force() == replace(second, untold=False)


def test_r8_a_refused_upload_is_kept_as_it_was(stores: tuple[TypeMappings, Institution]) -> None:
    mappings, _ = stores
    report = MappingReport(1, errors=(LineRemark(2, "=cmd", "no such type"),))
    refused = MappingUpload(
        "1-b", 5, "123456789012", Via.S3, False, report, file="type-mapping/a b.csv", origin="x#1", restored_from="7"
    )
    mappings.keep(refused)
    assert mappings.upload("1-b") == refused
    assert mappings.in_force() is None
    assert mappings.upload("1-c") is None


def test_r8_the_history_comes_newest_first_in_pages(stores: tuple[TypeMappings, Institution]) -> None:
    mappings, _ = stores
    assert mappings.uploads(limit=2, cursor=None) == ([], None)
    for number in (2, 0, 4, 1, 3):
        mappings.keep(numbered(number))
    seen: list[str] = []
    cursor = None
    for size in (2, 2, 1):
        page, cursor = mappings.uploads(limit=2, cursor=cursor)
        assert len(page) == size
        seen += [upload.upload_id for upload in page]
    assert cursor is None
    assert seen == [numbered(number).upload_id for number in (4, 3, 2, 1, 0)]


def test_r3_what_came_from_a_file_is_found_again(stores: tuple[TypeMappings, Institution]) -> None:
    mappings, _ = stores
    mappings.keep(FIRST)
    wanted = numbered(1, origin="type-mapping/m.csv#v1")
    mappings.keep(wanted)
    assert mappings.taken("type-mapping/m.csv#v1") == wanted
    assert mappings.taken("type-mapping/m.csv#v2") is None
