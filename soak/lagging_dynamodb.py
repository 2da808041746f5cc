"""DynamoDB no kinder than it is: answers that are seconds old, indexes behind their table, batches done in part, pages
that end early, transactions in one another's way. What is served late was true once: each item alone, never half of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from bench.memory_dynamodb import Item, MemoryDynamoDb
from soak.simulation import Simulation
from soak.troubles import Troubles

# A reading that does not ask for strong consistency comes from a replica; AWS calls a second usual, and an index that
# has much to catch up with takes several.
LONGEST_READ_LAG_MS = 2_000
LONGEST_INDEX_LAG_MS = 5_000
LONGEST_TRANSACTION_MS = 50
_AT_NEITHER_PLACE = 0.2
Key = tuple[str, str]


class LaggingDynamoDb(MemoryDynamoDb):
    """`troubles` says how often each of it happens; calm, it is the kind one."""

    def __init__(self, simulation: Simulation, troubles: Troubles) -> None:
        super().__init__()
        self._simulation, self._troubles = simulation, troubles
        # By table, in order of time: when an item was changed, and what it was before.
        self._changes: dict[str, list[tuple[int, Key, Item | None]]] = {}
        # Items that are written together now and then: until when somebody's transaction held them last.
        self._held_ms: dict[tuple[str, Key], int] = {}

    # What was, and is still seen

    def _store(self, name: str, key: Key, after: Item | None) -> Item | None:
        before = super()._store(name, key, after)
        now_ms, changes = self._simulation.now_ms(), self._changes.setdefault(name, [])
        changes.append((now_ms, key, before))
        while changes[0][0] < now_ms - LONGEST_INDEX_LAG_MS:
            del changes[0]
        return before

    def _old(self, table: str, longest_ms: int, concerned: Callable[[Key], bool]) -> dict[Key, Item | None]:
        """Items changed of late, each as it was at a time of its own."""
        now_ms, seen_ms, found = self._simulation.now_ms(), dict[Key, int](), dict[Key, Item | None]()
        for at_ms, key, before in self._changes.get(table, ()):
            if at_ms < now_ms - longest_ms or not concerned(key):
                continue
            if key not in seen_ms:
                seen_ms[key] = now_ms - self._troubles.random.randint(0, longest_ms)
            if at_ms > seen_ms[key] and key not in found:
                found[key] = before
        return found

    @contextmanager
    def _seen_late(
        self, table: str, what: str, longest_ms: int, concerned: Callable[[Key], bool], *, moving: tuple[str, ...] = ()
    ) -> Iterator[None]:
        """For one reading, perhaps: the items concerned as they were. An entry whose place in an index (`moving`)
        changed is deleted there and put anew, so that for a moment it may be at neither place.
        """
        share = self._troubles.odds.read_stale
        old = self._old(table, longest_ms, concerned) if share and self._troubles.random.random() < share else {}
        if not old:
            yield
            return
        self._troubles.met[what] += 1
        told = len(self.stream)
        current = {
            key: super(LaggingDynamoDb, self).get_item(TableName=table, Key=_key(key)).get("Item") for key in old
        }
        for key, item in old.items():
            moved = any((item or {}).get(name) != (current[key] or {}).get(name) for name in moving)
            nowhere = moved and self._troubles.random.random() < _AT_NEITHER_PLACE
            super()._store(table, key, None if nowhere else item)
        try:
            yield
        finally:
            for key, item in current.items():
                super()._store(table, key, item)
            del self.stream[told:]

    # Readings

    def get_item(self, **request: Any) -> dict[str, Any]:
        if request.get("ConsistentRead"):
            return super().get_item(**request)
        wanted = _plain_key(request["Key"])
        with self._seen_late(request["TableName"], "item seen late", LONGEST_READ_LAG_MS, lambda key: key == wanted):
            return super().get_item(**request)

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        ((table, wanted),) = RequestItems.items()
        now, left = self._part(wanted["Keys"])
        keys = set() if wanted.get("ConsistentRead") else {_plain_key(key) for key in now}
        with self._seen_late(table, "batch seen late", LONGEST_READ_LAG_MS, lambda key: key in keys):
            answer = super().batch_get_item(RequestItems={table: {**wanted, "Keys": now}})
        return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": left}} if left else {}}

    def query(self, **request: Any) -> dict[str, Any]:
        begin = request.get("ExclusiveStartKey")
        if begin is not None and self._troubles.strikes("empty page", self._troubles.odds.page_cut):
            return {"Items": [], "LastEvaluatedKey": begin}
        if self._troubles.strikes("page cut short", self._troubles.odds.page_cut):
            request["Limit"] = min(request.get("Limit", 5), self._troubles.random.randint(1, 5))
        table = request["TableName"]
        if "IndexName" in request:
            moving = self._ranges[table, request["IndexName"]]
            with self._seen_late(table, "index seen late", LONGEST_INDEX_LAG_MS, lambda _: True, moving=moving):
                return self._ended(request, super().query(**request))
        partition = request["ExpressionAttributeValues"][":pk"]["S"]
        late_ms = 0 if request.get("ConsistentRead") else LONGEST_READ_LAG_MS
        with self._seen_late(table, "query seen late", late_ms, lambda key: bool(late_ms) and key[0] == partition):
            return self._ended(request, super().query(**request))

    def _ended(self, request: Mapping[str, Any], page: dict[str, Any]) -> dict[str, Any]:
        """A page as long as its limit says that it may go on, though nothing may follow."""
        items = page["Items"]
        if items and len(items) == request.get("Limit"):
            names = {*self._ranges[request["TableName"], request.get("IndexName", "")], "pk", "sk"}
            page["LastEvaluatedKey"] = {name: items[-1][name] for name in names}
        return page

    # Writings

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        ((table, requests),) = RequestItems.items()
        now, left = self._part(requests)
        super().batch_write_item(RequestItems={table: now})
        return {"UnprocessedItems": {table: left} if left else {}}

    def _part(self, wanted: list[Any]) -> tuple[list[Any], list[Any]]:
        """What DynamoDB carries out of a batch now, at least one, and what it leaves over."""
        if len(wanted) < 2 or not self._troubles.strikes("batch done in part", self._troubles.odds.batch_in_part):
            return wanted, []
        number = self._troubles.random.randint(1, len(wanted) - 1)
        now = set(self._troubles.random.sample(range(len(wanted)), number))
        return [one for n, one in enumerate(wanted) if n in now], [one for n, one in enumerate(wanted) if n not in now]

    def transact_write_items(self, *, TransactItems: list[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        held = [self._is_held(part["Put"]["TableName"], part["Put"]["Item"], True) for part in TransactItems]
        if any(held):
            reasons = [{"Code": "TransactionConflict" if one else "None"} for one in held]
            raise _refusal("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
        return super().transact_write_items(TransactItems=TransactItems)

    def put_item(self, **request: Any) -> dict[str, Any]:
        self._may_meet_a_transaction(request["TableName"], request["Item"])
        return super().put_item(**request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        self._may_meet_a_transaction(request["TableName"], request["Key"])
        return super().update_item(**request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        self._may_meet_a_transaction(request["TableName"], request["Key"])
        return super().delete_item(**request)

    def _may_meet_a_transaction(self, table: str, item: Item) -> None:
        if self._is_held(table, item, False):
            raise _refusal("TransactionConflictException", "PutItem")

    def _is_held(self, table: str, item: Item, together: bool) -> bool:
        """Whether somebody's transaction holds the item: for some milliseconds, and not again within a second."""
        place, now_ms = (table, _plain_key(item)), self._simulation.now_ms()
        if place not in self._held_ms and not together:
            return False
        until_ms = self._held_ms.setdefault(place, 0)
        if now_ms < until_ms:
            return True
        met = "transaction conflict" if together else "write met a transaction"
        if now_ms < until_ms + 1_000 or not self._troubles.strikes(met, self._troubles.odds.conflict):
            return False
        self._held_ms[place] = now_ms + self._troubles.random.randint(1, LONGEST_TRANSACTION_MS)
        return True


def _plain_key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _key(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _refusal(code: str, operation: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, operation)  # type: ignore[typeddict-item]  # AWS answers more than the stubs know
