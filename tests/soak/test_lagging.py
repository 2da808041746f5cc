"""The simulated AWS is unkind in the ways of the real one, and in no others: what it shows late was true once."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table

from soak.lagging_dynamodb import (
    LONGEST_INDEX_LAG_MS,
    LONGEST_READ_LAG_MS,
    LONGEST_TRANSACTION_MS,
    LaggingDynamoDb,
)
from soak.lagging_secrets import LONGEST_LAG_MS, LaggingSecrets
from soak.simulation import Simulation
from soak.troubles import CALM, Troubles

KEY = ("P", "a")
TRIES = 60


class Stage:
    """A table with an index by `kind` and `at`, at a time of its own; `odds` are those that are not nought."""

    def __init__(self, **odds: float) -> None:
        self.simulation = Simulation(1_000_000)
        self.troubles = Troubles(random.Random(1), replace(CALM, **odds))
        self.memory = LaggingDynamoDb(self.simulation, self.troubles)
        keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        by = [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
        index = {"IndexName": "by_kind", "KeySchema": by, "Projection": {"ProjectionType": "ALL"}}
        self.memory.create_table(TableName="t", KeySchema=keys, GlobalSecondaryIndexes=[index])
        client: Any = self.memory
        self.table = Table(client, "t", sleep=lambda _: None)

    def put(self, at: int, sk: str = KEY[1]) -> None:
        self.table.put({"pk": KEY[0], "sk": sk, "kind": "k", "at": at})

    def passes(self, milliseconds: int) -> None:
        self.simulation.run(self.simulation.now_ms() + milliseconds)

    def got(self, *, consistent: bool) -> set[int | None]:
        items = [self.table.get(KEY, consistent=consistent) for _ in range(TRIES)]
        return {item["at"] if item is not None else None for item in items}

    def indexed(self) -> set[tuple[int, ...]]:
        return {tuple(i["at"] for i in self.table.query_index("by_kind", "kind = :k", k="k")) for _ in range(TRIES)}


def test_a_reading_may_show_what_was_and_a_strong_one_never_does() -> None:
    stage = Stage(read_stale=1)
    stage.put(1)
    stage.passes(LONGEST_READ_LAG_MS // 2)
    stage.put(2)
    stage.passes(LONGEST_READ_LAG_MS // 4)
    assert stage.got(consistent=False) == {None, 1, 2}
    assert stage.got(consistent=True) == {2}
    stage.passes(LONGEST_READ_LAG_MS)
    assert stage.got(consistent=False) == {2}
    assert len(stage.memory.stream) == 0


@pytest.mark.parametrize("read", ["batch", "query"])
def test_items_of_one_reading_are_each_as_old_as_they_are(read: str) -> None:
    stage = Stage(read_stale=1)
    names = [f"{n}" for n in range(8)]
    for name in names:
        stage.put(1, name)
    stage.passes(LONGEST_READ_LAG_MS)
    for name in names:
        stage.put(2, name)
    stage.passes(LONGEST_READ_LAG_MS // 2)

    def seen(*, consistent: bool) -> set[tuple[int, ...]]:
        if read == "query":
            found = [list(stage.table.query(KEY[0], consistent=consistent)) for _ in range(TRIES)]
        else:
            keys = [(KEY[0], name) for name in names]
            found = [stage.table.get_many(keys, consistent=consistent) for _ in range(TRIES)]
        return {tuple(item["at"] for item in sorted(items, key=lambda item: str(item["sk"]))) for items in found}

    assert len(seen(consistent=False)) > 5
    assert seen(consistent=True) == {(2,) * 8}


def test_an_entry_that_moves_in_an_index_may_be_at_neither_place_and_one_that_stays_never_vanishes() -> None:
    stage = Stage(read_stale=1)
    stage.put(1)
    stage.passes(LONGEST_INDEX_LAG_MS)
    stage.put(2)
    stage.passes(LONGEST_INDEX_LAG_MS // 2)
    assert stage.indexed() == {(), (1,), (2,)}
    stage.table.update(KEY, "SET other = :one", one=1)
    stage.passes(LONGEST_INDEX_LAG_MS // 2)
    stage.table.update(KEY, "SET other = :two", two=2)
    stage.passes(LONGEST_INDEX_LAG_MS // 4)
    assert stage.indexed() == {(2,)}


def test_batches_done_in_part_and_pages_cut_short_come_to_the_whole_all_the_same() -> None:
    stage = Stage(batch_in_part=0.5, page_cut=0.5)
    stage.table.put_many([{"pk": "P", "sk": f"{n:03d}", "kind": "k", "at": n} for n in range(230)])
    whole = list(range(230))
    assert [item["at"] for item in stage.table.query("P", consistent=True)] == whole
    assert [item["at"] for item in stage.table.query_index("by_kind", "kind = :k", k="k")] == whole
    found = stage.table.get_many([("P", f"{n:03d}") for n in range(230)], consistent=True)
    assert sorted(item["at"] for item in found) == whole
    stage.table.delete_many([("P", f"{n:03d}") for n in range(230)])
    assert list(stage.table.query("P", consistent=True)) == []
    assert {"batch done in part", "page cut short", "empty page"} <= stage.troubles.met.keys()


def test_a_transaction_in_anothers_way_writes_nothing_and_who_meets_one_is_told() -> None:
    stage = Stage(conflict=1)
    together = [{"pk": "P", "sk": "a", "at": 1}, {"pk": "P", "sk": "b", "at": 1}]
    with pytest.raises(ConditionFailed):
        stage.table.put_together(together, condition="attribute_not_exists(pk)")
    assert list(stage.table.query("P", consistent=True)) == []
    with pytest.raises(ClientError, match="TransactionConflict"):
        stage.table.put(together[0])
    stage.table.put({"pk": "P", "sk": "c", "at": 1})
    stage.passes(LONGEST_TRANSACTION_MS)
    stage.table.put_together(together, condition="attribute_not_exists(pk)")
    assert len(list(stage.table.query("P", consistent=True))) == 3


def test_a_secret_may_be_seen_as_it_was_for_a_while() -> None:
    simulation, stored = Simulation(1_000_000), dict[str, str]()
    secrets = LaggingSecrets(simulation, Troubles(random.Random(1), replace(CALM, secret_stale=1)))

    def ask(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation == "CreateSecret":
            stored[parameters["Name"]] = "first"
        elif operation == "UpdateSecretVersionStage":
            stored[parameters["SecretId"]] = "second"
        elif parameters["SecretId"] not in stored:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, operation)
        return {"SecretString": stored.get(parameters.get("SecretId", ""), "")}

    def seen() -> set[str]:
        found: set[str] = set()
        for _ in range(TRIES):
            try:
                found.add(secrets.answer("GetSecretValue", {"SecretId": "s"}, ask)["SecretString"])
            except ClientError as error:
                found.add(error.response["Error"]["Code"])
        return found

    secrets.answer("CreateSecret", {"Name": "s"}, ask)
    simulation.run(simulation.now_ms() + LONGEST_LAG_MS // 2)
    assert seen() == {"ResourceNotFoundException", "first"}
    simulation.run(simulation.now_ms() + LONGEST_LAG_MS)
    assert seen() == {"first"}
    secrets.answer("UpdateSecretVersionStage", {"SecretId": "s"}, ask)
    simulation.run(simulation.now_ms() + LONGEST_LAG_MS // 2)
    assert seen() == {"first", "second"}
