"""Reading ORCID records: whose, when, at what cost, and what is seen on the way (R42, R43, R39, R25, R33, R35)."""

from __future__ import annotations

import pytest
from orcid_sync.domain.catalogue import User
from orcid_sync.domain.links import Claim, Spare
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.services.publications import Filters
from orcid_sync.services.settings import SettingsChange

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.telemetry import FakeTelemetry
from tests.unit.services.page import ADA, READ
from tests.unit.services.searching import ELSEWHERE, Searching, a_work

DOI = ("doi", "10.5555/x")
HOUR_S, DAY_S = 3600, 86_400


@pytest.fixture
def search() -> Searching:
    return Searching()


def claim_of(search: Searching) -> Claim:
    found = search.world.claims.get("u1", ORCID_ID)
    assert found is not None
    return found


# Whose, and when


def test_r42_a_record_of_a_thousand_works_costs_one_call(search: Searching) -> None:
    search.reading()
    search.puts(*(a_work(("doi", f"10.5555/{number}"), title=f"Work {number}") for number in range(1000)))
    search.world.calls()
    search.run()
    assert search.world.calls() == ["read"]
    assert (len(search.crossref.asked), len(search.datacite.asked)) == (50, 50)
    assert search.run().read == 0


def test_r42_more_than_a_run_may_ask_for_is_asked_for_an_hour_later(search: Searching) -> None:
    search.reading()
    search.puts(*(a_work(("doi", f"10.5555/{number}"), title=f"Work {number}") for number in range(1050)))
    search.run()
    assert len(search.crossref.asked) == 50
    search.world.clock.advance(HOUR_S)
    assert search.run().read == 1
    assert (len(search.crossref.asked), len(search.datacite.asked)) == (53, 53)
    search.world.clock.advance(HOUR_S)
    assert search.run().read == 0


def test_r42_each_link_is_read_about_once_a_week(search: Searching) -> None:
    search.reading()
    assert search.run().read == 1
    search.world.clock.advance(6 * DAY_S)
    assert search.run().read == 0
    search.world.clock.advance(DAY_S)
    assert search.run().read == 1


def test_r42_both_modes_are_read_and_an_id_that_is_only_claimed_is_not(search: Searching) -> None:
    search.writing()
    assert search.run().read == 1
    search.world.change_claim(mode=Mode.CLAIM_ONLY)
    assert search.run_next_week().read == 0
    search.world.change_claim(mode=Mode.READ)
    assert search.run_next_week().read == 1


def test_r43_reading_goes_on_while_the_write_integration_is_off(search: Searching) -> None:
    search.writing()
    search.switch(write_enabled=False)
    search.world.gate.allow_writing(False, config_rev=9)
    search.publishes("p1", "10.5555/x")
    search.puts(a_work(DOI))
    assert search.run().read == 1
    search.answer(accept=True)
    assert search.for_the_ris() == ["p1"]


def test_r9_nothing_is_read_while_searching_is_off(search: Searching) -> None:
    search.reading()
    search.switch(write_enabled=False, search_enabled=False)
    search.world.calls()
    assert search.run().ended == "search_off"
    assert search.world.calls() == []


@pytest.mark.parametrize(
    "gone",
    [a_user(version=2, is_current=False), a_user(version=2, login_allowed=False), a_user(version=2, deleted=True)],
)
def test_r33_nobody_is_read_who_has_left(search: Searching, gone: User) -> None:
    search.reading()
    search.world.feed(gone)
    assert search.run().read == 0
    search.world.feed(a_user(version=3))
    assert search.run().read == 1


def test_r14_an_id_that_the_ris_dropped_is_not_read(search: Searching) -> None:
    search.reading()
    search.world.feed(a_user(version=2, orcid_ids=()))
    assert search.run().read == 0


def test_r23_a_record_that_is_being_emptied_is_not_read(search: Searching) -> None:
    search.writing()
    search.world.change_claim(removing_since_ms=1)
    assert search.run().read == 0


def test_r42_those_named_are_read_now_due_or_not(search: Searching) -> None:
    search.page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    search.reading()
    search.reading(OTHER_ORCID_ID)
    assert search.run().read == 2
    assert search.run(users=("u1",)).read == 2
    assert search.run(orcid_ids=(OTHER_ORCID_ID,)).read == 1
    assert search.run(users=("u9",), orcid_ids=("0000-0000-0000-0000",)).read == 0


# A run that stops in time, and the next that goes on


def test_r42_a_run_stops_in_time_and_the_next_goes_on(search: Searching) -> None:
    search.page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    search.reading()
    search.reading(OTHER_ORCID_ID)
    search.world.registry.before_call = lambda _: search.world.clock.advance(40)
    assert (first := search.run(run_ms=200_000)).ended == "out_of_time"
    assert first.read == 1
    assert search.run(run_ms=200_000).read == 1
    assert search.run(run_ms=200_000).read == 0


def test_r42_two_runs_at_once_are_one(search: Searching) -> None:
    search.reading()
    assert search.walk.begin(now_ms=search.world.clock.now_ms(), until_ms=search.world.clock.now_ms() + 1000) == ""
    assert search.run().ended == "another_run"
    search.world.clock.advance(2)
    assert search.run().read == 1


