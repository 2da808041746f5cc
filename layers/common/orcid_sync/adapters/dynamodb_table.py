"""One DynamoDB table in plain values. Every error of DynamoDB passes: an outage must not read as *not there* (R37)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from orcid_sync.adapters.dynamodb_values import Item, Plain, pack, unpack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS_PER_READ = 100
ITEMS_PER_WRITE = 25
PARALLEL_READS = 8
# DynamoDB takes a limit of 32 bits; a page of 1 MB holds fewer items than this anyway.
MOST_A_PAGE = 100_000
# What is left over of a batch is tried this often, with growing pauses: some 6 seconds together.
_BATCH_TRIES = 8

# A transaction of somebody else's that is being written right now is over within milliseconds.
_CONFLICT_TRIES = 4

Key = tuple[str, str]
_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


class ConditionFailed(Exception):  # noqa: N818 - an answer to a conditional write, not a fault
    """A condition did not hold; `item` is what stood there instead (None: nothing)."""

    def __init__(self, item: Plain | None) -> None:
        super().__init__("the condition of a write did not hold")
        self.item = item


class Table:
    """A table whose keys are `pk` and `sk`. Expressions are DynamoDB's own, their values plain: `{":now": 5}`."""

    def __init__(self, client: DynamoDBClient, name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def get(self, key: Key, *, consistent: bool) -> Plain | None:
        found = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=consistent)
        return unpack(found["Item"]) if "Item" in found else None

    def put(self, item: Mapping[str, Any], *, condition: str | None = None, **values: Any) -> Plain | None:
        """Replace the whole item; returns the one before. Raises ConditionFailed."""
        request: dict[str, Any] = {"Item": pack(item), "ReturnValues": "ALL_OLD"}
        return self._write(self._client.put_item, request, condition, values)

    def update(
        self, key: Key, expression: str, *, condition: str | None = None, returning: str = "ALL_NEW", **values: Any
    ) -> Plain | None:
        """Change attributes; returns the item after (or what `returning` says). Raises ConditionFailed."""
        request: dict[str, Any] = {"Key": _key(key), "UpdateExpression": expression, "ReturnValues": returning}
        return self._write(self._client.update_item, request, condition, values)

    def delete(self, key: Key, *, condition: str | None = None, **values: Any) -> Plain | None:
        """Remove the item; returns it. Raises ConditionFailed."""
        return self._write(self._client.delete_item, {"Key": _key(key), "ReturnValues": "ALL_OLD"}, condition, values)

    def put_together(self, items: Sequence[Mapping[str, Any]], *, condition: str, **values: Any) -> None:
        """Replace all items or none; the condition is one on the first. Raises ConditionFailed, also when somebody else
        is writing one of them.
        """
        puts: list[Any] = [{"Put": {"TableName": self._name, "Item": pack(item)}} for item in items]
        puts[0]["Put"]["ConditionExpression"] = condition
        if values:
            puts[0]["Put"]["ExpressionAttributeValues"] = pack({f":{name}": value for name, value in values.items()})
        try:
            self._past_transactions(lambda: self._client.transact_write_items(TransactItems=puts))
        except ClientError as error:
            if not _cancelled_for(error) & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise
            raise ConditionFailed(None) from error

    def _write(
        self, call: Callable[..., Any], request: dict[str, Any], condition: str | None, values: dict[str, Any]
    ) -> Plain | None:
        if condition is not None:
            request |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if values:
            request["ExpressionAttributeValues"] = pack({f":{name}": value for name, value in values.items()})
        try:
            answer = self._past_transactions(lambda: call(TableName=self._name, **request))
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise
            found: Item | None = error.response.get("Item")  # type: ignore[assignment]  # the stubs know no Item here
            raise ConditionFailed(unpack(found) if found else None) from error
        return unpack(answer["Attributes"]) if answer.get("Attributes") else None

    def _past_transactions(self, write: Callable[[], _Found]) -> _Found:
        """Write, again where a transaction stands in the way: that says nothing about the condition (R37)."""
        for attempt in range(_CONFLICT_TRIES - 1):
            try:
                return write()
            except ClientError as error:
                in_the_way = error.response["Error"].get("Code") == "TransactionConflictException"
                if not in_the_way and _cancelled_for(error) - {"None"} != {"TransactionConflict"}:
                    raise
            self._wait(attempt)
        return write()

    def query(
        self, pk: str, prefix: str = "", *, consistent: bool, newest_first: bool = False, limit: int | None = None,
        after: str | None = None,
    ) -> Iterator[Plain]:  # fmt: skip
        """Items of one partition whose sort key begins with `prefix`, page by page; `after` is a sort key."""
        condition = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": pk} | ({":prefix": prefix} if prefix else {})
        request: dict[str, Any] = {"ConsistentRead": consistent, "ScanIndexForward": not newest_first}
        if limit is not None:
            request["Limit"] = min(limit, MOST_A_PAGE)
        if after is not None:
            request["ExclusiveStartKey"] = _key((pk, after))
        return self._pages(condition, values, request)

    def query_index(
        self, index: str, condition: str, *, newest_first: bool = False, limit: int | None = None,
        after: Mapping[str, Any] | None = None, **values: Any,
    ) -> Iterator[Plain]:  # fmt: skip
        """Items of an index (eventually consistent), page by page, at most `limit` a page; `after` is an item's keys,
        those of the index and of the table.
        """
        request: dict[str, Any] = {"IndexName": index, "ScanIndexForward": not newest_first}
        if limit is not None:
            request["Limit"] = min(limit, MOST_A_PAGE)
        if after is not None:
            request["ExclusiveStartKey"] = pack(after)
        return self._pages(condition, {f":{name}": value for name, value in values.items()}, request)

    def _pages(self, condition: str, values: Mapping[str, Any], request: dict[str, Any]) -> Iterator[Plain]:
        request |= {"KeyConditionExpression": condition, "ExpressionAttributeValues": pack(values)}
        while True:
            page = self._client.query(TableName=self._name, **request)
            yield from map(unpack, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def get_many(self, keys: Iterable[Key], *, consistent: bool) -> list[Plain]:
        """The items that exist, in any order; batches of 100 keys, some at once: 10,000 items in about a second."""
        batches = list(_chunks(list(dict.fromkeys(keys)), KEYS_PER_READ))
        if len(batches) < 2:
            return [item for batch in batches for item in self._get_batch(batch, consistent)]
        with ThreadPoolExecutor(min(PARALLEL_READS, len(batches))) as pool:
            return [item for found in pool.map(lambda b: self._get_batch(b, consistent), batches) for item in found]

    def _get_batch(self, keys: Sequence[Key], consistent: bool) -> list[Plain]:
        left: Any = {self._name: {"Keys": [_key(key) for key in keys], "ConsistentRead": consistent}}
        found: list[Plain] = []
        for attempt in range(_BATCH_TRIES):
            answer = self._client.batch_get_item(RequestItems=left)
            found.extend(map(unpack, answer["Responses"].get(self._name, ())))
            left = answer.get("UnprocessedKeys")
            if not left:
                return found
            self._wait(attempt)
        raise TimeoutError("DynamoDB left keys of a batch unread; it is throttling")

    def put_many(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Write items of different keys, without conditions."""
        self._batch_write([{"PutRequest": {"Item": pack(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Remove items of different keys, without conditions."""
        self._batch_write([{"DeleteRequest": {"Key": _key(key)}} for key in keys])

    def _batch_write(self, requests: Sequence[Mapping[str, Any]]) -> None:
        for batch in _chunks(requests, ITEMS_PER_WRITE):
            left: Any = {self._name: list(batch)}
            for attempt in range(_BATCH_TRIES):
                left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
                if not left:
                    break
                self._wait(attempt)
            else:
                raise TimeoutError("DynamoDB left items of a batch unwritten; it is throttling")

    def _wait(self, attempt: int) -> None:
        self._sleep(random.uniform(0.5, 1) * min(0.05 * 2**attempt, 2))  # noqa: S311 - jitter, no secret


def side_by_side(ask: Callable[[_Asked], _Found], wanted: Sequence[_Asked]) -> list[_Found]:
    """What is found for each, some asked for at once."""
    if len(wanted) < 2:
        return [ask(one) for one in wanted]
    with ThreadPoolExecutor(min(PARALLEL_READS, len(wanted))) as pool:
        return list(pool.map(ask, wanted))


def _cancelled_for(error: ClientError) -> set[str]:
    """Why a transaction was cancelled, item by item."""
    reasons: Any = error.response.get("CancellationReasons", ())
    return {str(reason.get("Code")) for reason in reasons}


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[begin : begin + size] for begin in range(0, len(values), size))
