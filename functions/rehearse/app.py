"""A message says: begin this rehearsal, or plan this part of it (R57)."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.rehearse import rehearse as services
from orcid_sync.observability import observed
from orcid_sync.services.rehearse import Part

# The queue's maxReceiveCount: what fails now is a dead letter.
MOST_TRIES = 3


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """One message of the queue (batch size 1). What fails is raised, so that the message comes again."""
    (record,) = event["Records"]
    message = json.loads(record["body"])
    last_try = int(record["attributes"]["ApproximateReceiveCount"]) >= MOST_TRIES
    rehearsal_id = message["rehearsal_id"]
    if "part" not in message:
        return {"rehearsal_id": rehearsal_id, "ended": services().begin(rehearsal_id, last_try=last_try)}
    links = tuple((user_id, orcid_id) for user_id, orcid_id in message["links"])
    part = Part(rehearsal_id, message["part"], links)
    return {"rehearsal_id": rehearsal_id, "part": part.number, "ended": services().part(part, last_try=last_try)}
