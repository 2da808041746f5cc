"""Calls the emulator in-process, without a socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.registry import RegistryApp, RegistrySettings

ORCID = "0000-0002-1825-0097"
OTHER_ORCID = "0000-0001-5109-3700"
CLIENT = "APP-AAAAAAAAAAAAAAAA"
OTHER_CLIENT = "APP-BBBBBBBBBBBBBBBB"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "orcid"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def refusal(self) -> tuple[int, int]:
        """Status and ORCID error code."""
        return self.status, self.json["error-code"]

    @property
    def put_code(self) -> int:
        return int(self.headers["location"].rsplit("/", 1)[1])


class Harness:
    """A fresh registry, one client and one token unless others are asked for."""

    def __init__(self, **settings: Any) -> None:
        self.app = RegistryApp(RegistrySettings(**{"rate_limit": False, **settings}))
        self.access = self.token()

    def token(self, scope: str = "/activities/update /read-limited", **order: Any) -> str:
        order = {"orcid": ORCID, "client_id": CLIENT, "scope": scope, **order}
        access: str = self.control("token", **order)["access_token"]
        return access

    def control(self, order: str, **body: Any) -> Any:
        reply = self.call("POST", f"/_control/{order}", body)
        assert reply.status == 200, reply.text
        return reply.json

    def works(self, method: str, path: str, body: Any = None, *, orcid: str = ORCID, **options: Any) -> Reply:
        """A call of the API for works; `path` is what follows the iD."""
        headers = {
            "authorization": f"Bearer {options.get('token', self.access)}",
            "accept": options.get("accept", "application/json"),
            "content-type": options.get("content_type", "application/json"),
        }
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.call(method, f"/v3.0/{orcid}{path}", body, headers=headers)

    def add(self, work: dict[str, Any], **options: Any) -> int:
        reply = self.works("POST", "/work", work, **options)
        assert reply.status == 201, reply.text
        return reply.put_code

    def stored(self, put_code: int) -> Any:
        return self.works("GET", f"/work/{put_code}").json

    def form(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
        headers = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.call("POST", path, urlencode(fields).encode(), headers=headers)

    def call(self, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        path, _, query = target.partition("?")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return asyncio.run(_call(self.app, method, path, query, content, headers or {}))


async def _call(app: RegistryApp, method: str, path: str, query: str, content: bytes, headers: dict[str, str]) -> Reply:
    sent: list[Any] = []
    incoming = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> Any:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"registry.test"), *((n.encode(), v.encode()) for n, v in headers.items())],
        "client": ("testclient", 1),
        "server": ("registry.test", 80),
    }
    await app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))


def identifier(kind: str = "doi", value: str = "10.1234/abc", relationship: str | None = "self") -> dict[str, Any]:
    return {"external-id-type": kind, "external-id-value": value, "external-id-relationship": relationship}


def work(*identifiers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A valid work; `fields` in Python spelling replace or add members."""
    body: dict[str, Any] = {
        "title": {"title": {"value": "A title"}},
        "type": "journal-article",
        "external-ids": {"external-id": list(identifiers) or [identifier()]},
    }
    body.update({name.replace("_", "-"): value for name, value in fields.items()})
    return body


def bulk(*works: Any) -> dict[str, Any]:
    return {"bulk": [{"work": item} for item in works]}


def date(year: Any = None, month: Any = None, day: Any = None) -> dict[str, Any]:
    parts = {"year": year, "month": month, "day": day}
    return {name: {"value": value} for name, value in parts.items() if value is not None}
