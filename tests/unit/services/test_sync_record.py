"""Visits to a record: what is called, what is written down, what the next visit does (R10, R24, R25, R31-R39,
R52-R56, R60).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import ClaimStatus, PartialDate, Privacy
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.links import AfterRemoval, Intent, Lane, PauseReason
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection, DeletedAtOrcid, LinkSettings, Mode

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.world import World

DAY_S = 86_400


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    return world


def synced(world: World, count: int = 3) -> World:
    world.publish(count)
    world.settle()
    world.calls()
    return world


def test_r36_a_thousand_new_works_cost_eleven_calls_and_the_next_look_none(world):
    world.publish(1000)
    world.settle()
    assert len(world.on_record()) == 1000
    calls = world.calls()
    assert calls.count("add_bulk") == 10
    assert len(calls) == 11
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert world.calls() == []


def test_a_changed_title_costs_exactly_one_put(world):
    synced(world)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="A better title"))
    world.settle()
    assert world.calls() == ["update"]
    assert world.on_record()["p2"].title == "A better title"


def test_r53_a_change_that_alters_nothing_sent_costs_no_call_and_one_payload(world):
    synced(world)
    world.catalogue.payload_reads.clear()
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, publication_status="Published online"))
    world.settle()
    assert world.calls() == []
    assert world.catalogue.payload_reads == [("p2",)]


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"status": ClaimStatus.REJECTED}, {"privacy": Privacy.PRIVATE}, {"deleted": True}]
)
def test_r31_hidden_rejected_or_private_is_deleted_through_the_high_lane_without_the_schedule(world, change):
    synced(world)
    world.feed(a_relationship("p2", version=2, **change))
    assert world.queues.depth(Lane.HIGH) == 1
    world.deliver()
    assert world.calls() == ["remove"]
    assert set(world.on_record()) == {"p1", "p3"}
    assert world.entry("p2") is None


def test_r24_ten_presses_cost_one_look(world):
    synced(world)
    before = world.visits
    for _ in range(10):
        world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    assert world.queues.depth(Lane.HIGH) == 1
    assert [report.ended for report in world.deliver()] == ["done"]
    world.settle()
    assert world.visits == before + 1


def test_r24_a_press_during_a_sync_brings_one_more_look(world):
    world.publish(2)
    presses = iter([True])

    def press(call: object) -> None:
        if next(presses, False):
            world.feed(a_relationship("p1", version=2, hidden=True))

    world.registry.before_call = press
    world.settle()
    assert set(world.on_record()) == {"p2"}


def test_r31_an_urgent_removal_goes_before_the_rest_of_a_long_sync(world):
    synced(world)
    world.publish(300, start=10)
    hidden = iter([True])

    def hide(call: object) -> None:
        if next(hidden, False):
            world.feed(a_relationship("p1", version=2, hidden=True))

    world.registry.before_call = hide
    world.settle()
    assert world.calls() == ["add_bulk", "remove", "add_bulk", "add_bulk"]


def test_r37_a_writer_killed_after_the_bulk_was_stored_leads_to_no_second_work(world):
    world.publish(150)

    class KilledError(BaseException):
        """Lambda kills an invocation from outside: nothing is caught, nothing is released."""

    writes = iter([False, False, True])
    put = world.ledger.put

    def killed(orcid_id, entry):
        if next(writes, True):
            raise KilledError
        return put(orcid_id, entry)

    world.schedule.tick()
    world.queues.receive(Lane.NORMAL)
    world.ledger.put = killed
    with pytest.raises(KilledError):
        world.visit()
    world.ledger.put = put
    assert len(world.on_record()) == 100
    world.calls()
    assert [report.ended for report in [world.visit()]] == ["met_lease"]
    world.clock.advance(400)
    assert world.visit().ended == "done"
    assert world.calls() == ["read", "add_bulk"]
    assert len(world.on_record()) == 150
    entries = world.ledger.entries(ORCID_ID, consistent=True)
    assert all(entry.on_orcid and entry.fingerprint for entry in entries.values())
    assert len(entries) == 150
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert world.calls() == []


def test_r37_a_killed_writer_does_not_leave_its_record_deaf(world):
    synced(world)
    now_ms = world.clock.now_ms()
    world.feed(a_relationship("p2", version=2, hidden=True))
    assert world.writers.lease(ORCID_ID, lease_id="killed", now_ms=now_ms, until_ms=now_ms + 330_000) is not None
    world.clock.advance(329)
    assert [report.ended for report in world.deliver()] == ["met_lease"]
    world.clock.advance(2)
    world.settle(ticks=2)
    assert set(world.on_record()) == {"p1", "p3"}


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.SERVER_ERROR, Outcome.SLOW_DOWN])
@pytest.mark.parametrize("took_effect", [True, False])
def test_r37_a_lost_answer_to_a_bulk_is_repaired_from_the_record(world, outcome, took_effect):
    world.publish(20)
    world.registry.plan(outcome, operation=None, skip=1, takes_effect=took_effect)
    world.settle(ticks=20)
    assert len(world.on_record()) == 20
    assert world.calls().count("add_bulk") == (1 if took_effect else 2)


def test_r11_works_of_ours_found_at_first_contact_are_adopted_not_doubled(world):
    before = World()
    before.connect()
    synced(before)
    works = list(before.on_record().values())
    world.registry.put_from(world.registry.client_id, ORCID_ID, *works)
    world.publish(3)
    world.settle()
    assert "add_bulk" not in world.calls()
    assert set(world.on_record()) == {"p1", "p2", "p3"}
    assert all(world.entry(p).on_orcid for p in ("p1", "p2", "p3"))


def test_r11_a_work_of_another_source_is_never_adopted(world):
    before = World()
    before.connect()
    synced(before, 1)
    world.registry.put_from("APP-SOMEBODYELSE0001", ORCID_ID, *before.on_record().values())
    world.publish(1)
    world.settle()
    assert set(world.on_record()) == {"p1"}
    assert len(world.registry.records[ORCID_ID].works) == 2


def test_r37_a_lost_ledger_is_rebuilt_when_the_registry_names_a_duplicate(world):
    synced(world, 5)
    for entry in list(world.ledger.entries(ORCID_ID, consistent=True).values()):
        world.ledger.delete(ORCID_ID, entry)
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert len(world.on_record()) == 5
    assert all(entry.on_orcid for entry in world.ledger.entries(ORCID_ID, consistent=True).values())
    assert world.calls()[:2] == ["add_bulk", "read"]


def test_r39_a_work_that_its_owner_deleted_is_marked_and_not_put_back(world):
    synced(world)
    entry = world.entry("p2")
    assert entry is not None
    assert entry.put_code is not None
    world.registry.owner_deletes(ORCID_ID, entry.put_code)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    world.settle()
    assert world.calls() == ["update"]
    assert set(world.on_record()) == {"p1", "p3"}
    marked = world.entry("p2")
    assert marked is not None
    assert marked.deleted_at_orcid_ms is not None
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert world.calls() == []


def test_r39_resend_sends_again_once_per_deletion(world):
    world.institution.current = replace(world.institution.current, deleted_at_orcid=DeletedAtOrcid.RESEND)
    synced(world)
    entry = world.entry("p2")
    assert entry is not None
    assert entry.put_code is not None
    world.registry.owner_deletes(ORCID_ID, entry.put_code)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    world.settle()
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3"}
    assert world.on_record()["p2"].title == "Changed"


def test_r39_our_own_interrupted_removal_is_not_taken_for_the_owners(world):
    synced(world)
    entry = world.entry("p2")
    assert entry is not None
    assert entry.put_code is not None
    world.feed(a_relationship("p2", version=2, hidden=True))
    world.queues.receive(Lane.HIGH)
    leased = world.writers.lease(
        ORCID_ID, lease_id="killed", now_ms=world.clock.now_ms(), until_ms=world.clock.now_ms() + 1
    )
    assert leased is not None
    world.ledger.put_intent(ORCID_ID, Intent("remove", ("p2",), world.clock.now_ms()))
    world.registry.owner_deletes(ORCID_ID, entry.put_code)
    world.clock.advance(2)
    world.visit()
    assert world.entry("p2") is None
    world.feed(a_relationship("p2", version=3))
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3"}


def test_r38_one_refused_work_does_not_block_the_others_and_waits_for_a_change(world):
    world.institution.mapping = {"journal-article": "journal-article", "dataset": "newest-type"}
    world.feed(*(replace(a_publication(p, doi=f"10.5555/{p}"), type="dataset") for p in ("d1", "d2")))
    world.publish(3)
    world.feed(a_relationship("d1"), a_relationship("d2"))
    world.settle()
    calls = world.calls()
    assert calls.count("add_bulk") == 1
    assert calls.count("add") == 2
    assert set(world.on_record()) == {"p1", "p2", "p3"}
    failed = world.entry("d1")
    assert failed is not None
    assert failed.failure is not None
    assert failed.failure.retry_ms is None
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert world.calls() == []
    world.institution.mapping = {"journal-article": "journal-article", "dataset": "data-set"}
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3", "d1", "d2"}


def test_r25_a_revocation_is_confirmed_once_then_the_link_pauses_and_nothing_is_retried(world):
    synced(world)
    world.registry.owner_revokes(ORCID_ID)
    world.publish(1, start=9)
    world.settle()
    assert world.calls() == ["add_bulk", "add_bulk"]
    claim, writer = world.claims.get("u1", ORCID_ID), world.writers.get(ORCID_ID)
    assert claim is not None
    assert writer is not None
    assert (claim.connection, writer.pause, writer.due_ms) == (Connection.REVOKED, PauseReason.REVOKED, None)
    assert world.events.of_type("Link Revoked")
    world.clock.advance(30 * DAY_S)
    world.settle()
    assert world.calls() == []
    world.connect()
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3", "p9"}


def test_r25_a_passing_401_is_not_believed(world):
    synced(world)
    world.registry.plan(Answer(Outcome.UNAUTHORISED, status=401, code="invalid_token"))
    world.publish(1, start=9)
    world.settle()
    assert "p9" in world.on_record()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.connection is Connection.WRITE


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (Outcome.LOCKED, PauseReason.LOCKED),
        (Outcome.DEACTIVATED, PauseReason.DEACTIVATED),
        (Outcome.DEPRECATED, PauseReason.DEPRECATED),
        (Outcome.UNCLAIMED, PauseReason.UNCLAIMED),
    ],
)
def test_r54_a_parked_record_is_looked_at_again_daily_and_goes_on_when_it_is_back(world, state, reason):
    synced(world)
    world.registry.set_state(ORCID_ID, state)
    world.publish(1, start=9)
    world.settle()
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert writer.pause is reason
    assert len(world.calls()) == 1
    world.clock.advance(DAY_S)
    world.settle()
    assert world.calls() == ["read"]
    world.registry.set_state(ORCID_ID, None)
    world.clock.advance(DAY_S)
    world.settle()
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert writer.pause is None
    assert "p9" in world.on_record()


def test_r54_a_full_record_takes_what_fits_and_parks(world):
    world.registry.capacity = 42
    world.publish(60)
    world.settle()
    writer = world.writers.get(ORCID_ID)
    assert writer is not None
    assert writer.pause is PauseReason.FULL
    assert len(world.on_record()) == 42


def test_r10_with_writing_off_nothing_is_sent_and_switching_on_resumes(world):
    world.publish(3)
    world.schedule.tick()
    world.institution.current = replace(world.institution.current, write_enabled=False, rev=2)
    world.settle()
    assert world.calls() == []
    world.institution.current = replace(world.institution.current, write_enabled=True, rev=3)
    world.settle()
    assert len(world.on_record()) == 3


def test_r10_switching_off_in_the_middle_stops_with_the_next_call(world):
    world.publish(300)

    def switch_off(call: object) -> None:
        world.gate.allow_writing(False, config_rev=9)

    world.registry.before_call = switch_off
    world.schedule.tick()
    assert [report.ended for report in world.deliver()] == ["switched_off"]
    assert len(world.registry.calls) == 1


def test_r33_a_user_who_left_gets_neither_adds_nor_updates_and_keeps_what_is_there(world):
    synced(world)
    before = world.visits
    world.feed(a_user(version=2, is_current=False))
    world.publish(2, start=9)
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.clock.advance(30 * DAY_S)
    world.settle()
    assert world.calls() == []
    assert world.visits == before


def test_r59_on_return_the_sync_goes_on_by_itself_with_one_check(world):
    synced(world)
    before = world.visits
    world.feed(a_user(version=2, is_current=False))
    world.publish(2, start=9)
    world.settle()
    world.feed(a_user(version=3, is_current=True))
    world.settle()
    assert len(world.on_record()) == 5
    assert world.visits == before + 1


def test_r35_a_503_pauses_everybody_and_loses_nothing(world):
    world.publish(3)
    world.registry.plan(Answer(Outcome.SLOW_DOWN, status=503, retry_after_seconds=120))
    world.schedule.tick()
    world.deliver()
    assert world.gate.paused_until() == world.clock.now_ms() + 120_000
    assert world.schedule.tick() == 0
    world.settle(ticks=5)
    assert len(world.on_record()) == 3
    entries = world.ledger.entries(ORCID_ID, consistent=True)
    assert all(entry.failure is None for entry in entries.values())


def test_one_poisonous_record_backs_off_alone_with_a_smaller_bulk(world):
    world.publish(100)
    world.registry.plan(Answer(Outcome.SERVER_ERROR, status=500), operation=None, skip=1, times=1)
    world.settle(ticks=10)
    sizes = [len(call.works) for call in world.registry.calls if call.works]
    assert sizes == [100, 50, 50]
    assert world.gate.paused_until() == 0


def test_r32_updates_wait_for_quiet_and_are_sent_within_thirty_days(world):
    synced(world)
    for n in range(60):
        world.queues.waiting[Lane.NORMAL].append((f"0000-0000-0000-{n:04}", 1))
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    assert world.visit().ended == "done"
    assert world.calls() == []
    entry = world.entry("p2")
    assert entry is not None
    assert entry.waiting_since_ms is not None
    for _ in range(30):
        world.clock.advance(DAY_S)
        world.visit()
        if world.calls() == ["update"]:
            break
    assert world.on_record()["p2"].title == "Changed"
    assert world.clock.now_ms() - entry.waiting_since_ms < 30 * DAY_S * 1000


def test_r24_run_sync_sends_updates_even_with_a_backlog(world):
    synced(world)
    world.queues.waiting[Lane.NORMAL] += [(f"0000-0000-0000-{n:04}", 1) for n in range(60)]
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, title="Changed"))
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.visit(lane=Lane.HIGH)
    assert world.calls() == ["update"]


@pytest.mark.parametrize("identified", [True, False])
def test_r32_an_update_that_orcid_would_silently_ignore_is_made_to_count(world, identified):
    doi = "10.5555/p1" if identified else None
    world.feed(a_publication("p1", doi=doi, publication_date=PartialDate(2024)), a_relationship("p1"))
    world.settle()
    world.calls()
    world.feed(a_publication("p1", doi=doi, version=2, publication_date=PartialDate(2024, 5)))
    world.settle()
    assert world.on_record()["p1"].publication_date == PartialDate(2024, 5)
    assert world.calls() == (["update", "update"] if identified else ["update", "update", "update"])
    assert len([i for i in world.on_record()["p1"].external_ids if i.type == "source-work-id"]) == 1
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert world.calls() == []


def test_r60_an_unpublished_article_leaves_after_the_grace_period_by_itself(world):
    synced(world)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, publication_status="Accepted"))
    world.settle()
    assert world.calls() == []
    world.clock.advance(DAY_S)
    world.settle()
    assert world.calls() == ["remove"]


def test_r20_a_changed_setting_changes_the_set_at_once(world):
    synced(world)
    world.feed(a_relationship("p3", version=2, favourite=True))
    world.change_claim(settings=LinkSettings(favourites_only=True))
    world.settle()
    assert world.calls() == ["remove", "remove"]
    assert set(world.on_record()) == {"p3"}
    world.change_claim(settings=LinkSettings())
    world.settle()
    assert set(world.on_record()) == {"p1", "p2", "p3"}


def test_r15_leaving_write_only_stops_sending(world):
    synced(world)
    world.change_claim(mode=Mode.READ)
    world.publish(1, start=9)
    world.settle()
    assert world.calls() == []
    assert len(world.on_record()) == 3
    world.change_claim(mode=Mode.WRITE)
    world.settle()
    assert len(world.on_record()) == 4


def test_r55_a_mass_removal_is_held_and_adds_go_on(world):
    synced(world, 40)
    world.feed(*(a_relationship(f"p{n}", version=2, status=ClaimStatus.REJECTED) for n in range(1, 31)))
    world.publish(1, start=99)
    world.settle()
    assert world.calls() == ["add_bulk"]
    assert len(world.on_record()) == 41
    assert len(world.events.of_type("Removals Held")) == 1
    assert world.telemetry.counts["UrgentRemovalsHeld"] == 1


def test_r55_what_an_administrator_approved_does_not_hold_the_next_removal_of_the_day(world):
    synced(world, 40)
    world.feed(*(a_relationship(f"p{n}", version=2, status=ClaimStatus.REJECTED) for n in range(1, 31)))
    world.settle()
    for entry in world.ledger.entries(ORCID_ID, consistent=True).values():
        if entry.removal is not None:
            world.ledger.put(ORCID_ID, replace(entry, removal=replace(entry.removal, hold=Hold.APPROVED)))
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.settle()
    assert len(world.on_record()) == 10
    world.feed(a_relationship("p40", version=2, hidden=True))
    world.settle()
    assert len(world.on_record()) == 9


def test_r56_when_the_twin_goes_its_work_is_taken_over_by_one_put(world):
    world.feed(a_publication("p1", doi="10.5555/same"), a_publication("p2", doi="10.5555/SAME"))
    world.feed(a_relationship("p1"), a_relationship("p2"))
    world.settle()
    assert set(world.on_record()) == {"p1"}
    before = set(world.registry.ours(ORCID_ID))
    world.calls()
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    assert world.calls() == ["update"]
    assert set(world.registry.ours(ORCID_ID)) == before
    assert set(world.on_record()) == {"p2"}
    assert world.entry("p1") is None


def test_r23_removing_everything_leaves_other_sources_and_thaws(world):
    synced(world)
    (work, *_) = world.on_record().values()
    (other,) = world.registry.put_from("APP-SOMEBODYELSE0001", ORCID_ID, work)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle()
    assert world.calls() == ["remove", "remove", "remove"]
    assert set(world.registry.records[ORCID_ID].works) == {other}
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert (claim.mode, claim.removing_since_ms) == (Mode.READ, None)
    assert world.ledger.entries(ORCID_ID, consistent=True) == {}


def test_r23_removal_works_with_a_token_that_the_user_revoked(world):
    synced(world)
    world.registry.owner_revokes(ORCID_ID)
    world.change_claim(removing_since_ms=world.clock.now_ms(), connection=Connection.REVOKED)
    world.settle()
    assert world.on_record() == {}
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.mode is Mode.CLAIM_ONLY


def test_r61_a_disconnect_with_removal_disconnects_when_everything_is_gone(world):
    synced(world)
    world.change_claim(removing_since_ms=world.clock.now_ms(), after_removal=AfterRemoval.DISCONNECT)
    world.settle()
    assert world.on_record() == {}
    assert world.disconnected == [("u1", ORCID_ID)]


def test_r23_what_cannot_be_deleted_within_a_day_stays_listed_and_the_settings_thaw(world):
    synced(world)
    world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.settle()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.removing_since_ms is not None
    world.clock.advance(DAY_S)
    world.settle()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.removing_since_ms is None
    assert all(entry.on_orcid for entry in world.ledger.entries(ORCID_ID, consistent=True).values())


def test_r10_hours_without_writing_do_not_count_for_a_removal(world):
    synced(world)
    world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    world.change_claim(removing_since_ms=world.clock.now_ms())
    world.clock.advance(3 * DAY_S)
    world.institution.current = replace(world.institution.current, write_enabled_since_ms=world.clock.now_ms(), rev=3)
    world.settle()
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    assert claim.removing_since_ms is not None
    world.registry.set_state(ORCID_ID, None)
    world.clock.advance(DAY_S / 2)
    world.settle()
    assert world.on_record() == {}


def test_r34_two_messages_at_once_make_one_visit(world):
    world.publish(2)
    nested: list[str] = []
    world.registry.before_call = lambda call: nested.append(world.visit(lane=Lane.HIGH).ended)
    world.visit()
    assert set(nested) == {"met_lease"}


def test_a_visit_stops_before_its_time_is_out_and_goes_on_later(world):
    world.publish(500)
    world.registry.before_call = lambda call: world.clock.advance(60)
    assert world.visit(invocation_ms=240_000).ended == "out_of_time"
    assert 0 < len(world.on_record()) < 500
    world.registry.before_call = None
    world.settle()
    assert len(world.on_record()) == 500


def test_r63_every_attempt_is_kept_with_its_outcome(world):
    synced(world, 1)
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="Changed"))
    world.settle()
    world.feed(a_relationship("p1", version=2, hidden=True))
    world.settle()
    attempts, _ = world.ledger.attempts(ORCID_ID, "u1", "p1", limit=10, cursor=None)
    assert [(a.operation, a.outcome) for a in attempts] == [
        ("remove", "removed"),
        ("update", "updated"),
        ("add", "created"),
    ]


def test_r58_events_tell_ids_only(world):
    synced(world, 1)
    (added,) = world.events.of_type("Work Added")
    assert set(added) == {"at_ms", "user_id", "orcid_id", "publication_id", "put_code"}


def test_r14_an_id_that_the_ris_drops_is_paused_and_its_works_stay(world):
    synced(world)
    world.feed(a_user(version=2, orcid_ids=()))
    world.publish(1, start=9)
    world.settle()
    assert world.calls() == []
    assert len(world.on_record()) == 3
    world.feed(a_user(version=3))
    world.settle()
    assert len(world.on_record()) == 4
