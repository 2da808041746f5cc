"""What the adapters make of DynamoDB's own answers: errors pass, batches are completed (R37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import pack, unpack
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Lane

from tests.fakes.clock import FakeClock
from tests.moto_aws import Aws

ID = "0000-0002-1825-0097"


class Outage:
    """A client every call of which fails as DynamoDB does when it throttles."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, name)

        return fail


@pytest.mark.parametrize(
    "call",
    [
        lambda table: DynamoDbLedger(table, FakeClock()).entries(ID, consistent=True),
        lambda table: DynamoDbLedger(table, FakeClock()).entry(ID, "p1"),
        lambda table: DynamoDbLedger(table, FakeClock()).put(ID, LedgerEntry("p1")),
        lambda table: DynamoDbLedger(table, FakeClock()).intent(ID),
        lambda table: DynamoDbClaims(table).get("u1", ID),
        lambda table: DynamoDbWriters(table).lease(ID, lease_id="a", now_ms=1, until_ms=2),
        lambda table: DynamoDbWriters(table).wake(ID, "u1", lane=Lane.HIGH, due_ms=1),
        lambda table: DynamoDbGate(table, "APP").take(Lane.HIGH, now_ms=1),
    ],
)
def test_r37_an_outage_never_reads_as_not_there(call: Callable[[Table], object]) -> None:
    with pytest.raises(ClientError, match="slow down"):
        call(Table(Outage(), "sync"))  # type: ignore[arg-type]  # stands for the client


class InTheWay:
    """Somebody's transaction stands in the way of the first writes."""

    def __init__(self, client: Any, times: int) -> None:
        self._client, self._left = client, times

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            if self._left <= 0:
                return getattr(self._client, name)(**request)
            self._left -= 1
            error: Any = {"Error": {"Code": "TransactionConflictException", "Message": "in the way"}}
            if name == "transact_write_items":
                error = {"Error": {"Code": "TransactionCanceledException", "Message": "in the way"}}
                error["CancellationReasons"] = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            raise ClientError(error, name)

        return call


_WRITES: list[Callable[[Table], object]] = [
    lambda table: table.put({"pk": "P", "sk": "a", "v": 2}),
    lambda table: table.put({"pk": "P", "sk": "a", "v": 2}, condition="v = :seen", seen=1),
    lambda table: table.update(("P", "a"), "SET v = :v", v=2),
    lambda table: table.put_together([{"pk": "P", "sk": s, "v": 2} for s in "ab"], condition="v = :seen", seen=1),
]


@pytest.mark.parametrize("write", _WRITES)
def test_r37_a_transaction_in_the_way_is_waited_for_and_says_nothing_of_the_condition(
    aws: Aws, write: Callable[[Table], object]
) -> None:
    aws.sync.put({"pk": "P", "sk": "a", "v": 1})
    client: Any = InTheWay(aws.clients.dynamodb, 3)
    write(Table(client, aws.table_names["SyncTable"], sleep=lambda _: None))
    assert aws.sync.get(("P", "a"), consistent=True) == {"pk": "P", "sk": "a", "v": 2}


@pytest.mark.parametrize(("write", "raised"), list(zip(_WRITES, [*[ClientError] * 3, ConditionFailed], strict=True)))
def test_one_that_stays_in_the_way_is_an_outage_to_one_write_and_somebody_faster_to_several(
    aws: Aws, write: Callable[[Table], object], raised: type[Exception]
) -> None:
    client: Any = InTheWay(aws.clients.dynamodb, 10)
    with pytest.raises(raised):
        write(Table(client, aws.table_names["SyncTable"], sleep=lambda _: None))


class Sparing:
    """Takes and gives only a part of each batch, as DynamoDB may."""

    def __init__(self, client: Any, part: int) -> None:
        self._client = client
        self._part = part

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        ((name, wanted),) = RequestItems.items()
        now, later = wanted["Keys"][: self._part], wanted["Keys"][self._part :]
        answer: dict[str, Any] = self._client.batch_get_item(RequestItems={name: {**wanted, "Keys": now}})
        answer["UnprocessedKeys"] = {name: {**wanted, "Keys": later}} if later else {}
        return answer

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        ((name, wanted),) = RequestItems.items()
        if self._part:
            self._client.batch_write_item(RequestItems={name: wanted[: self._part]})
        later = wanted[self._part :]
        return {"UnprocessedItems": {name: later} if later else {}}


def test_what_a_batch_leaves_over_is_asked_for_again(aws: Aws) -> None:
    slept: list[float] = []
    sparing: Any = Sparing(aws.clients.dynamodb, 20)
    table = Table(sparing, aws.table_names["SyncTable"], sleep=slept.append)
    table.put_many([{"pk": "x", "sk": f"{n:03d}", "n": n} for n in range(120)])
    found = table.get_many([("x", f"{n:03d}") for n in range(130)], consistent=True)
    assert sorted(item["n"] for item in found) == list(range(120))
    assert slept


def test_a_batch_that_gets_nowhere_is_an_error_and_not_an_empty_answer(aws: Aws) -> None:
    starving: Any = Sparing(aws.clients.dynamodb, 0)
    table = Table(starving, aws.table_names["SyncTable"], sleep=lambda _: None)
    with pytest.raises(TimeoutError):
        table.put_many([{"pk": "x", "sk": "1"}])


def test_values_come_back_as_they_went() -> None:
    values = {"s": "ä", "i": -5, "f": 0.25, "t": True, "b": b"\0", "ss": frozenset({"a", "b"})}
    assert unpack(pack(values)) == values
    assert pack({"none": None, "empty": frozenset()}) == {}
    with pytest.raises(TypeError):
        pack({"bad": ["a list"]})
