"""The audit trail's contract: who, for whom, what, when, before, after (R46)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from orcid_sync.adapters import dynamodb_audit
from orcid_sync.adapters.dynamodb_audit import DynamoDbAuditTrail, audit_pk
from orcid_sync.domain.errors import InvalidError
from orcid_sync.ports.audit import AuditEntry, AuditTrail

from tests.fakes.audit import FakeAuditTrail
from tests.fakes.clock import MONDAY_MORNING_MS
from tests.moto_aws import Aws


@pytest.fixture
def trail(backend: str, request: pytest.FixtureRequest) -> AuditTrail:
    return FakeAuditTrail() if backend == "fake" else DynamoDbAuditTrail(request.getfixturevalue("aws").sync)


def recorded(trail: AuditTrail, request: pytest.FixtureRequest) -> list[tuple[Any, ...]]:
    """Everything recorded in November 2026, as (by, action, user, iD, before, after)."""
    if isinstance(trail, FakeAuditTrail):
        return [(e.by, e.action, e.user_id, e.orcid_id, e.before, e.after) for e in trail.entries]
    aws: Aws = request.getfixturevalue("aws")
    return [
        (
            i["by"],
            i["act"],
            i.get("user"),
            i.get("orcid"),
            *(json.loads(i.get(name, "null")) for name in ("before", "after")),
        )
        for i in aws.sync.query("AUDIT#2026-11", consistent=True)
    ]


def test_r46_what_was_changed_is_kept_in_order(trail: AuditTrail, request: pytest.FixtureRequest) -> None:
    trail.record(
        at_ms=MONDAY_MORNING_MS,
        by="admin",
        action="settings_changed",
        user_id="u1",
        orcid_id="0000-0002-1825-0097",
        before={"mode": "read"},
        after={"mode": "write", "excluded": ["p1"]},
    )
    for action in ("first", "second"):
        trail.record(
            at_ms=MONDAY_MORNING_MS + len(action),
            by="a",
            action=action,
            user_id=None,
            orcid_id=None,
            before=None,
            after=None,
        )
    assert recorded(trail, request) == [
        (
            "admin",
            "settings_changed",
            "u1",
            "0000-0002-1825-0097",
            {"mode": "read"},
            {"mode": "write", "excluded": ["p1"]},
        ),
        ("a", "first", None, None, None, None),
        ("a", "second", None, None, None, None),
    ]


def test_r46_two_changes_of_one_millisecond_are_both_kept(trail: AuditTrail, request: pytest.FixtureRequest) -> None:
    for _ in range(2):
        trail.record(at_ms=MONDAY_MORNING_MS, by="a", action="x", user_id=None, orcid_id=None, before=None, after=None)
    assert len(recorded(trail, request)) == 2


def test_the_trail_is_kept_by_month_of_utc() -> None:
    assert audit_pk(MONDAY_MORNING_MS) == "AUDIT#2026-11"
    assert audit_pk(1_798_761_599_999) == "AUDIT#2026-12"
    assert audit_pk(1_798_761_600_000) == "AUDIT#2027-01"


MONTH_MS = 31 * 86_400_000


def fill(trail: AuditTrail, *times_ms: int, by: str = "boss", user_id: str | None = "u1") -> None:
    for at_ms in times_ms:
        trail.record(
            at_ms=at_ms, by=by, action=f"at {at_ms}", user_id=user_id, orcid_id=None, before=None, after={"x": [1]}
        )


def page(trail: AuditTrail, **query: Any) -> tuple[list[AuditEntry], str | None]:
    given: dict[str, Any] = {"user_id": None, "from_ms": 0, "to_ms": 1 << 42, "limit": 50, "cursor": None}
    return trail.page(**{**given, **query})


def test_r46_the_trail_is_read_newest_first_over_months_from_and_to(trail: AuditTrail) -> None:
    times = [MONDAY_MORNING_MS - months * MONTH_MS for months in (0, 1, 5, 20)]
    fill(trail, *times)
    found, end = page(trail, to_ms=MONDAY_MORNING_MS + 1)
    assert ([entry.at_ms for entry in found], end) == (times, None)
    assert found[0] == AuditEntry(times[0], "boss", f"at {times[0]}", "u1", None, None, {"x": [1]})
    between, _ = page(trail, from_ms=times[2], to_ms=times[0])
    assert [entry.at_ms for entry in between] == times[1:3]


def test_r46_the_trail_of_one_user_has_what_was_done_by_and_for_them(trail: AuditTrail) -> None:
    fill(trail, MONDAY_MORNING_MS, by="u1", user_id="u2")
    fill(trail, MONDAY_MORNING_MS + 1, by="u2", user_id="u3")
    fill(trail, MONDAY_MORNING_MS + 2, by="boss", user_id="u1")
    fill(trail, MONDAY_MORNING_MS + 3, by="boss", user_id=None)
    found, _ = page(trail, user_id="u1", to_ms=MONDAY_MORNING_MS + 9)
    assert [(entry.by, entry.user_id) for entry in found] == [("boss", "u1"), ("u1", "u2")]


def test_r46_pages_of_the_trail_go_on_where_they_ended(trail: AuditTrail) -> None:
    times = [MONDAY_MORNING_MS - days * 86_400_000 for days in range(7)]  # two months
    fill(trail, *times)
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(9):
        found, cursor = page(trail, to_ms=MONDAY_MORNING_MS + 1, limit=3, cursor=cursor)
        seen.extend(entry.at_ms for entry in found)
        assert "#" not in (cursor or ""), "it goes into an address as it is"
        if cursor is None:
            break
    assert seen == times


def test_a_page_of_the_trail_looks_at_a_bounded_number_of_entries(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(trail, FakeAuditTrail):
        return  # nothing costs anything there
    monkeypatch.setattr(dynamodb_audit, "_MOST_READ", 4)
    fill(trail, *range(MONDAY_MORNING_MS, MONDAY_MORNING_MS + 6))
    fill(trail, MONDAY_MORNING_MS - 1, user_id="u9")
    found, cursor = page(trail, user_id="u9", to_ms=MONDAY_MORNING_MS + 9)
    assert (found, cursor is not None) == ([], True)
    found, end = page(trail, user_id="u9", to_ms=MONDAY_MORNING_MS + 9, cursor=cursor)
    assert ([entry.user_id for entry in found], end) == (["u9"], None)


@pytest.mark.parametrize("cursor", ["", "x", "1793606400000", "1793606400000,zz", "1793606400000#0123abcd"])
def test_a_cursor_that_the_trail_did_not_give_is_refused(trail: AuditTrail, cursor: str) -> None:
    if isinstance(trail, FakeAuditTrail) and cursor.isdigit():
        return  # a good one there
    with pytest.raises(InvalidError):
        page(trail, cursor=cursor)
