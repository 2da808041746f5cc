"""A table in memory whose items lie as they are: quick, for thousands of them (`PackedTable`: for millions)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bench.expressions import plain

Item: TypeAlias = dict[str, Any]
Order: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class PlainIndex:
    """Items by one hash and one range attribute; `projected` None: whole items."""

    hash_name: str
    range_name: str
    projected: frozenset[str] | None
    partitions: dict[str, list[Order]] = field(default_factory=dict)
    entries: dict[str, dict[Order, Item]] = field(default_factory=dict)

    def order(self, item: Item) -> Order:
        return plain(item[self.range_name])[1], item["pk"]["S"], item["sk"]["S"]

    def replace(self, before: Item | None, after: Item | None) -> None:
        if before is not None and self._holds(before):
            partition, order = before[self.hash_name]["S"], self.order(before)
            del self.entries[partition][order]
            orders = self.partitions[partition]
            del orders[bisect_left(orders, order)]
        if after is not None and self._holds(after):
            partition, order = after[self.hash_name]["S"], self.order(after)
            self.entries.setdefault(partition, {})[order] = self._project(after)
            insort(self.partitions.setdefault(partition, []), order)

    def walk(
        self, partition: str, *, prefix: str = "", after: Item | None = None, forward: bool = True
    ) -> Iterator[Item]:
        """Items of one partition in order, from behind the keys `after`, whose range attribute begins so."""
        orders, entries = self.partitions.get(partition, []), self.entries.get(partition, {})
        begin, end = 0, len(orders)
        if prefix:
            begin, end = bisect_left(orders, (prefix,)), bisect_left(orders, (prefix + "\U0010ffff",))
        if after is not None:
            place = self.order(after)
            at = bisect_left(orders, place)
            begin, end = (max(begin, at + (orders[at : at + 1] == [place])), end) if forward else (begin, min(end, at))
        for place_of_one in range(begin, end) if forward else range(end - 1, begin - 1, -1):
            yield entries[orders[place_of_one]]

    def _holds(self, item: Item) -> bool:
        return self.hash_name in item and self.range_name in item

    def _project(self, item: Item) -> Item:
        return item if self.projected is None else {name: item[name] for name in self.projected if name in item}


@dataclass(slots=True)
class PlainTable:
    """Items as they are: quick. `PackedTable` does the same for millions."""

    described: dict[str, Any]
    indexes: dict[str, PlainIndex]
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    def get(self, key: tuple[str, str]) -> Item | None:
        return self.items.get(key)

    def replace(self, key: tuple[str, str], after: Item | None) -> Item | None:
        """Put in place of what is there, or remove it (None); returns what was there."""
        before = self.items.pop(key, None)
        if after is not None:
            self.items[key] = after
        for index in self.indexes.values():
            index.replace(before, after)
        return before

    def walk(self, index: str, partition: str, **how: Any) -> Iterator[Item]:
        return self.indexes[index].walk(partition, **how)

    def everything(self) -> Iterator[Item]:
        yield from list(self.items.values())
