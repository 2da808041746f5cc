"""A feed file has arrived in the uploads bucket, or is to be gone on with (R44)."""

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
    """Take in the file that an event names, S3's or our own; one that comes twice does no harm."""
    telemetry = PowertoolsTelemetry()
    key, upload = _named(event["detail"])
    if not key.endswith(ENDINGS):
        telemetry.log("feed_file_passed_over", key=key)
        return {"file": key, "passed_over": True}
    importing = services()
    deadline_ms = importing.clock.now_ms() + context.get_remaining_time_in_millis() - RESERVE_MS
    event_id = event.get("id", context.aws_request_id)
    try:
        report = importing.run(key, upload=upload, event=event_id, deadline_ms=deadline_ms)
    except NotFoundError:
        telemetry.log("feed_file_gone", key=key)
        return {"file": key, "gone": True}
    if report is None:
        return {"file": key, "left": True}
    totals = {name: getattr(report, name) for name in ("problem", "lines", "accepted", "stale", "failed")}
    telemetry.log("feed_file_imported", key=key, complete=int(report.complete), **totals)
    return {"file": key, "complete": report.complete, "lines": report.lines}


def _named(detail: dict[str, Any]) -> tuple[str, str | None]:
    """The file, and which upload of it."""
    if "object" in detail:
        return detail["object"]["key"], detail["object"].get("version-id")
    return detail["file"], detail["upload"]
