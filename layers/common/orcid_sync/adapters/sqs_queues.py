"""The two FIFO queues (R31): the group is the iD, so one record's messages never run beside each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from orcid_sync.domain.links import Lane

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueues:
    """`urls` gives the queue of each lane.

    A message is `{"orcid_id", "lane", "wake"}`: it says where to look, never what to do (DESIGN 1).
    """

    def __init__(self, client: SQSClient, urls: Mapping[Lane, str]) -> None:
        self._client = client
        self._urls = urls

    def send(self, orcid_id: str, *, lane: Lane, wake: int, at_ms: int) -> None:
        self._client.send_message(
            QueueUrl=self._urls[lane],
            MessageBody=json.dumps({"orcid_id": orcid_id, "lane": lane, "wake": wake}),
            MessageGroupId=orcid_id,
            MessageDeduplicationId=f"{orcid_id}:{lane}:{wake}:{at_ms}",
        )

    def depth(self, lane: Lane) -> int:
        found = self._client.get_queue_attributes(
            QueueUrl=self._urls[lane], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])
