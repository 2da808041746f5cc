"""Every hour, or on demand: read ORCID records for works that the RIS lacks (R42)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.read_records import read_records as services
from orcid_sync.domain.errors import InvalidError
from orcid_sync.observability import PowertoolsTelemetry, observed

# What is left to be stored.
RESERVE_MS = 10_000


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read what is due. On demand: `{"users": ["u1"]}`, `{"orcid_ids": ["..."]}` read these now; see
    docs/operations.md. An error is left to the alarm: the next hour goes on.
    """
    read = services()
    deadline_ms = read.clock.now_ms() + context.get_remaining_time_in_millis() - RESERVE_MS
    report = read.run(deadline_ms=deadline_ms, users=_names(event, "users"), orcid_ids=_names(event, "orcid_ids"))
    PowertoolsTelemetry().log("records_walked", **asdict(report))
    return asdict(report)


def _names(event: dict[str, Any], name: str) -> list[str]:
    found = event.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise InvalidError(f"{name}: Give a list of ids.")
    return found
