"""The whole product in this process: its functions' handlers on moto's AWS, the registry's emulator, one clock.

A moment of it can be kept and returned to, so that each point is tried on the same world.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
import moto.backends
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto.core.models import DEFAULT_ACCOUNT_ID
from orcid_sync.adapters import bounded_http, orcid_authorisation, orcid_client
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import Plain, unpack
from orcid_sync.adapters.eventbridge_events import EventBridgeEvents
from orcid_sync.adapters.items_sync import CONFIGURATION_KEY
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.bootstrap import stores
from orcid_sync.observability import logger
from orcid_sync.services import batches, import_file, send_adds

from bench.memory_dynamodb import MemoryDynamoDb
from local.registry import RegistrySettings, RunningRegistry
from tests.crashes.interruptions import Invocation, Killed, Tap, may_do_half, tapped
from tests.fakes.clock import FakeClock
from tests.integration.conftest import Product, _deployed
from tests.integration.writer_stage import _listen
from tests.moto_aws import aws_in_process, tables_in_memory
from tests.secret_text import secret_text

REGION = "eu-central-1"
API_URL = "https://api.example.org"
CLIENT = "APP-0000000000000001"
# Works in a bulk and in a run of removals or updates, in place of 100: several of each are met with few works.
SMALL = 3
# Seconds that each function may run, as template.yaml has them; a file of the feed has time for one batch, for then it
# takes several invocations.
TIMEOUTS = {
    "write_works": 300, "notice_changes": 120, "schedule_sync": 60, "sync": 900, "import_feed": 30,
    "import_type_mapping": 120, "connect": 29, "settings_api": 29, "admin_api": 29, "oversight_api": 29, "feed_api": 29,
}  # fmt: skip
_BUILDERS = {
    "admin_api": ["_admin_api"], "connect": ["_connect"], "feed": ["_feed_api", "_import_feed"],
    "import_type_mapping": ["_import_type_mapping"], "oversight_api": ["_oversight_api"],
    "queueing": ["_notice_changes", "_schedule_sync"], "settings_api": ["_settings_api"], "sync": ["_sync"],
    "write_works": ["_write_works"],
}  # fmt: skip


class InvocationContext(LambdaContext):
    """What Lambda tells a handler: who it is, and how long it may go on by the stage's clock."""

    def __init__(self, request_id: str, clock: FakeClock, seconds: int) -> None:
        self._aws_request_id = request_id
        self._clock = clock
        self._until_ms = clock.now_ms() + seconds * 1000

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # a method as in Lambda; theirs is static
        return self._until_ms - self._clock.now_ms()


@dataclass(frozen=True)
class Moment:
    """Everything that lasts, as it was."""

    time_ms: int
    tables: bytes
    secrets: bytes
    registry: bytes
    put_code: int


