"""Asks an Elements server, politely and warily: paced, with repeats, bounded, and never a foreign host (R45)."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import IO, Final
from urllib.parse import urlencode, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError

from orcid_sync.adapters.bounded_http import BoundedSession, NoAnswer, TimeLimits
from orcid_sync.adapters.elements_xml import ServerFaultError, UnreadableAnswerError, read_answer
from orcid_sync.domain.elements import ElementsItem, ElementsPaging
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.elements import (
    ElementsGoneError,
    ElementsRefusedError,
    ElementsUnavailableError,
    ElementsUnreadableError,
    Page,
)

# Twenty-five publications are some 1.2 MB (ELEMENTS_API 2); what is far longer is no page that was asked for.
LONGEST_PAGE: Final = 64 * 1024 * 1024
_IN_MEMORY: Final = 4 * 1024 * 1024
_CHUNK: Final = 64 * 1024
LIMITS: Final = TimeLimits(connect=10, read=120, total=300)
# Busy, down, or in each other's way (409): worth asking again.
_AGAIN: Final = frozenset({409, 429, 500, 502, 503, 504})
_TRIES: Final = 5
_LONGEST_WAIT_SECONDS: Final = 60.0
_SHORTEST_CALL_SECONDS: Final = 5.0
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_VERSION: Final = re.compile(r"v\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API account made in Elements. `headers` are what a gateway before the server asks for."""

    username: str
    password: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class HttpElementsServer:
    """The ElementsServer port over HTTP.

    `base_url` ends with the version of the API (`https://elements.example.ac.uk:8091/secure-api/v6.13`). Addresses of
    next pages are the server's own words: proxies rewrite them, and others could. Only what follows the version is
    taken from them, so that the credentials go to `base_url`'s host and nowhere else. Redirects are not followed.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        clock: Clock,
        *,
        ca_bundle: str | None = None,
        pace_seconds: float = 0.5,
        limits: TimeLimits = LIMITS,
        longest_page: int = LONGEST_PAGE,
        until_ms: int | None = None,
    ) -> None:
        """`until_ms`: when this invocation ends; no call runs longer, and none begins that could not end."""
        self._base = base_url.rstrip("/")
        self._version = self._base.rpartition("/")[2]
        if not _VERSION.fullmatch(self._version):
            raise ValueError("the address of the Elements API must end with its version, such as /v6.13")
        self._credentials = credentials
        self._clock = clock
        self._pace_ms = round(pace_seconds * 1000)
        self._limits = limits
        self._longest_page = longest_page
        self._until_ms = until_ms
        self._with_next: set[str] = set()
        self._last_ms = 0
        self._session = BoundedSession(lambda: clock.now_ms() / 1000, ca_bundle=ca_bundle)

    def address(self, path: str, **parameters: str) -> str:
        """The address of a list; `_` in names of parameters stands for `-`."""
        query = urlencode({name.replace("_", "-"): value for name, value in parameters.items()})
        return f"{self._base}/{path}{'?' + query if query else ''}"

    def read(self, url: str) -> Page:
        """Read one page, whole. Raises ElementsError; its texts hold neither address nor credentials."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._read(url)
            except (_BusyError, _SpoiltError) as exc:
                asked = exc.wait_seconds if isinstance(exc, _BusyError) else None
                wait = min(asked or 0.5 * 2**attempt, _LONGEST_WAIT_SECONDS)
                if attempt == _TRIES or self._seconds_left() <= wait + _SHORTEST_CALL_SECONDS:
                    raise
                self._clock.sleep(wait)
        raise AssertionError("unreachable")

    def _read(self, url: str) -> Page:
        """One try. The body is taken whole before any of it is read, so that a cut one is found at once."""
        self._keep_pace()
        seconds = min(self._limits.total, self._seconds_left())
        if seconds <= 0:
            raise ElementsUnavailableError("The time of this invocation is up; the next one goes on.")
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            answer = self._session.call(
                "GET",
                url,
                lambda response: _Received.of(response, body, self._longest_page),
                limits=replace(self._limits, total=seconds),
                headers={"Accept": "application/xml, text/xml, application/atom+xml", **self._credentials.headers},
                auth=HTTPBasicAuth(self._credentials.username.encode(), self._credentials.password.encode()),
            )
            if isinstance(answer, NoAnswer):
                raise _BusyError(f"The Elements server did not answer: {answer.reason}")
            answer.check()
            body.seek(0)
            return self._page(url, body, answer)

    def _page(self, url: str, body: IO[bytes], answer: _Received) -> Page:
        paging = ElementsPaging()
        with _as_elements_errors():
            items = tuple(read_answer(body, paging))
        return Page(items, self._next(url, paging, items), answer.served_ms, counted=paging.count is not None)

    def _next(self, url: str, paging: ElementsPaging, items: tuple[ElementsItem, ...]) -> str | None:
        """Where the list goes on; an empty page ends it.

        A cursor to come back to stands on the last page too, and costs one more request to find out. So it counts only
        for kinds of list that were never seen to name a next page.
        """
        kind = _DIGITS.sub("#", urlsplit(url).path)
        if paging.next:
            self._with_next.add(kind)
        following = paging.next or (paging.continue_from if kind not in self._with_next else None)
        is_empty = paging.count == 0 or (paging.count is None and not items)
        return self._own(following) if following is not None and not is_empty else None

    def _own(self, href: str) -> str:
        """The address at our own server that another spelling of it means."""
        parts = urlsplit(href)
        before, found, path = parts.path.partition(f"/{self._version}/")
        if not found or ".." in path or "//" in before:
            raise ElementsUnreadableError(
                f"The next page is no address of API {self._version}; look at what stands between us and the server."
            )
        # A fault of servers before 5.4 (ELEMENTS_API 3).
        path = path.replace("relationships/pending/deleted", "relationships/deleted")
        return f"{self._base}/{path}{'?' + parts.query if parts.query else ''}"

    def _seconds_left(self) -> float:
        return (self._until_ms - self._clock.now_ms()) / 1000 if self._until_ms is not None else float("inf")

    def _keep_pace(self) -> None:
        """Leave the server time between two requests."""
        wait_ms = self._last_ms + self._pace_ms - self._clock.now_ms()
        if 0 < wait_ms <= self._pace_ms:
            self._clock.sleep(wait_ms / 1000)
        self._last_ms = self._clock.now_ms()


