"""A feed file has arrived in the uploads bucket (R44)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.feed import import_feed as services
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.observability import PowertoolsTelemetry, observed

ENDINGS = (".jsonl", ".jsonl.gz")
# To finish the batch that is under way and to write the report.
RESERVE_MS = 30_000


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take in the file that an EventBridge event of S3 names; a file that comes twice does no harm."""
    telemetry = PowertoolsTelemetry()
    key = event["detail"]["object"]["key"]
    if not key.endswith(ENDINGS):
        telemetry.log("feed_file_passed_over", key=key)
        return {"file": key, "passed_over": True}
    importing = services()
    deadline_ms = importing.clock.now_ms() + context.get_remaining_time_in_millis() - RESERVE_MS
    try:
        report = importing.run(key, deadline_ms=deadline_ms)
    except NotFoundError:
        telemetry.log("feed_file_gone", key=key)
        return {"file": key, "gone": True}
    telemetry.log(
        "feed_file_imported",
        key=key,
        problem=report.problem,
        lines=report.lines,
        accepted=report.accepted,
        stale=report.stale,
        failed=report.failed,
    )
    telemetry.count("FeedItemsStored", report.accepted)
    telemetry.count("FeedItemsStale", report.stale)
    telemetry.count("FeedItemsRefused", report.failed)
    return {"file": key, "complete": report.problem is None, "lines": report.lines}
