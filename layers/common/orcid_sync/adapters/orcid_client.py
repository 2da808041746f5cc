"""Talks to ORCID's Member API about works: one HTTP call per method, and every outcome comes back as a value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import requests

from orcid_sync.adapters.bounded_http import Bearer, BoundedSession, NoAnswer, TimeLimits, read_body
from orcid_sync.adapters.orcid_answers import Asked, Operation, answer_to, answers_to_bulk
from orcid_sync.adapters.orcid_echo import was_ignored
from orcid_sync.adapters.orcid_json import bulk_to_json, work_to_json
from orcid_sync.adapters.orcid_reply import Reply
from orcid_sync.adapters.orcid_summary import SummaryError, reduce_summary
from orcid_sync.domain.external_ids import OWN_TYPE
from orcid_sync.domain.outcomes import Answer, Outcome, RecordReading
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Work
from orcid_sync.ports.clock import Clock

T = TypeVar("T")

_API_VERSION = "v3.0"

SINGLE = TimeLimits(connect=5, read=30, total=35)
# A bulk of 100 works and the summary of 10,000: the registry works on them for long, and there is much to send.
LARGE = TimeLimits(connect=5, read=90, total=95)

# The answers to a bulk and to an update hold the works stored, contributors included, some three times the size sent.
_LONGEST_BODY = 32 * 1024 * 1024

# What HTTP can carry in `Authorization`; ORCID's tokens are UUIDs.
_FIT_FOR_A_HEADER = re.compile(r"[\x21-\x7e]+")

# `Accept` is explicit with every call, DELETE too: without it the registry answers in XML (ORCID_API 1).
_HEADERS: Mapping[str, str] = {"Accept": "application/json"}
_HEADERS_WITH_BODY: Mapping[str, str] = {**_HEADERS, "Content-Type": "application/json"}


class OrcidRegistry:
    """The Registry port over HTTP.

    `api_url` is the Member API without its version (`https://api.orcid.org`); `client_id` is the source by which our
    own works are told from those of others; `orcid_host` is the sign-in pages' host (`sandbox.orcid.org`).
    """

    def __init__(
        self,
        api_url: str,
        client_id: str,
        clock: Clock,
        *,
        orcid_host: str,
        single: TimeLimits = SINGLE,
        large: TimeLimits = LARGE,
    ) -> None:
        self._api_url = f"{api_url.rstrip('/')}/{_API_VERSION}"
        self._client_id = client_id
        self._orcid_host = _host_of_ids(orcid_host)
        self._clock = clock
        self._session = BoundedSession(lambda: clock.now_ms() / 1000)
        self._single = single
        self._large = large

    @property
    def longest_call_seconds(self) -> float:
        """The most that one call can take, however slowly the registry answers."""
        return max(self._single.total, self._large.total)

    def body_size(self, work: Work) -> int:
        """Bytes of the work in a bulk body, its wrapping and comma included."""
        return len(_encoded({"work": self._json(work)})) + 1

    def read_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        """Read the summary of the record's works and keep ours."""
        return self._read(orcid_id, token, foreign=False)

    def read_all_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        """As `read_works`, and keep those of others too (R42)."""
        return self._read(orcid_id, token, foreign=True)

    def _read(self, orcid_id: str, token: AccessToken, *, foreign: bool) -> RecordReading:
        asked = self._asked(Operation.READ, orcid_id, token)

        def consume(response: requests.Response) -> RecordReading:
            if response.status_code != 200:
                return RecordReading(answer_to(asked, _reply(response)))
            try:
                summary = reduce_summary(response.iter_content(64 * 1024), self._client_id, foreign=foreign)
            except SummaryError as exc:
                return RecordReading(
                    Answer(Outcome.UNKNOWN, status=200, message=f"No summary of works was read: {exc}.")
                )
            read = Answer(Outcome.READ, status=200)
            return RecordReading(read, summary.own_works, summary.total_works, summary.foreign_works)

        result = self._call("GET", f"{orcid_id}/works", token, consume, self._large)
        return RecordReading(result) if isinstance(result, Answer) else result

    def add_work(self, orcid_id: str, token: AccessToken, work: Work) -> Answer:
        """POST one work; its put-code comes back in `Location` alone."""
        asked = self._asked(Operation.ADD, orcid_id, token)
        return self._single_call(asked, "POST", f"{orcid_id}/work", token, _encoded(self._json(work)))

    def add_works(self, orcid_id: str, token: AccessToken, works: Sequence[Work]) -> Answer | list[Answer]:
        """POST up to 100 works at once; see the port for what comes back."""
        asked = self._asked(Operation.ADD_BULK, orcid_id, token)
        own_ids = [next((i.value for i in work.external_ids if i.type == OWN_TYPE), "") for work in works]

        def consume(response: requests.Response) -> Answer | list[Answer]:
            return answers_to_bulk(asked, _reply(response), own_ids)

        return self._call(
            "POST",
            f"{orcid_id}/works",
            token,
            consume,
            self._large,
            body=_encoded(bulk_to_json(works, orcid_host=self._orcid_host)),
        )

    def update_work(self, orcid_id: str, token: AccessToken, put_code: int, work: Work) -> Answer:
        """PUT a work: a full replacement. Visibility is not sent: the owner's choice stands (ORCID_API 6.4).

        IGNORED when the registry answered 200 and kept what it had (ORCID_API 7).
        """
        asked = self._asked(Operation.UPDATE, orcid_id, token, put_code)
        sent = self._json(work, put_code)

        def consume(response: requests.Response) -> Answer:
            reply = _reply(response)
            answer = answer_to(asked, reply)
            if answer.outcome is Outcome.UPDATED and was_ignored(sent, reply.body):
                return replace(answer, outcome=Outcome.IGNORED)
            return answer

        path = f"{orcid_id}/work/{put_code}"
        return self._call("PUT", path, token, consume, self._single, body=_encoded(sent))

    def remove_work(self, orcid_id: str, token: AccessToken, put_code: int) -> Answer:
        """DELETE a work; this also works with a token that the researcher revoked (ORCID_API 2.6)."""
        asked = self._asked(Operation.REMOVE, orcid_id, token, put_code)
        return self._single_call(asked, "DELETE", f"{orcid_id}/work/{put_code}", token)

    def _json(self, work: Work, put_code: int | None = None) -> dict[str, object]:
        return work_to_json(work, put_code, orcid_host=self._orcid_host)

    def _asked(self, operation: Operation, orcid_id: str, token: AccessToken, put_code: int | None = None) -> Asked:
        return Asked(operation, orcid_id, put_code, self._clock.now_ms(), (token.reveal(),))

    def _single_call(
        self, asked: Asked, method: str, path: str, token: AccessToken, body: bytes | None = None
    ) -> Answer:
        def consume(response: requests.Response) -> Answer:
            return answer_to(asked, _reply(response))

        return self._call(method, path, token, consume, self._single, body=body)

    def _call(
        self,
        method: str,
        path: str,
        token: AccessToken,
        consume: Callable[[requests.Response], T],
        limits: TimeLimits,
        *,
        body: bytes | None = None,
    ) -> T | Answer:
        secret = token.reveal()
        if not _FIT_FOR_A_HEADER.fullmatch(secret):
            return Answer(Outcome.UNAUTHORISED, message="What is stored as the token is none; nothing was sent.")
        result = self._session.call(
            method,
            f"{self._api_url}/{path}",
            consume,
            limits=limits,
            headers=_HEADERS if body is None else _HEADERS_WITH_BODY,
            auth=Bearer(secret),
            body=body,
        )
        return Answer(Outcome.NO_ANSWER, message=result.reason) if isinstance(result, NoAnswer) else result


def _reply(response: requests.Response) -> Reply:
    headers = response.headers
    return Reply(
        response.status_code,
        read_body(response, _LONGEST_BODY),
        location=headers.get("Location"),
        retry_after=headers.get("Retry-After"),
        date=headers.get("Date"),
    )


def _host_of_ids(sign_in_host: str) -> str:
    """Return the host in the registry's iD addresses: that of its sign-in pages, as long as it belongs to ORCID.

    No registry takes an address elsewhere for an iD (ORCID_API 5.3, row 12); a local one speaks of the sandbox's iDs.
    """
    of_orcid = sign_in_host == "orcid.org" or sign_in_host.endswith(".orcid.org")
    return sign_in_host if of_orcid else "sandbox.orcid.org"


def _encoded(value: object) -> bytes:
    # Half a surrogate pair, as it comes out of damaged sources, has no UTF-8; everything else stays as it is.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
