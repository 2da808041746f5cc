"""What a plan holds: adds, updates, removals, what waits and why (R32, R38, R55, R56, R60)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.decide import Decision, Reason
from orcid_sync.domain.diff import Operation, Plan, State, diff
from orcid_sync.domain.ledger import Cause, Failure, Hold, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import GuardWindow
from orcid_sync.domain.removals import HOUR_MS, EarlierDecisions

from tests.builders import a_record_digest, a_sent_entry

NOW = 1_000_000_000


def a_decision(publication_id: str = "p1", reason: Reason | None = None, **changes: object) -> Decision:
    decision = Decision(
        publication_id,
        title="",
        type="journal-article",
        work_type="journal-article",
        claimed=reason is not Reason.NOT_CLAIMED,
        reason=reason,
        record=a_record_digest(),
    )
    return replace(decision, **changes)  # type: ignore[arg-type]  # tests name the fields


def planned(
    *decisions: Decision,
    entries: tuple[LedgerEntry, ...] = (),
    earlier: EarlierDecisions | None = None,
    window: GuardWindow | None = None,
    now_ms: int = NOW,
    minimum: int = 20,
    share: float = 0.5,
) -> Plan:
    return diff(
        {d.publication_id: d for d in decisions},
        {e.publication_id: e for e in entries},
        fingerprint_of=lambda d: f"f-{d.publication_id}",
        earlier=lambda: earlier,
        window=window,
        now_ms=now_ms,
        grace_hours=24,
        guard_share=share,
        guard_minimum=minimum,
    )


def test_a_publication_that_was_never_sent_is_added():
    position = planned(a_decision()).positions["p1"]
    assert (position.state, position.operation) == (State.WAITING_ADD, Operation.ADD)


def test_r36_what_was_sent_unchanged_costs_nothing():
    plan = planned(a_decision(), entries=(a_sent_entry(),))
    assert plan.positions["p1"].state is State.SENT
    assert plan.is_empty


def test_a_changed_fingerprint_is_an_update():
    plan = planned(a_decision(), entries=(a_sent_entry(fingerprint="old"),))
    assert plan.positions["p1"].operation is Operation.UPDATE
    assert plan.positions["p1"].state is State.WAITING_UPDATE


def test_r38_refused_content_waits_until_it_changes():
    failure = Failure("9020", "no", NOW, fingerprint="f-p1")
    plan = planned(a_decision(), entries=(LedgerEntry("p1", failure=failure),))
    assert plan.positions["p1"].state is State.FAILED
    assert plan.is_empty
    assert plan.next_due_ms is None
    changed = planned(a_decision(), entries=(LedgerEntry("p1", failure=replace(failure, fingerprint="old")),))
    assert changed.positions["p1"].operation is Operation.ADD


def test_r38_any_other_failure_is_tried_again_when_its_time_comes():
    failure = Failure("500", "oops", NOW, retry_ms=NOW + 10, fingerprint="f-p1")
    entry = LedgerEntry("p1", failure=failure)
    waiting = planned(a_decision(), entries=(entry,))
    assert (waiting.positions["p1"].state, waiting.next_due_ms) == (State.FAILED, NOW + 10)
    assert planned(a_decision(), entries=(entry,), now_ms=NOW + 10).positions["p1"].operation is Operation.ADD


@pytest.mark.parametrize("reason", [Reason.HIDDEN, Reason.NOT_CLAIMED, Reason.PRIVATE, Reason.NOT_FAVOURITE])
def test_r60_hidden_rejected_private_and_not_favourite_go_at_once(reason):
    plan = planned(a_decision(reason=reason), entries=(a_sent_entry(),))
    assert plan.positions["p1"].operation is Operation.REMOVE


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        (Reason.NOT_PUBLISHED, {}),
        (Reason.NOT_VERIFIED, {}),
        (Reason.INVALID, {}),
        (Reason.NOT_CLAIMED, {"gone": True}),
    ],
)
def test_r60_what_may_come_back_by_itself_waits_for_the_grace_period(reason, changes):
    decision = a_decision(reason=reason, **changes)
    plan = planned(decision, entries=(a_sent_entry(),))
    position = plan.positions["p1"]
    assert (position.state, position.operation) == (State.WAITING_REMOVE, None)
    assert plan.next_due_ms == NOW + 24 * HOUR_MS
    (mark,) = plan.marks
    later = planned(decision, entries=(mark,), now_ms=NOW + 24 * HOUR_MS)
    assert later.positions["p1"].operation is Operation.REMOVE
    assert planned(decision, entries=(mark,), now_ms=NOW + 24 * HOUR_MS - 1).is_empty


def test_r60_a_publication_that_qualifies_again_in_time_is_simply_kept():
    marked = planned(a_decision(reason=Reason.NOT_PUBLISHED), entries=(a_sent_entry(),)).marks[0]
    plan = planned(a_decision(), entries=(marked,), now_ms=NOW + HOUR_MS)
    assert plan.is_empty
    assert plan.marks == (replace(marked, removal=None),)


def test_r60_what_a_setting_caused_goes_at_once():
    decision = a_decision(reason=Reason.NOT_PUBLISHED)
    sent_before = {"p1": a_decision()}
    by_user = planned(decision, entries=(a_sent_entry(),), earlier=EarlierDecisions(sent_before, sent_before))
    assert by_user.positions["p1"].operation is Operation.REMOVE
    removal = by_user.positions["p1"].removal
    assert removal is not None
    assert removal.cause is Cause.USER
    by_institution = planned(
        decision, entries=(a_sent_entry(),), earlier=EarlierDecisions({"p1": decision}, sent_before)
    ).positions["p1"]
    assert by_institution.operation is Operation.REMOVE
    assert by_institution.removal is not None
    assert by_institution.removal.cause is Cause.INSTITUTION


def test_r60_a_waiting_removal_that_becomes_hidden_goes_at_once():
    marked = planned(a_decision(reason=Reason.NOT_PUBLISHED), entries=(a_sent_entry(),)).marks[0]
    plan = planned(a_decision(reason=Reason.HIDDEN), entries=(marked,), now_ms=NOW + HOUR_MS)
    assert plan.positions["p1"].operation is Operation.REMOVE


def many(count: int, reason: Reason | None, start: int = 0) -> list[Decision]:
    return [a_decision(f"p{n}", reason) for n in range(start, start + count)]


def sent(count: int) -> tuple[LedgerEntry, ...]:
    return tuple(a_sent_entry(f"p{n}", n + 1) for n in range(count))


def test_r55_a_mass_removal_is_held_until_somebody_approves():
    plan = planned(*many(21, Reason.HIDDEN), *many(19, None, 21), entries=sent(40))
    held = [p for p in plan.positions.values() if p.removal is not None and p.removal.hold is Hold.HELD]
    assert len(held) == 21
    assert plan.operations(Operation.REMOVE) == []
    assert len(plan.marks) == 21
    approved = tuple(
        replace(mark, removal=replace(mark.removal, hold=Hold.APPROVED)) for mark in plan.marks if mark.removal
    )
    assert len(planned(*many(21, Reason.HIDDEN), entries=approved).operations(Operation.REMOVE)) == 21


def test_r55_fewer_than_the_minimum_or_than_the_share_go():
    assert len(planned(*many(19, Reason.HIDDEN), entries=sent(19)).operations(Operation.REMOVE)) == 19
    plan = planned(*many(20, Reason.HIDDEN), *many(20, None, 20), entries=sent(40))
    assert len(plan.operations(Operation.REMOVE)) == 20


def test_r55_removals_of_the_last_24_hours_count_and_older_ones_do_not():
    decisions = (*many(10, Reason.HIDDEN), *many(15, None, 10))
    window = GuardWindow(since_ms=NOW - HOUR_MS, base=40, removed=15)
    assert planned(*decisions, entries=sent(25), window=window).operations(Operation.REMOVE) == []
    old = replace(window, since_ms=NOW - 25 * HOUR_MS)
    assert len(planned(*decisions, entries=sent(25), window=old).operations(Operation.REMOVE)) == 10


def test_r55_what_the_user_caused_here_is_never_held():
    assert len(planned(*many(40, Reason.EXCLUDED), entries=sent(40)).operations(Operation.REMOVE)) == 40


def test_r55_a_refused_removal_stays_on_orcid_until_its_cause_changes():
    removal = PendingRemoval("hidden", Cause.CATALOGUE, NOW, NOW, Hold.REFUSED)
    entry = a_sent_entry(removal=removal)
    assert planned(a_decision(reason=Reason.HIDDEN), entries=(entry,)).is_empty
    assert not planned(a_decision(reason=Reason.PRIVATE), entries=(entry,)).is_empty


def test_r55_a_removal_that_still_waits_for_its_grace_period_does_not_hold_others_back():
    decisions = (*many(15, Reason.NOT_PUBLISHED), *many(10, Reason.HIDDEN, 15), *many(5, None, 25))
    assert len(planned(*decisions, entries=sent(30)).operations(Operation.REMOVE)) == 10


def test_r55_what_was_approved_goes_though_its_reason_changes_meanwhile():
    approved = PendingRemoval("hidden", Cause.CATALOGUE, NOW, NOW, Hold.APPROVED)
    entries = tuple(replace(entry, removal=approved) for entry in sent(30))
    assert len(planned(*many(30, Reason.PRIVATE), entries=entries).operations(Operation.REMOVE)) == 30


def test_r55_a_removal_that_waits_and_is_overtaken_by_a_setting_of_the_user_is_the_users():
    waiting = planned(*many(30, Reason.NOT_PUBLISHED), entries=sent(30)).marks
    decisions = many(30, Reason.NOT_FAVOURITE)
    before = {d.publication_id: replace(d, reason=None) for d in decisions}
    plan = planned(*decisions, entries=waiting, earlier=EarlierDecisions(before, before), now_ms=NOW + HOUR_MS)
    assert len(plan.operations(Operation.REMOVE)) == 30, "a user's own wish is never held"


def twin(publication_id: str, reason: Reason | None = None, **changes: object) -> Decision:
    return a_decision(publication_id, reason, record=a_record_digest(self_ids=("doi:10.1/x",)), **changes)


def test_r56_a_twin_takes_over_the_put_code_instead_of_deleting_and_adding():
    entry = a_sent_entry("p1", 7, self_ids=("doi:10.1/x",))
    plan = planned(twin("p1", Reason.HIDDEN), twin("p2"), entries=(entry,))
    (update,) = plan.operations(Operation.UPDATE)
    assert (update.decision.publication_id, update.takes_over) == ("p2", "p1")
    assert plan.positions["p1"].state is State.WAITING_REMOVE, "still there until the other stands in its place"
    assert plan.operations(Operation.REMOVE) == plan.operations(Operation.ADD) == []


def test_r56_a_publication_merged_into_another_hands_its_work_over():
    gone = a_decision("p1", Reason.NOT_CLAIMED, gone=True, merged_into="p2")
    plan = planned(gone, a_decision("p2"), entries=(a_sent_entry("p1", 7),))
    (update,) = plan.operations(Operation.UPDATE)
    assert update.takes_over == "p1"


def test_r56_a_merged_publication_whose_successor_is_there_already_is_removed_after_grace():
    gone = a_decision("p1", Reason.NOT_CLAIMED, gone=True, merged_into="p2")
    entries = (a_sent_entry("p1", 7), a_sent_entry("p2", 8))
    plan = planned(gone, a_decision("p2"), entries=entries)
    assert plan.is_empty
    assert plan.next_due_ms == NOW + 24 * HOUR_MS


def test_r56_an_interrupted_take_over_is_forgotten_not_deleted():
    entries = (a_sent_entry("p1", 7, self_ids=("doi:10.1/x",)), a_sent_entry("p2", 7))
    plan = planned(twin("p1", Reason.HIDDEN), twin("p2"), entries=entries)
    assert plan.forget == ("p1",)
    assert plan.is_empty


def test_r38_a_refused_take_over_lets_the_work_that_should_go_be_deleted():
    failure = Failure("9020", "no", NOW, fingerprint="f-p2")
    entries = (a_sent_entry("p1", 7, self_ids=("doi:10.1/x",)), LedgerEntry("p2", failure=failure))
    plan = planned(twin("p1", Reason.HIDDEN), twin("p2"), entries=entries)
    assert [p.decision.publication_id for p in plan.operations(Operation.REMOVE)] == ["p1"]


def test_r32_the_oldest_waiting_update_goes_first():
    entries = tuple(
        a_sent_entry(p, n, fingerprint="old", waiting_since_ms=since)
        for n, (p, since) in enumerate([("p1", None), ("p2", 50), ("p3", 10)], start=1)
    )
    plan = planned(a_decision("p1"), a_decision("p2"), a_decision("p3"), entries=entries)
    assert [p.decision.publication_id for p in plan.operations(Operation.UPDATE)] == ["p3", "p2", "p1"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, *Reason]),  # decision
            st.booleans(),  # on ORCID
            st.booleans(),  # changed
            st.sampled_from([None, NOW - 5, NOW + 5]),  # failure's retry
        ),
        max_size=30,
    )
)
def test_no_plan_removes_what_is_wanted_or_adds_what_is_there(cases):
    decisions, entries = [], []
    for n, (reason, on_orcid, changed, retry) in enumerate(cases):
        p = f"p{n:02}"
        failure = Failure("500", "", NOW, retry_ms=retry, fingerprint=f"f-{p}") if retry is not None else None
        if on_orcid:
            entries.append(a_sent_entry(p, n + 1, fingerprint="old" if changed else f"f-{p}", failure=failure))
        elif failure is not None:
            entries.append(LedgerEntry(p, failure=failure))
        if on_orcid or reason is not Reason.NOT_CLAIMED:
            decisions.append(a_decision(p, reason))
    plan = planned(*decisions, entries=tuple(entries))
    for position in plan.positions.values():
        match position.operation:
            case Operation.ADD:
                assert position.decision.send
                assert position.put_code is None
            case Operation.REMOVE:
                assert not position.decision.send
                assert position.put_code is not None
            case Operation.UPDATE:
                assert position.decision.send
            case None:
                pass
    wanted_due = [p.due_ms for p in plan.positions.values() if p.operation is None and p.due_ms is not None]
    assert all(due > NOW for due in wanted_due)
