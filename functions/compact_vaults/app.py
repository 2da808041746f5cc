"""Weekly, in two runs: living tokens move into fresh vaults, the old ones are deleted without recovery (R48)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.compact_vaults import compact_vaults as services
from orcid_sync.observability import observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - what the schedule says does not matter
    """One run. An error is left to Lambda, which repeats it: every run goes on where the one before stopped."""
    compact = services()
    done = compact.run(deadline_ms=compact.clock.now_ms() + context.get_remaining_time_in_millis())
    return {"closed": done.closed, "moved": done.moved, "dropped": done.dropped, "destroyed": done.destroyed}
