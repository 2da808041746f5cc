"""A batch of the stream brings a hundred publications: what is noted of them costs few requests (R41, R42)."""

from __future__ import annotations

import pytest
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_work_index import DynamoDbWorkIndex

from bench.memory_dynamodb import MemoryDynamoDb
from tests.from_template import create_tables
from tests.metered_dynamodb import MeteredDynamoDb


@pytest.mark.parametrize("make", [DynamoDbWorkIndex, DynamoDbIdIndex])
def test_identifiers_of_many_publications_are_noted_25_at_once(
    make: type[DynamoDbWorkIndex] | type[DynamoDbIdIndex],
) -> None:
    client = MeteredDynamoDb(MemoryDynamoDb())
    names = create_tables(client._client)
    index = make(Table(client, names["CatalogueTable"]))  # type: ignore[arg-type]  # stands for the client
    ids = {f"p{number}": [f"doi:10.5555/{number}", f"pmid:{number}"] for number in range(100)}
    for change in (index.add, index.remove):
        with client.measuring() as used:
            change(ids)
        assert (used[0].requests, used[0].write) == (8, 200)
