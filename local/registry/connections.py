"""Open connections, so that one can be cut off without an answer."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """The transport behind each client address, known while the server runs with `protocol()`."""

    def __init__(self) -> None:
        self._transports: dict[tuple[str, int], asyncio.BaseTransport] = {}

    def protocol(self) -> type[H11Protocol]:
        """A protocol class for uvicorn that reports connections here."""
        transports = self._transports

        class TrackingProtocol(H11Protocol):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return TrackingProtocol

    def abort(self, client: Any) -> bool:
        """Cut the connection; False when it is not known."""
        transport = self._transports.get(tuple(client)) if client else None
        if not isinstance(transport, asyncio.Transport):
            return False
        transport.abort()
        return True


class NoAnswer(Response):
    """In place of an answer: the connection is closed and nothing is sent.

    Under a server that does not report its connections a ConnectionResetError is raised instead.
    """

    def __init__(self, connections: Connections) -> None:
        super().__init__(status_code=500)
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI gives all three
        if not self._connections.abort(scope.get("client")):
            raise ConnectionResetError("the registry was told to answer nothing")
        while (await receive())["type"] != "http.disconnect":
            pass
