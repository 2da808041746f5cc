"""The stand-in as an ASGI application: the API in both versions, and under `/_control` what tests may do to it."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import time
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.elements.answers import Envelope
from local.elements.control import Control
from local.elements.faults import Faults, spoilt
from local.elements.from_feed import Filled, Item, filled
from local.elements.items import Items
from local.elements.lists import ApiError, Resources

VERSIONS = ("5.5", "6.13")
PREFIX = "/secure-api/v"


@dataclass(frozen=True, slots=True)
class ElementsSettings:
    """`link_base`: host and prefix that stand in links (None: as the request was addressed), as a proxy has it.

    `cursor`: v6.13's lists bear `continue-from`, on the last page too. `clock_file` holds seconds to add to the clock.
    """

    username: str = "orcid-sync"
    password: str = "local-elements-password"  # noqa: S105 - of a stand-in, which is open to everybody on this machine
    link_base: str | None = None
    cursor: bool = True
    clock_file: Path | None = None


@dataclass
class Requests:
    """What was asked: paths, by how often, and the last addresses."""

    counts: Counter[str] = field(default_factory=Counter)
    addresses: list[str] = field(default_factory=list)

    def add(self, path: str, address: str) -> None:
        self.counts["/".join("#" if part.isdigit() else part for part in path.split("/"))] += 1
        self.addresses.append(address)
        del self.addresses[:-1000]


class ElementsApp:
    """One server. Call it as an ASGI application; its parts may be looked at and changed directly."""

    def __init__(
        self,
        settings: ElementsSettings | None = None,
        *,
        held: Filled | None = None,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        self.settings = settings or ElementsSettings()
        self.now_ms = now_ms or self._clock
        self.held = held or filled(self.now_ms)
        self.faults = Faults()
        self.requests = Requests()
        self._turns = itertools.count(1)
        control = Control(self.held, self.faults, self.requests)
        self._app = Starlette(
            routes=[
                Route("/_control/{name:path}", control.answer, methods=["GET", "POST"]),
                Route(PREFIX + "{version}/{path:path}", self._api),
            ]
        )

    @classmethod
    def of(cls, items: Iterable[Item], settings: ElementsSettings | None = None) -> ElementsApp:
        """One that holds what these items of the feed say."""
        app = cls(settings)
        app.held.take(items)
        return app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _clock(self) -> int:
        try:
            shift = float(self.settings.clock_file.read_text()) if self.settings.clock_file is not None else 0.0
        except (OSError, ValueError):
            shift = 0.0  # the file is replaced while others read it
        return int((time.time() + shift) * 1000)

    async def _api(self, request: Request) -> Response:
        version, path = request.path_params["version"], request.path_params["path"].strip("/")
        self.requests.add(path, f"{path}?{request.url.query}")
        headers = {"Date": formatdate(self.now_ms() / 1000, usegmt=True)}
        fault = self.faults.take(f"{path}?{request.url.query}")
        if fault is not None and fault.how == "status":
            waits = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            return Response("<html><body>Error</body></html>", fault.status, {**headers, **waits}, "text/html")
        if fault is not None and fault.how == "slow":
            await asyncio.sleep(fault.seconds)
        base = f"{self.settings.link_base or f'{request.url.scheme}://{request.url.netloc}'}{PREFIX}{version}"
        envelope = Envelope(version if version in VERSIONS else VERSIONS[-1], base)
        media = "application/atom+xml" if version == "5.5" else "text/xml"
        try:
            pieces = self._pieces(request, envelope, path)
        except ApiError as exc:
            body = envelope.error(exc.code, str(exc), f"{base}/{path}")
            challenge = {"WWW-Authenticate": 'Basic realm="Elements"'} if exc.status == 401 else {}
            return Response(body, exc.status, {**headers, **challenge}, f"{media}; charset=utf-8")
        if fault is not None:
            pieces = spoilt(fault, pieces, next(self._turns))
        return StreamingResponse(pieces, 200, headers, f"{media}; charset=utf-8")

    def _pieces(self, request: Request, envelope: Envelope, path: str) -> Iterator[str]:
        if not self._knows(request.headers.get("authorization", "")):
            raise ApiError(401, "invalid-credentials", "username or password is wrong")
        if request.path_params["version"] not in VERSIONS:
            raise ApiError(404, "resource-not-found", "this version of the API is not served")
        institution = self.held.institution
        by_orcid = {orcid: one.id for one in institution.people.values() for orcid, _ in one.decisions}
        items = Items(institution, envelope.version, envelope.base, by_orcid)
        resources = Resources(institution, items, envelope, self.settings.username, self.settings.cursor)
        return resources.answer(path, dict(request.query_params))

    def _knows(self, authorization: str) -> bool:
        kind, _, encoded = authorization.partition(" ")
        try:
            given = b64decode(encoded, validate=True)
        except NotBase64Error:
            return False
        expected = f"{self.settings.username}:{self.settings.password}".encode()
        return kind.lower() == "basic" and hmac.compare_digest(given, expected)
