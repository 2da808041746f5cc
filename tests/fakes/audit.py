"""The audit trail in memory (R46)."""

from __future__ import annotations

from collections.abc import Mapping

from orcid_sync.domain.errors import InvalidError
from orcid_sync.ports.audit import AuditEntry


class FakeAuditTrail:
    """`entries` in the order of recording."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

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
        self.entries.append(AuditEntry(at_ms, by, action, user_id, orcid_id, before, after))

    def page(
        self, *, user_id: str | None, from_ms: int, to_ms: int, limit: int, cursor: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        if cursor is not None and not cursor.isdigit():
            raise InvalidError("This cursor is not ours.")
        wanted = [
            entry
            for entry in sorted(self.entries, key=lambda entry: entry.at_ms)[::-1]
            if from_ms <= entry.at_ms < to_ms and user_id in (None, entry.user_id, entry.by)
        ]
        begin = int(cursor or 0)
        end = begin + limit
        return wanted[begin:end], str(end) if end < len(wanted) else None
