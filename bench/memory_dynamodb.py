"""DynamoDB in memory, for counting large things: an emulator takes milliseconds an item, and grows with its square.

The contract suites of the adapters run on it (tests/unit/bench/test_memory_dynamodb.py), as they do on moto.
"""

from __future__ import annotations

import pickle
import threading
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from botocore.exceptions import ClientError

from bench.expressions import condition, plain, update
from tests.item_size import item_size

Item: TypeAlias = dict[str, Any]
Order: TypeAlias = tuple[Any, ...]
PAGE_BYTES = 1_048_576


@dataclass(slots=True)
class _Index:
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

    def _holds(self, item: Item) -> bool:
        return self.hash_name in item and self.range_name in item

    def _project(self, item: Item) -> Item:
        return item if self.projected is None else {name: item[name] for name in self.projected if name in item}


@dataclass(slots=True)
class _Table:
    described: dict[str, Any]
    indexes: dict[str, _Index]
    items: dict[tuple[str, str], Item] = field(default_factory=dict)


class _Tables(dict[str, _Table]):
    """By name; what is not there is refused as AWS does."""

    def __missing__(self, name: str) -> NoReturn:
        _refuse("ResourceNotFoundException")


class MemoryDynamoDb:
    """The client's methods that this product calls, one at a time; `stream` keeps what changed in a table with one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tables: dict[str, _Table] = _Tables()
        self.stream: list[dict[str, Any]] = []

    def create_table(self, *, TableName: str, **properties: Any) -> dict[str, Any]:  # noqa: N803 - AWS's names
        keys: list[tuple[str, Any, frozenset[str] | None]] = [("", properties["KeySchema"], None)]
        for index in properties.get("GlobalSecondaryIndexes", []):
            names = {key["AttributeName"] for key in index["KeySchema"]} | {"pk", "sk"}
            whole = index["Projection"]["ProjectionType"] == "ALL"
            keys.append((index["IndexName"], index["KeySchema"], None if whole else frozenset(names)))
        indexes = {
            name: _Index(schema[0]["AttributeName"], schema[1]["AttributeName"], projected)
            for name, schema, projected in keys
        }
        self._tables[TableName] = _Table({"TableName": TableName, **properties}, indexes)
        return {}

    def delete_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        del self._tables[TableName]
        return {}

    def update_time_to_live(self, **_request: Any) -> dict[str, Any]:
        """Expiry is lazy in AWS, too: nothing expires here."""
        return {}

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        return {"Table": self._tables[TableName].described}

    def get_item(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            found = self._tables[request["TableName"]].items.get(_key(request["Key"]))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        with self._lock:
            found: dict[str, list[Item]] = {}
            for name, wanted in RequestItems.items():
                items = self._tables[name].items
                if len(wanted["Keys"]) > 100:
                    _refuse("ValidationException")
                found[name] = [items[_key(key)] for key in wanted["Keys"] if _key(key) in items]
        return {"Responses": found, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        """Pages end at 1 MB or at the limit; both are told by LastEvaluatedKey."""
        with self._lock:
            index = self._tables[request["TableName"]].indexes[request.get("IndexName", "")]
            page: list[Item] = []
            size = 0
            for item in self._in_order(index, request):
                if len(page) == request.get("Limit", -1) or size > PAGE_BYTES:
                    names = {index.hash_name, index.range_name, "pk", "sk"}
                    return {"Items": page, "LastEvaluatedKey": {name: page[-1][name] for name in names}}
                page.append(item)
                size += item_size(item)
            return {"Items": page}

    def _in_order(self, index: _Index, request: Mapping[str, Any]) -> Iterator[Item]:
        text, values = request["KeyConditionExpression"], request["ExpressionAttributeValues"]
        hash_name, _, of = text.partition(" AND ")[0].split(" ")
        if hash_name != index.hash_name:
            raise ValueError(f"the first condition of a query is one on {index.hash_name}")
        partition = values[of]["S"]
        orders, entries = index.partitions.get(partition, []), index.entries.get(partition, {})
        forward = request.get("ScanIndexForward", True)
        begin, end = 0, len(orders)
        if f"begins_with({index.range_name}, :prefix)" in text:
            prefix = values[":prefix"]["S"]
            begin, end = bisect_left(orders, (prefix,)), bisect_left(orders, (prefix + "\U0010ffff",))
        if "ExclusiveStartKey" in request:
            after = index.order(request["ExclusiveStartKey"])
            at = bisect_left(orders, after)
            begin, end = (max(begin, at + (orders[at : at + 1] == [after])), end) if forward else (begin, min(end, at))
        fits = condition(text)
        for place in range(begin, end) if forward else range(end - 1, begin - 1, -1):
            item = entries[orders[place]]
            if fits(item, values):
                yield item

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._write(request, _key(request["Item"]), request["Item"])

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._write(request, _key(request["Key"]), None)

    def update_item(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            key = _key(request["Key"])
            before = self._tables[request["TableName"]].items.get(key) or dict(request["Key"])
            self._check(request, key)
            after = update(request["UpdateExpression"])(before, request.get("ExpressionAttributeValues", {}))
            return self._write(request, key, after)

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        with self._lock:
            for name, requests in RequestItems.items():
                if len(requests) > 25:
                    _refuse("ValidationException")
                for request in requests:
                    item = request["PutRequest"]["Item"] if "PutRequest" in request else None
                    key = _key(item or request["DeleteRequest"]["Key"])
                    self._store(name, key, item)
        return {"UnprocessedItems": {}}

    def transact_write_items(self, *, TransactItems: list[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        with self._lock:
            puts = [part["Put"] for part in TransactItems]
            held = [self._holds(put, _key(put["Item"])) for put in puts]
            if not all(held):
                reasons = [{"Code": "None" if one else "ConditionalCheckFailed"} for one in held]
                _refuse("TransactionCanceledException", CancellationReasons=reasons)
            for put in puts:
                self._store(put["TableName"], _key(put["Item"]), put["Item"])
        return {}

    def _write(self, request: Mapping[str, Any], key: tuple[str, str], after: Item | None) -> dict[str, Any]:
        with self._lock:
            self._check(request, key)
            before = self._store(request["TableName"], key, after)
            returned = {"ALL_OLD": before, "UPDATED_OLD": before, "ALL_NEW": after}.get(request.get("ReturnValues", ""))
            return {"Attributes": returned} if returned else {}

    def _holds(self, request: Mapping[str, Any], key: tuple[str, str]) -> bool:
        if "ConditionExpression" not in request:
            return True
        before = self._tables[request["TableName"]].items.get(key, {})
        return condition(request["ConditionExpression"])(before, request.get("ExpressionAttributeValues", {}))

    def _check(self, request: Mapping[str, Any], key: tuple[str, str]) -> None:
        if not self._holds(request, key):
            before = self._tables[request["TableName"]].items.get(key)
            _refuse("ConditionalCheckFailedException", **({"Item": before} if before else {}))

    def _store(self, name: str, key: tuple[str, str], after: Item | None) -> Item | None:
        table = self._tables[name]
        before = table.items.pop(key, None)
        if after is not None:
            if item_size(after) > 400_000:
                _refuse("ValidationException")
            table.items[key] = after
        for index in table.indexes.values():
            index.replace(before, after)
        if "StreamSpecification" in table.described and before != after:
            self.stream.append(_record(key, before, after))
        return before

    def keep(self) -> bytes:
        """All tables as they are, to return to."""
        with self._lock:
            return pickle.dumps(self._tables)

    def return_to(self, kept: bytes) -> None:
        """All tables as they were; the stream has told nothing yet."""
        with self._lock:
            self._tables = pickle.loads(kept)  # noqa: S301 - what `keep` made
            self.stream.clear()

    def stored(self, table: str) -> Iterator[Item]:
        """Every item of a table."""
        yield from list(self._tables[table].items.values())


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _record(key: tuple[str, str], before: Item | None, after: Item | None) -> dict[str, Any]:
    """As Lambda is given it."""
    images = {name: image for name, image in (("OldImage", before), ("NewImage", after)) if image is not None}
    kind = "INSERT" if before is None else "MODIFY" if after is not None else "REMOVE"
    return {"eventName": kind, "dynamodb": {"Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}, **images}}


def _refuse(code: str, **more: Any) -> NoReturn:
    raise ClientError({"Error": {"Code": code, "Message": code}, **more}, "DynamoDB")  # type: ignore[typeddict-item]  # AWS answers more than the stubs know
