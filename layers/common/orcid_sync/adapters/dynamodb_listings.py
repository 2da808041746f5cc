"""What administrators list over all links, from the sparse index `listed` of the sync table."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterable

from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.adapters.items_sync import LINKS, UNMATCHED, claim_of, entry_of, unmatched_of
from orcid_sync.adapters.items_writer import writer_key, writer_of
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.domain.ledger import Concern, LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Claim, WriterState

INDEX = "listed"


class DynamoDbListings:
    """Claims, ledger rows of concern and unmatched works carry `ls` (the list) and `lk` (iD, or since when)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def links(self, *, prefix: str, limit: int, cursor: str | None) -> tuple[list[Claim], str | None]:
        items, following = self._page(LINKS, limit, cursor, prefix)
        return [claim_of(item) for item in items], following

    def writers(self, orcid_ids: Iterable[str]) -> dict[str, WriterState]:
        keys = [writer_key(orcid_id) for orcid_id in orcid_ids]
        owned = (item for item in self._table.get_many(keys, consistent=False) if "own" in item)
        states = map(writer_of, owned)
        return {state.orcid_id: state for state in states}

    def works(
        self, concern: Concern, *, limit: int, cursor: str | None
    ) -> tuple[list[tuple[str, LedgerEntry]], str | None]:
        items, following = self._page(concern, limit, cursor)
        return [(item["pk"][2:], entry_of(item)) for item in items], following

    def unmatched(self, *, limit: int, cursor: str | None) -> tuple[list[UnmatchedWork], str | None]:
        items, following = self._page(UNMATCHED, limit, cursor)
        return [unmatched_of(item) for item in items], following

    def _page(self, name: str, limit: int, cursor: str | None, prefix: str = "") -> tuple[list[Plain], str | None]:
        condition = "ls = :ls AND begins_with(lk, :prefix)" if prefix else "ls = :ls"
        values: Plain = {"ls": name} | ({"prefix": prefix} if prefix else {})
        after = {"ls": name} | _keys(cursor) if cursor is not None else None
        found = self._table.query_index(INDEX, condition, limit=limit + 1, after=after, **values)
        page = list(itertools.islice(found, limit + 1))
        return page[:limit], _cursor(page[limit - 1]) if len(page) > limit else None


def _cursor(item: Plain) -> str:
    keys = [item["lk"], item["pk"], item["sk"]]
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode()


def _keys(cursor: str) -> Plain:
    try:
        lk, pk, sk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError) as exc:
        raise _not_ours() from exc
    if not all(isinstance(key, str) and key for key in (lk, pk, sk)):
        raise _not_ours()
    return {"lk": lk, "pk": pk, "sk": sk}


def _not_ours() -> InvalidError:
    message = "Use the cursor that the page before gave as next."
    return InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