class _SpoiltError(ElementsUnreadableError):
    """Worth another try: it may have been spoilt on its way."""


class _BusyError(ElementsUnavailableError):
    """Worth another try, after so many seconds if the server said so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class _Received:
    """What came back: status, the server's time, and whether the body came whole."""

    status: int
    served_ms: int | None
    wait_seconds: float | None
    problem: str | None
    too_long: bool = False

    @classmethod
    def of(cls, response: requests.Response, body: IO[bytes], longest: int) -> _Received:
        """Take the body of a good answer into `body`."""
        size, problem = _take(response, body, longest) if response.status_code == 200 else (0, None)
        wait = response.headers.get("Retry-After", "")
        return cls(
            response.status_code,
            _http_date(response.headers.get("Date")),
            float(wait) if wait.isascii() and wait.isdigit() and len(wait) <= 4 else None,
            problem,
            size > longest,
        )

    def check(self) -> None:
        """Raise the error that the answer is, if it is one."""
        match self.status:
            case 200:
                if self.too_long:
                    raise ElementsUnreadableError(self.problem)
                if self.problem is not None:
                    raise _SpoiltError(self.problem)
            case 401 | 403:
                raise ElementsRefusedError(
                    f"The Elements server answers {self.status}: look at the API account, its password and the list of"
                    " addresses that the server lets in."
                )
            case 404 | 410:
                raise ElementsGoneError(f"The Elements server answers {self.status}: there is no such thing.")
            case status if status in _AGAIN:
                raise _BusyError(f"The Elements server answers {status}.", self.wait_seconds)
            case status if 300 <= status < 400:
                raise ElementsRefusedError(
                    f"The Elements server answers {status}, a redirection, which is not followed: the credentials stay"
                    " with the address that is configured."
                )
            case status:
                raise ElementsRefusedError(f"The Elements server answers {status}.")


def _take(response: requests.Response, body: IO[bytes], longest: int) -> tuple[int, str | None]:
    """Copy the body, decompressed; returns how long it is as far as it was read, and why it is not whole."""
    size = 0
    try:
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > longest:
                return size, f"A page of more than {longest:,} bytes is no page that was asked for."
            body.write(chunk)
    except (requests.RequestException, HTTPError, gzip.BadGzipFile):
        return size, "The answer broke off."
    return size, None


@contextmanager
def _as_elements_errors() -> Iterator[None]:
    try:
        yield
    except (UnreadableAnswerError, ServerFaultError) as exc:
        raise _SpoiltError(str(exc)) from exc


def _http_date(text: str | None) -> int | None:
    """Epoch milliseconds of a `Date` header."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
