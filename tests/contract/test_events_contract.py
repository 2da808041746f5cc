"""The bus's contract (R58): ids only, in order, none lost in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from orcid_sync.adapters.eventbridge_events import EventBridgeEvents, EventsRefusedError

from tests.fakes.events import FakeEvents
from tests.moto_aws import Aws


class CountingBus:
    """Stands for EventBridge's client: refuses the first `refusals` entries it is given, keeps the others."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.calls: list[int] = []
        self.kept: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        self.calls.append(len(Entries))
        answers: list[dict[str, str]] = []
        for entry in Entries:
            if self.refusals:
                self.refusals -= 1
                answers.append({"ErrorCode": "ThrottlingException"})
            else:
                self.kept.append(entry)
                answers.append({"EventId": "1"})
        return {"Entries": answers}


def bus(counting: Any) -> EventBridgeEvents:
    return EventBridgeEvents(counting, "product", sleep=lambda _: None)


def test_r58_events_go_to_the_products_bus_by_tens() -> None:
    counting = CountingBus()
    bus(counting).publish("Work Added", [{"publication_id": f"p{n}"} for n in range(23)])
    assert counting.calls == [10, 10, 3]
    assert {entry["EventBusName"] for entry in counting.kept} == {"product"}
    assert {(entry["Source"], entry["DetailType"]) for entry in counting.kept} == {("orcid-sync", "Work Added")}
    assert [json.loads(entry["Detail"])["publication_id"] for entry in counting.kept] == [f"p{n}" for n in range(23)]


def test_r58_times_are_told_in_iso_8601() -> None:
    counting = CountingBus()
    bus(counting).publish("Work Added", [{"at_ms": 1_793_606_400_123, "put_code": 7}])
    assert json.loads(counting.kept[0]["Detail"]) == {"at": "2026-11-02T08:00:00.123Z", "put_code": 7}


def test_r58_only_what_was_refused_is_sent_again() -> None:
    counting = CountingBus(refusals=3)
    bus(counting).publish("Work Added", [{"n": n} for n in range(5)])
    assert counting.calls == [5, 3]
    assert sorted(json.loads(entry["Detail"])["n"] for entry in counting.kept) == [0, 1, 2, 3, 4]


def test_r58_a_bus_that_keeps_refusing_is_an_error() -> None:
    with pytest.raises(EventsRefusedError, match="Throttling"):
        bus(CountingBus(refusals=99)).publish("Work Added", [{"n": 1}])


def test_r58_nothing_to_tell_is_no_call() -> None:
    counting = CountingBus()
    bus(counting).publish("Work Added", [])
    assert counting.calls == []


def test_r58_eventbridge_takes_what_is_published(aws: Aws) -> None:
    aws.clients.events.create_event_bus(Name="product")
    EventBridgeEvents(aws.clients.events, "product").publish("Work Added", [{"orcid_id": "x", "put_code": 1}])


@pytest.mark.parametrize("backend", ["fake", "adapter"])
def test_r58_what_is_published_arrives_in_its_order_with_nothing_added(backend: str) -> None:
    counting, fake = CountingBus(), FakeEvents()
    events = fake if backend == "fake" else bus(counting)
    events.publish("Work Added", [{"publication_id": "p1", "put_code": 7}, {"publication_id": "p2"}])
    events.publish("Link Paused", [{"orcid_id": "0000-0002-1825-0097", "reason": "locked"}])
    events.publish("Work Failed", [])
    arrived = [(entry["DetailType"], json.loads(entry["Detail"])) for entry in counting.kept] or fake.published
    assert arrived == [
        ("Work Added", {"publication_id": "p1", "put_code": 7}),
        ("Work Added", {"publication_id": "p2"}),
        ("Link Paused", {"orcid_id": "0000-0002-1825-0097", "reason": "locked"}),
    ]
