"""The audit trail's contract: who, for whom, what, when, before, after (R46)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from orcid_sync.adapters.dynamodb_audit import DynamoDbAuditTrail, audit_pk
from orcid_sync.ports import AuditTrail

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
