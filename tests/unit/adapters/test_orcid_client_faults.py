"""The client on a connection that fails it: silence, drips, cuts, nonsense; one try each, and no secret told."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Work

from tests.fakes.wire import Wire, dripping, raw, reply, wire
from tests.unit.adapters.client_calls import (
    EMPTY_RECORD,
    RECORD,
    TOKEN,
    WORK,
    Play,
    add,
    every_call,
    registry_at,
    remove,
)


@pytest.fixture
def line() -> Iterator[Wire]:
    with wire(reply(200, EMPTY_RECORD)) as running:
        yield running


def quiet(line: Wire) -> Play:
    def play(_handler: BaseHTTPRequestHandler) -> None:
        line.stopped.wait(5)

    return play


@every_call
@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nX-Slow: ",
        b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"x": "',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n",
    ],
    ids=["nothing", "status", "header", "body", "chunk"],
)
def test_r34_a_call_ends_in_time_however_the_server_drips(
    line: Wire, call: Callable[[OrcidRegistry], Answer], before: bytes
) -> None:
    line.play = dripping(line, before)
    registry = registry_at(line.url)
    began = time.monotonic()
    answer = call(registry)
    assert time.monotonic() - began < registry.longest_call_seconds + 1
    assert answer.outcome in (Outcome.NO_ANSWER, Outcome.UNKNOWN)  # a status line of drips alone is no HTTP


@every_call
def test_r37_silence_is_no_answer_and_is_asked_once(line: Wire, call: Callable[[OrcidRegistry], Answer]) -> None:
    line.play = quiet(line)
    began = time.monotonic()
    assert call(registry_at(line.url)) == Answer(Outcome.NO_ANSWER, message="The call timed out.")
    assert time.monotonic() - began < 1.5
    assert len(line.seen) == 1


@every_call
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x16\x03\x01garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + EMPTY_RECORD[:20],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
    ids=["closed", "no-http", "cut", "no-gzip"],
)
def test_r37_a_broken_answer_is_no_answer_and_is_asked_once(
    line: Wire, call: Callable[[OrcidRegistry], Answer], data: bytes
) -> None:
    line.play = raw(data)
    answer = call(registry_at(line.url))
    assert answer.outcome is Outcome.NO_ANSWER
    assert len(line.seen) == 1


def test_r35_a_status_counts_although_its_body_broke_off(line: Wire) -> None:
    line.play = raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 100\r\n\r\n<html>")
    answer = add(registry_at(line.url))
    assert (answer.outcome, answer.retry_after_seconds) == (Outcome.SLOW_DOWN, 3.0)


def test_nobody_listening_is_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: the port refuses
        assert add(registry_at(f"http://127.0.0.1:{taken.getsockname()[1]}")).outcome is Outcome.NO_ANSWER


def test_r34_a_server_that_takes_nothing_in_holds_nobody() -> None:
    huge = Work(title="x", type="book", external_ids=WORK.external_ids, short_description="x" * 20_000_000)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        began = time.monotonic()
        answer = registry_at(f"http://127.0.0.1:{deaf.getsockname()[1]}").add_work(RECORD, TOKEN, huge)
    assert answer.outcome is Outcome.NO_ANSWER
    assert time.monotonic() - began < 2


def test_r34_nothing_is_sent_after_the_time_is_up(line: Wire) -> None:
    late = registry_at(line.url, limits=TimeLimits(connect=1, read=1, total=0))
    assert remove(late) == Answer(Outcome.NO_ANSWER, message="The call timed out.")
    time.sleep(0.05)
    assert line.seen == []


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "Ünicode", "a\x00b"])
def test_r47_what_cannot_be_a_token_is_neither_sent_nor_shown(line: Wire, token: str) -> None:
    answer = registry_at(line.url).remove_work(RECORD, AccessToken(token), 17)
    assert answer.outcome is Outcome.UNAUTHORISED
    assert not token or token not in answer.message
    assert line.seen == []


@every_call
def test_r47_the_token_is_in_no_log_and_no_message(
    line: Wire, call: Callable[[OrcidRegistry], Answer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"Invalid access token: {TOKEN.reveal()}"
    registry = registry_at(line.url)
    answers = []
    for play in (reply(401, json.dumps({"error": "invalid_token", "error_description": said}).encode()), raw(b"x")):
        line.play = play
        answers.append(call(registry))
    assert answers[0].outcome is Outcome.UNAUTHORISED
    assert TOKEN.reveal() not in caplog.text
    assert TOKEN.reveal() not in repr(answers) + repr(registry) + repr(vars(registry))
