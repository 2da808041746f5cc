"""A work that an open source describes: what is offered to a user whose institution does not have it yet (R42)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OfferedWork:
    """`source` is `crossref`, `datacite` or `europe-pmc`, `source_id` its own id of the work; `type` a publication type
    of R1; `data` its metadata in the form that records of the feed have (API.md, The feed).
    """

    source: str
    source_id: str
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title as the source has it; nothing is offered without one."""
        return str(self.data.get("title", ""))

    def identifiers(self) -> tuple[tuple[str, str], ...]:
        """(type, value) of each identifier, as the source has them."""
        return tuple((str(one["type"]), str(one["value"])) for one in self.data.get("identifiers", ()))
