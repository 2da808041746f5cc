"""What a rehearsal's parts and rows say (R57)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import ClaimedId
from orcid_sync.domain.decide import Decision, Reason
from orcid_sync.domain.diff import Operation, Plan, Position, State
from orcid_sync.domain.ledger import Cause, Hold, LedgerEntry, PendingRemoval
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import Claim, GuardWindow, PauseReason, WriterState
from orcid_sync.domain.rehearsal import (
    OVERDUE_MS,
    Division,
    Rehearsal,
    RehearsalState,
    Result,
    parts_of,
    users_of,
)
from orcid_sync.domain.rehearsal_rows import COLUMNS, csv_of, row_of, totals_of, unknown_row
from orcid_sync.domain.settings import Connection, Mode

from tests.builders import ORCID_ID, a_user, a_writing_claim

NOW = 1_793_606_400_000
WRITER = WriterState(ORCID_ID, "u1")


def removal(hold: Hold = Hold.NONE) -> PendingRemoval:
    return PendingRemoval("hidden", Cause.CATALOGUE, since_ms=NOW, due_ms=NOW, hold=hold)


def a_plan() -> Plan:
    """Two adds, an update, a removal, one that waits, one held, one refused; a failure, a work sent, one left out."""
    sent = Decision("p", "T", "book", "book", claimed=True, reason=None)
    entry = LedgerEntry("p", put_code=1)

    def leaving(reason: Reason, pending: PendingRemoval, **values: int | Operation) -> Position:
        position = Position(replace(sent, reason=reason), entry, State.WAITING_REMOVE, removal=pending)
        return replace(position, **values)  # type: ignore[arg-type]  # the test names the fields

    positions = [
        Position(sent, None, State.WAITING_ADD, Operation.ADD),
        Position(sent, None, State.WAITING_ADD, Operation.ADD),
        Position(sent, entry, State.WAITING_UPDATE, Operation.UPDATE),
        Position(sent, entry, State.SENT),
        Position(sent, None, State.FAILED),
        leaving(Reason.HIDDEN, removal(), operation=Operation.REMOVE),
        leaving(Reason.NOT_PUBLISHED, removal(), due_ms=NOW + 5),
        leaving(Reason.PRIVATE, removal(Hold.HELD)),
        leaving(Reason.PRIVATE, removal(Hold.REFUSED)),
        Position(replace(sent, reason=Reason.NOT_CLAIMED), None, State.LEFT_OUT),
    ]
    return Plan({f"p{n}": p for n, p in enumerate(positions)}, (), (), GuardWindow(0, 0, 0), None)


def a_link(claim: Claim | None = None, claimed_in: ClaimedIn = ClaimedIn.RIS, **user: object) -> Link:
    someone = replace(a_user(), **user)  # type: ignore[arg-type]  # tests name the fields
    return Link(someone, claim or a_writing_claim(), claimed_in, 0)


def shown(link: Link, writer: WriterState | None = WRITER) -> dict[str, object]:
    return dict(zip(COLUMNS, row_of(link, writer, a_plan(), now_ms=NOW), strict=True))


def test_r57_a_row_counts_what_a_sync_would_do_and_what_is_left_out_for_which_reason() -> None:
    row = shown(a_link())
    assert [row[name] for name in ("user_id", "name", "orcid_id", "mode")] == ["u1", "Ada Jones", ORCID_ID, "write"]
    assert (row["add"], row["update"], row["remove"]) == (2, 1, 1)
    assert {reason.value: row[reason.value] for reason in Reason if row[reason.value]} == {
        "hidden": 1,
        "not_published": 1,
        "private": 2,
        "not_claimed": 1,
    }
    assert (row["claimed"], row["eligible"], row["on_orcid"], row["failed"]) == (9, 5, 6, 1)
    assert (row["remove_later"], row["remove_held"], row["paused"]) == (1, 1, "")


@pytest.mark.parametrize("mode", [Mode.READ, Mode.CLAIM_ONLY])
def test_r21_outside_write_decisions_are_those_of_write_and_nothing_moves(mode: Mode) -> None:
    row = shown(a_link(a_writing_claim(mode=mode)))
    assert (row["mode"], row["add"], row["update"], row["remove"]) == (mode.value, 0, 0, 0)
    assert (row["add_if_write"], row["update_if_write"], row["remove_if_write"]) == (2, 1, 1)
    assert (row["private"], row["eligible"]) == (2, 5)


@pytest.mark.parametrize(
    ("link", "writer", "paused", "sent"),
    [
        (a_link(is_current=False), WRITER, "user_inactive", (0, 0, 0)),
        (a_link(claimed_in=ClaimedIn.NOWHERE), WRITER, "no_longer_claimed", (0, 0, 0)),
        (a_link(a_writing_claim(connection=Connection.REVOKED)), WRITER, "revoked", (0, 0, 0)),
        (a_link(), replace(WRITER, pause=PauseReason.LOCKED), "locked", (0, 0, 0)),
        (a_link(), replace(WRITER, pause=PauseReason.FULL), "full", (0, 1, 1)),
        (a_link(), replace(WRITER, pause=PauseReason.REGISTRY_UNAVAILABLE), "registry_unavailable", (2, 1, 1)),
        (a_link(a_writing_claim(removing_since_ms=5)), WRITER, "removing", (0, 0, 6)),
        (a_link(), None, "", (2, 1, 1)),
    ],
)
def test_r57_what_pauses_a_link_is_said_and_nothing_is_planned_that_it_keeps_back(
    link: Link, writer: WriterState | None, paused: str, sent: tuple[int, int, int]
) -> None:
    row = shown(link, writer)
    assert (row["paused"], (row["add"], row["update"], row["remove"])) == (paused, sent)


def test_r57_a_user_whom_the_catalogue_does_not_know_has_a_row_of_nothing() -> None:
    row = dict(zip(COLUMNS, unknown_row(a_writing_claim()), strict=True))
    assert (row["paused"], row["add"], row["mode"]) == ("user_unknown", 0, "write")


def test_r57_totals_are_the_sums_of_the_columns_and_count_users_once() -> None:
    other = a_link(a_writing_claim(orcid_id="0000-0001-5109-3700", mode=Mode.READ))
    rows = [row_of(link, WRITER, a_plan(), now_ms=NOW) for link in (a_link(), other)]
    totals = totals_of(rows)
    assert (totals["users"], totals["links"]) == (1, 2)
    assert (totals["add"], totals["add_if_write"], totals["private"], totals["remove_held"]) == (2, 4, 4, 2)
    assert totals_of([])["add"] == 0


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("  =1", "'=1"),
        ('Jones, "Ada"', 'Jones, "Ada"'),
        ("Ada\nJones", "Ada Jones"),
        ("Müller", "Müller"),
    ],
)
def test_r57_no_name_is_a_formula_to_a_spreadsheet_or_breaks_a_line(name: str, cell: str) -> None:
    text = csv_of([row_of(a_link(name=name), WRITER, a_plan(), now_ms=NOW)])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"] == cell
    assert len(text.splitlines()) == 2


def test_r57_no_id_is_a_formula_either() -> None:
    link = Link(a_user("@u1", orcid_ids=(ClaimedId(ORCID_ID, 0),)), a_writing_claim("@u1"), ClaimedIn.RIS, 0)
    (row,) = csv.DictReader(io.StringIO(csv_of([row_of(link, None, a_plan(), now_ms=NOW)])))
    assert row["user_id"] == "'@u1"


def test_r57_a_users_links_stay_in_one_part() -> None:
    links = sorted((f"u{n:03d}", f"id{i}") for n in range(60) for i in range(1 + n % 2))
    parts = parts_of(links)
    assert [len({user_id for user_id, _ in part}) for part in parts] == [25, 25, 10]
    assert [link for part in parts for link in part] == links
    assert Division("x", 60, 90).parts == 3
    assert parts_of([]) == []
    assert Division("x", 0, 0).parts == 0
    assert users_of(parts, without=frozenset({0, 1})) == tuple(f"u{n:03d}" for n in range(50, 60))


def test_r57_a_rehearsal_does_not_run_for_ever() -> None:
    rehearsal = Rehearsal("1-a", NOW, "boss", {})
    assert rehearsal.state(NOW + OVERDUE_MS - 1) is RehearsalState.RUNNING
    assert rehearsal.reason(NOW) is None
    assert rehearsal.state(NOW + OVERDUE_MS) is RehearsalState.FAILED
    assert "two hours" in str(rehearsal.reason(NOW + OVERDUE_MS))
    done = replace(rehearsal, result=Result(NOW + 5, {}, "000001"))
    assert (done.state(NOW + OVERDUE_MS), done.reason(NOW + OVERDUE_MS)) == (RehearsalState.DONE, None)


def test_r57_progress_counts_the_users_of_the_parts_that_are_done() -> None:
    rehearsal = Rehearsal("1-a", NOW, "boss", {}, Division("x", 60, 90), done=frozenset({0, 2}))
    assert (rehearsal.users_done, rehearsal.complete) == (35, False)
    assert replace(rehearsal, lost=frozenset({1})).complete
