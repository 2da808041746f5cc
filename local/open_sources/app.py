"""The stand-ins as an ASGI application: `/crossref`, `/datacite`, `/europe-pmc`, and `/_control` for tests."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.open_sources import answers
from local.open_sources.works import Item, KnownWork, Shelves, outside_works

SOURCES: Final = ("crossref", "datacite", "europe-pmc")
_QUOTED_DOI: Final = re.compile(r'doi:"([^"]+)"', re.IGNORECASE)
_PMID: Final = re.compile(r'EXT_ID:"?(\d+)"?', re.IGNORECASE)
_PMCID: Final = re.compile(r'PMCID:"?(PMC\d+)"?', re.IGNORECASE)


@dataclass(slots=True)
class Refusal:
    """So many requests to a source are answered so, with a time to wait if it is one."""

    times: int
    status: int
    retry_after: int | None


class OpenSourcesApp:
    """Call it as an ASGI application; `asked` counts requests by source.

    POST `/_control/refuse` {"source", "status": 429, "times": 1, "retry_after": 1}; POST `/_control/items`
    {"items": publications of the feed}; GET `/_control/requests`.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self.shelves = Shelves()
        self.shelves.take(items)
        self.shelves.take(outside_works())
        self.asked: Counter[str] = Counter()
        self.refusals: dict[str, Refusal] = {}
        self._app = Starlette(
            routes=[
                Route("/crossref/works", self._answered("crossref", self._crossref)),
                Route("/datacite/dois", self._answered("datacite", self._datacite)),
                Route("/europe-pmc/search", self._answered("europe-pmc", self._europe_pmc)),
                Route("/_control/{name}", self._control, methods=["GET", "POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def refuse(self, source: str, *, status: int = 429, times: int = 1, retry_after: int | None = 1) -> None:
        if source not in SOURCES:
            raise ValueError(f"source must be one of {', '.join(SOURCES)}")
        self.refusals[source] = Refusal(times, status, retry_after)

    def _answered(self, source: str, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def call(request: Request) -> Response:
            self.asked[source] += 1
            refusal = self.refusals.get(source)
            if refusal is not None and refusal.times > 0:
                refusal.times -= 1
                waits = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
                return PlainTextResponse("Too many requests.", refusal.status, waits)
            try:
                return JSONResponse(
                    answer(request), headers={"x-rate-limit-limit": "50", "x-rate-limit-interval": "1s"}
                )
            except ValueError as exc:
                return JSONResponse({"status": "failed", "message": str(exc)}, 400)

        return call

    def _crossref(self, request: Request) -> Any:
        """Filters of one name are alternatives to each other; others than `doi` are not understood here."""
        wanted = request.query_params.get("filter", "").split(",")
        if not all(one.startswith("doi:") for one in wanted):
            raise ValueError("filter must be doi:... alone")
        found = _those(self.shelves.crossref, (one.removeprefix("doi:").lower() for one in wanted))
        return answers.crossref(found, int(request.query_params.get("rows", "20")))

    def _datacite(self, request: Request) -> Any:
        wanted = _QUOTED_DOI.findall(request.query_params.get("query", ""))
        found = _those(self.shelves.datacite, (one.lower() for one in wanted))
        return answers.datacite(found, int(request.query_params.get("page[size]", "25")))

    def _europe_pmc(self, request: Request) -> Any:
        query = request.query_params.get("query", "")
        found = _those(self.shelves.by_pmid, _PMID.findall(query))
        found += _those(self.shelves.by_pmcid, (one.upper() for one in _PMCID.findall(query)))
        distinct = list({work.pmid or work.pmcid: work for work in found}.values())
        return answers.europe_pmc(distinct, int(request.query_params.get("pageSize", "25")), query)

    async def _control(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "GET" and name == "requests":
            return JSONResponse(dict(self.asked))
        try:
            order = json.loads(await request.body() or b"{}")
            if name == "refuse":
                self.refuse(order.pop("source"), **order)
            elif name == "items":
                self.shelves.take(order["items"])
            else:
                raise ValueError(f"there is no control {name}")
        except (KeyError, TypeError, ValueError) as exc:
            return JSONResponse({"error": f"{type(exc).__name__}: {exc}"}, 400)
        return JSONResponse({})


def _those(shelf: dict[str, KnownWork], wanted: Iterable[str]) -> list[KnownWork]:
    return [shelf[one] for one in dict.fromkeys(wanted) if one in shelf]
