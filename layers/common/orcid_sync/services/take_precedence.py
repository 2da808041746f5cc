"""Takes an Elements server's order of sources over into the configuration, unless an administrator chose one (R26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import StaleError
from orcid_sync.domain.settings import DEFAULT_SOURCE_PRECEDENCE
from orcid_sync.ports.institution import Institution
from orcid_sync.services.administer import Administer

ELEMENTS: Final = Actor("elements")


@dataclass(frozen=True, slots=True)
class TakePrecedence:
    """Stored as an administrator's change would be: audited, and followed by all links."""

    institution: Institution
    administer: Administer

    def __call__(self, precedence: tuple[str, ...], last: tuple[str, ...]) -> None:
        """Store it if what is in force is nothing, the default, or what was taken over last."""
        settings = self.institution.settings()
        if settings.source_precedence not in ((), DEFAULT_SOURCE_PRECEDENCE, last):
            return
        try:
            self.administer.change(ELEMENTS, {"source_precedence": precedence}, expected_rev=settings.rev)
        except StaleError:
            # Somebody is changing the configuration: their choice stands.
            return
