"""A table in memory whose items lie packed in SQLite: millions of them in some 500 bytes each, in DynamoDB's order."""

from __future__ import annotations

import marshal
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bench.expressions import plain

Item: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str]
_LAST = "\U0010ffff"
_AT_ONCE = 200


class PackedTable:
    """Items by key and by index, as MemoryDynamoDb asks for them. Text is compared by its bytes in UTF-8.

    An index holds keys alone; what it projects is cut out of the item when it is read.
    """

    def __init__(
        self, described: dict[str, Any], indexes: Mapping[str, tuple[str, str, frozenset[str] | None]]
    ) -> None:
        self.described = described
        self._indexes = dict(indexes)
        # Calls come from many threads, one at a time (MemoryDynamoDb holds a lock).
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None, cached_statements=64)
        # The table's end closes it: from Python 3.13 on a connection that is only dropped warns.
        weakref.finalize(self, self._sql.close)
        self._sql.execute("PRAGMA journal_mode = OFF")
        self._sql.execute("CREATE TABLE items (pk, sk, item, PRIMARY KEY (pk, sk)) WITHOUT ROWID")
        self._tables = {name: f"by_{number}" for number, name in enumerate(self._indexes) if name}
        for table in self._tables.values():
            key = "PRIMARY KEY (hash, range, pk, sk)"
            self._sql.execute(f"CREATE TABLE {table} (hash, range, pk, sk, {key}) WITHOUT ROWID")

    def get(self, key: Key) -> Item | None:
        found = self._sql.execute("SELECT item FROM items WHERE pk = ? AND sk = ?", key).fetchone()
        return None if found is None else marshal.loads(found[0])  # noqa: S302 - what `replace` packed

    def replace(self, key: Key, after: Item | None) -> Item | None:
        """Put in place of what is there, or remove it (None); returns what was there."""
        before = self.get(key)
        if after is not None:
            row = (*key, marshal.dumps(after))
            self._sql.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", row)
        elif before is not None:
            self._sql.execute("DELETE FROM items WHERE pk = ? AND sk = ?", key)
        for name, table in self._tables.items():
            was, now = self._entry(name, before), self._entry(name, after)
            if was == now:
                continue
            if was is not None:
                self._sql.execute(f"DELETE FROM {table} WHERE hash = ? AND range = ? AND pk = ? AND sk = ?", was)  # noqa: S608 - a name made above
            if now is not None:
                self._sql.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", now)  # noqa: S608 - a name made above
        return before

    def _entry(self, index: str, item: Item | None) -> tuple[Any, ...] | None:
        hash_name, range_name, _ = self._indexes[index]
        if item is None or hash_name not in item or range_name not in item:
            return None
        return plain(item[hash_name])[1], plain(item[range_name])[1], item["pk"]["S"], item["sk"]["S"]

    def walk(
        self, index: str, partition: str, *, prefix: str = "", after: Item | None = None, forward: bool = True
    ) -> Iterator[Item]:
        """Items of one partition in order, from behind the keys `after`, whose range attribute begins so."""
        _, range_name, projected = self._indexes[index]
        first = "range" if index else "sk"
        names = ("range", "pk", "sk") if index else ("sk",)
        where, values = [f"{'hash' if index else 'pk'} = ?"], [partition]
        if prefix:
            where.append(f"{first} >= ? AND {first} < ?")
            values += [prefix, prefix + _LAST]
        place = self._place(after, range_name, names) if after is not None else None
        while True:
            rows = self._rows(index, names, where, values, place, forward)
            for *_, blob in rows:
                item = marshal.loads(blob)  # noqa: S302 - what `replace` packed
                yield item if projected is None else {name: item[name] for name in projected if name in item}
            if len(rows) < _AT_ONCE:
                return
            place = rows[-1][:-1]

    @staticmethod
    def _place(item: Item, range_name: str, names: Sequence[str]) -> tuple[Any, ...]:
        return tuple(plain(item[range_name if name == "range" else name])[1] for name in names)

    def _rows(
        self, index: str, names: Sequence[str], where: Sequence[str], values: Sequence[Any],
        place: tuple[Any, ...] | None, forward: bool,
    ) -> list[tuple[Any, ...]]:  # fmt: skip
        conditions, bound = list(where), list(values)
        if place is not None:
            conditions.append(f"({', '.join(names)}) {'>' if forward else '<'} ({', '.join('?' * len(names))})")
            bound += place
        source = f"{self._tables[index]} JOIN items USING (pk, sk)" if index else "items"
        order = ", ".join(f"{name} {'ASC' if forward else 'DESC'}" for name in names)
        text = (
            f"SELECT {', '.join(names)}, item FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ?"  # noqa: S608 - names made here
        )
        return self._sql.execute(text, (*bound, _AT_ONCE)).fetchall()

    def everything(self) -> Iterator[Item]:
        """Every item, by key."""
        for (blob,) in self._sql.execute("SELECT item FROM items"):
            yield marshal.loads(blob)  # noqa: S302 - what `replace` packed
