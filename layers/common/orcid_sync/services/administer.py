"""The institution's configuration: what is on, what is sent, what is guarded (R9-R12, R39, R55, R60)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import (
    ConflictError,
    FieldError,
    InvalidError,
    SearchNotEnabledError,
    WriteEnabledError,
)
from orcid_sync.domain.settings import BatchCreateUsed, InstitutionSettings
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.gate import Gate
from orcid_sync.ports.institution import Institution
from orcid_sync.services.find_links import check_rev

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force, and what an administrator should know about their combination."""

    settings: InstitutionSettings
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Administer:
    """Reads and changes the configuration. Every change is audited (R46) and published, so that the links follow."""

    institution: Institution
    gate: Gate
    audit: AuditTrail
    events: Events
    clock: Clock

    def configuration(self) -> Configuration:
        """The configuration in force."""
        return _with_warnings(self.institution.settings())

    def change(self, actor: Actor, changes: Mapping[str, Any], *, expected_rev: int | None = None) -> Configuration:
        """Change the fields of InstitutionSettings that `changes` names.

        Raises StaleError, SearchNotEnabledError, WriteEnabledError, or InvalidError when writing is switched on without
        a word on batch create (R11).
        """
        for _ in range(_TRIES):
            before = self.institution.settings()
            check_rev(before.rev, expected_rev)
            wanted = changed(before, changes).settings
            if wanted.write_enabled and not before.write_enabled:
                wanted = replace(wanted, write_enabled_since_ms=self.clock.now_ms())
            if wanted == before:
                stored = before
            else:
                try:
                    stored = self.institution.put_settings(wanted)
                except ConflictError:
                    continue
            # Gate and links are told again when nothing changed, in case an earlier call broke off here (R10, R37).
            self.gate.allow_writing(stored.write_enabled, config_rev=stored.rev)
            fields = sorted(changes)
            if stored is not before:
                fields = self._record(actor, before, stored)
            if fields:
                self._tell(fields)
            return _with_warnings(stored)
        raise ConflictError("The configuration is being changed by others again and again; repeat your change.")

    def _record(self, actor: Actor, before: InstitutionSettings, after: InstitutionSettings) -> list[str]:
        """Audit a change; returns the names of what changed."""
        old, new = _plain(before), _plain(after)
        fields = sorted(name for name in new if new[name] != old[name])
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="configuration_changed",
            user_id=None,
            orcid_id=None,
            before={name: old[name] for name in fields},
            after={name: new[name] for name in fields},
        )
        return fields

    def _tell(self, fields: list[str]) -> None:
        """R7, R12: works already sent follow; the links are woken in an asynchronous job (DESIGN 2)."""
        self.events.publish("Configuration Changed", [{"at_ms": self.clock.now_ms(), "fields": fields}])


def changed(before: InstitutionSettings, changes: Mapping[str, Any]) -> Configuration:
    """What `before` becomes by these changes, stored or only tried (R57). Raises as `Administer.change` does."""
    wanted = replace(before, **changes)
    _check(before, wanted, changes)
    return _with_warnings(wanted)


def _plain(settings: InstitutionSettings) -> dict[str, Any]:
    """The settings as the audit trail keeps them."""
    plain = asdict(settings)
    del plain["rev"], plain["write_enabled_since_ms"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _check(before: InstitutionSettings, wanted: InstitutionSettings, changes: Mapping[str, Any]) -> None:
    """R9: writing needs search; R11: switching writing on needs the answer about batch create."""
    if wanted.write_enabled and not wanted.search_enabled:
        if before.write_enabled:
            raise WriteEnabledError("Switch the write integration off first; it needs ORCID search.")
        raise SearchNotEnabledError("Switch ORCID search on first; the write integration needs it.")
    answered = "batch_create_used" in changes or before.batch_create_used is not BatchCreateUsed.UNKNOWN
    if wanted.write_enabled and not before.write_enabled and not answered:
        message = "Say whether your institution ever used ORCID's batch create: yes, no or unknown."
        raise InvalidError("One answer is needed before writing.", (FieldError("batch_create_used", message),))


def _with_warnings(settings: InstitutionSettings) -> Configuration:
    warnings: list[str] = []
    if settings.only_verified and not settings.show_verification:
        warnings.append(
            "Only verified manual records are sent, but verification is not shown to all users: they cannot see why"
            " publications are left out. Consider showing verification to all users."
        )
    return Configuration(settings, tuple(warnings))
