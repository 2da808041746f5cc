"""What supplementary search needs from the world (R42); the other ports stand in `ports.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from orcid_sync.domain.errors import OrcidSyncError
from orcid_sync.domain.offered_work import OfferedWork


class SourceBusyError(OrcidSyncError):
    """An open source does not answer or asks to be left alone; `wait_seconds` is how long, if it said so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class OpenSource(Protocol):
    """A source of metadata that anybody may ask."""

    @property
    def name(self) -> str:
        """`crossref`, `datacite`, `europe-pmc`."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """The identifier types that it is asked for (ORCID's names)."""
        ...

    def look_up(self, identifiers: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], OfferedWork]:
        """Works by (type, normalised value), at most 20 at once; what it does not have is absent.

        Raises SourceBusyError.
        """
        ...
