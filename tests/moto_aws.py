"""An empty AWS with the tables of template.yaml: in this process (moto), or any other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from botocore import xform_name
from botocore.client import BaseClient
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_table import Table

from bench.memory_dynamodb import MemoryDynamoDb
from tests.from_template import create_tables

BUCKET = "uploads"
REGION: Final = "eu-west-1"


@dataclass(frozen=True)
class Aws:
    """Clients, the two tables and their names by logical id."""

    clients: AwsClients
    catalogue: Table
    sync: Table
    table_names: dict[str, str]


@contextmanager
def aws_in_process() -> Iterator[None]:
    """moto, a request at a time: its transactions copy whole tables, which another thread's write would disturb.

    What runs in threads still interleaves, request by request, as it does before AWS.
    """
    lock = threading.RLock()
    process = BotocoreStubber.process_request

    def alone(stubber: BotocoreStubber, request: Any) -> Any:
        with lock:
            return process(stubber, request)

    with mock.patch.object(BotocoreStubber, "process_request", alone), mock_aws():
        yield


def _as_it_is(_: str, make: Callable[[], Any]) -> Any:
    return make()


@contextmanager
def tables_in_memory(around: Callable[[str, Callable[[], Any]], Any] = _as_it_is) -> Iterator[MemoryDynamoDb]:
    """DynamoDB in memory in place of moto's, some thirty times as quick, for what makes a hundred calls a test.

    The contract suites hold both to the same (tests/unit/test_bench.py); moto alone knows reserved words. `around` is
    given each call, by the operation's name.
    """
    memory = MemoryDynamoDb()
    ask = BaseClient._make_api_call  # type: ignore[attr-defined]  # where every call of every client passes

    def answer(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return ask(client, operation, parameters)
        return around(operation, lambda: getattr(memory, xform_name(operation))(**parameters))

    with mock.patch.object(BaseClient, "_make_api_call", answer):
        yield memory


@contextmanager
def moto_aws() -> Iterator[Aws]:
    """`AWS_DEFAULT_REGION` has to be set, `AWS_ENDPOINT_URL` not."""
    with aws_in_process():
        yield fill(AwsClients())


def fill(clients: AwsClients) -> Aws:
    """Make tables and bucket in an empty AWS, wherever `clients` find it."""
    names = create_tables(clients.dynamodb)
    clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return Aws(
        clients=clients,
        catalogue=Table(clients.dynamodb, names["CatalogueTable"]),
        sync=Table(clients.dynamodb, names["SyncTable"]),
        table_names=names,
    )
