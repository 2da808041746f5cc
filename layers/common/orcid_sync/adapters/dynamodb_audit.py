"""The audit trail in DynamoDB, by month (R46)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import Plain, to_json
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.ports.audit import AuditEntry

_PAGE = 500
# A page looks at so many entries at most: 2,000 of 300 bytes are 75 read units.
_MOST_READ = 2000
_EMPTY_MONTHS = 24
# A comma for the key's `#`: in an address that would begin the fragment.
_PLACE = re.compile(r"[0-9]{13},[0-9a-f]{8}")


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

    def page(
        self, *, user_id: str | None, from_ms: int, to_ms: int, limit: int, cursor: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """Month by month backwards; two years without an entry are taken for the beginning of the trail."""
        newest = _place(cursor) if cursor is not None else f"{to_ms:013d}"
        found: list[AuditEntry] = []
        read = empty_months = 0
        for pk in _months_backwards(int(newest[:13]) if cursor is not None else to_ms - 1, from_ms):
            before = read
            for item in self._table.query(pk, consistent=False, newest_first=True, limit=_PAGE, after=newest):
                if int(item["sk"][:13]) < from_ms:
                    return found, None
                if len(found) == limit or read == _MOST_READ:
                    return found, newest.replace("#", ",")
                read, newest = read + 1, item["sk"]
                if user_id in (None, item.get("user"), item["by"]):
                    found.append(_entry_of(item))
            empty_months = empty_months + 1 if read == before else 0
            if empty_months == _EMPTY_MONTHS:
                break
        return found, None


def _place(cursor: str) -> str:
    if not _PLACE.fullmatch(cursor):
        message = "Use the cursor that the page before gave as next."
        raise InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
    return cursor.replace(",", "#")


def _months_backwards(newest_ms: int, oldest_ms: int) -> Iterator[str]:
    moment = datetime.fromtimestamp(max(newest_ms, 0) / 1000, UTC).replace(day=1)
    last = audit_pk(oldest_ms)
    while (pk := f"AUDIT#{moment:%Y-%m}") >= last:
        yield pk
        moment = (moment - timedelta(days=1)).replace(day=1)


def _entry_of(item: Plain) -> AuditEntry:
    before, after = (json.loads(item[name]) if name in item else None for name in ("before", "after"))
    at_ms = int(item["sk"][:13])
    return AuditEntry(at_ms, item["by"], item["act"], item.get("user"), item.get("orcid"), before, after)


def audit_pk(at_ms: int) -> str:
    """The partition of the month (UTC) that the time lies in."""
    return f"AUDIT#{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}"
