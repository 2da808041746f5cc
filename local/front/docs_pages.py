"""`/docs`: a page to read the API's description and to try it; everything that it needs comes from here."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from local.aws.embedded import ROOT
from local.stack import Stack

_FOLDER = Path(__file__).parent / "docs"
_DOCUMENT = ROOT / "docs" / "openapi.json"
_FRESH = {"cache-control": "no-store"}
# Nothing but this page's own files and the calls of this address.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'"


def docs_routes(stack: Stack) -> list[Route]:
    """The page, its files, the description, and the people to try it as."""

    async def page(_: Request) -> Response:
        return FileResponse(_FOLDER / "index.html", headers={**_FRESH, "content-security-policy": _POLICY})

    async def people(_: Request) -> Response:
        known = [{"id": one.sub, "name": one.name, "note": one.note} for one in stack.sign_in.people if not one.groups]
        return JSONResponse(known, headers=_FRESH)

    async def description(_: Request) -> Response:
        return FileResponse(_DOCUMENT, media_type="application/json", headers=_FRESH)

    async def file(request: Request) -> Response:
        found = _FOLDER / request.path_params["name"]
        known = found.suffix in (".js", ".css") and found.is_file()
        return FileResponse(found, headers=_FRESH) if known else Response("Not found", 404)

    return [
        Route("/docs", page),
        Route("/docs/openapi.json", description),
        Route("/docs/people.json", people),
        Route("/docs/{name}", file),
    ]
