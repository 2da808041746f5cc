"""The front as an ASGI application: `/_local` and `/docs` are its own, the rest is the HTTP API of the template."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import urllib3
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.front.controls import Controls
from local.front.docs_pages import docs_routes
from local.front.live_pages import LivePages
from local.front.pages import start_page
from local.front.signing_in import sign_in_routes
from local.stack import ISSUER_PATH, Stack

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
# Hop-by-hop fields, and the length, which the server works out again.
_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
_API_SECONDS = 35.0


def front(stack: Stack, *, live_pages: bool = False) -> Starlette:
    """The application that serves a running stack; `live_pages` reads `web/` anew at each call."""
    api = _Api(stack.api_url)
    controls = Controls(stack)

    pages = LivePages(stack).answer if live_pages else _one_by_one(api.pass_on)

    async def start(request: Request) -> Response:
        # The identity provider knows the page by one address, and lets no other origin in.
        own = request.url.netloc == stack.url.partition("://")[2]
        return await pages(request) if own else RedirectResponse(f"{stack.url}/", 307)

    async def index(_: Request) -> Response:
        return HTMLResponse(start_page(stack))

    return Starlette(
        routes=[
            Route("/", start),
            Route("/_local", index),
            *docs_routes(stack),
            *sign_in_routes(stack.identity, stack.sign_in, ISSUER_PATH),
            *controls.routes(),
            Route("/web/{path:path}", pages),
            Route("/v1/{path:path}", api.pass_on, methods=_METHODS),
        ]
    )


def _one_by_one(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """A browser asks for many files at once; the embedded AWS would start a process for each, which takes seconds."""
    turn = asyncio.Lock()

    async def in_turn(request: Request) -> Response:
        async with turn:
            return await answer(request)

    return in_turn


class _Api:
    """Passes requests on to the HTTP API of the embedded AWS as they are."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = urllib3.PoolManager(maxsize=40, block=True)

    async def pass_on(self, request: Request) -> Response:
        body = await request.body()
        path = request.scope["raw_path"].decode("ascii")
        query = request.scope["query_string"].decode("ascii")
        url = f"{self._address}{path}{'?' + query if query else ''}"
        headers = [(k, v) for k, v in request.headers.items() if k not in _NOT_PASSED_ON and k != "host"]
        return await run_in_threadpool(self._forward, request.method, url, headers, body)

    def _forward(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Response:
        answer = self._http.request(
            method,
            url,
            body=body or None,
            headers=urllib3.HTTPHeaderDict(headers),
            redirect=False,
            retries=False,
            timeout=_API_SECONDS,
            decode_content=False,
        )
        response = Response(answer.data, answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _NOT_PASSED_ON:
                response.headers.append(name, value)
        return response
