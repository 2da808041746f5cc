"""A message says: look at this ORCID iD (DESIGN 1). Deployed twice, one function for each lane."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.write_works import write_works as services
from orcid_sync.observability import observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One message of the FIFO queue (batch size 1).

    What can go wrong is handled by the visit and acknowledged; what nobody foresaw is raised, so that the message comes
    again and ends as a dead letter, where an alarm rings.
    """
    (record,) = event["Records"]
    writing = services()
    report = writing.sync_record.visit(
        json.loads(record["body"])["orcid_id"],
        lane=writing.lane,
        deadline_ms=writing.clock.now_ms() + context.get_remaining_time_in_millis(),
        visit_id=context.aws_request_id,
    )
    return {"orcid_id": report.orcid_id, "ended": report.ended, "calls": report.calls, **report.counts}
