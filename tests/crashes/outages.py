"""What the registry can do to a call: not hear of it, hear of it and not be heard, refuse, or be busy for a while."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from urllib3 import HTTPResponse

from tests.crashes.interruptions import Around, Call
from tests.fakes.clock import FakeClock


@dataclass(frozen=True)
class Outage:
    """`takes_effect`: the registry carries the call out all the same; `answer` makes what the caller gets, or raises.

    `lasts_ms`: every call within so long meets it, and not the first alone.
    """

    name: str
    answer: Callable[[], requests.Response]
    takes_effect: bool = False
    lasts_ms: int = 0

    def at(self, number: int, clock: FakeClock) -> Around:
        """Hit the call with this number."""
        until_ms: list[int] = []

        def around(call: Call, make: Callable[[], Any]) -> Any:
            if call.number == number:
                until_ms.append(clock.now_ms() + self.lasts_ms)
            hit = call.number == number or (until_ms and clock.now_ms() < until_ms[0])
            if not hit or not call.to_registry:
                return make()
            if self.takes_effect:
                make().close()
            return self.answer()

        return around


def _raises(error: requests.RequestException) -> Callable[[], requests.Response]:
    def answer() -> requests.Response:
        raise error

    return answer


def _says(status: int, body: object, **headers: str) -> Callable[[], requests.Response]:
    def answer() -> requests.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        response = requests.Response()
        response.status_code = status
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        response.raw = HTTPResponse(io.BytesIO(text.encode()), status=status, preload_content=False)
        return response

    return answer


_FAULT = {"response-code": 500, "developer-message": "Something went wrong.", "error-code": 9008}
_RESET = requests.ConnectionError("reset")

OUTAGES = [
    Outage("never arrived", _raises(_RESET)),
    Outage("reset after it took effect", _raises(_RESET), takes_effect=True),
    Outage("timed out after it took effect", _raises(requests.ReadTimeout("late")), takes_effect=True),
    Outage("500", _says(500, _FAULT)),
    Outage("500 after it took effect", _says(500, _FAULT), takes_effect=True),
    Outage("502 of a proxy, after it took effect", _says(502, "<html>bad gateway</html>"), takes_effect=True),
    Outage("503", _says(503, "<html>busy</html>")),
    Outage("503 with Retry-After", _says(503, "<html>busy</html>", Retry_After="120")),
    Outage("429", _says(429, "", Retry_After="5")),
    Outage("503 for ten minutes", _says(503, "<html>busy</html>"), lasts_ms=600_000),
    Outage("no connection for ten minutes", _raises(_RESET), lasts_ms=600_000),
]
