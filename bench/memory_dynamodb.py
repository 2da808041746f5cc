"""DynamoDB in memory, for counting large things: an emulator takes milliseconds an item, and grows with its square.

The contract suites of the adapters run on it (tests/unit/bench/test_memory_dynamodb.py), as they do on moto.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from botocore.exceptions import ClientError

from bench.expressions import condition, update
from bench.packed_table import PackedTable
from bench.plain_table import PlainIndex, PlainTable
from tests.item_size import item_size

Item: TypeAlias = dict[str, Any]
PAGE_BYTES = 1_048_576


class _Tables(dict[str, "PlainTable | PackedTable"]):
    """By name; what is not there is refused as AWS does."""

    def __missing__(self, name: str) -> NoReturn:
        _refuse("ResourceNotFoundException")


class MemoryDynamoDb:
    """The client's methods that this product calls, one at a time; `stream` keeps what changed in a table with one."""

    def __init__(self, *, packed: bool = False) -> None:
        self._packed = packed
        self._lock = threading.RLock()
        self._tables: dict[str, PlainTable | PackedTable] = _Tables()
        self._ranges: dict[tuple[str, str], tuple[str, str]] = {}
        self.stream: list[dict[str, Any]] = []

    def create_table(self, *, TableName: str, **properties: Any) -> dict[str, Any]:  # noqa: N803 - AWS's names
        keys: list[tuple[str, Any, frozenset[str] | None]] = [("", properties["KeySchema"], None)]
        for index in properties.get("GlobalSecondaryIndexes", []):
            names = {key["AttributeName"] for key in index["KeySchema"]} | {"pk", "sk"}
            whole = index["Projection"]["ProjectionType"] == "ALL"
            keys.append((index["IndexName"], index["KeySchema"], None if whole else frozenset(names)))
        indexes = {name: (key[0]["AttributeName"], key[1]["AttributeName"], held) for name, key, held in keys}
        self._ranges |= {(TableName, name): (of, by) for name, (of, by, _) in indexes.items()}
        described = {"TableName": TableName, **properties}
        if self._packed:
            self._tables[TableName] = PackedTable(described, indexes)
        else:
            self._tables[TableName] = PlainTable(
                described, {name: PlainIndex(*named) for name, named in indexes.items()}
            )
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
            found = self._tables[request["TableName"]].get(_key(request["Key"]))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        with self._lock:
            found: dict[str, list[Item]] = {}
            for name, wanted in RequestItems.items():
                table = self._tables[name]
                if len(wanted["Keys"]) > 100:
                    _refuse("ValidationException")
                there = (table.get(_key(key)) for key in wanted["Keys"])
                found[name] = [item for item in there if item is not None]
        return {"Responses": found, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        """Pages end at 1 MB or at the limit; both are told by LastEvaluatedKey."""
        if not 0 < request.get("Limit", 1) < 2**31:
            _refuse("SerializationException")  # an Integer of the API's has 32 bits
        with self._lock:
            names = self._ranges[request["TableName"], request.get("IndexName", "")]
            page: list[Item] = []
            size = 0
            for item in self._in_order(names, request):
                if len(page) == request.get("Limit", -1) or size > PAGE_BYTES:
                    return {"Items": page, "LastEvaluatedKey": {n: page[-1][n] for n in {*names, "pk", "sk"}}}
                page.append(item)
                size += item_size(item)
            return {"Items": page}

    def _in_order(self, names: tuple[str, str], request: Mapping[str, Any]) -> Iterator[Item]:
        text, values = request["KeyConditionExpression"], request["ExpressionAttributeValues"]
        hash_name, _, of = text.partition(" AND ")[0].split(" ")
        if hash_name != names[0]:
            raise ValueError(f"the first condition of a query is one on {names[0]}")
        forward = request.get("ScanIndexForward", True)
        prefix = values[":prefix"]["S"] if f"begins_with({names[1]}, :prefix)" in text else ""
        found = self._tables[request["TableName"]].walk(
            request.get("IndexName", ""), values[of]["S"], prefix=prefix, forward=forward,
            after=request.get("ExclusiveStartKey"),
        )  # fmt: skip
        fits = condition(text)
        # What follows the first that is beyond an upper bound is beyond it, too.
        bounded = forward and f"{names[1]} <" in text and f"{names[1]} <>" not in text
        for item in found:
            if fits(item, values):
                yield item
            elif bounded:
                return

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._write(request, _key(request["Item"]), request["Item"])

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._write(request, _key(request["Key"]), None)

    def update_item(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            key = _key(request["Key"])
            before = self._tables[request["TableName"]].get(key) or dict(request["Key"])
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
        before = self._tables[request["TableName"]].get(key) or {}
        return condition(request["ConditionExpression"])(before, request.get("ExpressionAttributeValues", {}))

    def _check(self, request: Mapping[str, Any], key: tuple[str, str]) -> None:
        if not self._holds(request, key):
            before = self._tables[request["TableName"]].get(key)
            _refuse("ConditionalCheckFailedException", **({"Item": before} if before else {}))

    def _store(self, name: str, key: tuple[str, str], after: Item | None) -> Item | None:
        table = self._tables[name]
        if after is not None and item_size(after) > 400_000:
            _refuse("ValidationException")
        before = table.replace(key, after)
        if "StreamSpecification" in table.described and before != after:
            self.stream.append(_record(key, before, after))
        return before

    def keep(self) -> bytes:
        """All tables as they are, to return to; packed ones cannot be kept."""
        with self._lock:
            return pickle.dumps(self._tables)

    def return_to(self, kept: bytes) -> None:
        """All tables as they were; the stream has told nothing yet."""
        with self._lock:
            self._tables = pickle.loads(kept)  # noqa: S301 - what `keep` made
            self.stream.clear()

    def stored(self, table: str) -> Iterator[Item]:
        """Every item of a table."""
        yield from self._tables[table].everything()


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _record(key: tuple[str, str], before: Item | None, after: Item | None) -> dict[str, Any]:
    """As Lambda is given it."""
    images = {name: image for name, image in (("OldImage", before), ("NewImage", after)) if image is not None}
    kind = "INSERT" if before is None else "MODIFY" if after is not None else "REMOVE"
    return {"eventName": kind, "dynamodb": {"Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}, **images}}


def _refuse(code: str, **more: Any) -> NoReturn:
    raise ClientError({"Error": {"Code": code, "Message": code}, **more}, "DynamoDB")  # type: ignore[typeddict-item]  # AWS answers more than the stubs know
