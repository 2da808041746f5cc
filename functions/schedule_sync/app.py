"""Every minute: one message for each ORCID iD that is due (R31)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.queueing import schedule_sync as services
from orcid_sync.observability import observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """The tick of the schedule; what it carries does not matter."""
    return {"sent": services().tick()}
