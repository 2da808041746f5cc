"""The institution's configuration in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.settings import InstitutionSettings


class FakeInstitution:
    """A fresh installation; `current` and `mapping` are open to tests."""

    def __init__(self, settings: InstitutionSettings | None = None, mapping: Mapping[str, str] | None = None) -> None:
        self.current = settings or InstitutionSettings()
        self.mapping = mapping

    def settings(self, *, consistent: bool = True) -> InstitutionSettings:
        return self.current

    def put_settings(self, settings: InstitutionSettings) -> InstitutionSettings:
        if settings.rev != self.current.rev:
            raise ConflictError("The configuration was changed meanwhile; look again.")
        self.current = replace(settings, rev=settings.rev + 1)
        return self.current

    def type_mapping(self, *, consistent: bool = True) -> Mapping[str, str] | None:
        return self.mapping
