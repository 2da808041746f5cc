"""How reading an Elements server behaves with many publications: `python -m bench.elements`, `--whole` for 100,000.

The stand-in and the tables run in processes of their own, so that memory is the reader's alone. Nothing is paced, so
seconds tell what the reader itself needs; a real server is asked twice a second at most. The first load is stopped and
resumed again and again, as its invocations are.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_elements import DynamoDbPullIndex, DynamoDbPullStates
from orcid_sync.adapters.dynamodb_erasures import DynamoDbErasures
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.elements_client import Credentials, HttpElementsServer
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.bootstrap.feed import PARALLEL_WRITES
from orcid_sync.domain.elements_items import Reading, UserIdFrom
from orcid_sync.feed_parsing import parse_item
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.compare_elements_user import CompareElementsUser, StoreItems
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.pull_elements import PullElements
from orcid_sync.services.take_elements_page import TakeElementsPage

from bench.memory_dynamodb import MemoryDynamoDb
from local.aws.embedded import free_port
from local.elements.app import PREFIX, ElementsSettings
from tests.from_template import create_tables

ROOT = Path(__file__).resolve().parents[1]
WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item"})
# What an invocation may take at most before the next goes on; a real one has thirteen minutes.
SECONDS_AN_INVOCATION = 20.0


class RemoteTables:
    """The client of tables in another process; counts what is written, by table."""

    def __init__(self, end: Connection) -> None:
        self._end = end
        self._lock = threading.Lock()
        self.written: Counter[str] = Counter()

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            if operation in WRITES:
                self._count(operation, request)
            with self._lock:
                self._end.send((operation, request))
                succeeded, answer = self._end.recv()
            if not succeeded:
                raise answer
            return answer

        return call

    def _count(self, operation: str, request: dict[str, Any]) -> None:
        if operation == "batch_write_item":
            for table, items in request["RequestItems"].items():
                self.written[table] += len(items)
        elif operation == "transact_write_items":
            for item in request["TransactItems"]:
                self.written[next(iter(item.values()))["TableName"]] += 1
        else:
            self.written[request["TableName"]] += 1


def _keep_tables(end: Connection) -> None:
    """What the tables' process does until nobody asks any more."""
    memory = MemoryDynamoDb()
    while True:
        try:
            operation, request = end.recv()
        except EOFError:
            return
        memory.stream.clear()
        try:
            end.send((True, getattr(memory, operation)(**request)))
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is the caller's
            end.send((False, exc))


@contextmanager
def tables() -> Iterator[RemoteTables]:
    """Tables in a process of their own."""
    ours, theirs = Pipe()
    process = Process(target=_keep_tables, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    yield RemoteTables(ours)
    ours.close()
    process.join(10)


@contextmanager
def server(users: int, publications: int) -> Iterator[str]:
    """A stand-in in a process of its own; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "local.elements", "--port", str(port)]
    sizes = ["--users", str(users), "--publications", str(publications)]
    process = subprocess.Popen([*command, *sizes], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                requests_of(f"http://127.0.0.1:{port}")
            except OSError:
                time.sleep(0.2)
            else:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def requests_of(url: str) -> Counter[str]:
    """How often what was asked of the stand-in."""
    with urllib.request.urlopen(f"{url}/_control/requests", timeout=10) as answer:  # noqa: S310 - our own address
        return Counter(json.load(answer)["counts"])


def reader(url: str, version: str, client: RemoteTables, names: dict[str, str]) -> PullElements:
    """The reader as its function is built, but for the pace."""
    clock, telemetry = SystemClock(), PowertoolsTelemetry()
    dynamodb: Any = client
    no_s3: Any = None  # no generated record is so long that it would go there
    catalogue_table, sync = Table(dynamodb, names["CatalogueTable"]), Table(dynamodb, names["SyncTable"])
    catalogue = DynamoDbCatalogue(catalogue_table, Payloads(catalogue_table, no_s3, ""))
    settings = ElementsSettings()
    elements = HttpElementsServer(
        f"{url}{PREFIX}{version}", Credentials(settings.username, settings.password), clock, pace_seconds=0
    )
    index, reading = DynamoDbPullIndex(sync), Reading(UserIdFrom.USERNAME)
    store = StoreItems(
        catalogue,
        ImportFeed(catalogue, PARALLEL_WRITES, DynamoDbErasures(sync, clock)),
        lambda item: parse_item(item, now_ms=clock.now_ms()),
        telemetry,
    )
    take = TakeElementsPage(index, store, catalogue, lambda _new, _last: None, reading, clock, telemetry)
    compare = CompareElementsUser(elements, catalogue, index, store, reading, clock)
    return PullElements(elements, DynamoDbPullStates(sync), index, take, compare, clock, telemetry)


def run(label: str, pull: PullElements, url: str, client: RemoteTables, publications: int, **how: bool) -> None:
    """Read until the run is at its end, and tell what it took."""
    asked, client.written = requests_of(url), Counter()
    began, processor, invocations = time.monotonic(), time.process_time(), 0
    while True:
        invocations += 1
        report = pull.run(deadline_ms=pull.clock.now_ms() + round(SECONDS_AN_INVOCATION * 1000), **how)
        if report.problem:
            raise SystemExit(f"{label}: {report.problem}")
        if report.complete:
            break
    took, computed = time.monotonic() - began, time.process_time() - processor
    made = requests_of(url) - asked
    written = ", ".join(f"{table.rpartition('-')[2]} {count:,}" for table, count in sorted(client.written.items()))
    print(f"{label}: {made.total():,} requests in {invocations} invocations, {took:,.0f} s", flush=True)
    print(f"  {computed / publications * 1000:.2f} s of the reader's processor for 1,000 publications", flush=True)
    print(f"  written: {written}", flush=True)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of the reader: {peak_mb:.0f} MB", flush=True)


def main() -> None:
    """Load, read all again, and read what changed."""
    parser = argparse.ArgumentParser(prog="python -m bench.elements", description=__doc__)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--publications", type=int, default=3_000)
    parser.add_argument("--whole", action="store_true", help="2,000 users and 100,000 publications")
    parser.add_argument("--version", choices=("5.5", "6.13"), default="6.13")
    given = parser.parse_args()
    users, publications = (2_000, 100_000) if given.whole else (given.users, given.publications)
    print(f"{users:,} users, {publications:,} publications, API v{given.version}", flush=True)
    with server(users, publications) as url, tables() as client:
        pull = reader(url, given.version, client, create_tables(client))
        run("First load", pull, url, client, publications, now=True)
        run("Full run, nothing changed", pull, url, client, publications, full=True)
        run("Delta, nothing changed", pull, url, client, publications, now=True)


if __name__ == "__main__":
    main()
