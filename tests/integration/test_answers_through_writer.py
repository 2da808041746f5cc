"""Every row of the outcome table and every fault on the way, through the writer function: what the ledger, the link,
the history, the log and the bus then say, and what the next sync does (DESIGN 3.6, ORCID_API 14; R25, R35, R37-R39,
R47, R54, R58, R63).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
from orcid_sync.adapters.orcid_answers import ANY_CODE, Operation, rows
from orcid_sync.domain.outcomes import Outcome

from tests.fakes.wire import raw, reply
from tests.integration.consequences import Heard, check, said
from tests.integration.reactions import ADD, ADD_BULK, READ, REMOVE, UPDATE, reaction, unsure
from tests.integration.relay import Fault, Play
from tests.integration.writer_stage import HASTY, Stage, writer_stage

EVERY = tuple(Operation)
SENDING = (ADD, ADD_BULK, UPDATE)
ADDING = (READ, ADD, ADD_BULK)


@pytest.fixture(scope="module")
def whole_stage() -> Iterator[Stage]:
    with writer_stage() as made:
        yield made


@pytest.fixture
def stage(whole_stage: Stage) -> Stage:
    whole_stage.begin()
    return whole_stage


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
    caplog.set_level("INFO")
    return caplog, capsys


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_answer_has_its_consequence(stage: Stage, row: Row, heard: Heard) -> None:
    operation, status, code, outcome = row
    who = stage.researcher()
    who.is_about_to(operation, ours=outcome is not Outcome.NOT_OURS)
    written = "9020" if code == ANY_CODE else code
    stage.relay.faults = [Fault(operation, said(status, written, who))]
    check(who, reaction(operation, outcome), heard, on_the_page=row in ON_THE_PAGE)


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


# Every call meets the two that differ for it; the others are told apart below the writer, where calls are all alike.
LOST_CASES = [(fault, op) for fault in LOST for op in EVERY if fault in ("silence", "cut") or op is UPDATE]


@pytest.mark.parametrize(("fault", "operation"), LOST_CASES)
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


MEANINGLESS_CASES = [(b, op) for b in MEANINGLESS for op in EVERY if b == "a page" or op is ADD_BULK]


@pytest.mark.parametrize(("body", "operation"), MEANINGLESS_CASES)
def test_a_success_that_says_nothing_is_never_taken_for_one(
    stage: Stage, operation: Operation, body: str, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(operation)
    stage.relay.faults = [Fault(operation, MEANINGLESS[body])]
    check(who, unsure(operation), heard, on_the_page=body == "a page")


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
