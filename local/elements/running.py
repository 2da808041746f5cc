"""The stand-in served over HTTP from a thread of its own, for tests."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

import uvicorn

from local.elements.app import PREFIX, ElementsApp

_START_SECONDS = 10.0


def server_for(app: ElementsApp, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    """A server whose `Date` is the stand-in's own clock, and which is quiet about connections dropped on order."""
    config = uvicorn.Config(
        app, host=host, port=port, ws="none", lifespan="off", log_level="critical", date_header=False,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    return uvicorn.Server(config)


class RunningElements:
    """Starts at once on a free port; a context manager. `api(version)` is the address of the API."""

    def __init__(self, app: ElementsApp) -> None:
        self.app = app
        # asyncio sends small answers at once only on sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = server_for(app)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="elements", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the stand-in did not start")
            time.sleep(0.01)

    def api(self, version: str) -> str:
        return f"{self.url}{PREFIX}{version}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=_START_SECONDS)
        self._socket.close()

    def __enter__(self) -> RunningElements:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
