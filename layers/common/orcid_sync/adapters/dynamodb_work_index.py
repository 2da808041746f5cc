"""Which publications of the catalogue have an identifier, in the catalogue table (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orcid_sync.adapters.dynamodb_table import Key, Table, side_by_side
from orcid_sync.adapters.items_catalogue import publication_pk


class DynamoDbWorkIndex:
    """Items `X#{type:value}` / `P#{publication}`, keys alone: written in batches, for imports bring many at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, ids: Mapping[str, Iterable[str]]) -> None:
        self._table.put_many([{"pk": pk, "sk": sk} for pk, sk in _places(ids)])

    def remove(self, ids: Mapping[str, Iterable[str]]) -> None:
        self._table.delete_many(_places(ids))

    def publications(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        wanted = list(dict.fromkeys(ids))
        found = zip(wanted, side_by_side(self._of, wanted), strict=True)
        return {key: publications for key, publications in found if publications}

    def _of(self, key: str) -> tuple[str, ...]:
        return tuple(item["sk"][2:] for item in self._table.query(_pk(key), publication_pk(""), consistent=True))


def _places(ids: Mapping[str, Iterable[str]]) -> list[Key]:
    return [(_pk(key), publication_pk(publication_id)) for publication_id, some in ids.items() for key in set(some)]


def _pk(key: str) -> str:
    return f"X#{key}"
