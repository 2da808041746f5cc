"""The front as an ASGI application: `/v1` goes to the HTTP API, `/_local` to the controls, the rest are pages."""

from __future__ import annotations

import urllib3
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.front.controls import Controls
from local.front.description import describe
from local.front.pages import docs_page, start_page
from local.stack import ISSUER_PATH, Stack

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
# Hop-by-hop fields, and the length, which the server works out again.
_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
_API_SECONDS = 35.0


def front(stack: Stack) -> Starlette:
    """The application that serves a running stack."""
    api = _Api(stack.api_url)
    controls = Controls(stack)

    async def discovery(_: Request) -> Response:
        return JSONResponse(stack.identity.discovery())

    async def jwks(_: Request) -> Response:
        return JSONResponse(stack.identity.jwks())

    async def index(_: Request) -> Response:
        return HTMLResponse(start_page(stack))

    async def docs(_: Request) -> Response:
        return HTMLResponse(docs_page(describe(stack.deployment.template)))

    async def description(_: Request) -> Response:
        return JSONResponse(describe(stack.deployment.template))

    return Starlette(
        routes=[
            Route("/", index),
            Route("/docs", docs),
            Route("/docs/openapi.json", description),
            Route(f"{ISSUER_PATH}/.well-known/openid-configuration", discovery),
            Route(f"{ISSUER_PATH}/jwks", jwks),
            *controls.routes(),
            Route("/v1/{path:path}", api.pass_on, methods=_METHODS),
        ]
    )


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
