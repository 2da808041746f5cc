"""An HTTP session whose calls end in time, also when the server drips bytes, and whose errors hold no secrets.

The time-outs of `requests` bound each wait alone: a server that sends one byte a minute holds a call for ever. Here
the socket itself knows when the call must have ended (DESIGN 3.1: nothing of a visit may outlive its lease), and
nothing is sent after that. Redirects, retries, cookies and `.netrc` are off: a redirect is an answer of its own (a
merged record, ORCID_API 8), a repeated POST is the caller's decision, and cookies would carry one researcher's
session into another's call.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

T = TypeVar("T")

USER_AGENT = "orcid-sync/0.1 (ORCID write integration)"

# A connection that lay idle longer is not used again. Lambda freezes a function between invocations; a connection that
# the other side closed meanwhile looks alive, and the next request would wait on it in vain.
_LONGEST_IDLE_SECONDS = 30.0

_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No complete answer came: the request may or may not have taken effect. `reason` holds no secret."""

    reason: str


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds: to connect, of silence while reading, and for the whole call."""

    connect: float
    read: float
    total: float


class Bearer(AuthBase):
    """Puts a token into the `Authorization` header; as an `auth` it also keeps `.netrc` from replacing it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Bearer(***)"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class NoAuth(AuthBase):
    """Sends no `Authorization` header, whatever `.netrc` says."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class BoundedSession:
    """One pooled session. `wall_seconds` tells how long connections lay idle; deadlines use the monotonic clock.

    `ca_bundle`: the file of the certificates that are trusted in place of the public ones.
    """

    def __init__(self, wall_seconds: Callable[[], float], *, ca_bundle: str | None = None) -> None:
        self._session = _Session()
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._adapter = _DeadlineAdapter(pool_connections=2, pool_maxsize=4)
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._verify: bool | str = ca_bundle or True
        self._wall_seconds = wall_seconds
        self._last_used = wall_seconds()

    def call(
        self,
        method: str,
        url: str,
        consume: Callable[[requests.Response], T],
        *,
        limits: TimeLimits,
        headers: Mapping[str, str],
        auth: AuthBase,
        body: bytes | None = None,
    ) -> T | NoAnswer:
        """Send one request and return what `consume` makes of the answer while it is being read.

        Never raises for what the network or the server does. The texts of the HTTP library's errors are dropped, since
        they carry the request and with it the token (R47).
        """
        self._drop_idle_connections()
        running = _deadline.set(time.monotonic() + limits.total)
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers=dict(headers),
                auth=auth,
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response:
                return consume(response)
        except requests.Timeout:
            return NoAnswer("The call timed out.")
        except (requests.RequestException, HTTPError):
            late = time.monotonic() >= _deadline.get()
            return NoAnswer("The call timed out." if late else "The connection failed or broke off.")
        finally:
            _deadline.reset(running)
            self._last_used = self._wall_seconds()

    def _drop_idle_connections(self) -> None:
        # The wall clock, because the monotonic one may stand still while a function is frozen.
        if abs(self._wall_seconds() - self._last_used) > _LONGEST_IDLE_SECONDS:
            self._adapter.close()


def read_body(response: requests.Response, limit: int) -> bytes | None:
    """Return the whole body, or None when it broke off or is longer than `limit` bytes; the status still stands."""
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in response.iter_content(64 * 1024):
            size += len(chunk)
            if size > limit:
                return None
            parts.append(chunk)
    except (requests.RequestException, HTTPError):
        return None
    return b"".join(parts)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See none: even when told not to follow, `requests` would read the body whole and prepare the next request."""


class _DeadlineReader(io.RawIOBase):
    """Reads a socket with whatever time the call has left."""

    def __init__(self, owner: _DeadlineSocket, raw: io.RawIOBase) -> None:
        super().__init__()
        self._owner = owner
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._owner.allow_time_left()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineSocket:
    """A socket whose reads and writes fail with TimeoutError once the running call's deadline has passed."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._limit: float | None = sock.gettimeout()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def settimeout(self, seconds: float | None) -> None:
        self._limit = seconds
        self._sock.settimeout(seconds)

    def allow_time_left(self) -> None:
        left = _deadline.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call's time is up")
        self._sock.settimeout(left if self._limit is None else min(left, self._limit))

    def sendall(self, data: Any) -> None:
        self.allow_time_left()
        self._sock.sendall(data)

    def makefile(self, mode: str, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self, self._sock.makefile(mode, buffering=0)))


class _DeadlineConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _DeadlineSocket(self.sock)


class _DeadlineTlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _DeadlineSocket(self.sock)


class _DeadlinePool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _DeadlineTlsPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTlsConnection


class _DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _DeadlinePool, "https": _DeadlineTlsPool}
