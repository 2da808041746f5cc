"""The audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who made it, for whom, what was before and after (None: nothing, or not kept)."""

    at_ms: int
    by: str
    action: str
    user_id: str | None
    orcid_id: str | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


class AuditTrail(Protocol):
    """Who changed what for whom (R46)."""

    def page(
        self, *, user_id: str | None, from_ms: int, to_ms: int, limit: int, cursor: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """Entries from `from_ms` up to before `to_ms`, newest first; with `user_id` those by them or for them.

        A page with a cursor may be shorter than asked for, even empty: its cost is bounded. Raises InvalidError for a
        cursor that is not ours.
        """
        ...

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
    ) -> None: ...
