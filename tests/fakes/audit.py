"""The audit trail in memory (R46)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry as it was given."""

    at_ms: int
    by: str
    action: str
    user_id: str | None
    orcid_id: str | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


class FakeAuditTrail:
    """`entries` in the order of recording."""

    def __init__(self) -> None:
        self.entries: list[Recorded] = []

    def record(
        self,
        *,
        at_ms: int,
        by: str,
        action: str,
        user_id: str | None,
        orcid_id: str | None,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> None:
        self.entries.append(Recorded(at_ms, by, action, user_id, orcid_id, before, after))