def test_r42_a_link_at_which_something_breaks_does_not_hold_up_the_others(search: Searching) -> None:
    search.page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    search.reading()
    search.reading(OTHER_ORCID_ID)

    def breaks(call: object) -> None:
        if call.orcid_id == OTHER_ORCID_ID:  # type: ignore[attr-defined]  # a call
            raise RuntimeError("a fault")

    search.world.registry.before_call = breaks
    with pytest.raises(RuntimeError):
        search.run()
    assert search.run().read == 1
    search.world.clock.advance(HOUR_S)
    search.world.registry.before_call = None
    assert search.run().read == 1


# The registry's limit


def test_r35_readers_take_slots_in_spare_time_alone(search: Searching) -> None:
    search.reading()
    search.world.gate.taken.clear()
    search.run()
    assert [lane for lane, _ in search.world.gate.taken] == [Spare.READING]


def test_r35_a_reader_gives_up_after_a_minute_while_others_use_the_limit(search: Searching) -> None:
    search.reading()
    search.world.gate.next_ms = search.world.clock.now_ms() + 3_600_000
    search.world.calls()
    report = search.run()
    assert (report.ended, report.read, search.world.calls()) == ("registry_busy", 0, [])
    search.world.clock.advance(HOUR_S)
    assert search.run().read == 1


def test_r35_a_pause_ends_the_run_and_sets_one_for_everybody(search: Searching) -> None:
    search.reading()
    search.world.registry.plan(Answer(Outcome.SLOW_DOWN, status=429, retry_after_seconds=120))
    assert search.run().ended == "registry_busy"
    assert search.world.gate.paused_until() > search.world.clock.now_ms()
    assert search.run().ended == "registry_busy"
    search.world.clock.advance(121)
    assert search.run().read == 1


def test_r42_a_record_in_trouble_is_tried_again_later_and_later(search: Searching) -> None:
    search.reading()
    waits = []
    for _ in range(3):
        search.world.registry.plan(Answer(Outcome.SERVER_ERROR, status=500))
        assert search.run().read == 0
        before = search.world.clock.now_ms()
        next_ms = search.page.readings.stored["u1", ORCID_ID].next_ms
        waits.append(round((next_ms - before) / 3_600_000))
        search.world.clock.advance((next_ms - before) / 1000 + 1)
    assert waits == [1, 2, 4]
    assert search.run().read == 1


# What the answers mean elsewhere they mean here


def test_r25_a_permission_withdrawn_is_noticed_and_told_once(search: Searching) -> None:
    search.reading()
    search.world.registry.owner_revokes(ORCID_ID)
    search.world.calls()
    search.run()
    search.run_next_week()
    assert search.world.calls() == ["read", "read"], "confirmed once"
    claim = claim_of(search)
    assert (claim.connection, claim.mode) == (Connection.REVOKED, Mode.READ)
    told = [event for event in search.world.events.published if event[0] == "Link Revoked"]
    assert len(told) == 1


def test_r25_a_401_that_passes_changes_nothing(search: Searching) -> None:
    search.reading()
    search.world.registry.plan(Outcome.UNAUTHORISED)
    assert search.run().read == 1
    assert claim_of(search).connection is Connection.READ


def test_r25_a_connection_renewed_while_the_old_token_was_asked_with_stays(search: Searching) -> None:
    search.reading()
    search.world.registry.owner_revokes(ORCID_ID)
    done: list[bool] = []

    def renew(_: object) -> None:
        if not done:
            done.append(True)
            search.page.granted(READ)

    search.world.registry.before_call = renew
    search.run()
    assert claim_of(search).connection is Connection.READ


def test_r25_a_missing_scope_or_an_unknown_answer_revokes_nothing(search: Searching) -> None:
    search.reading()
    for outcome in (Outcome.SCOPE_MISSING, Outcome.UNKNOWN, Outcome.GONE):
        search.world.registry.plan(outcome)
        assert search.run_next_week().read == 0
        assert claim_of(search).connection is Connection.READ


def test_r54_a_record_locked_or_merged_pauses_a_writing_link_by_the_writers_own_look(search: Searching) -> None:
    search.writing()
    search.world.settle()
    search.world.registry.set_state(ORCID_ID, Outcome.LOCKED)
    search.run()
    search.world.settle()
    state = search.world.writers.get(ORCID_ID)
    assert state.pause is not None
    assert state.pause.value == "locked"


# What became of works of ours


def put_code_of(search: Searching, publication_id: str) -> int:
    entry = search.world.entry(publication_id)
    assert entry is not None
    assert entry.put_code is not None
    return entry.put_code


def test_r39_a_work_that_its_owner_deleted_is_noticed_by_reading(search: Searching) -> None:
    search.writing()
    p1, p2 = search.world.publish(2)
    search.world.settle()
    search.world.clock.advance(60)
    search.world.registry.owner_deletes(ORCID_ID, put_code_of(search, p1))
    search.run()
    search.world.settle()
    entry = search.world.entry(p1)
    assert entry is not None
    assert entry.deleted_at_orcid_ms is not None
    assert list(search.world.on_record()) == [p2]
    search.world.calls()
    search.run_next_week()
    assert "read" in search.world.calls()
    assert not search.world.writers.get(ORCID_ID).reconcile


