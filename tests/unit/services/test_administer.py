"""The institution's configuration (R9-R12) and the switch that the writers learn of (R10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    ConflictError,
    InvalidError,
    SearchNotEnabledError,
    StaleError,
    WriteEnabledError,
)
from orcid_sync.domain.settings import BatchCreateUsed, InstitutionSettings
from orcid_sync.services.administer import Administer

from tests.fakes.audit import FakeAuditTrail
from tests.fakes.clock import FakeClock
from tests.fakes.events import FakeEvents
from tests.fakes.gate import FakeGate
from tests.fakes.institution import FakeInstitution

BOSS = Actor("boss", administrator=True)
BOTH_ON = {"search_enabled": True, "write_enabled": True, "batch_create_used": BatchCreateUsed.NO}


class Office:
    """A fresh installation."""

    def __init__(self) -> None:
        self.institution, self.gate, self.audit, self.events = (
            FakeInstitution(),
            FakeGate(),
            FakeAuditTrail(),
            FakeEvents(),
        )
        self.clock = FakeClock()
        self.administer = Administer(self.institution, self.gate, self.audit, self.events, self.clock)


@pytest.fixture
def office() -> Office:
    return Office()


def test_r9_a_fresh_installation_has_both_off(office: Office) -> None:
    settings = office.administer.configuration().settings
    assert (settings.search_enabled, settings.write_enabled) == (False, False)


def test_r9_writing_needs_search_and_one_call_may_switch_both(office: Office) -> None:
    with pytest.raises(SearchNotEnabledError):
        office.administer.change(BOSS, {"write_enabled": True, "batch_create_used": BatchCreateUsed.NO})
    office.administer.change(BOSS, BOTH_ON)
    with pytest.raises(WriteEnabledError):
        office.administer.change(BOSS, {"search_enabled": False})
    off = office.administer.change(BOSS, {"search_enabled": False, "write_enabled": False}).settings
    assert (off.search_enabled, off.write_enabled) == (False, False)


@pytest.mark.parametrize("answer", list(BatchCreateUsed))
def test_r11_switching_on_needs_the_answer_about_batch_create(office: Office, answer: BatchCreateUsed) -> None:
    with pytest.raises(InvalidError) as refused:
        office.administer.change(BOSS, {"search_enabled": True, "write_enabled": True})
    assert refused.value.errors[0].field == "batch_create_used"
    assert office.institution.current == InstitutionSettings()
    changed = office.administer.change(BOSS, {**BOTH_ON, "batch_create_used": answer})
    assert changed.settings.batch_create_used is answer


def test_r12_sending_verified_only_without_showing_verification_warns(office: Office) -> None:
    assert office.administer.change(BOSS, {"only_verified": True}).warnings == ()
    warned = office.administer.change(BOSS, {"show_verification": False})
    assert warned.settings.only_verified
    assert len(warned.warnings) == 1


def test_r10_the_gate_learns_the_switch_with_the_revision(office: Office) -> None:
    on = office.administer.change(BOSS, BOTH_ON).settings
    assert (office.gate.writing, office.gate.config_rev) == (True, on.rev)
    off = office.administer.change(BOSS, {"write_enabled": False}).settings
    assert (office.gate.writing, office.gate.config_rev) == (False, off.rev)


def test_r10_a_switch_that_the_gate_missed_is_made_good_by_the_next_call(office: Office) -> None:
    office.institution.current = InstitutionSettings(rev=7, search_enabled=True, write_enabled=True)
    office.administer.change(BOSS, {})
    assert (office.gate.writing, office.gate.config_rev) == (True, 7)


def test_r10_it_is_remembered_since_when_writing_is_on(office: Office) -> None:
    first = office.administer.change(BOSS, BOTH_ON).settings.write_enabled_since_ms
    office.clock.advance(60)
    assert office.administer.change(BOSS, {"removal_grace_hours": 1}).settings.write_enabled_since_ms == first
    office.administer.change(BOSS, {"write_enabled": False})
    again = office.administer.change(BOSS, {"write_enabled": True}).settings.write_enabled_since_ms
    assert again == first + 60_000


def test_a_stale_revision_changes_nothing(office: Office) -> None:
    rev = office.administer.change(BOSS, {"removal_grace_hours": 48}, expected_rev=0).settings.rev
    with pytest.raises(StaleError):
        office.administer.change(BOSS, {"removal_grace_hours": 1}, expected_rev=rev - 1)
    assert office.institution.current.removal_grace_hours == 48


def test_r46_only_what_changed_is_audited_and_told(office: Office) -> None:
    office.administer.change(BOSS, {"mass_removal_minimum": 20, "source_precedence": ("manual",)})
    (entry,) = office.audit.entries
    assert (entry.by, entry.action, entry.user_id) == ("boss", "configuration_changed", None)
    assert entry.after == {"source_precedence": ["manual"]}
    assert [detail["fields"] for detail in office.events.of_type("Configuration Changed")] == [["source_precedence"]]
    office.administer.change(BOSS, {"source_precedence": ("manual",)})
    assert len(office.audit.entries) == 1


class OvertakenInstitution(FakeInstitution):
    """Somebody else changes the configuration just before each of the first `times` stores."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def put_settings(self, settings: InstitutionSettings) -> InstitutionSettings:
        if self.times:
            self.times -= 1
            self.current = replace(self.current, rev=self.current.rev + 1, removal_grace_hours=12)
        return super().put_settings(settings)


@pytest.mark.parametrize(("times", "stored"), [(2, True), (99, False)])
def test_a_change_that_was_overtaken_is_made_on_what_is_there_now(office: Office, times: int, stored: bool) -> None:
    institution = OvertakenInstitution(times)
    administer = replace(office.administer, institution=institution)
    if not stored:
        with pytest.raises(ConflictError):
            administer.change(BOSS, {"only_verified": True})
        return
    settings = administer.change(BOSS, {"only_verified": True}).settings
    assert (settings.only_verified, settings.removal_grace_hours) == (True, 12)
