"""The queues' contract (R31): what a repeated cause costs, and what a message carries."""

from __future__ import annotations

import json

import pytest
from orcid_sync.adapters.sqs_queues import SqsQueues
from orcid_sync.domain.links import Lane
from orcid_sync.ports.queues import Queues

from tests.fakes.queues import FakeQueues
from tests.from_template import create_queues
from tests.moto_aws import Aws

ID = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"


def queue_urls(aws: Aws) -> dict[Lane, str]:
    urls = create_queues(aws.clients.sqs)
    return {Lane.HIGH: urls["HighPriorityQueue"], Lane.NORMAL: urls["NormalQueue"]}


@pytest.fixture
def queues(backend: str, request: pytest.FixtureRequest) -> Queues:
    if backend == "fake":
        return FakeQueues()
    aws: Aws = request.getfixturevalue("aws")
    return SqsQueues(aws.clients.sqs, queue_urls(aws))


def test_r31_each_lane_has_its_queue(queues: Queues) -> None:
    assert (queues.depth(Lane.HIGH), queues.depth(Lane.NORMAL)) == (0, 0)
    queues.send(ID, lane=Lane.HIGH, wake=1, at_ms=0)
    queues.send(ID, lane=Lane.NORMAL, wake=1, at_ms=0)
    queues.send(OTHER, lane=Lane.NORMAL, wake=1, at_ms=0)
    assert (queues.depth(Lane.HIGH), queues.depth(Lane.NORMAL)) == (1, 2)


def test_r24_the_same_cause_sent_twice_waits_once(queues: Queues) -> None:
    for wake in (1, 1, 2):
        queues.send(ID, lane=Lane.HIGH, wake=wake, at_ms=0)
    assert queues.depth(Lane.HIGH) == 2


def test_r35_the_same_wake_has_another_message_a_second_later(queues: Queues) -> None:
    for at_ms in (60_000, 61_000):
        queues.send(ID, lane=Lane.HIGH, wake=1, at_ms=at_ms)
    assert queues.depth(Lane.HIGH) == 2


def test_r34_messages_are_grouped_by_record_and_say_only_where_to_look(aws: Aws) -> None:
    urls = queue_urls(aws)
    SqsQueues(aws.clients.sqs, urls).send(ID, lane=Lane.HIGH, wake=7, at_ms=0)
    (message,) = aws.clients.sqs.receive_message(QueueUrl=urls[Lane.HIGH], MessageSystemAttributeNames=["All"])[
        "Messages"
    ]
    assert json.loads(message["Body"]) == {"orcid_id": ID, "lane": "high", "wake": 7}
    assert message["Attributes"]["MessageGroupId"] == ID
    assert message["Attributes"]["MessageDeduplicationId"] == f"{ID}:high:7:0"
