"""What stands before the API and the token endpoint: request limit, faults on order, the request log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.registry.answers import Answer, ApiRequest
from local.registry.api import MemberApi
from local.registry.clock import RegistryClock
from local.registry.connections import Connections, NoAnswer
from local.registry.faults import Fault, Faults
from local.registry.limit import REFUSAL, RequestLimit
from local.registry.request_log import RequestLog
from local.registry.routes import path_orcid, path_template

API_PREFIX = "/v3.0"
_HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Route:
    """How a request is named in log and faults."""

    template: str
    orcid: str | None = None
    limited: bool = False


Handler = Callable[[], Awaitable[Answer]]


class Edge:
    """Passes requests on to their handlers, delayed, broken or refused as ordered."""

    def __init__(
        self, clock: RegistryClock, limit: RequestLimit, faults: Faults, log: RequestLog, connections: Connections
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._faults = faults
        self._log = log
        self._connections = connections

    async def member_api(self, request: Request, api: MemberApi, base_url: str) -> Response:
        """A request to the Member API."""
        path = request.url.path.removeprefix(API_PREFIX)

        async def handle() -> Answer:
            api_request = ApiRequest(
                method=request.method,
                path=path,
                base_url=base_url,
                authorization=request.headers.get("authorization"),
                query_token=request.query_params.get("access_token"),
                accept=request.headers.get("accept"),
                content_type=request.headers.get("content-type"),
                body=await request.body(),
            )
            return await run_in_threadpool(api.answer, api_request)

        route = Route(API_PREFIX + path_template(path), path_orcid(path), limited=True)
        return await self.through(request, route, handle)

    async def through(self, request: Request, route: Route, handle: Handler) -> Response:
        """The answer of a handler, or what stands in its way."""
        started, at = time.monotonic(), self._clock.now()
        waited = self._limit.admit() if route.limited else 0.0
        fault = None
        if waited is None:
            answer: Answer | None = Answer(503, REFUSAL, _HTML)
        else:
            if waited:
                await asyncio.sleep(waited)
            fault = self._faults.take(request.method, request.url.path, route.template, route.orcid)
            answer = await _with_fault(fault, handle)
        self._log.add(
            at=at,
            method=request.method,
            path=route.template,
            orcid=route.orcid,
            status=answer.status if answer else 0,
            client_id=answer.client_id if answer else None,
            waited_s=round(waited or 0.0, 3),
            took_s=round(time.monotonic() - started, 3),
        )
        if answer is None:
            return NoAnswer(self._connections)
        return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


async def _with_fault(fault: Fault | None, handle: Handler) -> Answer | None:
    """The answer as the fault leaves it; None when nothing may be sent."""
    if fault is None:
        return await handle()
    if fault.kind == "lost_before":
        return None
    if fault.kind == "status":
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        body = f"<html><body><h1>{fault.status}</h1></body></html>".encode()
        return Answer(fault.status, body, _HTML, headers)
    answer = await handle()
    if fault.kind == "lost_after":
        return None
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.body == "html":
        return replace(answer, body=b"<html><body>Maintenance</body></html>", media_type=_HTML)
    return replace(answer, body=b"" if fault.body == "empty" else answer.body[: len(answer.body) // 2])