@dataclass
class Stage:
    """`killed` tells whether the last invocation was stopped, `errors` what invocations ended in besides."""

    product: Product
    running: RunningRegistry
    clock: FakeClock
    tap: Tap
    memory: MemoryDynamoDb
    invocations: int = 0
    killed: bool = False
    errors: list[BaseException] = field(default_factory=list)

    def invoke(self, function: str, event: dict[str, Any], *, lane: str = "normal") -> Any:
        """Run a function's handler; None when it was stopped or raised, which `killed` and `errors` tell apart."""
        os.environ["LANE"] = lane
        handler = importlib.import_module(f"functions.{function}.app").handler
        self.invocations += 1
        context = InvocationContext(f"invocation-{self.invocations}", self.clock, TIMEOUTS[function])
        with self._invocation(function):
            return handler(event, context)
        return None

    @contextmanager
    def _invocation(self, function: str) -> Iterator[Invocation]:
        self.killed = False
        with self.tap.invocation(function) as invocation:
            try:
                yield invocation
            except Killed:
                self.killed = True
            except Exception as error:  # noqa: BLE001 - Lambda, too, takes whatever a handler raises
                self.errors.append(error)
        if self.killed:
            forget_environments()

    @contextmanager
    def call(self, function: str) -> Iterator[Invocation]:
        """As `invoke`, for a call through the gateway."""
        with self._invocation(function) as invocation:
            yield invocation

    def items(self, table: str) -> list[Plain]:
        """All items of a table."""
        return list(map(unpack, self.memory.stored(self.product.tables[table])))

    def writing_is_on(self) -> bool:
        """As the configuration says."""
        found = [item for item in self.items("SyncTable") if (item["pk"], item["sk"]) == CONFIGURATION_KEY]
        return bool(found and found[0]["write_enabled"])

    def vaults(self) -> dict[str, Any]:
        """All entries of all vaults."""
        client = boto3.client("secretsmanager", region_name=REGION)
        entries: dict[str, Any] = {}
        with self.tap.unseen():
            names = {secret.name for secret in self.backend("secretsmanager").secrets.values()}
            for name in sorted(name for name in names if name.startswith("tokens/")):
                entries |= json.loads(secret_text(client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")))
        return entries

    @staticmethod
    def backend(service: str) -> Any:
        """moto's own state of a service."""
        return moto.backends.get_backend(service)[DEFAULT_ACCOUNT_ID][REGION]  # type: ignore[call-overload]

    def keep(self) -> Moment:
        """The moment, to return to."""
        state = self.running.app.state
        held = (state.records, state.clients, state.tokens, state.codes, state.next_put_code)
        return Moment(
            self.clock.time_ms,
            self.memory.keep(),
            pickle.dumps(dict(self.backend("secretsmanager").secrets)),
            pickle.dumps(held),
            state.next_put_code,
        )

    def return_to(self, moment: Moment) -> None:
        """Everything as it was then, in fresh environments of the functions; queues and stream are empty."""
        self.memory.return_to(moment.tables)
        secrets = self.backend("secretsmanager").secrets
        dict.clear(secrets)
        dict.update(secrets, pickle.loads(moment.secrets))
        for queue in self.backend("sqs").queues.values():
            queue._messages, queue._pending_messages = [], set()
        state = self.running.app.state
        with state.lock:
            held = pickle.loads(moment.registry)
            state.records, state.clients, state.tokens, state.codes, state.next_put_code = held
        self.running.app.faults.clear()
        self.running.app.log.reset()
        self.clock.time_ms = moment.time_ms
        self.errors.clear()
        forget_environments()


def forget_environments() -> None:
    """What functions keep in memory is gone with their environment."""
    for module, names in _BUILDERS.items():
        for name in names:
            getattr(importlib.import_module(f"orcid_sync.bootstrap.{module}"), name).cache_clear()


@contextmanager
def crash_stage() -> Iterator[Stage]:
    """The whole stage; everything is gone at the end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        RunningRegistry(RegistrySettings(rate_limit=False)) as running,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {"DEFAULT_REGION": REGION, "ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t"}.items():
            patch.setenv(f"AWS_{name}", value)
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrcidSync")
        clock = FakeClock()
        running.app.clock.now = lambda: clock.now_ms() / 1000  # type: ignore[method-assign]  # one clock for all
        tap = Tap(clock)

        def tapped_call(operation: str, make: Callable[[], Any]) -> Any:
            return tap.pass_on(operation, make, to_registry=False)

        with aws_in_process(), tables_in_memory(tapped_call) as memory, tapped(tap), _one_of_each(clock):
            patch.setattr(memory, "batch_write_item", may_do_half(memory.batch_write_item))
            product = _deployed(patch)
            _listen(product)
            for name in ("ORCID_API_URL", "ORCID_AUTH_URL"):
                patch.setenv(name, running.url)
            patch.setenv("PUBLIC_API_URL", API_URL)
            forget_environments()
            yield Stage(product, running, clock, tap, memory)
            forget_environments()


@contextmanager
def _one_of_each(clock: FakeClock) -> Iterator[None]:
    """One clock; and, since environments are made by the thousand, one set of clients and connections for all."""
    clients = AwsClients()
    session = bounded_http.BoundedSession(lambda: 0.0)
    level = logger.log_level
    logger.setLevel(logging.ERROR)
    waits = [made_by.__init__.__kwdefaults__ for made_by in (Table, EventBridgeEvents, SecretsTokenVault)]
    with (
        ExitStack() as patches,
        mock.patch.object(SystemClock, "now_ms", lambda _: clock.now_ms()),
        mock.patch.object(SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds)),
        mock.patch.object(stores, "AwsClients", lambda: clients),
        mock.patch.object(orcid_client, "BoundedSession", lambda _: session),
        mock.patch.object(orcid_authorisation, "BoundedSession", lambda _: session),
        mock.patch.object(send_adds, "BULK_WORKS", SMALL),
        mock.patch.object(batches, "RUN_LENGTH", SMALL),
        mock.patch.object(import_file, "BATCH_LINES", SMALL),
    ):
        for defaults in waits:  # between two tries
            patches.enter_context(mock.patch.dict(defaults, {"sleep": clock.sleep}))
        try:
            yield
        finally:
            logger.setLevel(level)
            session._session.close()
