"""A type mapping has arrived in the uploads bucket (R3)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.import_type_mapping import import_type_mapping as services
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.observability import PowertoolsTelemetry, observed


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Take up the file that an EventBridge event of S3 names; one that comes twice does no harm."""
    telemetry = PowertoolsTelemetry()
    detail = event["detail"]
    key = detail["object"]["key"]
    if key.endswith("/"):
        return {"file": key, "passed_over": True}  # a folder, as the S3 console makes it
    # Who: the principal of the event, an account or a service (R8).
    by = detail.get("requester") or event.get("account") or "s3"
    try:
        upload = services().run(key, detail["object"].get("version-id"), by=by)
    except NotFoundError:
        telemetry.log("type_mapping_file_gone", key=key)
        return {"file": key, "gone": True}
    telemetry.log("type_mapping_file_taken_up", key=key, accepted=int(upload.accepted), upload_id=upload.upload_id)
    return {"file": key, "accepted": upload.accepted, "upload_id": upload.upload_id}
