"""Stands between the writer and the registry's emulator: passes calls on, or answers them as a test tells it to."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from orcid_sync.adapters.orcid_answers import Operation

from tests.fakes.wire import Seen, Wire, reply, wire

Play = Callable[[BaseHTTPRequestHandler], None]

_CALLS = {
    ("GET", "works"): Operation.READ,
    ("POST", "works"): Operation.ADD_BULK,
    ("POST", "work"): Operation.ADD,
    ("PUT", "work"): Operation.UPDATE,
    ("DELETE", "work"): Operation.REMOVE,
}


def operation_of(seen: Seen) -> Operation:
    """What a request asks for."""
    kind = re.fullmatch(r"/v3\.0/[^/]+/(works?)(/\d+)?", seen.path)
    assert kind is not None, seen.path
    return _CALLS[seen.method, kind.group(1)]


@dataclass(frozen=True, slots=True)
class Fault:
    """How calls of an operation are answered; `done`: the registry hears of them all the same; `when` looks at the
    body, `path` is how the path ends.
    """

    operation: Operation
    play: Play
    done: bool = False
    when: Callable[[bytes], bool] = lambda _body: True
    path: str = ""


@dataclass(slots=True)
class Relay:
    """`faults` last until they are cleared; `line.seen` are all requests that arrived."""

    registry_url: str
    line: Wire
    faults: list[Fault] = field(default_factory=list)

    def play(self, handler: BaseHTTPRequestHandler) -> None:
        seen = self.line.seen[-1]
        operation = operation_of(seen)
        for fault in self.faults:
            if fault.operation is operation and fault.when(seen.body) and seen.path.endswith(fault.path):
                if fault.done:
                    self._pass_on(seen)
                fault.play(handler)
                return
        self._pass_on(seen)(handler)

    def _pass_on(self, seen: Seen) -> Play:
        connection = http.client.HTTPConnection(urlsplit(self.registry_url).netloc, timeout=10)
        try:
            headers = {k: v for k, v in seen.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(seen.method, seen.path, seen.body or None, headers)
            answer = connection.getresponse()
            kept = {name: value for name in ("Location", "Content-Type") if (value := answer.getheader(name))}
            return reply(answer.status, answer.read(), kept)
        finally:
            connection.close()


@contextmanager
def relay_to(registry_url: str) -> Iterator[Relay]:
    """Serve until the block ends."""
    with wire(reply(500)) as line:
        relay = Relay(registry_url, line)
        line.play = relay.play
        yield relay
