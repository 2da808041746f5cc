"""Sending: what a request is on the wire, and the one place where HTTP is spoken."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests
from requests.adapters import HTTPAdapter

_TIMEOUT_S = 60
_AT_ONCE = 150


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out; a header that is missing here is not sent at all."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True)
class Reply:
    """An answer; header names in lower case. Status 0: the connection ended without one."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @functools.cached_property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @functools.cached_property
    def json(self) -> object:
        """The body as JSON; None when it is none."""
        try:
            value: object = json.loads(self.body)
        except ValueError:
            return None
        return value


Transport = Callable[[Sent], Reply]


class HttpTransport:
    """Sends over HTTP without following redirects. `pause_seconds` pass at least between two requests. Thread-safe."""

    def __init__(self, *, pause_seconds: float = 0.0, use_environment: bool = True) -> None:
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.trust_env = use_environment
        # Keeps requests from putting a user's .netrc in the place of the bearer token.
        self._session.auth = _unchanged
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=_AT_ONCE))
        self._pause_seconds = pause_seconds
        self._turn = threading.Lock()
        self._next = 0.0

    def __call__(self, sent: Sent) -> Reply:
        self._wait()
        headers: dict[str, str | bytes | None] = {"Accept": None, "User-Agent": "orcid-conformance", **sent.headers}
        try:
            reply = self._session.request(
                sent.method, sent.url, headers=headers, data=sent.body, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            return Reply(0)
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.content)

    def _wait(self) -> None:
        if not self._pause_seconds:
            return
        with self._turn:
            wait = self._next - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._next = time.monotonic() + self._pause_seconds


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
