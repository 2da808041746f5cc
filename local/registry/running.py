"""A registry served over HTTP from a thread of its own, for tests and the local stack."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

import uvicorn

from local.registry.app import RegistryApp
from local.registry.settings import RegistrySettings

_START_TIMEOUT_S = 10.0


def server_for(app: RegistryApp) -> uvicorn.Server:
    """A server that can also cut connections, which the faults need."""
    config = uvicorn.Config(
        app,
        host=app.settings.host,
        port=app.settings.port,
        http=app.connections.protocol(),
        ws="none",
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


class RunningRegistry:
    """Starts at once, on a free port unless one is set; a context manager.

    `url` is its address without a slash at the end, `app` gives direct access to state, faults, log and limit.
    """

    def __init__(self, settings: RegistrySettings | None = None) -> None:
        self.app = RegistryApp(settings)
        # asyncio sends small answers at once only on sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self.app.settings.host, self.app.settings.port))
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        self._server = server_for(self.app)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="registry", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the registry did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop serving; state is saved when there is a data directory."""
        self._server.should_exit = True
        self._thread.join(timeout=_START_TIMEOUT_S)
        self._socket.close()

    def __enter__(self) -> RunningRegistry:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
