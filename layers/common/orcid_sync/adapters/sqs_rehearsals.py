"""The queue of the function `rehearse`, a standard one: order does not matter (R57)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orcid_sync.domain.rehearsal import LinkKey

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS takes ten messages a request, of 256 KB together; a part of 25 users has some 3 KB.
_MESSAGES_A_REQUEST = 10


class SqsRehearsalQueue:
    """Messages are `{"rehearsal_id"}` to begin and `{"rehearsal_id", "part", "links"}` for a part."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send_begin(self, rehearsal_id: str) -> None:
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"rehearsal_id": rehearsal_id}))

    def send_parts(self, rehearsal_id: str, parts: Sequence[Sequence[LinkKey]]) -> None:
        """Raises OSError when SQS did not take some: all are sent again then, which does no harm."""
        for begin in range(0, len(parts), _MESSAGES_A_REQUEST):
            numbered = enumerate(parts[begin : begin + _MESSAGES_A_REQUEST], begin)
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(number),
                        "MessageBody": json.dumps({"rehearsal_id": rehearsal_id, "part": number, "links": links}),
                    }
                    for number, links in numbered
                ],
            )
            if answer.get("Failed"):
                raise OSError(f"SQS refused {len(answer['Failed'])} messages of a rehearsal")
