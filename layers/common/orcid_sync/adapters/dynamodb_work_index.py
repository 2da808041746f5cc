"""Which publications of the catalogue have an identifier, in the catalogue table (R42)."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from orcid_sync.adapters.dynamodb_table import PARALLEL_READS, Table
from orcid_sync.adapters.items_catalogue import publication_pk


class DynamoDbWorkIndex:
    """Items `X#{type:value}` / `P#{publication}`, keys alone: written in batches, for imports bring many at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, publication_id: str, ids: Iterable[str]) -> None:
        sk = publication_pk(publication_id)
        self._table.put_many([{"pk": _pk(key), "sk": sk} for key in dict.fromkeys(ids)])

    def remove(self, publication_id: str, ids: Iterable[str]) -> None:
        sk = publication_pk(publication_id)
        self._table.delete_many([(_pk(key), sk) for key in dict.fromkeys(ids)])

    def publications(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        wanted = list(dict.fromkeys(ids))
        if len(wanted) < 2:
            found = [self._of(key) for key in wanted]
        else:
            with ThreadPoolExecutor(min(PARALLEL_READS, len(wanted))) as pool:
                found = list(pool.map(self._of, wanted))
        return {key: publications for key, publications in zip(wanted, found, strict=True) if publications}

    def _of(self, key: str) -> tuple[str, ...]:
        return tuple(item["sk"][2:] for item in self._table.query(_pk(key), publication_pk(""), consistent=True))


def _pk(key: str) -> str:
    return f"X#{key}"
