"""What the adapters run on in these tests: moto, in process, with the tables and queues of template.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from moto import mock_aws
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_table import Table

from tests.from_template import create_tables

BUCKET = "uploads"


@dataclass(frozen=True)
class Aws:
    """Clients and the two tables, made from the template and empty."""

    clients: AwsClients
    catalogue: Table
    sync: Table
    table_names: dict[str, str]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        clients = AwsClients()
        names = create_tables(clients.dynamodb)
        clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield Aws(
            clients=clients,
            catalogue=Table(clients.dynamodb, names["CatalogueTable"]),
            sync=Table(clients.dynamodb, names["SyncTable"]),
            table_names=names,
        )


@pytest.fixture(params=["fake", "adapter"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every contract test runs on both."""
    return str(request.param)
