"""What failures come to through the writer function when there is more than one work, one visit or one record
(R23, R25, R35, R38, R39, R54).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.outcomes import Outcome

from tests.fakes.wire import raw, reply
from tests.integration.consequences import PRIMARY, Heard, check, said
from tests.integration.reactions import ADD, ADD_BULK, HOUR, READ, REMOVE, UPDATE, reaction
from tests.integration.relay import Fault
from tests.integration.writer_stage import Stage, writer_stage

EVERY = tuple(Operation)
CUT = raw(b"")


@pytest.fixture(scope="module")
def whole_stage() -> Iterator[Stage]:
    with writer_stage() as made:
        yield made


@pytest.fixture
def stage(whole_stage: Stage) -> Stage:
    whole_stage.begin()
    return whole_stage


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Heard:
    caplog.set_level("INFO")
    return caplog, capsys


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
    for wait_hours in (0, 12, 12):
        assert who.link()["frozen"]
        stage.clock.advance(wait_hours * HOUR)
        assert who.sync()["made"]
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
