"""Founds the institution that is measured: its AWS, its registry, its counters in the places of the world's."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import orcid_sync.bootstrap.stores as bootstrap_stores
import pytest
import requests
from moto.core.botocore_stubber import BotocoreStubber
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.bootstrap import queueing, sync, write_works

from bench.institution import Institution
from bench.memory_dynamodb import MemoryDynamoDb
from local.registry import RegistrySettings, RunningRegistry
from tests.fakes.clock import FakeClock
from tests.from_template import create_tables
from tests.integration.conftest import _deployed
from tests.metered_dynamodb import MeteredDynamoDb
from tests.moto_aws import aws_in_process


class _Weighed:
    """A client of AWS whose own computing is not the product's."""

    def __init__(self, client: Any, add: Callable[[float], None]) -> None:
        self._client, self._add = client, add

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**request: Any) -> Any:
            began = time.thread_time()
            try:
                return method(**request)
            finally:
                self._add(time.thread_time() - began)

        return call


@contextmanager
def institution(*, rate_limit: bool = False) -> Iterator[Institution]:
    """A fresh one, switched on; everything is gone at the end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        RunningRegistry(RegistrySettings(rate_limit=rate_limit)) as running,
        aws_in_process(),
    ):
        for name, value in {"DEFAULT_REGION": "eu-central-1", "ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t"}.items():
            patch.setenv(f"AWS_{name}", value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrcidSync")
        product = _deployed(patch)
        patch.setenv("ORCID_API_URL", running.url)
        memory = MemoryDynamoDb()
        create_tables(memory)
        meter = MeteredDynamoDb(memory)
        made = Institution(product, memory, meter, running, FakeClock(int(time.time() * 1000)))
        _join(made, patch)
        product.switch_on()
        yield made


def _join(made: Institution, patch: pytest.MonkeyPatch) -> None:
    """Put clock, tables and counters in the places of the world's."""
    weighed = _Weighed(made.meter, made.add_cpu)
    patch.setattr(AwsClients, "dynamodb", property(lambda _self: weighed))
    patch.setattr(bootstrap_stores, "SystemClock", lambda: made.clock)
    for cached in (queueing._notice_changes, queueing._schedule_sync, sync._sync, write_works._write_works):
        cached.cache_clear()
    for name in made.product.handlers:
        made.product.handlers[name] = partial(_called, made, name)
    answer, send = BotocoreStubber.process_request, requests.Session.send

    def counted(stubber: BotocoreStubber, request: Any) -> Any:
        began = time.thread_time()
        try:
            return answer(stubber, request)
        finally:
            made.add_cpu(time.thread_time() - began)
            _count_request(made.counts.requests, request)

    def sent(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        made.counts.registry_bytes += len(request.body or b"")
        made.clock.advance(made.call_seconds)
        return send(session, request, **options)

    patch.setattr(BotocoreStubber, "process_request", counted)
    patch.setattr(requests.Session, "send", sent)


def _called(made: Institution, function: str, event: dict[str, Any], _context: object) -> Any:
    return made.invoke(function, event)


def _count_request(requests_made: Counter[str], request: Any) -> None:
    """`sqs SendMessage`, `events PutEvents` and the number of events in it."""
    service = request.url.split("/")[2].split(".")[-4]
    target = request.headers.get("X-Amz-Target", b"")
    operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2] or request.method
    requests_made[f"{service} {operation}"] += 1
    if operation == "PutEvents":
        requests_made["events"] += len(json.loads(request.body)["Entries"])
