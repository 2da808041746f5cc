"""How visits end, and what is told of it: to operators, on the page, in the next due time (R25, R32, R36, R61)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.catalogue import PartialDate
from orcid_sync.domain.links import AfterRemoval
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection, Mode

from tests.builders import ORCID_ID, a_publication, a_relationship
from tests.world import World

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


@pytest.fixture
def world() -> World:
    return World.synced()


def sent(world: World, publication_id: str) -> int:
    """The put-code of the publication's work."""
    entry = world.entry(publication_id)
    assert entry is not None
    assert entry.put_code is not None
    return entry.put_code


def changed(world: World, version: int) -> None:
    """The RIS corrects the date of p1."""
    date = PartialDate(2020, version)
    world.feed(a_publication("p1", doi="10.5555/p1", version=version, publication_date=date))


def test_r25_once_revoked_whatever_the_ris_changes_costs_no_call(world: World) -> None:
    world.registry.owner_revokes(ORCID_ID)
    world.publish(1, start=9)
    world.settle()
    world.calls()
    world.telemetry.alerts.clear()
    changed(world, 2)
    world.feed(a_relationship("p2", version=2, hidden=True))
    assert {report.ended for report in world.settle()} == {"not_connected"}
    assert world.calls() == []
    assert len(world.events.of_type("Link Revoked")) == 1
    state = world.writers.get(ORCID_ID)
    assert state.due_ms is None
    # Nothing of ours is at fault.
    assert "belongs to another" not in state.pause_detail
    assert world.telemetry.counts["WrongRecordTokens"] == 0


def test_r25_a_pause_rings_and_a_token_of_another_record_is_counted_as_our_fault(world: World) -> None:
    world.registry.plan(Answer(Outcome.WRONG_RECORD, status=401, code="9017", message="401 Unauthorized"))
    world.publish(1, start=9)
    world.settle()
    assert world.telemetry.counts["WrongRecordTokens"] == 1
    alert = {"orcid_id": ORCID_ID, "reason": "revoked", "status": 401, "code": "9017"}
    assert [ids for event, ids in world.telemetry.alerts if event == "link_paused"] == [alert]


def test_r61_a_disconnect_that_is_owed_is_asked_for_again_until_it_is_done(world: World) -> None:
    """The works are gone, and the visit that removed them ended before it could say so."""
    world.change_claim(mode=Mode.READ, after_removal=AfterRemoval.DISCONNECT)
    assert [report.ended for report in world.settle(ticks=1)] == ["disconnected"]
    world.clock.advance(15 * MINUTE_S)
    assert [report.ended for report in world.settle(ticks=1)] == ["disconnected"]
    assert world.disconnected == [("u1", ORCID_ID)] * 2
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    world.claims.put(replace(claim, after_removal=AfterRemoval.KEEP, connection=Connection.NONE))
    world.clock.advance(15 * MINUTE_S)
    assert [report.ended for report in world.settle(ticks=1)] == ["not_in_write_mode"]
    assert world.writers.get(ORCID_ID).due_ms is None
    assert world.calls() == []


def test_r32_an_update_that_orcid_ignores_however_it_is_sent_is_shown_and_not_repeated(world: World) -> None:
    world.registry.plan(Outcome.IGNORED, operation=Operation.UPDATE, times=9)
    changed(world, 2)
    counts = [report.counts for report in world.settle() if report.counts]
    tries = world.calls()
    assert set(tries) == {"update"}
    assert len(tries) > 1
    assert counts == [{"ignored": 1, "updated": 1}]
    entry = world.entry("p1")
    assert entry is not None
    assert entry.warnings == ("update_ignored",)
    attempts, _ = world.ledger.attempts(ORCID_ID, "u1", "p1", limit=9, cursor=None)
    assert [one.outcome for one in attempts] == ["ignored", "ignored", "created"]
    world.clock.advance(8 * DAY_S)
    world.settle()
    assert world.calls() == []
    # What it takes again is shown as any other.
    world.registry.faults.clear()
    changed(world, 3)
    world.settle()
    entry = world.entry("p1")
    assert entry is not None
    assert entry.warnings == ()


@pytest.mark.parametrize(("faults", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (20, 360)])
def test_a_record_in_trouble_is_left_alone_for_longer_each_time_and_six_hours_at_most(
    world: World, faults: int, minutes: int
) -> None:
    world.writers.items[ORCID_ID] = replace(world.writers.get(ORCID_ID), backoff=faults - 1)
    world.registry.plan(Outcome.SERVER_ERROR, times=9)
    world.publish(1, start=9)
    began_ms = world.clock.now_ms()
    assert world.visit().ended == "record_trouble"
    assert world.writers.get(ORCID_ID).due_ms - began_ms == minutes * 60_000


