"""Asks Crossref, DataCite and Europe PMC for works by identifier, many at once, politely (R42).

Each is told whom to write to when something goes wrong; their limits (Crossref: in `x-rate-limit-*`; DataCite: 1,000
requests in five minutes for who gives an address) are far above the pace kept here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import requests

from orcid_sync.adapters.bounded_http import USER_AGENT, BoundedSession, NoAnswer, NoAuth, TimeLimits, read_body
from orcid_sync.adapters.open_source_json import crossref_work, datacite_work, europe_pmc_work
from orcid_sync.domain.identifiers import normalise
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import SourceBusyError

Key = tuple[str, str]

MOST_AT_ONCE: Final = 20
LIMITS: Final = TimeLimits(connect=5, read=20, total=30)
_LONGEST_BODY: Final = 8 * 1024 * 1024
_OK: Final = 200
# Whatever a source asks for, it is asked again the next day.
_LONGEST_WAIT_SECONDS: Final = 86_400.0
# These have a meaning of their own in a query; an identifier that holds one is asked for without its luck being tried.
_SPECIAL: Final = re.compile(r'[\s"\\,]')


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a source is asked and how its answer is read."""

    name: str
    types: frozenset[str]
    query: Callable[[Sequence[Key], str], str]
    results: Callable[[Any], Any]
    work: Callable[[Mapping[str, Any]], OfferedWork | None]


def _crossref_query(keys: Sequence[Key], contact: str) -> str:
    filters = ",".join(f"doi:{value}" for _, value in keys)
    return "/works?" + urlencode({"filter": filters, "rows": MOST_AT_ONCE, "mailto": contact})


def _datacite_query(keys: Sequence[Key], contact: str) -> str:
    any_of = " OR ".join(f'doi:"{value}"' for _, value in keys)
    return "/dois?" + urlencode({"query": any_of, "page[size]": MOST_AT_ONCE, "mailto": contact})


def _europe_pmc_query(keys: Sequence[Key], contact: str) -> str:
    any_of = " OR ".join(_EUROPE_PMC_TERMS[type_name].format(value) for type_name, value in keys)
    asked = {"query": any_of, "resultType": "core", "format": "json", "pageSize": MOST_AT_ONCE * 2, "email": contact}
    return "/search?" + urlencode(asked)


_EUROPE_PMC_TERMS: Final = {"pmid": '(EXT_ID:"{}" AND SRC:MED)', "pmc": 'PMCID:"PMC{}"', "doi": 'DOI:"{}"'}
CROSSREF: Final = _Shape(
    "crossref", frozenset({"doi"}), _crossref_query, lambda body: body["message"]["items"], crossref_work
)
DATACITE: Final = _Shape("datacite", frozenset({"doi"}), _datacite_query, lambda body: body["data"], datacite_work)
EUROPE_PMC: Final = _Shape(
    "europe-pmc",
    frozenset({"pmid", "pmc"}),
    _europe_pmc_query,
    lambda body: body["resultList"]["result"],
    europe_pmc_work,
)


class HttpOpenSource:
    """The OpenSource port. `url` is the API's address without a path; `contact` an address that people read."""

    def __init__(
        self,
        shape: _Shape,
        url: str,
        contact: str,
        clock: Clock,
        *,
        pace_seconds: float = 0.5,
        limits: TimeLimits = LIMITS,
    ) -> None:
        self._shape = shape
        self._url = url.rstrip("/")
        self._contact = contact
        self._clock = clock
        self._pace_ms = round(pace_seconds * 1000)
        self._limits = limits
        self._last_ms = 0
        self._session = BoundedSession(lambda: clock.now_ms() / 1000)

    @property
    def name(self) -> str:
        return self._shape.name

    @property
    def types(self) -> frozenset[str]:
        return self._shape.types

    def look_up(self, identifiers: Sequence[Key]) -> Mapping[Key, OfferedWork]:
        """One request. A work counts for an identifier only if it says itself that it has it."""
        wanted = [key for key in identifiers if key[0] in self.types and not _SPECIAL.search(key[1])]
        if len(wanted) > MOST_AT_ONCE:
            raise ValueError(f"at most {MOST_AT_ONCE} identifiers are looked up at once")
        if not wanted:
            return {}
        found = self._works(self._ask(self._shape.query(wanted, self._contact)))
        return {key: work for work in found for key in _keys(work) if key in set(wanted)}

    def _works(self, body: Any) -> Iterable[OfferedWork]:
        try:
            results = self._shape.results(body)
        except (KeyError, TypeError):
            results = None
        if not isinstance(results, list):
            raise SourceBusyError(f"{self.name} answered with something else than a list of works.")
        works = (self._shape.work(one) for one in results if isinstance(one, dict))
        return [work for work in works if work is not None]

    def _ask(self, query: str) -> Any:
        """The answer as JSON. Raises SourceBusyError, also for what no repeating would mend: asking less is no harm."""
        wait_ms = self._last_ms + self._pace_ms - self._clock.now_ms()
        if 0 < wait_ms <= self._pace_ms:
            self._clock.sleep(wait_ms / 1000)
        self._last_ms = self._clock.now_ms()
        headers = {"Accept": "application/json", "User-Agent": f"{USER_AGENT}; mailto:{self._contact}"}
        answer = self._session.call(
            "GET", self._url + query, _received, limits=self._limits, headers=headers, auth=NoAuth()
        )
        if isinstance(answer, NoAnswer):
            raise SourceBusyError(f"{self.name} did not answer: {answer.reason}")
        status, body, wait = answer
        if status != _OK:
            raise SourceBusyError(f"{self.name} answers {status}.", wait)
        try:
            return json.loads(body) if body is not None else None
        except ValueError as exc:
            raise SourceBusyError(f"{self.name} answered with no JSON.") from exc


def _received(response: requests.Response) -> tuple[int, bytes | None, float | None]:
    wait = response.headers.get("Retry-After", "")
    seconds = min(float(wait), _LONGEST_WAIT_SECONDS) if wait.isascii() and wait.isdigit() else None
    return response.status_code, read_body(response, _LONGEST_BODY), seconds


def _keys(work: OfferedWork) -> Iterable[Key]:
    """The work's own identifiers, normalised as those of the record are."""
    for type_name, value in work.identifiers():
        normalised = normalise(type_name, value)
        if normalised is not None:
            yield type_name, normalised
