"""Serves the front from a thread of its own."""

from __future__ import annotations

import threading
import time

import uvicorn

from local.aws.embedded import StartError
from local.front.app import front
from local.stack import Stack

_START_SECONDS = 10.0


class FrontServer:
    """Listens on 127.0.0.1 from construction until `stop`. Raises StartError when the port is taken."""

    def __init__(self, stack: Stack, port: int, *, live_pages: bool = False) -> None:
        config = uvicorn.Config(
            front(stack, live_pages=live_pages),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="front", daemon=True)
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise StartError(f"The front could not listen on port {port}: is another local stack running?")
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)
