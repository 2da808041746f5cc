"""A real HTTP server on this machine that answers as a test tells it to: for what goes wrong between two machines."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Seen:
    """A request that arrived; `port` is the client's and tells connections apart."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int


@dataclass(slots=True)
class Wire:
    """`play` writes the answer, byte by byte if it likes; `stopped` is set when the test is over."""

    url: str
    play: Callable[[BaseHTTPRequestHandler], None]
    seen: list[Seen] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)


def reply(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    """An ordinary answer, with its length."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return play


def raw(data: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Exactly these bytes, then the end of the connection."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)
        handler.close_connection = True

    return play


def dripping(line: Wire, before: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """These bytes, then one every twentieth of a second until the test is over."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        while not line.stopped.wait(0.05):
            handler.wfile.write(b"x")

    return play


@contextmanager
def wire(play: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Serve on a free port of 127.0.0.1 until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            line.seen.append(Seen(self.command, self.path, dict(self.headers), body, self.client_address[1]))
            line.play(self)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815  names set by http.server

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Clients that hang up are what these tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    line = Wire(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", play)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
