"""The product in this process: its handlers and services, DynamoDB in memory under a meter, moto for the rest of AWS,
and the registry's emulator over HTTP. Time stands still unless it is moved on.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
from orcid_sync.bootstrap import write_works
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.tokens import TokenGrant
from orcid_sync.observability import logger
from orcid_sync.services.visit import VisitStores

from bench import samples
from bench.counting import Counts
from bench.memory_dynamodb import MemoryDynamoDb
from local.registry import RunningRegistry
from tests.contract.registry_stages import WRITE, EmulatorStage
from tests.fakes.clock import FakeClock
from tests.integration.conftest import Context, Product
from tests.metered_dynamodb import MeteredDynamoDb

# What the stream's filter in template.yaml lets through, and its batch size.
NOTICED = ("USER", "USERS", "HEAD", "IDS")
STREAM_BATCH = 100
FEED_BATCH = 500
_LANES = {"NormalQueue": "normal", "HighPriorityQueue": "high"}


class _Invocation(Context):
    """What Lambda tells a handler: as much time as the writers have in template.yaml."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._aws_request_id = f"invocation-{number}"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 300_000


@dataclass
class Institution:
    """Feed it, connect researchers, let time pass; `measuring` counts what happens meanwhile."""

    product: Product
    memory: MemoryDynamoDb
    meter: MeteredDynamoDb
    running: RunningRegistry
    clock: FakeClock
    call_seconds: float = 0  # that pass while the registry is called
    counts: Counts = field(default_factory=Counts)
    services_cpu: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _handlers: dict[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
    _invoked: int = 0

    # Counting

    @contextmanager
    def measuring(self) -> Iterator[list[Counts]]:
        """The list holds one entry when the block has ended."""
        found: list[Counts] = []
        self.running.app.log.reset()
        before = self.counts.copy()
        with self.meter.measuring() as used:
            yield found
        counts = self.counts.minus(before)
        for line in self.running.app.log.usage():
            counts.registry[line["method"]] += line["count"]
        counts.reads, counts.writes, counts.dynamodb_requests = used[0].read, used[0].write, used[0].requests
        found.append(counts)

    def add_cpu(self, seconds: float) -> None:
        with self._lock:
            self.services_cpu += seconds

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """As Lambda does; log lines are weighed and dropped."""
        self._invoked += 1
        context = _Invocation(self._invoked)
        began, services = time.process_time(), self.services_cpu
        with redirect_stdout(io.StringIO()) as said:
            for handler in logger.handlers:
                handler.stream = said  # type: ignore[attr-defined]  # Powertools' is a StreamHandler
            answer = self._handler(function)(event, context)
        self.counts.cpu_seconds[function] += time.process_time() - began - (self.services_cpu - services)  # type: ignore[assignment]  # seconds
        self.counts.invocations[function] += 1
        self.counts.log_bytes += len(said.getvalue().encode())
        for line in said.getvalue().splitlines():
            if '"_aws"' in line:
                self.counts.metrics.update(
                    one["Name"] for one in json.loads(line)["_aws"]["CloudWatchMetrics"][0]["Metrics"]
                )
        return answer

    def _handler(self, function: str) -> Callable[[Any, Any], Any]:
        if function not in self._handlers:
            found: Callable[[Any, Any], Any] = importlib.import_module(f"functions.{function}.app").handler
            self._handlers[function] = found
        return self._handlers[function]

    # What happens

    def feed(self, items: Sequence[samples.Item]) -> None:
        """Through POST /v1/feed/batch, and what the stream makes of it."""
        for begin in range(0, len(items), FEED_BATCH):
            reply = self.product.feed(*items[begin : begin + FEED_BATCH])
            assert reply.status == 200
            assert not reply.body["errors"], reply.body["errors"][:3]
        self.follow()

    def follow(self) -> None:
        """Hand what the stream tells to notice_changes, until it tells no more."""
        while self.memory.stream:
            records, self.memory.stream[:] = list(self.memory.stream), []
            told = [record for record in records if _noticed(record["dynamodb"]["Keys"]["sk"]["S"])]
            for begin in range(0, len(told), STREAM_BATCH):
                self.invoke("notice_changes", {"Records": told[begin : begin + STREAM_BATCH]})

    def tick(self) -> None:
        self.invoke("schedule_sync", {})

    def deliver(self) -> list[dict[str, Any]]:
        """Hand each waiting message to a writer, the high lane first; what the handler returned."""
        sqs, reports = boto3.client("sqs"), []
        for queue, lane in reversed(_LANES.items()):
            url = self.product.queues[queue]
            while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
                os.environ["LANE"] = lane
                reports.append(self.invoke("write_works", {"Records": [{"body": received[0]["Body"]}]}))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
        return reports

    def settle(self, *, minutes: int = 3) -> list[dict[str, Any]]:
        """Schedule and visits until nothing is due."""
        reports = self.deliver()
        for _ in range(minutes):
            self.clock.advance(60)
            self.tick()
            reports += self.deliver()
        return reports

    def connect(self, number: int) -> Researcher:
        """A user of the feed in mode `write`, as the connect function leaves them; nothing is due yet."""
        user_id, orcid_id = f"u{number}", samples.orcid_id(number)
        self.feed([samples.user(user_id, orcid_id)])
        stores = self.stores
        token = EmulatorStage(self.running).grant(orcid_id, WRITE)
        grant = TokenGrant(orcid_id, frozenset(WRITE.split()), token)
        now_ms = self.clock.now_ms()
        ref = stores.vault.store(user_id, orcid_id, grant, replacing=None, now_ms=now_ms)
        claim = stores.claims.get(user_id, orcid_id) or Claim(user_id, orcid_id)
        stores.claims.put(replace(claim, mode=Mode.WRITE, connection=Connection.WRITE, token=ref))
        assert stores.writers.acquire(orcid_id, user_id)
        return Researcher(self, user_id, orcid_id)

    @property
    def stores(self) -> VisitStores:
        """Those of the writer."""
        return write_works.write_works().sync_record.stores


@dataclass(frozen=True, slots=True)
class Researcher:
    """Somebody whose record is written to."""

    institution: Institution
    user_id: str
    orcid_id: str

    def publishes(self, publications: Sequence[samples.Item]) -> None:
        self.institution.feed([*publications, *(samples.relationship(self.user_id, p) for p in publications)])

    def calls(self, route: str, body: object = None) -> Any:
        """One call of the settings page, `{link}` being this link's path."""
        path = f"/v1/users/me/orcid/{self.orcid_id}"
        return self.institution.product.user(self.user_id)(route.format(link=path), body).body

    def on_record(self) -> int:
        """Works on the record."""
        record = self.institution.running.app.control.record(self.orcid_id)
        return len(record["works"]) if record is not None else 0


def _noticed(sk: str) -> bool:
    return sk in NOTICED or sk.startswith("R#")
