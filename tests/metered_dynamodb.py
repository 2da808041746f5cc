"""DynamoDB's client with a meter: read and write units by DynamoDB's own rules, index writes included.

Several threads may use it at once, as the adapters' batches do.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.item_size import item_size, read_units_of_gets, read_units_of_query, write_units


@dataclass(frozen=True, slots=True)
class Used:
    """Units used; `by_operation` tells them apart. `requests` made of the service."""

    read: float
    write: float
    by_operation: dict[str, float]
    requests: int = 0


class MeteredDynamoDb:
    """Passes every call on; what is not metered is not known and fails."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._read: Counter[str] = Counter()
        self._write: Counter[str] = Counter()
        self._requests = 0
        self._indexes: dict[str, list[tuple[str, ...]]] = {}
        self._whole: set[tuple[str, ...]] = set()  # indexes that hold the whole item

    @contextmanager
    def measuring(self) -> Iterator[list[Used]]:
        """The list holds one entry when the block has ended."""
        before = self._read.copy(), self._write.copy(), self._requests
        used: list[Used] = []
        yield used
        read, write = self._read - before[0], self._write - before[1]
        used.append(Used(read.total(), write.total(), dict(read + write), self._requests - before[2]))

    def _note(self, kind: Counter[str], operation: str, units: float, *, requests: int = 1) -> None:
        with self._lock:
            kind[operation] += units  # type: ignore[assignment]  # units come in halves
            self._requests += requests

    def get_item(self, **request: Any) -> Any:
        answer = self._client.get_item(**request)
        size = item_size(answer.get("Item", {}))
        self._note(self._read, "get", read_units_of_gets([size], consistent=request["ConsistentRead"]))
        return answer

    def query(self, **request: Any) -> Any:
        answer = self._client.query(**request)
        units = read_units_of_query(map(item_size, answer["Items"]), consistent=request.get("ConsistentRead", False))
        self._note(self._read, "query", units)
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer = self._client.batch_get_item(**request)
        for table, wanted in request["RequestItems"].items():
            sizes = [item_size(item) for item in answer["Responses"].get(table, [])]
            sizes += [0] * (len(wanted["Keys"]) - len(sizes))
            self._note(self._read, "batch_get", read_units_of_gets(sizes, consistent=wanted["ConsistentRead"]))
        return answer

    def put_item(self, **request: Any) -> Any:
        item = request["Item"]
        return self._metered("put", request, {"pk": item["pk"], "sk": item["sk"]})

    def update_item(self, **request: Any) -> Any:
        return self._metered("update", request, request["Key"])

    def delete_item(self, **request: Any) -> Any:
        return self._metered("delete", request, request["Key"])

    def batch_write_item(self, **request: Any) -> Any:
        """Each item costs as if it were written alone."""
        keys = [
            (table, _key(one["PutRequest"]["Item"] if "PutRequest" in one else one["DeleteRequest"]["Key"]))
            for table, ones in request["RequestItems"].items()
            for one in ones
        ]
        return self._weighed("batch_write", keys, lambda: self._client.batch_write_item(**request), times=1)

    def transact_write_items(self, **request: Any) -> Any:
        """Each item costs double, one for preparing and one for committing it."""
        puts = [part["Put"] for part in request["TransactItems"]]
        keys = [(put["TableName"], _key(put["Item"])) for put in puts]
        return self._weighed("transaction", keys, lambda: self._client.transact_write_items(**request), times=2)

    def _metered(self, operation: str, request: dict[str, Any], key: dict[str, Any]) -> Any:
        call = getattr(self._client, f"{operation}_item")
        return self._weighed(operation, [(request["TableName"], key)], lambda: call(**request), times=1)

    def _weighed(
        self, operation: str, keys: list[tuple[str, dict[str, Any]]], call: Callable[[], Any], *, times: int
    ) -> Any:
        """The call, weighed by the items before and after it; one whose condition fails costs as much."""
        before = [self._stored(table, key) for table, key in keys]
        try:
            return call()
        finally:
            self._note(self._write, operation, 0)
            for (table, key), was in zip(keys, before, strict=True):
                now = self._stored(table, key)
                self._note(self._write, operation, times * write_units(item_size(was), item_size(now)), requests=0)
                for index in self._index_keys(table):
                    units = _index_units(was, now, index, whole=index in self._whole)
                    self._note(self._write, "index", units, requests=0)

    def _stored(self, table: str, key: dict[str, Any]) -> dict[str, Any]:
        item: dict[str, Any] = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return item

    def _index_keys(self, table: str) -> list[tuple[str, ...]]:
        if table not in self._indexes:
            described = self._client.describe_table(TableName=table)["Table"].get("GlobalSecondaryIndexes", [])
            assert {index["Projection"]["ProjectionType"] for index in described} <= {"KEYS_ONLY", "ALL"}
            self._whole |= {
                tuple(key["AttributeName"] for key in index["KeySchema"])
                for index in described
                if index["Projection"]["ProjectionType"] == "ALL"
            }
            self._indexes[table] = [tuple(key["AttributeName"] for key in index["KeySchema"]) for index in described]
        return self._indexes[table]


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _index_units(before: dict[str, Any], after: dict[str, Any], keys: tuple[str, ...], *, whole: bool) -> int:
    """An entry that appears or goes costs one write, one whose key changes two: out of the old place, into the new.

    An index of `whole` items is written with every change of an item that it holds, by the item's size.
    """
    was = [before.get(key) for key in keys] if all(key in before for key in keys) else None
    now = [after.get(key) for key in keys] if all(key in after for key in keys) else None
    sizes = [write_units(0, item_size(item) if whole else 0) for item in (before, after)]
    if was == now:
        return max(sizes) if whole and was is not None and before != after else 0
    return (sizes[0] if was is not None else 0) + (sizes[1] if now is not None else 0)
