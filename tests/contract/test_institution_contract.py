"""The configuration's contract (R9-R12, R39, R55, R60)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.settings import BatchCreateUsed, DeletedAtOrcid, InstitutionSettings
from orcid_sync.ports.institution import Institution

from tests.fakes.institution import FakeInstitution


@pytest.fixture
def institution(backend: str, request: pytest.FixtureRequest) -> Institution:
    return FakeInstitution() if backend == "fake" else DynamoDbInstitution(request.getfixturevalue("aws").sync)


def test_r9_a_fresh_installation_has_search_and_writing_off(institution: Institution) -> None:
    assert institution.settings() == InstitutionSettings()
    assert institution.type_mapping() is None


def test_the_configuration_comes_back_as_stored(institution: Institution) -> None:
    wanted = InstitutionSettings(
        search_enabled=True,
        write_enabled=True,
        batch_create_used=BatchCreateUsed.NO,
        only_verified=True,
        show_verification=False,
        source_precedence=("manual", "crossref"),
        deleted_at_orcid=DeletedAtOrcid.RESEND,
        removal_grace_hours=0,
        mass_removal_share=1.0,
        mass_removal_minimum=3,
    )
    stored = institution.put_settings(wanted)
    assert stored == replace(wanted, rev=1)
    assert institution.settings(consistent=False) == stored
    assert institution.put_settings(replace(stored, source_precedence=())).source_precedence == ()
    assert institution.settings().rev == 2


def test_a_configuration_changed_meanwhile_is_not_overwritten(institution: Institution) -> None:
    first = institution.put_settings(InstitutionSettings(search_enabled=True))
    for late in (InstitutionSettings(), replace(first, rev=2)):
        with pytest.raises(ConflictError):
            institution.put_settings(late)
    assert institution.settings() == first
