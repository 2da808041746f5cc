"""How long an institution's first load by a feed file takes: `python -m bench.feed_load`.

The file's lines go through the function's own services, its DynamoDB client included, to a table in another process
that answers each request after 8 ms, as DynamoDB does, and stores nothing: on the first day everything is new.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

from orcid_sync.adapters.feed_lines import unpacked as unpacked_pieces
from orcid_sync.bootstrap.feed import PARALLEL_FILE_WRITES
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.feed_parsing import parse_line
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.import_file import ImportFile

from bench.assumptions import REQUEST_SECONDS
from bench.samples import publications, relationship
from tests.fakes.events import FakeEvents
from tests.fakes.feed_files import FakeFeedFiles
from tests.fakes.telemetry import FakeTelemetry

PUBLICATIONS, RELATIONSHIPS = 800_000, 1_000_000
# What an invocation has for it: 900 s less the reserve of functions/import_feed.
PART_SECONDS = 870
GZIPPED = 100_000_000
# Of the operations that are answered with more than `{}` when nothing is there.
ANSWERS: Mapping[bytes, Any] = {
    b"query": {"Items": [], "Count": 0, "ScannedCount": 0},
    b"batchgetitem": {"Responses": {}, "UnprocessedKeys": {}},
}


class _Table(asyncio.Protocol):
    """One connection: whatever is asked is answered after a while; nothing is there, and everything is taken."""

    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, ended, body = self._held.partition(b"\r\n\r\n")
        if not ended:
            return
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(headers.get(b"content-length", 0)):
            return
        self._held = b""
        text = json.dumps(ANSWERS.get(headers[b"x-amz-target"].rpartition(b".")[2], {})).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: %d\r\n" % zlib.crc32(text)
        whole = head + b"Content-Length: %d\r\n\r\n" % len(text) + text
        asyncio.get_running_loop().call_later(REQUEST_SECONDS, self._transport.write, whole)


def _serve(end: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Table, "127.0.0.1", 0)
        end.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def table() -> Iterator[str]:
    """The address of such a table, in a process of its own."""
    ours, theirs = Pipe()
    process = Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class Pace:
    """So many items were taken in within these seconds, of which the function itself computed some."""

    items: int
    seconds: float
    computing: float

    @property
    def a_second(self) -> float:
        return self.items / self.seconds


def pace_of(key: str, text: list[bytes]) -> Pace:
    """Take in a file of these lines."""
    files = FakeFeedFiles()
    files.put(key, text)
    s = Stores(sync_table="sync", catalogue_table="catalogue", uploads_bucket="uploads")
    importing = ImportFile(
        files=files,
        import_feed=ImportFeed(s.catalogue, PARALLEL_FILE_WRITES, s.erasures),
        parse_line=lambda line: parse_line(line, now_ms=s.clock.now_ms()),
        events=FakeEvents(),
        clock=s.clock,
        telemetry=FakeTelemetry(),
        new_run=lambda: "run",
    )
    importing.import_feed.store([parse_line(line, now_ms=0) for line in text[:100]])  # connections, caches
    began, computed = time.perf_counter(), time.process_time()
    report = importing.run(key, upload=None, event="event", deadline_ms=s.clock.now_ms() + 3_600_000)
    pace = Pace(len(text), time.perf_counter() - began, time.process_time() - computed)
    assert report is not None
    assert (report.complete, report.accepted) == (True, len(text)), report
    return pace


def _passed_over(text: list[bytes]) -> tuple[float, float]:
    """Seconds that it takes to pass over a gigabyte of a gzipped file, and how many gigabytes that unpacks to."""
    packed = gzip.compress(b"\n".join(text))
    pieces = islice(cycle([(packed, 0)]), GZIPPED // len(packed))
    began = time.process_time()
    unpacked = sum(len(piece) for piece, _ in unpacked_pieces(pieces))
    return (time.process_time() - began) * 1e9 / GZIPPED, unpacked / GZIPPED


def main() -> None:
    """Measure, and work out what an institution waits for."""
    parser = argparse.ArgumentParser(prog="python -m bench.feed_load", description=__doc__)
    parser.add_argument("--sample", type=int, default=6_000, help="publications, and relationships, that are measured")
    sample = parser.parse_args().sample
    works = list(publications(sample))
    pairs = [relationship(f"u{number % 2_000}", work) for number, work in enumerate(works)]
    kinds = {"publications": (works, PUBLICATIONS), "relationships": (pairs, RELATIONSHIPS)}
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}
    seconds, computing, size = 0.0, 0.0, 0.0
    with table() as url:
        os.environ["AWS_ENDPOINT_URL"] = url
        for name, (items, many) in kinds.items():
            text = [json.dumps(item).encode() for item in items]
            pace = pace_of(f"feed/{name}.jsonl", text)
            each = pace.computing / pace.items
            seconds += many / pace.a_second
            computing += many * each
            size += many * (sum(map(len, text)) / sample + 1)
            print(f"{name}: {pace.a_second:.0f} a second; {1000 * each:.1f} ms of computing each")
    print(
        f"{PUBLICATIONS:,} publications and {RELATIONSHIPS:,} relationships ({size / 1e9:.1f} GB) in one file:"
        f" {seconds / 3600:.1f} hours, {seconds / PART_SECONDS:.0f} invocations;"
        f" {computing / 3600:.1f} hours on a processor that nobody else uses"
    )
    again, unpacked = _passed_over([json.dumps(item).encode() for item in works])
    print(f"passing over what stands before: {again:.0f} s for each GB of a gzipped file ({unpacked:.0f} GB unpacked)")


if __name__ == "__main__":
    main()
