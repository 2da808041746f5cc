"""The routes of the local identity provider."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.identity.provider import IdentityProvider
from local.identity.sign_in import PageAnswer, SignIn


def sign_in_routes(identity: IdentityProvider, sign_in: SignIn, path: str) -> list[Route]:
    """All of OpenID Connect's endpoints below `path`. No CORS: the settings page has the same origin."""

    async def discovery(_: Request) -> Response:
        return JSONResponse(identity.discovery())

    async def jwks(_: Request) -> Response:
        return JSONResponse(identity.jwks())

    async def authorize(request: Request) -> Response:
        if request.method == "POST":
            return _page(sign_in.decide(await _form(request)))
        return _page(sign_in.show(dict(request.query_params)))

    async def token(request: Request) -> Response:
        answer = sign_in.exchange(await _form(request))
        return JSONResponse(answer.body, answer.status, {"cache-control": "no-store"})

    async def sign_out(request: Request) -> Response:
        return _page(sign_in.sign_out(dict(request.query_params)))

    return [
        Route(f"{path}/.well-known/openid-configuration", discovery),
        Route(f"{path}/jwks", jwks),
        Route(f"{path}/authorize", authorize, methods=["GET", "POST"]),
        Route(f"{path}/token", token, methods=["POST"]),
        Route(f"{path}/sign-out", sign_out),
    ]


async def _form(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _page(answer: PageAnswer) -> Response:
    if answer.location is not None:
        return RedirectResponse(answer.location, 302)
    return HTMLResponse(answer.html, answer.status)
