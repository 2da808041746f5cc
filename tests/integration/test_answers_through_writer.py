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
from orcid_sync.adapters.orcid_answers import ANY_CODE, Operation, rows
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.observability import logger

from tests.fakes.wire import raw, reply
from tests.integration.reactions import ADD, ADD_BULK, HOUR, NEVER, READ, REMOVE, UPDATE, Reaction, reaction, unsure
from tests.integration.relay import Fault, Play
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


# Answers to single works within a bulk, and what only the registry itself can bring about

ITEMS: list[tuple[str, int, Outcome]] = [
    *[(code, 400, Outcome.REFUSED) for code in ("9020", "9022", "9023", "9024", "9037", "9049", "9058")],
    ("9008", 500, Outcome.SERVER_ERROR),
    ("9999", 409, Outcome.UNKNOWN),
]


def in_bulk(error: dict[str, object], others: int) -> bytes:
    works = [{"work": {"put-code": 5000 + number}} for number in range(others)]
    return json.dumps({"bulk": [{"error": error}, *works]}).encode()


@pytest.mark.parametrize(("code", "status", "outcome"), ITEMS)
def test_r38_a_work_refused_within_a_bulk_has_its_own_fate_and_the_others_are_stored(
    stage: Stage, code: str, status: int, outcome: Outcome, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(ADD_BULK)
    who.publishes("p2")
    words = f"About {code}: {who.token.reveal()}"
    error = {"response-code": status, "developer-message": words, "error-code": int(code)}
    stage.relay.faults = [Fault(ADD_BULK, reply(200, in_bulk(error, 1)))]
    assert who.sync()["made"] == ["add_bulk"]
    first, second = who.publication("p1"), who.publication("p2")
    assert first is not None
    assert second is not None
    assert (first["state"], first["reason"], first["error"]) == ("failed", f"About {code}: ***", f"About {code}: ***")
    assert (first["due_at"] is None) is (outcome is Outcome.REFUSED)
    assert (second["state"], second["put_code"], second["error"]) == ("sent", 5000, None)
    assert who.history("p1")[0]["outcome"] == outcome.value
    alerts = [record.message for record in heard[0].records if record.levelname == "ERROR"]
    assert alerts == (["unknown_answer"] if outcome is Outcome.UNKNOWN else [])
    again = who.sync_when_due()
    assert again is not None
    assert again["made"] == ([] if outcome is Outcome.REFUSED else ["add_bulk"])


def test_r38_refused_content_is_tried_again_when_it_changes_and_not_before(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(ADD)  # of a type that the registry really refuses
    assert who.sync()["made"] == ["add"]
    failed = who.publication("p1")
    assert failed is not None
    assert "newest-type" in failed["error"]
    assert who.sync()["made"] == []
    who.publishes("p1", version=2)
    assert who.sync()["made"] == ["add_bulk"]
    sent = who.publication("p1")
    assert sent is not None
    assert (sent["state"], sent["error"]) == ("sent", None)
    assert [attempt["outcome"] for attempt in who.history("p1")] == ["created", "refused"]


def test_r38_other_failures_are_tried_again_with_growing_delays(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(UPDATE)
    delays = []
    for _ in range(6):
        stage.relay.faults = [Fault(UPDATE, reply(418, b"teapot"))]
        before_ms = stage.clock.now_ms()
        who.sync()
        entry = who.entry("p1")
        assert entry is not None
        assert entry.failure is not None
        assert entry.failure.retry_ms is not None
        delays.append(round((entry.failure.retry_ms - before_ms) / HOUR / 1000))
        assert who.sync()["made"] == []
        stage.clock.time_ms = entry.failure.retry_ms
    assert delays == [1, 2, 4, 8, 16, 24]


def test_r38_a_work_that_the_registry_chokes_on_does_not_keep_the_others_away(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(ADD_BULK)
    for number in range(2, 7):
        who.publishes(f"p{number}")
    poison = who.id_of("p3").encode()
    stage.relay.faults = [Fault(ADD_BULK, said(500, "9008", who), when=lambda body: poison in body)]
    for _ in range(12):
        stage.clock.time_ms = max(stage.clock.time_ms, who.writer.due_ms or 0)
        who.sync()
    assert len(who.works()) == 5
    failed = who.publication("p3")
    assert failed is not None
    assert failed["state"] == "failed"
    assert "9008" in failed["error"]


@pytest.mark.parametrize("operation", [UPDATE, REMOVE])
def test_r38_one_work_that_the_registry_chokes_on_does_not_keep_changes_of_the_others_away(
    stage: Stage, operation: Operation
) -> None:
    who = stage.researcher()
    who.was_read()
    for number in range(1, 4):
        who.has_on_orcid(f"p{number}")
        who.publishes(f"p{number}")
        if operation is REMOVE:
            who.relates(f"p{number}", version=2, hidden=True)
    stage.relay.faults = [Fault(operation, said(500, "9008", who), path=f"/{who.put_code('p1')}")]
    for _ in range(4):
        stage.clock.time_ms = max(stage.clock.time_ms, who.writer.due_ms or 0)
        who.sync()
    titles = {work["title"]["title"]["value"] for work in who.works().values()}
    assert titles == (
        {"Of old"} if operation is REMOVE else {"Of old", f"On {who.id_of('p2')}", f"On {who.id_of('p3')}"}
    )
    stuck = who.publication("p1")
    assert stuck is not None
    assert stuck["state"] == ("waiting_remove" if operation is REMOVE else "failed")
    assert "9008" in stuck["error"]


def test_r38_a_bulk_that_something_on_the_way_refuses_is_halved_until_the_work_at_fault_stands_alone(
    stage: Stage,
) -> None:
    who = stage.researcher()
    who.is_about_to(ADD_BULK)
    for number in range(2, 9):
        who.publishes(f"p{number}")
    bad = who.id_of("p5").encode()
    stage.relay.faults = [Fault(ADD_BULK, said(403, None, who), when=lambda body: bad in body)]
    assert len(who.sync()["made"]) <= 7
    assert len(who.works()) == 7
    blocked = who.publication("p5")
    assert blocked is not None
    assert blocked["error"] == "The registry answered 403 with an HTML page."


def test_when_nobody_can_read_any_answer_the_visit_backs_off_after_three_works(stage: Stage) -> None:
    who = stage.researcher()
    who.was_read()
    for number in range(1, 10):
        who.has_on_orcid(f"p{number}")
        who.publishes(f"p{number}")
    everywhere = [Fault(operation, said(409, "9057", who)) for operation in EVERY]
    stage.relay.faults = everywhere
    report = who.sync()
    assert (report["ended"], report["made"]) == ("record_trouble", ["update"] * 3)
    stage.clock.time_ms = who.writer.due_ms or 0
    report = who.sync()
    assert (report["ended"], report["made"]) == ("record_trouble", ["read"])
    assert who.link()["state_reason"] == "registry_unavailable"
    assert "9057" in who.link()["last_error"]


REMOVAL_STOPS = [(401, "invalid_token"), (409, "9018"), (500, "9008")]


@pytest.mark.parametrize(("status", "code"), REMOVAL_STOPS)
def test_r23_what_cannot_be_removed_in_a_day_stays_listed_with_its_error_and_the_settings_thaw(
    stage: Stage, status: int, code: str
) -> None:
    who = stage.researcher()
    who.was_read()
    for number in (1, 2):
        who.has_on_orcid(f"p{number}")
        who.publishes(f"p{number}")
    who.asks_for_removal()
    stage.relay.faults = [Fault(operation, said(status, code, who)) for operation in EVERY]
    end_ms = stage.clock.now_ms() + 25 * HOUR * 1000
    while stage.clock.now_ms() < end_ms and who.link()["frozen"]:
        stage.clock.time_ms = max(stage.clock.time_ms, who.writer.due_ms or end_ms)
        who.sync()
    link = who.link()
    assert (link["frozen"], link["mode"], link["counts"]["on_orcid"]) == (False, "read", 2)
    for number in (1, 2):
        left = who.publication(f"p{number}")
        assert left is not None
        assert left["error"], "the page says what stands in the way"


def test_r25_a_token_that_its_owner_revoked_still_removes_what_was_sent(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(UPDATE)
    stage.emulator.owner_revokes(who.orcid_id)
    report = who.sync()
    assert (report["ended"], report["made"]) == ("paused", ["update", "update"])
    who.asks_for_removal()
    report = who.sync()
    assert (report["ended"], report["made"]) == ("removed", ["remove"])
    assert who.works() == {}


STATES = [Outcome.LOCKED, Outcome.DEACTIVATED, Outcome.UNCLAIMED, Outcome.DEPRECATED]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", [READ, UPDATE])
def test_r54_a_record_in_a_state_of_the_registrys_own_is_parked_and_looked_at_daily(
    stage: Stage, state: Outcome, operation: Operation, heard: Heard
) -> None:
    who = stage.researcher()
    who.is_about_to(operation)
    stage.emulator.set_state(who.orcid_id, state, PRIMARY)
    expected = reaction(operation, state)
    check(who, replace(expected, then=(READ,)), heard)  # a day later it is no better, and nothing is written to it
    assert who.link()["state_reason"] == state.value
    stage.emulator.set_state(who.orcid_id, None)
    back = who.sync_when_due()
    assert back is not None
    assert back["made"] == [operation.value for operation in expected.then]
    assert who.link()["state"] == "idle"


def test_r25_scopes_that_became_too_small_lead_to_reconnect_and_a_new_token_goes_on(stage: Stage) -> None:
    who = stage.researcher(scopes="/read-limited")
    who.is_about_to(ADD_BULK)
    assert who.sync()["ended"] == "paused"
    link = who.link()
    assert (link["connection"], link["state_reason"], link["next_check_at"]) == ("read", "revoked", None)
    who.connect(stage.emulator.grant(who.orcid_id))
    assert who.sync()["made"] == ["add_bulk"]
    assert who.link()["state"] == "idle"


def test_a_token_of_another_record_rings_and_pauses(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    who, other = stage.researcher(), stage.researcher()
    who.is_about_to(UPDATE)
    who.connect(other.token)
    assert who.sync()["ended"] == "paused"
    assert '"WrongRecordTokens":[1.0]' in capsys.readouterr().out
    assert who.link()["state_reason"] == "revoked"


def test_a_put_code_that_belongs_to_another_client_is_forgotten_and_their_work_left_alone(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(UPDATE, ours=False)
    assert who.sync()["made"] == ["update", "add_bulk"]
    assert sorted(work["title"]["title"]["value"] for work in who.works().values()) == [
        "Of old",
        f"On {who.id_of('p1')}",
    ]


def test_r39_a_work_that_its_owner_deleted_is_noticed_by_the_update(stage: Stage) -> None:
    who = stage.researcher()
    who.is_about_to(UPDATE)
    stage.emulator.owner_deletes(who.orcid_id, who.put_code("p1"))
    assert who.sync()["made"] == ["update"]
    deleted = who.publication("p1")
    assert deleted is not None
    assert (deleted["state"], deleted["reason"]) == ("left_out", "deleted_at_orcid")


def test_r35_three_records_in_trouble_within_a_minute_pause_everybody(stage: Stage) -> None:
    faults = [Fault(UPDATE, CUT)]
    for number in range(3):
        who = stage.researcher()
        who.is_about_to(UPDATE)
        assert stage.stores.gate.paused_until() <= stage.clock.now_ms(), number
        stage.relay.faults = list(faults)
        assert who.sync()["ended"] == "record_trouble"
    assert stage.stores.gate.paused_until() > stage.clock.now_ms()


def test_r35_retry_after_is_kept_and_no_job_counts_as_failed(stage: Stage) -> None:
    who, other = stage.researcher(), stage.researcher()
    for one in (who, other):
        one.is_about_to(UPDATE)
    page = reply(503, b"<html>busy</html>", {"Retry-After": "600"})
    stage.relay.faults = [Fault(UPDATE, page)]
    now_ms = stage.clock.now_ms()
    assert who.sync()["ended"] == "registry_paused"
    assert other.sync() | {} == {"orcid_id": other.orcid_id, "ended": "registry_paused", "calls": 0, "made": []}
    assert stage.stores.gate.paused_until() - now_ms >= 600_000
    for one in (who, other):
        assert one.link()["counts"]["failed"] == 0
        again = one.sync_when_due()
        assert again is not None
        assert again["ended"] == "done"
