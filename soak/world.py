"""The whole product on a simulated clock: functions, queues, stream, events, schedule, and the registry."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pytest
import requests
from botocore.client import BaseClient
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import Plain, unpack
from orcid_sync.adapters.eventbridge_events import EventBridgeEvents
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.bootstrap import stores
from orcid_sync.domain.errors import ConflictError, RegistryUnavailableError
from orcid_sync.observability import PowertoolsTelemetry, logger, metrics
from requests.adapters import HTTPAdapter

from soak.amazon import Amazon
from soak.deliveries import Deliveries
from soak.edge import CLIENT, URL, RegistryEdge
from soak.functions import Functions
from soak.queues import FifoQueue
from soak.simulation import Simulation
from soak.troubles import CALM, Troubles
from tests.fakes.clock import MONDAY_MORNING_MS
from tests.integration.conftest import Product, _deployed
from tests.moto_aws import aws_in_process

API_URL = "https://api.example.org"
QUEUES = {"high": "HighPriorityQueue", "normal": "NormalQueue"}


@dataclass
class Gauges:
    """What the product measured of itself: (time, value) by metric."""

    seen: dict[str, list[tuple[int, float]]] = field(default_factory=dict)


@dataclass
class World:
    """Begins calm; `troubles.odds` makes it otherwise."""

    product: Product
    simulation: Simulation
    troubles: Troubles
    amazon: Amazon
    edge: RegistryEdge
    functions: Functions
    deliveries: Deliveries
    gauges: Gauges
    random: random.Random

    def queue(self, lane: str) -> FifoQueue:
        return self.amazon.queues[self.product.queues[QUEUES[lane]]]

    def items(self, table: str, sk: str = "") -> list[Plain]:
        """Items of a table whose sort key begins so."""
        found = self.amazon.memory.stored(self.product.tables[table])
        return [unpack(item) for item in found if item["sk"]["S"].startswith(sk)]

    def of_record(self, orcid_id: str, sk: str) -> list[Plain]:
        """Items of the sync table about one iD whose sort key begins so."""
        values = {":pk": {"S": f"O#{orcid_id}"}, ":prefix": {"S": sk}}
        request: dict[str, Any] = {"TableName": self.product.tables["SyncTable"], "ExpressionAttributeValues": values}
        request["KeyConditionExpression"] = "pk = :pk AND begins_with(sk, :prefix)"
        found: list[Plain] = []
        while True:
            page = self.amazon.memory.query(**request)
            found += map(unpack, page["Items"])
            if "LastEvaluatedKey" not in page:
                return found
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def settle(self, longest_ms: int, *, whole: bool = False) -> None:
        """Let time pass until nothing is under way or due soon; at most so long, or exactly (`whole`)."""
        self.deliveries.settle(longest_ms, whole=whole)


@contextmanager
def world(seed: int, make_amazon: Callable[[Simulation, Troubles], Amazon] = Amazon) -> Iterator[World]:
    """A fresh one, switched on, without anybody; everything is gone at the end."""
    random.seed(seed)  # the product's own jitter
    simulation = Simulation(MONDAY_MORNING_MS)
    troubles = Troubles(random.Random(f"troubles {seed}"), CALM)
    amazon, edge = make_amazon(simulation, troubles), RegistryEdge(simulation, troubles)
    functions = Functions(simulation, lambda error: isinstance(error, ConflictError | RegistryUnavailableError))
    gauges = Gauges()
    with pytest.MonkeyPatch.context() as patch, aws_in_process(), _joined(simulation, amazon, edge, gauges):
        for name, value in {"DEFAULT_REGION": "eu-central-1", "ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t"}.items():
            patch.setenv(f"AWS_{name}", value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrcidSync")
        product = _deployed(patch)
        for name in ("ORCID_API_URL", "ORCID_AUTH_URL"):
            patch.setenv(name, URL)
        patch.setenv("PUBLIC_API_URL", API_URL)
        for name in QUEUES.values():
            amazon.queues[product.queues[name]] = FifoQueue(name)
        deliveries = Deliveries(simulation, troubles, amazon, functions)
        deliveries.queues = {lane: amazon.queues[product.queues[name]] for lane, name in QUEUES.items()}
        deliveries.sync_table = product.tables["SyncTable"]
        made = World(
            product, simulation, troubles, amazon, edge, functions, deliveries, gauges, random.Random(f"people {seed}")
        )
        with functions.environments():
            _found(made)
            yield made


def _found(made: World) -> None:
    """Client and configuration, as an administrator leaves them."""
    made.edge.app.control.orders()["client"](
        {
            "client_id": CLIENT,
            "client_secret": "a secret for tests",
            "name": "X",
            "redirect_uris": [f"{API_URL}/v1/orcid/callback"],
        }
    )
    made.product.switch_on()


@contextmanager
def _joined(simulation: Simulation, amazon: Amazon, edge: RegistryEdge, gauges: Gauges) -> Iterator[None]:
    """Lead clock, AWS and the network into the simulation."""
    ask = BaseClient._make_api_call  # type: ignore[attr-defined]  # where every call of every client passes
    clients, level = AwsClients(), logger.log_level

    def answer(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        return amazon.answer(client, operation, parameters, ask)

    def send(_adapter: HTTPAdapter, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        process = simulation.current
        assert process is not None, "a call to the registry outside any invocation"
        amazon.alive(process, 1)
        response = edge.send(request)
        amazon.alive(process, 0)
        return response

    def gauge(_self: Any, metric: str, value: float, unit: str) -> None:  # noqa: ARG001 - the port's signature
        gauges.seen.setdefault(metric, []).append((simulation.now_ms(), value))

    def slept(made_by: Any) -> Any:
        """What an adapter waits between two tries passes on the simulated clock."""
        return mock.patch.dict(made_by.__init__.__kwdefaults__, {"sleep": simulation.sleep})

    logger.setLevel(logging.CRITICAL)
    with (
        slept(Table),
        slept(EventBridgeEvents),
        slept(SecretsTokenVault),
        mock.patch.object(BaseClient, "_make_api_call", answer),
        mock.patch.object(HTTPAdapter, "send", send),
        mock.patch.object(SystemClock, "now_ms", lambda _: simulation.now_ms()),
        mock.patch.object(SystemClock, "sleep", lambda _, seconds: simulation.sleep(seconds)),
        mock.patch.object(stores, "AwsClients", lambda: clients),
        mock.patch.object(PowertoolsTelemetry, "gauge", gauge),
        mock.patch.object(PowertoolsTelemetry, "count", lambda *_: None),
        mock.patch.object(metrics, "flush_metrics", metrics.clear_metrics),
    ):
        try:
            yield
        finally:
            logger.setLevel(level)
