"""The registry's emulator on the simulated clock, as the product's calls reach it; remembers every call."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import requests
from urllib3 import HTTPResponse

from local.registry.answers import Answer, ApiRequest
from local.registry.app import RegistryApp
from local.registry.errors import OAuthError
from local.registry.limit import RequestLimit
from local.registry.settings import RegistrySettings
from soak.simulation import Simulation
from soak.troubles import Troubles
from soak.watch import Watch

URL = "http://127.0.0.1:1"
CLIENT = "APP-0000000000000001"
LIMIT_PER_SECOND = 24
_BUSY = "<html><body><h1>503</h1></body></html>"
_FAULT = json.dumps({"response-code": 500, "developer-message": "Something went wrong.", "error-code": 9008})
_ONCE_401 = json.dumps({"error": "invalid_token", "error_description": "Invalid access token"})
_STATUS = {"503": 503, "503 with Retry-After": 503, "429 with Retry-After": 429, "500": 500, "401 once": 401}
_BODY = {429: "", 500: _FAULT, 401: _ONCE_401, 502: "<html>bad gateway</html>"}


@dataclass
class RegistryEdge:
    """`arrived` holds the times of all calls to the Member API, `calls` counts them by method, path and status."""

    simulation: Simulation
    troubles: Troubles
    app: RegistryApp = field(init=False)
    watch: Watch = field(init=False)
    arrived: list[int] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    refused_at_the_limit: int = 0
    last_ms: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watch = Watch(self.simulation.now_ms)
        self.app = RegistryApp(RegistrySettings(base_url=URL))
        self.app.clock.now = lambda: self.simulation.now_ms() / 1000  # type: ignore[method-assign]  # one clock for all
        self.app.limit = RequestLimit(24.0, 40, monotonic=lambda: self.simulation.now_ms() / 1000)

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """One call, in the place of the network; takes simulated time."""
        parts = urlsplit(request.url or "")
        if not parts.path.startswith("/v3.0"):
            self.simulation.wait(self._random_ms(80, 300))
            return _response(request, self._oauth(request, parts.path))
        self.arrived.append(self.simulation.now_ms())
        self.last_ms[request.method or ""] = self.simulation.now_ms()
        waits = self.app.limit.admit()
        if waits is None:
            self.refused_at_the_limit += 1
            return self._counted(request, parts.path, Answer(503, _BUSY.encode(), "text/html"))
        self.simulation.wait(round(waits * 1000) + self._random_ms(40, 350))
        trouble = self.troubles.of_the_registry(self.simulation.now_ms())
        if trouble == "never arrived":
            self.calls[f"{request.method} no answer"] += 1
            raise requests.ConnectionError("reset")
        if trouble in _STATUS:
            headers = {"Retry-After": "20"} if "Retry-After" in trouble else {}
            status = _STATUS[trouble]
            body = _BODY.get(status, _BUSY).encode()
            kind = "application/json" if body.startswith(b"{") else "text/html"
            return self._counted(request, parts.path, Answer(status, body, kind, headers))
        orcid_id = parts.path.split("/")[2]
        before = set(self.works(orcid_id).values())
        answer = self.app.api.answer(_api_request(request, parts.path.removeprefix("/v3.0")))
        began_ms = self.simulation.current.began_ms if self.simulation.current is not None else 0
        self.watch.changed(orcid_id, before, set(self.works(orcid_id).values()), began_ms=began_ms)
        self.simulation.wait(self._random_ms(20, 150))
        return self._after(request, parts.path, answer, trouble)

    def works(self, orcid_id: str) -> dict[int, str]:
        """Put-code -> publication of our works on a record."""
        record = self.app.state.records.get(orcid_id)
        found: dict[int, str] = {}
        for work in record.works.values() if record is not None else ():
            if work.source.client_id == CLIENT:
                own = [i.value for i in work.content.identifiers if i.type == "source-work-id"]
                found[work.put_code] = own[0] or ""
        return found

    def _after(
        self, request: requests.PreparedRequest, path: str, answer: Answer, trouble: str | None
    ) -> requests.Response:
        """The answer of a call that took effect, or what became of it on the way."""
        if trouble == "reset after it took effect":
            self.calls[f"{request.method} no answer"] += 1
            raise requests.ConnectionError("reset")
        if trouble == "timed out after it took effect":
            self.calls[f"{request.method} no answer"] += 1
            self.simulation.wait(90_000)
            raise requests.ReadTimeout("late")
        if trouble is not None:
            status = int(trouble[:3])
            answer = Answer(status, _BODY[status].encode(), "text/html" if status == 502 else "application/json")
        return self._counted(request, path, answer)

    def _counted(self, request: requests.PreparedRequest, path: str, answer: Answer) -> requests.Response:
        what = path.removeprefix("/v3.0/").partition("/")[2].partition("/")[0]
        self.calls[f"{request.method} {what} {answer.status}"] += 1
        return _response(request, answer)

    def _oauth(self, request: requests.PreparedRequest, path: str) -> Answer:
        form = dict(parse_qsl(_text(request.body)))
        authorization = request.headers.get("Authorization")
        try:
            body = b""
            if path == "/oauth/token":
                body = json.dumps(self.app.oauth.token(form, authorization)).encode()
            else:
                self.app.oauth.revoke(form, authorization)
        except OAuthError as refusal:
            self.calls[f"POST {path} {refusal.status}"] += 1
            return Answer(refusal.status, json.dumps(refusal.body()).encode(), "application/json")
        self.calls[f"POST {path} 200"] += 1
        return Answer(200, body, "application/json")

    def _random_ms(self, least: int, most: int) -> int:
        return self.troubles.random.randint(least, most)

    def busiest_second(self) -> int:
        """The most calls that came within any 1,000 ms."""
        most, begin = 0, 0
        arrived = sorted(self.arrived)
        for end, at_ms in enumerate(arrived):
            while arrived[begin] <= at_ms - 1000:
                begin += 1
            most = max(most, end - begin + 1)
        return most


def _text(body: str | bytes | None) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""


def _api_request(request: requests.PreparedRequest, path: str) -> ApiRequest:
    return ApiRequest(
        method=request.method or "",
        path=path,
        base_url=URL,
        authorization=request.headers.get("Authorization"),
        accept=request.headers.get("Accept"),
        content_type=request.headers.get("Content-Type"),
        body=_text(request.body).encode(),
    )


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    if answer.media_type:
        response.headers["Content-Type"] = answer.media_type
    response.raw = HTTPResponse(io.BytesIO(answer.body), status=answer.status, preload_content=False)
    response.request, response.url = request, request.url or ""
    return response
