"""One visit of the writer while things are bad, and everything that can be seen of it afterwards."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from orcid_sync.observability import logger

from tests.fakes.wire import reply
from tests.integration.reactions import NEVER, Reaction
from tests.integration.relay import Play
from tests.integration.writer_stage import Researcher

PRIMARY = "0000-0001-5109-3700"

# What a line of the log may say besides its event: ids, counts and words of our own.
_SAID = {
    "orcid_id", "publication_id", "lane", "unclean", "ended", "calls", "operation", "outcome", "status", "code",
    "reason", "until_ms", "own", "adopted", "gone", "doubted", "unmatched", "added", "updated", "removed", "failed",
    "gone_at_orcid", "request_id", "correlation_id",
}  # fmt: skip


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

_WITHOUT_WORDS = ("created", "updated", "removed", "adopted")


def said(status: int, code: str | None, who: Researcher) -> Play:
    """A refusal as the registry words it, the token among the words; without a code a page of something else."""
    token = who.token.reveal()
    words = f"Words about {code}: Bearer {token}; Invalid access token: {token}"
    headers = {"Location": f"https://api.sandbox.orcid.org/v3.0/{PRIMARY}/works"} if status == 301 else {}
    if code is None:
        return reply(status, f"<html><body>{words}</body></html>".encode(), {"Content-Type": "text/html"})
    if not code.isdigit():
        return reply(status, json.dumps({"error": code, "error_description": words}).encode())
    if code == "9021":
        words += ", see the element with put-code 999999"
    if code == "9007":
        words += f" Please refer to account: https://sandbox.orcid.org/{PRIMARY}."
    error = {"response-code": status, "developer-message": words, "user-message": "u", "error-code": int(code)}
    return reply(status, json.dumps(error).encode(), headers)


Heard = tuple[pytest.LogCaptureFixture, pytest.CaptureFixture[str]]


def check(who: Researcher, expected: Reaction, heard: Heard, *, on_the_page: bool = True) -> None:
    """One sync while things are bad; everything that it left behind; one more when it is due and all is well.

    `on_the_page`: look at list and history as the settings page shows them, and not only at what is stored.
    """
    caplog, _ = heard
    before_ms = who.stage.clock.now_ms()
    report = who.sync()
    assert (report["ended"], report["made"]) == (expected.ended, [op.value for op in expected.calls])
    link = who.link()
    assert (link["state"], link["state_reason"]) == expected.state
    assert (link["connection"], link["mode"]) == (expected.connection, "write")
    assert bool(link["last_error"]) is expected.last_error
    assert link["primary_orcid_id"] == (PRIMARY if link["state_reason"] == "deprecated" else None)
    due_ms = who.writer.due_ms
    if expected.due == NEVER:
        assert (due_ms, link["next_check_at"]) == (None, None)
    else:
        assert due_ms is not None
        assert expected.due[0] <= (due_ms - before_ms) / 1000 <= expected.due[1] + 5
        assert link["next_check_at"] is not None
    history = who.history("p1") if on_the_page else who.attempts("p1")
    assert [attempt["outcome"] for attempt in history] == list(expected.history)
    assert all(attempt["message"] or attempt["outcome"] in _WITHOUT_WORDS for attempt in history)
    check_work(who, expected, history, on_the_page=on_the_page)
    told = who.stage.heard()
    assert [event["type"] for event in told] == list(expected.events)
    alerts = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert alerts == list(expected.alerts)
    following = who.sync_when_due()
    assert (following["made"] if following is not None else []) == [op.value for op in expected.then]
    check_silence(who, json.dumps([link, history, told]), heard)


def check_work(who: Researcher, expected: Reaction, history: list[dict[str, Any]], *, on_the_page: bool) -> None:
    """The ledger entry and what the page makes of it."""
    state, shows_error = expected.work
    entry = who.entry("p1")
    failure = entry.failure if entry is not None else None
    assert (failure is not None) is shows_error
    if failure is not None:
        assert entry is not None
        assert entry.fingerprint in (None, "of old"), "what failed never counts as sent"
        assert failure.message == history[0]["message"]
    if on_the_page:
        work = who.publication("p1")
        assert work is not None
        assert (work["state"], work["error"]) == (state, failure.message if failure is not None else None)
        if state == "failed":
            assert work["reason"] == work["error"]


def check_silence(who: Researcher, shown: str, heard: Heard) -> None:
    """R47: no token anywhere; the log tells ids and numbers only."""
    caplog, capsys = heard
    out = capsys.readouterr()
    everything = caplog.text + out.out + out.err + shown
    everything += "".join(repr(record.__dict__) for record in caplog.records)
    assert who.token.reveal() not in everything
    for record in caplog.records:
        if record.name == logger.name:
            extras = set(vars(record)) - _PLAIN
            assert extras <= _SAID, (record.message, extras - _SAID)