def test_r58_r63_what_a_visit_did_is_counted_and_told(world: World) -> None:
    world.publish(2, start=8)
    changed(world, 2)
    world.feed(a_relationship("p2", version=2, hidden=True))
    put_code = sent(world, "p2")
    world.events.published.clear()
    began_ms = world.clock.now_ms()
    assert world.settle()[0].counts == {"removed": 1, "added": 2, "updated": 1}
    told = {"at_ms": began_ms, "user_id": "u1", "orcid_id": ORCID_ID}
    assert world.events.of_type("Work Removed") == [
        told | {"publication_id": "p2", "put_code": put_code, "reason": "hidden"}
    ]
    assert [one["publication_id"] for one in world.events.of_type("Work Updated")] == ["p1"]
    assert [one["publication_id"] for one in world.events.of_type("Work Added")] == ["p8", "p9"]


def test_r53_a_change_that_alters_nothing_sent_is_built_once(world: World) -> None:
    """Its fingerprint is written down: no later look builds the work again to find out the same."""
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, publication_status="Published online"))
    world.settle()
    world.catalogue.payload_reads.clear()
    world.clock.advance(8 * DAY_S)
    assert [report.ended for report in world.settle()] == ["done"]
    assert world.catalogue.payload_reads == []


def test_r55_what_went_within_a_day_counts_for_what_goes_next(world: World) -> None:
    """Forty works, of which twenty-one are hidden in two parts: the part that passes the half is held."""
    ids = world.publish(37, start=4)
    world.settle()
    world.feed(*(a_relationship(one, version=2, hidden=True) for one in ids[:15]))
    world.settle()
    assert len(world.on_record()) == 25
    world.clock.advance(20 * HOUR_S)
    world.feed(*(a_relationship(one, version=2, hidden=True) for one in ids[15:21]))
    world.settle()
    assert len(world.on_record()) == 25
    assert len(world.events.of_type("Removals Held")) == 1


def test_r55_what_went_longer_ago_counts_no_more(world: World) -> None:
    ids = world.publish(37, start=4)
    world.settle()
    for part in (ids[:15], ids[15:21]):
        world.feed(*(a_relationship(one, version=2, hidden=True) for one in part))
        world.settle()
        world.clock.advance(25 * HOUR_S)
    assert len(world.on_record()) == 19
    assert world.events.of_type("Removals Held") == []


def test_r39_r63_the_history_says_that_the_owner_deleted_the_work(world: World) -> None:
    put_code = sent(world, "p1")
    world.registry.owner_deletes(ORCID_ID, put_code)
    changed(world, 2)
    world.settle()
    attempts, _ = world.ledger.attempts(ORCID_ID, "u1", "p1", limit=9, cursor=None)
    assert [(one.operation, one.outcome, one.put_code) for one in attempts] == [
        ("update", "gone", put_code),
        ("add", "created", put_code),
    ]


def test_r38_what_is_no_fault_of_the_content_is_tried_again_after_an_hour(world: World) -> None:
    world.registry.plan(Answer(Outcome.UNKNOWN, status=418, message="I'm a teapot"), operation=Operation.UPDATE)
    changed(world, 2)
    began_ms = world.clock.now_ms()
    world.schedule.tick()
    (report,) = world.deliver()
    assert report.counts == {"failed": 1}
    (failed,) = world.events.of_type("Work Failed")
    assert (failed["publication_id"], failed["reason"]) == ("p1", "418")
    assert world.writers.get(ORCID_ID).due_ms == began_ms + HOUR_S * 1_000
    world.clock.advance(HOUR_S)
    world.settle()
    assert world.on_record()["p1"].publication_date == PartialDate(2020, 2)


def test_r31_r37_a_work_nobody_heard_of_is_looked_for_before_it_has_to_go(world: World) -> None:
    """Two answers in one visit say nothing; the second request did what it was to do, and then its work is hidden."""
    unreadable = Answer(Outcome.UNKNOWN, status=200, message="nothing that can be read")
    world.registry.plan(unreadable, operation=Operation.ADD_BULK)
    world.registry.plan(unreadable, operation=Operation.ADD_BULK, takes_effect=True)
    world.publish(2, start=8)
    world.schedule.tick()
    world.deliver()
    assert world.on_record().keys() == {"p1", "p2", "p3", "p8", "p9"}
    assert world.entry("p8").put_code is None  # type: ignore[union-attr]  # it failed
    world.feed(a_relationship("p8", version=2, hidden=True))
    world.deliver()
    assert world.on_record().keys() == {"p1", "p2", "p3", "p9"}


def test_r55_what_the_user_left_out_counts_for_nothing(world: World) -> None:
    ids = world.publish(37, start=4)
    world.settle()
    world.change_claim(excluded=frozenset(ids[:15]))
    world.settle()
    assert len(world.on_record()) == 25
    world.feed(*(a_relationship(one, version=2, hidden=True) for one in ids[15:21]))
    world.settle()
    assert len(world.on_record()) == 19
    assert world.events.of_type("Removals Held") == []
