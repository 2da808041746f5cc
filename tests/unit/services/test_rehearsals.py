"""Rehearsals: the plan for everybody, computed as the sync computes it, sending nothing (R57)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from orcid_sync.domain.catalogue import ClaimedId
from orcid_sync.domain.errors import (
    ConflictError,
    InvalidError,
    MappingRefusedError,
    NotFoundError,
    SearchNotEnabledError,
    TooLargeError,
)
from orcid_sync.domain.rehearsal import KEPT_MS, OVERDUE_MS, Rehearsal, RehearsalState
from orcid_sync.domain.settings import Connection, InstitutionSettings, Mode
from orcid_sync.services.on_demand import OnDemand, WantedLinks
from orcid_sync.services.rehearse import Part, Rehearse
from orcid_sync.services.request_rehearsal import DryRun, Progress, RequestRehearsal, Wish

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.listings import FakeListings
from tests.fakes.rehearsals import FakeRehearsalFiles, FakeRehearsalQueue, FakeRehearsals
from tests.world import World

HEADER = "Elements type,ORCID type\n"


def iD(number: int) -> str:  # noqa: N802 - as ORCID writes it
    return f"0000-0001-0000-{number:04d}"


class Stage:
    """A world with rehearsals in it."""

    def __init__(self) -> None:
        world = self.world = World()
        self.rehearsals = FakeRehearsals(world.clock)
        self.files = FakeRehearsalFiles()
        self.queue = FakeRehearsalQueue()
        self.audit = FakeAuditTrail()
        listings = FakeListings(world.claims, world.writers, world.ledger)  # type: ignore[arg-type]  # fakes here
        numbers = count(1)
        self.request = RequestRehearsal(
            self.rehearsals,
            self.files,
            self.queue,
            world.institution,
            world.catalogue,
            self.audit,
            world.clock,
            lambda: f"{next(numbers):04d}",
        )
        self.rehearse = Rehearse(
            self.rehearsals,
            self.files,
            self.queue,
            listings,
            world.claims,
            world.catalogue,
            world.ledger,
            world.clock,
            world.telemetry,
        )
        on_demand = OnDemand(
            world.catalogue,
            world.claims,
            world.writers,
            world.ledger,
            world.institution,
            listings,
            world.wake,
            world.clock,
            world.telemetry,
        )
        self.dry_run = DryRun(on_demand, self.request)

    def begin(self, **wish: Any) -> str:
        return self.request.begin("boss", Wish(**wish)).rehearsal_id

    def divide(self) -> None:
        """Deliver what waits to be divided."""
        for rehearsal_id in self._taken(self.queue.begins):
            self.rehearse.begin(rehearsal_id, last_try=False)

    def deliver(self, *, last_try: bool = False) -> list[str]:
        """Deliver every part that waits, once; returns how each ended."""
        parts = self._taken(self.queue.parts)
        return [self.rehearse.part(Part(*part), last_try=last_try) for part in parts]

    def _taken(self, waiting: list[Any]) -> list[Any]:
        found, waiting[:] = list(waiting), []
        return found

    def run(self, **wish: Any) -> Progress:
        rehearsal_id = self.begin(**wish)
        self.divide()
        self.deliver()
        return self.request.progress(rehearsal_id)

    def rows(self, found: Progress) -> list[dict[str, str]]:
        assert found.rehearsal.result is not None
        assert found.rehearsal.result.csv_file is not None
        text = self.files.csvs[found.rehearsal.rehearsal_id, found.rehearsal.result.csv_file]
        return list(csv.DictReader(io.StringIO(text)))

    def people(self, number: int) -> None:
        """So many users in mode `write`, with one publication each."""
        for n in range(number):
            user_id = f"x{n:03d}"
            self.world.feed(a_user(user_id, orcid_ids=(ClaimedId(iD(n), 0),)))
            self.world.connect(user_id, iD(n))
            self.world.feed(a_publication(f"q{n}", doi=f"10.5555/q{n}"), a_relationship(f"q{n}", user_id))


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.world.connect()
    stage.world.publish(30)
    stage.world.settle()
    stage.world.calls()
    return stage


def numbers(row: Mapping[str, str], *names: str) -> tuple[int, ...]:
    return tuple(int(row[name]) for name in names)


MOVES = ("add", "update", "remove")


def test_r57_what_is_rehearsed_is_what_the_sync_then_does(stage: Stage) -> None:
    world = stage.world
    world.publish(2, start=50)
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="Changed"))
    world.feed(a_relationship("p2", version=2, hidden=True))
    found = stage.run(mapping_csv=(HEADER + "journal-article,report\n").encode())
    (row,) = stage.rows(found)
    assert (row["user_id"], row["name"], row["orcid_id"], row["mode"]) == ("u1", "Ada Jones", ORCID_ID, "write")
    assert numbers(row, *MOVES, "hidden") == (2, 29, 1, 1)
    assert world.calls() == []
    world.institution.mapping = {"journal-article": "report"}
    world.settle(ticks=10)
    made = world.calls()
    assert (made.count("update"), made.count("remove"), made.count("add_bulk")) == (29, 1, 1)


def test_r57_nothing_is_sent_stored_or_woken(stage: Stage) -> None:
    world = stage.world
    world.feed(*(a_relationship(f"p{n}", version=2, hidden=True) for n in range(1, 20)))
    before = (
        dict(world.claims.stored),  # type: ignore[attr-defined]  # the fake's
        dict(world.writers.items),
        {orcid_id: dict(rows) for orcid_id, rows in world.ledger.rows.items()},
        world.institution.current,
        list(world.events.published),
    )
    found = stage.run(changes={"only_verified": True}, mapping_csv=(HEADER + "book,book\n").encode())
    assert found.state is RehearsalState.DONE
    assert before == (
        world.claims.stored,  # type: ignore[attr-defined]  # the fake's
        world.writers.items,
        world.ledger.rows,
        world.institution.current,
        world.events.published,
    )
    assert world.institution.mapping is None
    assert world.calls() == []


def test_r57_r55_an_institution_setting_tried_shows_removals_that_the_guard_would_hold(stage: Stage) -> None:
    found = stage.run(changes={"only_verified": True})
    (row,) = stage.rows(found)
    assert numbers(row, *MOVES, "not_verified", "remove_held", "on_orcid") == (0, 0, 0, 30, 30, 30)
    found = stage.run(changes={"only_verified": True, "mass_removal_minimum": 31})
    (row,) = stage.rows(found)
    assert numbers(row, *MOVES, "remove_held") == (0, 0, 30, 0)
    assert found.rehearsal.tried["configuration"] == {"only_verified": True, "mass_removal_minimum": 31}


def test_r57_before_switching_on_writing_links_are_planned_as_if_it_were_on(stage: Stage) -> None:
    world = stage.world
    world.institution.current = replace(InstitutionSettings(), rev=2)
    world.publish(3, start=60)
    (row,) = stage.rows(stage.run())
    assert (numbers(row, *MOVES), row["paused"]) == ((3, 0, 0), "")


def test_r57_r21_links_in_other_modes_say_what_write_would_send(stage: Stage) -> None:
    stage.world.change_claim(mode=Mode.READ)
    stage.world.publish(3, start=60)
    (row,) = stage.rows(stage.run())
    assert (row["mode"], numbers(row, *MOVES), row["add_if_write"]) == ("read", (0, 0, 0), "3")


def test_r33_r25_users_who_left_and_revoked_connections_have_nothing_to_come(stage: Stage) -> None:
    stage.world.publish(3, start=60)
    stage.world.change_claim(connection=Connection.REVOKED)
    (row,) = stage.rows(stage.run())
    assert (numbers(row, *MOVES), row["paused"]) == ((0, 0, 0), "revoked")
    stage.world.feed(a_user(version=2, is_current=False))
    (row,) = stage.rows(stage.run())
    assert (numbers(row, *MOVES), row["paused"]) == ((0, 0, 0), "user_inactive")


def test_r22_anothers_works_on_the_same_record_are_not_counted(stage: Stage) -> None:
    world = stage.world
    world.feed(a_user("u2", orcid_ids=(ClaimedId(ORCID_ID, 0),)), a_relationship("p1", "u2"))
    claim = world.claims.get("u1", ORCID_ID)
    assert claim is not None
    world.claims.put(replace(claim, user_id="u2", mode=Mode.READ, rev=0))
    first, second = stage.rows(stage.run())
    assert (first["on_orcid"], second["user_id"], second["on_orcid"], second["mode"]) == ("30", "u2", "0", "read")


def test_r57_many_are_worked_out_in_parts_and_joined_by_user(stage: Stage) -> None:
    stage.people(60)
    rehearsal_id = stage.begin()
    assert stage.request.progress(rehearsal_id).rehearsal.division is None
    assert stage.rehearse.begin(stage.queue.begins.pop(), last_try=False) == "divided"
    assert [len({user for user, _ in links}) for _, _, links in stage.queue.parts] == [25, 25, 11]
    last, *others = reversed(stage.queue.parts)
    stage.queue.parts[:] = others
    assert stage.deliver() == ["part_done", "part_done"]
    running = stage.request.progress(rehearsal_id)
    assert (running.state, running.csv_url, running.rehearsal.users_done) == (RehearsalState.RUNNING, None, 50)
    assert stage.rehearse.part(Part(*last), last_try=False) == "done"
    found = stage.request.progress(rehearsal_id)
    assert (found.state, found.rehearsal.users_done) == (RehearsalState.DONE, 61)
    users = [row["user_id"] for row in stage.rows(found)]
    assert users == sorted(users)
    assert len(users) == 61
    assert found.rehearsal.result is not None
    assert found.rehearsal.result.totals["add"] == sum(int(row["add"]) for row in stage.rows(found)) == 60
    assert "expires=3600" in str(found.csv_url)


def test_r57_messages_that_come_twice_change_nothing(stage: Stage) -> None:
    stage.people(30)
    rehearsal_id = stage.begin()
    (begin,) = stage.queue.begins
    stage.divide()
    first = list(stage.queue.parts)
    stage.world.feed(a_user("late", orcid_ids=(ClaimedId(iD(900), 0),)))
    stage.world.connect("late", iD(900))
    assert stage.rehearse.begin(begin, last_try=False) == "divided"
    assert stage.queue.parts == first * 2
    assert stage.deliver() == ["part_done", "done", "over", "over"]
    assert stage.files.writes == 2
    found = stage.request.progress(rehearsal_id)
    assert len(stage.rows(found)) == 31
    assert stage.rehearse.begin(begin, last_try=False) == "over"
    assert stage.queue.parts == []


def test_r57_whoever_was_killed_before_joining_joins_when_the_message_comes_again(stage: Stage) -> None:
    rehearsal_id = stage.begin()
    stage.divide()
    (part,) = stage.queue.parts
    stage.files.put_part(rehearsal_id, 0, list(stage.rehearse._rows(stage.files.trial(rehearsal_id), part[2])))
    stage.rehearsals.note_done(rehearsal_id, 0)
    assert stage.request.progress(rehearsal_id).state is RehearsalState.RUNNING
    assert stage.deliver() == ["done"]
    assert len(stage.rows(stage.request.progress(rehearsal_id))) == 1


def broken(stage: Stage, user_id: str) -> Callable[[], None]:
    """Make the catalogue fail for a user; returns what mends it."""
    catalogue = stage.world.catalogue
    read = catalogue.user_catalogue

    def failing(asked: str, *, consistent: bool) -> Any:
        if asked == user_id:
            raise TimeoutError("throttled")
        return read(asked, consistent=consistent)

    catalogue.user_catalogue = failing

    def mend() -> None:
        catalogue.user_catalogue = read

    return mend


def test_r57_a_part_that_fails_for_good_leaves_a_csv_of_the_others_and_names_who_is_missing(stage: Stage) -> None:
    stage.people(30)
    rehearsal_id = stage.begin()
    stage.divide()
    broken_part, other = stage.queue.parts
    mend = broken(stage, "x003")
    for last_try in (False, False, True):
        assert stage.request.progress(rehearsal_id).state is RehearsalState.RUNNING
        with pytest.raises(TimeoutError):
            stage.rehearse.part(Part(*broken_part), last_try=last_try)
    assert stage.rehearse.part(Part(*other), last_try=False) == "done"
    failed = stage.request.progress(rehearsal_id)
    assert (failed.state, "x003" in failed.missing_users) == (RehearsalState.FAILED, True)
    assert "could not be worked out" in str(failed.reason)
    assert {row["user_id"] for row in stage.rows(failed)} | set(failed.missing_users) == {
        "u1",
        *(f"x{n:03d}" for n in range(30)),
    }
    assert stage.world.telemetry.alerts[0][0] == "rehearsal_part_lost"
    mend()
    assert stage.rehearse.part(Part(*broken_part), last_try=False) == "done"  # its dead letter was put back
    done = stage.request.progress(rehearsal_id)
    assert (done.state, done.missing_users, len(stage.rows(done))) == (RehearsalState.DONE, (), 31)


def test_r57_the_last_part_to_be_given_up_ends_the_rehearsal(stage: Stage) -> None:
    rehearsal_id = stage.begin()
    stage.divide()
    broken(stage, "u1")
    with pytest.raises(TimeoutError):
        stage.deliver(last_try=True)
    failed = stage.request.progress(rehearsal_id)
    assert (failed.state, failed.missing_users, stage.rows(failed)) == (RehearsalState.FAILED, ("u1",), [])


def test_r57_one_whose_messages_are_lost_is_failed_after_two_hours_and_names_who_is_missing(stage: Stage) -> None:
    stage.people(30)
    rehearsal_id = stage.begin()
    stage.divide()
    stage.rehearse.part(Part(*stage.queue.parts[0]), last_try=False)
    stage.world.clock.advance(OVERDUE_MS / 1000)
    failed = stage.request.progress(rehearsal_id)
    assert (failed.state, failed.csv_url) == (RehearsalState.FAILED, None)
    assert failed.missing_users == ("x024", "x025", "x026", "x027", "x028", "x029")
    stage.rehearse.part(Part(*stage.queue.parts[1]), last_try=False)
    late = stage.request.progress(rehearsal_id)
    assert (late.state, len(stage.rows(late))) == (RehearsalState.DONE, 31)


def test_r57_one_that_cannot_be_divided_fails_and_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal_id = stage.begin()

    def failing(*_: Any) -> str:
        raise TimeoutError("no answer")

    monkeypatch.setattr(stage.files, "put_links", failing)
    for last_try, state in ((False, RehearsalState.RUNNING), (True, RehearsalState.FAILED)):
        with pytest.raises(TimeoutError):
            stage.rehearse.begin(rehearsal_id, last_try=last_try)
        assert stage.request.progress(rehearsal_id).state is state
    failed = stage.request.progress(rehearsal_id)
    assert "divided" in str(failed.reason)
    assert (failed.csv_url, failed.missing_users) == (None, ())


def test_r57_one_that_could_not_be_handed_on_takes_no_room(stage: Stage) -> None:
    stage.queue.broken = True
    for _ in range(4):
        with pytest.raises(OSError, match="does not answer"):
            stage.begin()
    stage.queue.broken = False
    assert stage.run().state is RehearsalState.DONE


def test_r57_three_run_at_once_and_a_fourth_waits(stage: Stage) -> None:
    for _ in range(3):
        stage.begin()
        stage.world.clock.advance(1)
    with pytest.raises(ConflictError, match="3 rehearsals are running"):
        stage.begin()
    stage.divide()
    stage.deliver()
    assert stage.run().state is RehearsalState.DONE


def test_r57_an_institution_without_links_gets_an_empty_csv(stage: Stage) -> None:
    stage.world.claims.stored.clear()  # type: ignore[attr-defined]  # the fake's
    found = stage.run()
    assert (found.state, stage.rows(found)) == (RehearsalState.DONE, [])
    assert found.rehearsal.result is not None
    assert found.rehearsal.result.totals["links"] == 0


def test_r57_links_that_went_meanwhile_are_left_away_and_users_who_went_are_shown_as_unknown(stage: Stage) -> None:
    stage.people(2)
    rehearsal_id = stage.begin()
    stage.divide()
    del stage.world.claims.stored["x000", iD(0)]  # type: ignore[attr-defined]  # the fake's
    del stage.world.catalogue.users["x001"]
    stage.deliver()
    found = stage.rows(stage.request.progress(rehearsal_id))
    assert [(row["user_id"], row["paused"]) for row in found] == [("u1", ""), ("x001", "user_unknown")]


def test_r57_what_is_tried_is_refused_as_the_calls_that_would_put_it_in_force_refuse_it(stage: Stage) -> None:
    stage.world.institution.current = InstitutionSettings()
    for error, wish in (
        (SearchNotEnabledError, {"changes": {"write_enabled": True}}),
        (InvalidError, {"changes": {"search_enabled": True, "write_enabled": True}}),
        (MappingRefusedError, {"mapping_csv": (HEADER + "no-such-type,book\n").encode()}),
        (MappingRefusedError, {"mapping_csv": b"book,book"}),
        (TooLargeError, {"mapping_csv": b"x" * 1_000_001}),
    ):
        with pytest.raises(error):
            stage.begin(**wish)
    assert (stage.rehearsals.stored, stage.queue.begins, stage.audit.entries) == ({}, [], [])


def test_r46_whoever_begins_one_stands_in_the_audit_trail(stage: Stage) -> None:
    rehearsal_id = stage.begin(changes={"source_precedence": ("scopus",)}, mapping_csv=(HEADER + "book,book").encode())
    (entry,) = stage.audit.entries
    assert (entry.by, entry.action, entry.user_id) == ("boss", "rehearsal_requested", None)
    assert entry.after == {
        "rehearsal_id": rehearsal_id,
        "configuration": {"source_precedence": ["scopus"]},
        "type_mapping": {"rows": 1, "changes": 12},
        "users": 0,
        "orcid_ids": 0,
        "all": True,
    }


def test_r57_those_of_the_last_seven_days_are_listed_newest_first(stage: Stage) -> None:
    done = stage.run()
    stage.world.clock.advance(3600)
    running = stage.begin()
    listed = stage.request.recent()
    assert [one.rehearsal.rehearsal_id for one in listed] == [running, done.rehearsal.rehearsal_id]
    assert [one.state for one in listed] == [RehearsalState.RUNNING, RehearsalState.DONE]
    assert [one.csv_url for one in listed] == [None, done.csv_url]
    stage.world.clock.advance(KEPT_MS / 1000 - 3600)
    assert [one.rehearsal.rehearsal_id for one in stage.request.recent()] == [running]


def test_r57_one_that_expired_is_not_there_any_more(stage: Stage) -> None:
    found = stage.run()
    stage.world.clock.advance(KEPT_MS / 1000)
    with pytest.raises(NotFoundError):
        stage.request.progress(found.rehearsal.rehearsal_id)
    assert stage.rehearse.part(Part(found.rehearsal.rehearsal_id, 0, ()), last_try=True) == "over"
    with pytest.raises(NotFoundError):
        stage.request.progress("nothing")


def test_r40_a_dry_run_of_more_than_25_users_becomes_a_rehearsal_of_these(stage: Stage) -> None:
    stage.people(40)
    few = stage.dry_run.run("boss", WantedLinks(tuple(f"x{n:03d}" for n in range(25))))
    assert isinstance(few, tuple)
    assert len(few) == 25
    for wanted, users in (
        (WantedLinks(tuple(f"x{n:03d}" for n in range(26))), 26),
        (WantedLinks(orcid_ids=tuple(iD(n) for n in range(30))), 30),
        (WantedLinks(everybody=True), 41),
    ):
        many = stage.dry_run.run("boss", wanted)
        assert isinstance(many, Rehearsal)
        stage.divide()
        stage.deliver()
        rows = stage.rows(stage.request.progress(many.rehearsal_id))
        assert len(rows) == users
        by_user = {row["user_id"]: int(row["add"]) for row in rows}
        for plan in few:
            assert by_user[plan.user_id] == len(plan.operations) == 1


def test_r40_a_large_dry_run_with_an_unknown_user_says_so(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="nobody7"):
        stage.dry_run.run("boss", WantedLinks(tuple(f"nobody{n}" for n in range(26))))
    assert stage.rehearsals.stored == {}
