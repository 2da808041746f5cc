"""What the institution chose: its configuration and the type mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orcid_sync.domain.settings import InstitutionSettings


class Choices(Protocol):
    """What the institution chose: the configuration and the type mapping, those in force or those tried (R57)."""

    def settings(self, *, consistent: bool = True) -> InstitutionSettings: ...

    def type_mapping(self, *, consistent: bool = True) -> Mapping[str, str] | None:
        """Publication type -> ORCID work type as uploaded; None: the default of R1 is in force."""
        ...


class Institution(Choices, Protocol):
    """Institution-wide configuration and the type mapping in force."""

    def put_settings(self, settings: InstitutionSettings) -> InstitutionSettings:
        """On condition of rev; returns it with rev + 1. Raises ConflictError."""
        ...
