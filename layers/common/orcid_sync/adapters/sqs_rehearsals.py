"""The queue of the function `rehearse`, a standard one: order does not matter (R57)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orcid_sync.domain.rehearsal import LinkKey

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsRehearsalQueue:
    """Messages are `{"rehearsal_id"}` to begin and `{"rehearsal_id", "part", "links"}` for a part."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send_begin(self, rehearsal_id: str) -> None:
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"rehearsal_id": rehearsal_id}))

    def send_parts(self, rehearsal_id: str, parts: Sequence[Sequence[LinkKey]]) -> None:
        """One request each: 200 parts of 5,000 users take some 2 seconds, and none can be refused in silence."""
        for number, links in enumerate(parts):
            message = {"rehearsal_id": rehearsal_id, "part": number, "links": links}
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(message))
