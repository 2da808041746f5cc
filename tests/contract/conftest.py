"""What the adapters run on in these tests: moto, in process, with the tables and queues of template.yaml.

`CONTRACT_AWS_ENDPOINT_URL` puts an embedded AWS (ministack) in its place: two readings of AWS have to agree.
`CONTRACT_DYNAMODB=memory` puts the tables in memory that `make bench` counts on there, and nothing else of AWS;
`packed` those that hold millions of items.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator

import pytest
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_table import Table

from bench.memory_dynamodb import MemoryDynamoDb
from tests.from_template import create_tables
from tests.moto_aws import REGION, Aws, fill, moto_aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    endpoint = os.environ.get("CONTRACT_AWS_ENDPOINT_URL")
    if (kind := os.environ.get("CONTRACT_DYNAMODB")) is not None:
        clients, memory = AwsClients(), MemoryDynamoDb(packed={"memory": False, "packed": True}[kind])
        vars(clients)["dynamodb"] = memory
        names = create_tables(memory)
        table = Table(memory, names["CatalogueTable"]), Table(memory, names["SyncTable"])  # type: ignore[arg-type]  # stands for the client
        yield Aws(clients, *table, names)
        return
    if endpoint is None:
        with moto_aws() as made:
            yield made
        return
    for name, value in {"ENDPOINT_URL": endpoint, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_ministack/reset", method="POST"), timeout=30).close()
    yield fill(AwsClients())


@pytest.fixture(params=["fake", "adapter"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every contract test runs on both."""
    return str(request.param)
