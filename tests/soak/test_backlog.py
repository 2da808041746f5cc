"""Priorities with ten thousand links due and every slot of the registry in use (R31, R32, R35)."""

from __future__ import annotations

from soak.backlog import urgent_wishes, waiting_updates


def test_r31_urgent_wishes_overtake_ten_thousand_due_links_and_a_fully_used_registry() -> None:
    found = urgent_wishes(1)
    assert found.delays_ms.keys() == {"Run sync", "hidden", "rejected", "removal of 5 works"}
    assert max(found.delays_ms.values()) < 10_000
    assert found.left > 9_000
    assert found.busy_seconds > 20, "the normal lane was not busy meanwhile"
    assert found.busiest_second <= 24


def test_r32_with_an_ever_busy_queue_updates_wait_and_go_within_thirty_days_and_the_metric_tells_their_age() -> None:
    found = waiting_updates(1)
    assert 19 < found.update_days < 30
    assert found.slowest_add_minutes < 5
    assert found.slowest_removal_minutes < 5
    assert found.metric_error_seconds < 60
    assert found.metric_days > 20
    assert found.quiet_update_hours < 0.1
