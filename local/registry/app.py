"""The registry as an ASGI application: everything on one port."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from local.registry.answers import Answer
from local.registry.api import MemberApi
from local.registry.authorize import Authorize
from local.registry.clock import RegistryClock
from local.registry.connections import Connections
from local.registry.control import Control
from local.registry.control_orders import ControlError
from local.registry.control_works import OwnersHand
from local.registry.edge import API_PREFIX, Edge, Route
from local.registry.errors import OAuthError, RegistryError
from local.registry.faults import Faults
from local.registry.json_out import JsonWriter
from local.registry.limit import RequestLimit
from local.registry.mapping import MappingError
from local.registry.media import fallback_type
from local.registry.oauth import OAuth
from local.registry.pages import index_page, record_page
from local.registry.persistence import Persistence
from local.registry.request_log import RequestLog
from local.registry.settings import RegistrySettings
from local.registry.state import RegistryState

_ANY = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
_SAVE_EVERY_S = 1.0


class RegistryApp:
    """One registry. Call it as an ASGI application; its parts may be looked at and changed directly."""

    def __init__(self, settings: RegistrySettings | None = None) -> None:
        self.settings = settings or RegistrySettings()
        self.clock = RegistryClock(self.settings.clock_file)
        self.state = RegistryState()
        self.log = RequestLog()
        self.faults = Faults()
        self.connections = Connections()
        self.limit = RequestLimit(
            self.settings.requests_per_second, self.settings.burst, enabled=self.settings.rate_limit
        )
        self.api = MemberApi(self.state, self.clock, self.settings)
        self.oauth = OAuth(self.state, self.clock, refresh_revokes_old=self.settings.refresh_revokes_old)
        writer = JsonWriter(self.state, self.settings.identifier_host)
        owner = OwnersHand(self.state, self.clock, self.api.works)
        self.control = Control(self.state, self.clock, owner=owner, writer=writer, limit=self.limit, faults=self.faults)
        self._authorize = Authorize(self.state, self.oauth)
        self._edge = Edge(self.clock, self.limit, self.faults, self.log, self.connections)
        self._persistence = Persistence(self.state, self.settings.data_dir) if self.settings.data_dir else None
        if self._persistence:
            self._persistence.load()
        self._starlette = Starlette(routes=self._routes(), lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._starlette(scope, receive, send)

    def _routes(self) -> list[Path]:
        return [
            Path("/", self._index),
            Path(f"{API_PREFIX}/{{rest:path}}", self._member_api, methods=_ANY),
            Path("/oauth/authorize", self._show_consent, methods=["GET"]),
            Path("/oauth/authorize", self._decide, methods=["POST"]),
            Path("/oauth/token", self._token, methods=["POST"]),
            Path("/oauth/revoke", self._revoke, methods=["POST"]),
            Path("/_control/requests", self._requests, methods=["GET", "DELETE"]),
            Path("/_control/usage", self._usage, methods=["GET", "DELETE"]),
            Path("/_control/faults", self._faults, methods=["GET", "DELETE"]),
            Path("/_control/records", self._records, methods=["GET"]),
            Path("/_control/records/{orcid}", self._record, methods=["GET"]),
            Path("/_control/{order:path}", self._order, methods=["POST"]),
            Path("/{orcid}", self._record_page, methods=["GET"]),
            Path("/{rest:path}", self._without_version, methods=_ANY),
        ]

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        saver = asyncio.create_task(self._save_regularly()) if self._persistence else None
        try:
            yield
        finally:
            if saver and self._persistence:
                saver.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await saver
                self._persistence.save()

    async def _save_regularly(self) -> None:
        while self._persistence:
            await asyncio.sleep(_SAVE_EVERY_S)
            await run_in_threadpool(self._persistence.save)

    # API

    async def _member_api(self, request: Request) -> Response:
        return await self._edge.member_api(request, self.api, self._base_url(request))

    def _base_url(self, request: Request) -> str:
        return (self.settings.base_url or str(request.base_url)).rstrip("/")

    async def _without_version(self, request: Request) -> Response:
        """A release candidate or no version at all in the path: sent to the release, or refused."""
        path = request.url.path
        if path.startswith(f"{API_PREFIX}_"):
            released = API_PREFIX + path[path.index("/", 1) :] if "/" in path[1:] else API_PREFIX
            refusal = RegistryError(9056, headers={"Location": released})
        elif request.method == "GET" and path.count("/") > 1:
            return RedirectResponse(f"{API_PREFIX}{path}", 302)
        elif path.count("/") > 1:
            refusal = RegistryError(9012)
        else:
            refusal = RegistryError(9001, status=404)
        form = fallback_type(request.headers.get("accept"), request.headers.get("content-type"))
        return Response(form.encode("error", refusal.body()), refusal.status, refusal.headers, form.name)

    # OAuth

    async def _show_consent(self, request: Request) -> Response:
        return self._authorize.show(dict(request.query_params))

    async def _decide(self, request: Request) -> Response:
        return self._authorize.decide(await _form(request))

    async def _token(self, request: Request) -> Response:
        async def handle() -> Answer:
            form = await _form(request)
            try:
                body: Mapping[str, Any] = self.oauth.token(form, request.headers.get("authorization"))
            except OAuthError as refusal:
                return _oauth_answer(refusal.status, refusal.body(), form)
            return _oauth_answer(200, body, form)

        return await self._edge.through(request, Route("/oauth/token"), handle)

    async def _revoke(self, request: Request) -> Response:
        async def handle() -> Answer:
            form = await _form(request)
            try:
                self.oauth.revoke(form, request.headers.get("authorization"))
            except OAuthError as refusal:
                return _oauth_answer(refusal.status, refusal.body(), form)
            return Answer(200, client_id=form.get("client_id"))

        return await self._edge.through(request, Route("/oauth/revoke"), handle)

    # Control

    async def _order(self, request: Request) -> Response:
        order = self.control.orders().get(request.path_params["order"])
        if order is None:
            return JSONResponse({"error": "no such control"}, 404)
        try:
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(await run_in_threadpool(order, body))
        except (ControlError, MappingError, ValueError) as exc:
            return JSONResponse({"error": str(exc)}, 400)

    async def _requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.log.reset()
            return Response(status_code=204)
        since = request.query_params.get("since", "0")
        if not since.isdigit():
            return JSONResponse({"error": "since is the id of a request"}, 400)
        return JSONResponse({"items": self.log.since(int(since))})

    async def _usage(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.log.reset()
            return Response(status_code=204)
        return JSONResponse({"items": self.log.usage()})

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
            return Response(status_code=204)
        return JSONResponse({"items": self.faults.list()})

    async def _records(self, _request: Request) -> Response:
        return JSONResponse(self.control.records())

    async def _record(self, request: Request) -> Response:
        found = await run_in_threadpool(self.control.record, request.path_params["orcid"])
        return JSONResponse({"error": "no such record"}, 404) if found is None else JSONResponse(found)

    # Pages

    async def _index(self, _request: Request) -> Response:
        return HTMLResponse(index_page(self.state))

    async def _record_page(self, request: Request) -> Response:
        html = await run_in_threadpool(record_page, self.state, request.path_params["orcid"])
        return await self._without_version(request) if html is None else HTMLResponse(html)


async def _form(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _oauth_answer(status: int, body: Mapping[str, Any], form: Mapping[str, str]) -> Answer:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Answer(status, json.dumps(body).encode(), "application/json", headers, form.get("client_id"))
