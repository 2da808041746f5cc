"""The packed table in memory answers as the plain one does, whatever is stored and asked."""

from __future__ import annotations

import random
import sqlite3
from typing import Any

import pytest

from bench.memory_dynamodb import Item, MemoryDynamoDb
from bench.packed_table import PackedTable

TABLE: dict[str, Any] = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "pk"}, {"AttributeName": "sk"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "due",
            "KeySchema": [{"AttributeName": "lane"}, {"AttributeName": "at"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "StreamSpecification": {},
}


def _item(chance: random.Random) -> Item:
    item: Item = {
        "pk": {"S": f"p{chance.randrange(3)}"},
        "sk": {"S": chance.choice("abAB\u00e9\U0001f600") + str(chance.randrange(9))},
    }
    if chance.random() < 0.7:
        item |= {"lane": {"S": f"l{chance.randrange(2)}"}, "at": {"N": str(chance.randrange(-5, 20))}}
    return item | {"z": {"B": chance.randbytes(3)}, "us": {"SS": ["x", "y"]}, "is": {"BOOL": True}}


def _asked(chance: random.Random) -> dict[str, Any]:
    request: dict[str, Any] = {
        "TableName": "t",
        "ScanIndexForward": chance.random() < 0.5,
        "Limit": chance.randrange(1, 6),
    }
    if chance.random() < 0.5:
        values = {":lane": {"S": f"l{chance.randrange(2)}"}, ":now": {"N": str(chance.randrange(20))}}
        condition = "lane = :lane AND at <= :now"
        return request | {"IndexName": "due", "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    values = {":pk": {"S": f"p{chance.randrange(3)}"}, ":prefix": {"S": chance.choice("abA\u00e9")}}
    condition = "pk = :pk AND begins_with(sk, :prefix)" if chance.random() < 0.5 else "pk = :pk"
    return request | {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}


@pytest.mark.parametrize("seed", range(5))
def test_packed_and_plain_tables_answer_alike(seed: int) -> None:
    chance, plain, packed = random.Random(seed), MemoryDynamoDb(), MemoryDynamoDb(packed=True)
    for memory in (plain, packed):
        memory.create_table(**TABLE)
    for _ in range(400):
        item = _item(chance)
        key = {"pk": item["pk"], "sk": item["sk"]}
        for memory in (plain, packed):
            if len(item) > 5:
                memory.put_item(TableName="t", Item=item)
            else:
                memory.delete_item(TableName="t", Key=key)
        assert plain.get_item(TableName="t", Key=key) == packed.get_item(TableName="t", Key=key)
        request = _asked(chance)
        for _ in range(4):
            page = plain.query(**request)
            assert page == packed.query(**request)
            if "LastEvaluatedKey" not in page:
                break
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    assert plain.stream == packed.stream
    assert sorted(map(str, plain.stored("t"))) == sorted(map(str, packed.stored("t")))


def test_a_packed_table_that_nobody_has_any_more_closes_what_it_packed_into() -> None:
    table = PackedTable(TABLE, {"": ("pk", "sk", None)})
    connection = table._sql
    assert table.get(("p", "s")) is None
    del table
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