def test_r39_a_work_that_was_removed_or_sent_while_the_record_was_read_is_no_cause(search: Searching) -> None:
    search.writing()
    p1, _ = search.world.publish(2)
    search.world.settle()
    search.world.clock.advance(60)
    put_code = put_code_of(search, p1)

    def removed_meanwhile(_: object) -> None:
        stored = search.world.ledger.entry(ORCID_ID, p1)
        if stored is not None:
            search.world.registry.owner_deletes(ORCID_ID, put_code)
            search.world.ledger.delete(ORCID_ID, stored)

    search.world.registry.before_call = removed_meanwhile
    wake = search.world.writers.get(ORCID_ID).wake
    search.run()
    assert search.world.writers.get(ORCID_ID).wake == wake


def warnings(search: Searching) -> dict[str, str]:
    page = search.page.publications.page("u1", ORCID_ID, Filters(), limit=50, after=None)
    return {publication_id: hint.key for publication_id, hint in page.ungrouped.items()}


def test_c9_a_work_that_will_not_be_grouped_is_told_until_it_is(search: Searching) -> None:
    search.writing()
    title = "On the growth of kelp in northern waters"
    search.world.feed(a_publication("p1", title=title), a_relationship("p1"))
    search.world.settle()
    search.world.registry.put_from(ELSEWHERE, ORCID_ID, a_work(DOI, title=title.upper()))
    search.run()
    assert warnings(search) == {"p1": "doi:10.5555/x"}
    search.publishes("p1", "10.5555/x", version=2)
    assert warnings(search) == {}, "its record has the identifier by now"
    search.world.settle()
    search.run_next_week()
    assert search.page.readings.stored["u1", ORCID_ID].ungrouped == {}


# Sources that are busy


def test_r42_a_busy_source_is_left_alone_and_asked_again_later(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI), a_work(("pmid", "38000001")))
    search.crossref.has(DOI)
    search.europe_pmc.has(("pmid", "38000001"))
    search.crossref.busy, search.crossref.wait_seconds = 1, 7200
    report = search.run()
    assert (report.ended, search.offered()) == ("done", ["pmid:38000001"])
    search.world.clock.advance(HOUR_S)
    search.run(users=("u1",))
    assert len(search.crossref.asked) == 1, "it wants two hours"
    search.world.clock.advance(HOUR_S + 60)
    search.run()
    assert sorted(search.offered()) == ["doi:10.5555/x", "pmid:38000001"]
    assert len(search.europe_pmc.asked) == 1, "its answer was kept"


def test_r42_what_one_source_lacks_and_another_could_not_say_stays_open(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI))
    search.datacite.has(DOI)
    search.datacite.busy = 1
    search.run()
    assert search.offered() == []
    search.world.clock.advance(2 * HOUR_S)
    search.run()
    assert search.offered() == ["doi:10.5555/x"]
    assert len(search.crossref.asked) == 1


def test_r42_what_no_source_has_is_asked_again_after_a_month(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI))
    for _ in range(5):
        search.run_next_week()
    assert len(search.crossref.asked) == 1
    search.crossref.has(DOI)
    search.run_next_week()
    assert search.offered() == ["doi:10.5555/x"]


def test_r42_users_with_the_same_work_cost_one_look_up(search: Searching) -> None:
    search.reading()
    search.world.feed(a_user("u2"))
    token = search.world.registry.grant(OTHER_ORCID_ID)
    assert token is not None
    search.page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    search.reading(OTHER_ORCID_ID)
    search.puts(a_work(DOI))
    search.puts(a_work(DOI), orcid_id=OTHER_ORCID_ID)
    search.run()
    assert (len(search.crossref.asked), len(search.datacite.asked)) == (1, 1)


def test_r42_without_sources_nothing_is_looked_up_and_the_catalogue_still_counts(search: Searching) -> None:
    search.sources.clear()
    search.publishes("p1", "10.5555/x")
    search.reading()
    search.puts(a_work(DOI), a_work(("doi", "10.5555/y")))
    search.run()
    assert (search.suggested(), search.offered()) == (["p1"], [])
    assert search.page.readings.stored["u1", ORCID_ID].next_ms > search.world.clock.now_ms() + 6 * DAY_S * 1000


def test_r47_no_title_name_or_identifier_is_logged(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI, title="A very telling title"))
    search.crossref.has(DOI, title="A very telling title")
    search.run()
    told = str(vars(search.world.telemetry)) if isinstance(search.world.telemetry, FakeTelemetry) else ""
    assert "record_searched" in told
    assert "telling" not in told
    assert "10.5555/x" not in told


def test_r16_switching_to_write_keeps_what_was_read(search: Searching) -> None:
    search.page.granted()
    search.run()
    search.page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(mode=Mode.WRITE))
    assert search.run().read == 0
