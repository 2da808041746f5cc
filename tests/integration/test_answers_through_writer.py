"""Every row of the outcome table and every fault on the way, through the writer function: what the ledger, the link,
the history, the log and the bus then say, and what the next sync does (DESIGN 3.6, ORCID_API 14; R25, R35, R37-R39,
R47, R54, R58, R63).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from orcid_sync.adapters.orcid_answers import ANY_CODE, rows
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.observability import logger

from tests.fakes.wire import raw, reply
from tests.integration.reactions import ADD, ADD_BULK, NEVER, READ, REMOVE, UPDATE, Reaction, reaction, unsure
from tests.integration.relay import Fault, Operation, Play
from tests.integration.writer_stage import HASTY, Researcher, Stage, writer_stage

PRIMARY = "0000-0001-5109-3700"
EVERY = tuple(Operation)
SENDING = (ADD, ADD_BULK, UPDATE)
ADDING = (READ, ADD, ADD_BULK)

# What a line of the log may say besides its event: ids, counts and words of our own.
_SAID = {
    "orcid_id", "publication_id", "lane", "unclean", "ended", "calls", "operation", "outcome", "status", "code",
    "reason", "until_ms", "own", "adopted", "gone", "unmatched", "added", "updated", "removed", "failed",
    "gone_at_orcid", "request_id", "correlation_id",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole_stage() -> Iterator[Stage]:
    with writer_stage() as made:
        yield made


@pytest.fixture
def stage(whole_stage: Stage) -> Stage:
    whole_stage.begin()
    return whole_stage


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

# (operations, status, error codes, outcome): written down once more, so that a row that is new or changed is noticed.
TABLE: list[tuple[tuple[Operation, ...], int, tuple[str | None, ...], Outcome]] = [
    (EVERY, 401, ("invalid_token",), Outcome.UNAUTHORISED),
    (EVERY, 401, ("9017",), Outcome.WRONG_RECORD),
    (EVERY, 403, ("9038",), Outcome.SCOPE_MISSING),
    (EVERY, 301, ("9007",), Outcome.DEPRECATED),
    (EVERY, 409, ("9007",), Outcome.DEPRECATED),
    (EVERY, 409, ("9018",), Outcome.LOCKED),
    (EVERY, 409, ("9044",), Outcome.DEACTIVATED),
    (EVERY, 409, ("9036",), Outcome.UNCLAIMED),
    (EVERY, 403, ("forbidden",), Outcome.UNKNOWN),
    (EVERY, 409, ("9057",), Outcome.UNKNOWN),
    (EVERY, 400, ("9012",), Outcome.UNKNOWN),
    (EVERY, 404, ("9001",), Outcome.UNKNOWN),
    (EVERY, 405, ("9001",), Outcome.UNKNOWN),
    (EVERY, 406, ("9001",), Outcome.UNKNOWN),
    (EVERY, 415, ("9001",), Outcome.UNKNOWN),
    (ADDING, 404, ("9016",), Outcome.WRONG_RECORD),
    ((UPDATE, REMOVE), 404, ("9016",), Outcome.GONE),
    (SENDING, 400, (ANY_CODE,), Outcome.REFUSED),
    ((UPDATE,), 403, ("9035",), Outcome.REFUSED),
    ((ADD, UPDATE), 409, ("9021",), Outcome.DUPLICATE),
    ((ADD, ADD_BULK), 409, ("9048",), Outcome.FULL),
    ((UPDATE, REMOVE), 403, ("9010", "9013"), Outcome.NOT_OURS),
    ((UPDATE,), 403, ("9014",), Outcome.NOT_OURS),
    (EVERY, 413, (None,), Outcome.TOO_LARGE),
    (EVERY, 429, (None,), Outcome.SLOW_DOWN),
    (EVERY, 503, (None,), Outcome.SLOW_DOWN),
]
# What the table leaves to its rules: any 5xx, and everything that it does not hold.
BESIDE: list[tuple[tuple[Operation, ...], int, tuple[str | None, ...], Outcome]] = [
    (EVERY, 500, ("9008",), Outcome.SERVER_ERROR),
    (EVERY, 502, (None,), Outcome.SERVER_ERROR),
    ((ADD_BULK, UPDATE), 504, (None,), Outcome.SERVER_ERROR),
    (EVERY, 409, ("9999",), Outcome.UNKNOWN),
    (EVERY, 404, (None,), Outcome.UNKNOWN),
    (EVERY, 403, (None,), Outcome.UNKNOWN),
    ((READ, UPDATE), 302, (None,), Outcome.UNKNOWN),
    ((REMOVE,), 400, ("9034",), Outcome.UNKNOWN),
]

_WITHOUT_WORDS = ("created", "updated", "removed", "adopted")
Row = tuple[Operation, int, str | None, Outcome]


def flat(table: list[tuple[tuple[Operation, ...], int, tuple[str | None, ...], Outcome]]) -> list[Row]:
    return [(op, status, code, outcome) for ops, status, codes, outcome in table for op in ops for code in codes]


def test_every_row_of_the_outcome_table_has_its_case() -> None:
    cases = flat(TABLE)
    assert len(cases) == len(set(cases))
    assert set(cases) == set(rows())


def named(row: Row) -> str:
    operation, status, code, _ = row
    return f"{operation}-{status}-{code or 'page'}"


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


def first_of_each(table: list[Row]) -> set[Row]:
    """One row for each outcome of each operation."""
    chosen: dict[tuple[Operation, Outcome], Row] = {}
    for row in table:
        chosen.setdefault((row[0], row[3]), row)
    return set(chosen.values())


ROWS = flat(TABLE) + flat(BESIDE)
ON_THE_PAGE = first_of_each(ROWS)


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Heard:
    caplog.set_level(logging.INFO)
    return caplog, capsys


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_answer_has_its_consequence(stage: Stage, row: Row, heard: Heard) -> None:
    operation, status, code, outcome = row
    who = stage.researcher()
    who.is_about_to(operation, ours=outcome is not Outcome.NOT_OURS)
    written = "9020" if code == ANY_CODE else code
    stage.relay.faults = [Fault(operation, said(status, written, who))]
    check(who, reaction(operation, outcome), heard, on_the_page=row in ON_THE_PAGE)
    if outcome is Outcome.DEPRECATED:
        assert who.link()["primary_orcid_id"] == PRIMARY


# Faults on the way


def silence(_handler: BaseHTTPRequestHandler) -> None:
    """Longer than the hasty writer waits."""
    time.sleep(HASTY.total + 0.1)


CUT = raw(b"")
CUT_IN_BODY = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"bulk": [')
CUT_IN_CHUNK = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n{")
NO_HTTP = raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
LOST: dict[str, Play] = {
    "silence": silence,
    "cut": CUT,
    "cut in the body": CUT_IN_BODY,
    "cut in a chunk": CUT_IN_CHUNK,
    "no HTTP": NO_HTTP,
}


@pytest.mark.parametrize("operation", EVERY)
@pytest.mark.parametrize("fault", LOST)
def test_r37_an_answer_that_never_came_leaves_the_work_to_the_record(
    stage: Stage, operation: Operation, fault: str, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(operation)
    stage.relay.faults = [Fault(operation, LOST[fault])]
    stage.writing = stage.hasty if fault == "silence" else stage.patient
    check(who, reaction(operation, Outcome.NO_ANSWER), heard, on_the_page=fault == "cut")


@pytest.mark.parametrize("operation", [ADD_BULK, UPDATE, REMOVE])
def test_r37_what_was_done_though_nobody_heard_of_it_is_not_done_twice(
    stage: Stage, operation: Operation, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(operation)
    stage.relay.faults = [Fault(operation, CUT, done=True)]
    then = {ADD_BULK: (READ,), UPDATE: (READ, UPDATE), REMOVE: (READ,)}[operation]
    check(who, replace(reaction(operation, Outcome.NO_ANSWER), then=then), heard)
    assert len(who.works()) == (0 if operation is REMOVE else 1)
    listed = who.publication("p1")
    assert listed is not None
    assert (listed["state"], listed["error"]) == ("left_out" if operation is REMOVE else "sent", None)
    entry = who.entry("p1")
    assert (entry is None) if operation is REMOVE else (entry is not None and entry.deleted_at_orcid_ms is None)


MEANINGLESS: dict[str, Play] = {
    "a page": reply(200, b"<html><body>Maintenance</body></html>", {"Content-Type": "text/html"}),
    "nothing": reply(200),
    "XML": reply(200, b'<?xml version="1.0"?><bulk:bulk/>', {"Content-Type": "application/vnd.orcid+xml"}),
    "half": reply(200, b'{"bulk": [{"work": {"put-co'),
    "a list": reply(200, b"[]"),
    "no answers": reply(200, b'{"bulk": []}'),
    "too many": reply(200, b'{"bulk": [{"work": {"put-code": 1}}, {"work": {"put-code": 2}}]}'),
    "neither": reply(200, b'{"bulk": [{}], "put-code": 999999}'),
}


@pytest.mark.parametrize("operation", EVERY)
@pytest.mark.parametrize("body", MEANINGLESS)
def test_a_success_that_says_nothing_is_never_taken_for_one(
    stage: Stage, operation: Operation, body: str, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(operation)
    stage.relay.faults = [Fault(operation, MEANINGLESS[body])]
    in_an_item = operation is ADD_BULK and body == "neither"
    alerts = ("work_unknown",) * 0 if in_an_item else unsure(operation).alerts
    check(who, replace(unsure(operation), alerts=alerts), heard, on_the_page=body == "a page")


@pytest.mark.parametrize("body", ["a page", "half", "no answers"])
def test_r37_works_stored_under_an_answer_nobody_can_read_are_found_on_the_record_at_once(
    stage: Stage, body: str, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(ADD_BULK)
    who.publishes("p2")
    stage.relay.faults = [Fault(ADD_BULK, MEANINGLESS[body], done=True)]
    report = who.sync()
    assert report["made"] == ["add_bulk", "read"]
    assert len(who.works()) == 2
    assert [attempt["outcome"] for attempt in who.history("p2")] == ["adopted", "unknown"]
    assert who.link()["counts"]["sent"] == 2


@pytest.mark.parametrize(
    "location",
    [
        "http://api.sandbox.orcid.org/v3.0/{}/work/{}",
        "https://elsewhere.example/orcid-api-web/v2.0/{}/work/{}/",
        "/{}/{}",
    ],
)
def test_the_put_code_is_the_end_of_location_whatever_stands_before(stage: Stage, location: str, heard: Heard) -> None:
    who = stage.researcher()
    who.is_about_to(ADD)
    place = location.format(who.orcid_id, 4711)
    stage.relay.faults = [Fault(ADD, reply(201, b"", {"Location": place}))]
    assert who.sync()["made"] == ["add"]
    entry = who.entry("p1")
    assert entry is not None
    assert entry.put_code == 4711


@pytest.mark.parametrize("location", [None, "https://api.sandbox.orcid.org/v3.0/{}/work/"])
def test_a_work_created_nobody_knows_where_is_looked_for(stage: Stage, location: str | None, heard: Heard) -> None:
    who = stage.researcher()
    who.is_about_to(ADD)
    headers = {"Location": location.format(who.orcid_id)} if location else {}
    stage.relay.faults = [Fault(ADD, reply(201, b"", headers))]
    check(who, unsure(ADD), heard)


def test_an_answer_without_end_is_given_up(stage: Stage, heard: Heard) -> None:
    who = stage.researcher()
    who.is_about_to(UPDATE)
    stage.relay.faults = [Fault(UPDATE, reply(200, b" " * (33 * 1024 * 1024)))]
    check(who, reaction(UPDATE, Outcome.NO_ANSWER), heard)
