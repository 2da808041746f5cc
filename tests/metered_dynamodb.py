"""DynamoDB's client with a meter: read and write units by DynamoDB's own rules, index writes included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.item_size import item_size, read_units_of_gets, read_units_of_query, write_units


@dataclass(frozen=True, slots=True)
class Used:
    """Units used; `by_operation` tells them apart."""

    read: float
    write: float
    by_operation: dict[str, float]


class MeteredDynamoDb:
    """Passes every call on; what is not metered is not known and fails."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._read: Counter[str] = Counter()
        self._write: Counter[str] = Counter()
        self._indexes: dict[str, list[tuple[str, ...]]] = {}
        self._whole: set[tuple[str, ...]] = set()  # indexes that hold the whole item

    @contextmanager
    def measuring(self) -> Iterator[list[Used]]:
        """The list holds one entry when the block has ended."""
        before = self._read.copy(), self._write.copy()
        used: list[Used] = []
        yield used
        read, write = self._read - before[0], self._write - before[1]
        used.append(Used(read.total(), write.total(), dict(read + write)))

    def get_item(self, **request: Any) -> Any:
        answer = self._client.get_item(**request)
        self._read["get"] += read_units_of_gets(
            [item_size(answer.get("Item", {}))], consistent=request["ConsistentRead"]
        )  # type: ignore[assignment]  # units come in halves
        return answer

    def query(self, **request: Any) -> Any:
        answer = self._client.query(**request)
        units = read_units_of_query(map(item_size, answer["Items"]), consistent=request.get("ConsistentRead", False))
        self._read["query"] += units  # type: ignore[assignment]  # units come in halves
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer = self._client.batch_get_item(**request)
        for table, wanted in request["RequestItems"].items():
            sizes = [item_size(item) for item in answer["Responses"].get(table, [])]
            sizes += [0] * (len(wanted["Keys"]) - len(sizes))
            units = read_units_of_gets(sizes, consistent=wanted["ConsistentRead"])
            self._read["batch_get"] += units  # type: ignore[assignment]  # units come in halves
        return answer

    def put_item(self, **request: Any) -> Any:
        item = request["Item"]
        return self._metered("put", request, {"pk": item["pk"], "sk": item["sk"]})

    def update_item(self, **request: Any) -> Any:
        return self._metered("update", request, request["Key"])

    def delete_item(self, **request: Any) -> Any:
        return self._metered("delete", request, request["Key"])

    def batch_write_item(self, **request: Any) -> Any:
        answer = self._client.batch_write_item(**request)
        for puts in request["RequestItems"].values():
            self._write["batch_write"] += sum(write_units(0, item_size(put["PutRequest"]["Item"])) for put in puts)
        return answer

    def _metered(self, operation: str, request: dict[str, Any], key: dict[str, Any]) -> Any:
        """The call, weighed by the item before and after it; one whose condition fails costs as much."""
        table = request["TableName"]
        before = self._stored(table, key)
        try:
            return getattr(self._client, f"{operation}_item")(**request)
        finally:
            after = self._stored(table, key)
            self._write[operation] += write_units(item_size(before), item_size(after))
            for keys in self._index_keys(table):
                self._write["index"] += _index_units(before, after, keys, whole=keys in self._whole)

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
