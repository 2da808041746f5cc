"""The audit trail in DynamoDB, by month (R46)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import to_json


class DynamoDbAuditTrail:
    """Items `AUDIT#{yyyy-mm}` / `{time}#{random}` of the sync table; nothing of it expires."""

    def __init__(self, table: Table) -> None:
        self._table = table

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
        item = {
            "pk": audit_pk(at_ms),
            "sk": f"{at_ms:013d}#{secrets.token_hex(4)}",
            "by": by,
            "act": action,
            "user": user_id,
            "orcid": orcid_id,
            "before": to_json(before) if before is not None else None,
            "after": to_json(after) if after is not None else None,
        }
        self._table.put(item)


def audit_pk(at_ms: int) -> str:
    """The partition of the month (UTC) that the time lies in."""
    return f"AUDIT#{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}"
