"""Starts the embedded AWS (ministack) in an environment of its own, counting calls and telling what still goes on.

Run as a script by `.venv-aws`'s interpreter; address and state directories come by the environment (embedded.py).
Adds two addresses to those of AWS: `/_local/usage` and `/_local/state`. Gaps of ministack made good here:

- A FIFO mapping runs one batch at a time; on AWS as many groups run at once as MaximumConcurrency allows. With batch
  size 1 a batch never spans groups, so that they can run side by side and each group still keeps its order.
- Kept across a restart are the positions of streams, but not their records, which are counted from nought again: a
  mapping would wait until as many had come as before it. The positions are forgotten, too.
- Each process of a function unpacks code and layer anew, a second's work; here they all share what one unpacked.

Elsewhere: routes of the HTTP API (http_api.py); the bucket policy that asks for TLS stays away here (template.yaml).
Left as they are: a stream's batch that fails is repeated whole and without end (no bisecting, no partial failures).
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ministack.app as ministack
from ministack.core import lambda_runtime
from ministack.services import dynamodb, lambda_svc, sqs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_DEFAULT_CONCURRENCY = 5
_KEPT_DURATIONS = 2000
# Threads that carry an event to its rule's target, or run a function that nobody waits for; named by what they run.
_ON_THE_WAY = re.compile(r"\((run|_run|_fire_s3_event|_execute_function_with_config_scope)\)$")
# Functions sign with the account's number as key id; the stack's own calls do not (embedded.py).
_FUNCTION_CALL = re.compile(r"Credential=(?:\d{12}|ASIA[0-9A-F]{16})/\d{8}/[^/]+/([^/]+)/")


class Usage:
    """Calls made by functions since start, and their invocations."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._invocations: dict[str, dict[str, Any]] = {}

    def count_call(self, scope: Scope) -> None:
        """Count an HTTP request if a function made it, by service and operation."""
        headers = {key.lower(): value.decode("latin-1") for key, value in scope["headers"]}
        signed = _FUNCTION_CALL.search(headers.get(b"authorization", ""))
        if signed is None:
            return
        target = headers.get(b"x-amz-target", "")
        operation = target.rpartition(".")[2] or f"{scope['method']} {_path_template(signed[1], scope)}"
        with self._lock:
            self._calls[signed[1], operation] += 1

    def count_invocation(self, function: str, milliseconds: float, failed: bool) -> None:
        with self._lock:
            entry = self._invocations.setdefault(function, {"count": 0, "errors": 0, "durations_ms": []})
            entry["count"] += 1
            entry["errors"] += failed
            entry["durations_ms"] = [*entry["durations_ms"][-_KEPT_DURATIONS + 1 :], round(milliseconds, 1)]

    def report(self) -> dict[str, Any]:
        with self._lock:
            calls = [{"service": s, "operation": o, "count": n} for (s, o), n in sorted(self._calls.items())]
            return {"aws": calls, "functions": json.loads(json.dumps(self._invocations))}


def _path_template(service: str, scope: Scope) -> str:
    """The path without what is particular to the call: S3 keys end at their first folder."""
    parts = str(scope["path"]).strip("/").split("/")
    if service == "s3":
        return "/{bucket}" + (f"/{parts[1]}/..." if len(parts) > 2 else "/{key}" if len(parts) > 1 else "")
    return "/" + "/".join("*" if re.search(r"\d{3}|:", part) else part for part in parts)


def state() -> dict[str, Any]:
    """What is going on: workers in use, batches in flight, events on their way to a function, messages of queues that
    feed a function, unread changes of streams."""
    queues: dict[str, int] = {}
    streams: dict[str, int] = {}
    for account, region, mapping in lambda_svc._iter_all_esms():
        source = str(mapping.get("EventSourceArn", ""))
        account_token = lambda_svc._request_account_id.set(account)
        region_token = lambda_svc._request_region.set(region)
        try:
            if "/stream/" in source:
                table = source.split("/stream/", maxsplit=1)[0].rpartition("/")[2]
                position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"], 0)
                streams[table] = max(0, dynamodb.stream_end_position(table) - position)
            else:
                name = source.rpartition(":")[2]
                queue = sqs._queues.get(sqs._queue_url(name)) or {"messages": []}
                queues[name] = len(queue["messages"])
        finally:
            lambda_svc._request_account_id.reset(account_token)
            lambda_svc._request_region.reset(region_token)
    in_flight = sum(lambda_svc._esm_inflight.values())
    on_the_way = sum(_ON_THE_WAY.search(thread.name) is not None for thread in threading.enumerate())
    return {
        "workers": lambda_runtime.workers_in_use(),
        "mappings": in_flight,
        "events": on_the_way,
        "queues": queues,
        "streams": streams,
    }


def _run_groups_side_by_side() -> None:
    one_at_a_time = lambda_svc._sqs_esm_concurrency

    def concurrency(mapping: Any, function: Any, config: Any, queue: Any = None) -> int:
        if (queue or {}).get("is_fifo") and mapping.get("BatchSize") == 1:
            return int((mapping.get("ScalingConfig") or {}).get("MaximumConcurrency") or _DEFAULT_CONCURRENCY)
        return int(one_at_a_time(mapping, function, config, queue))

    lambda_svc._sqs_esm_concurrency = concurrency


def _read_streams_from_their_beginning() -> None:
    restore = lambda_svc.load_persisted_state

    def restored(data: dict[str, Any] | None) -> None:
        restore(data and {name: value for name, value in data.items() if name != "dynamodb_stream_positions"})

    lambda_svc.load_persisted_state = restored


def _count_invocations(usage: Usage) -> None:
    invoke = lambda_runtime.Worker.invoke

    def counted(worker: Any, *args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        result = invoke(worker, *args, **kwargs)
        failed = not isinstance(result, dict) or result.get("status") != "ok"
        usage.count_invocation(worker.func_name, (time.monotonic() - began) * 1000, failed)
        return result

    lambda_runtime.Worker.invoke = counted


class SharedArchive(zipfile.ZipFile):
    """An archive that is unpacked once; whoever unpacks it again gets a link to what is there. For reading only, as a
    function's code is on AWS.
    """

    _unpacking = threading.Lock()

    def __init__(self, path: str) -> None:
        super().__init__(path)
        with Path(path).open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        self._place = Path(tempfile.gettempdir(), "unpacked", digest)

    def namelist(self) -> list[str]:
        """Nothing for what has been unpacked: its names were checked by then."""
        return [] if self._place.exists() else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Make `path`, an empty folder, a link to the contents."""
        with self._unpacking:
            if not self._place.exists():
                half_done = self._place.with_suffix(".part")
                half_done.mkdir(parents=True, exist_ok=True)
                super().extractall(half_done, members, pwd)
                half_done.rename(self._place)
        folder = Path(path)
        folder.rmdir()
        folder.symlink_to(self._place, target_is_directory=True)


def _unpack_once() -> None:
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=SharedArchive, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


def main() -> None:
    """Serve until SIGTERM."""
    usage = Usage()
    _unpack_once()
    _run_groups_side_by_side()
    _read_streams_from_their_beginning()
    _count_invocations(usage)
    aws = ministack.app

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        own = {"/_local/usage": usage.report, "/_local/state": state}.get(scope.get("path", ""))
        if own is None:
            if scope["type"] == "http":
                usage.count_call(scope)
            await aws(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(own()).encode()})

    ministack.app = app
    ministack.main()


if __name__ == "__main__":
    main()
