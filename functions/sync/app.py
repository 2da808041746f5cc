"""Sync on demand, by direct invocation (R40)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.api.bodies import SyncRequest
from orcid_sync.bootstrap.sync import sync as services
from orcid_sync.domain.rehearsal import Rehearsal
from orcid_sync.observability import observed
from orcid_sync.services.on_demand import WantedLinks

# Who it was that invoked the function, AWS's own trail knows.
INVOKER = "sync-function"


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """A SyncRequest, or an event `Sync Requested` with one in it -> `{"queued": n}`.

    A dry run -> `{"plans": [...]}`, or `{"rehearsal_id"}` for more than 25 users.
    """
    request = SyncRequest.model_validate(event.get("detail", event))
    wanted = WantedLinks(tuple(request.users), tuple(request.orcid_ids), request.all)
    if request.dry_run:
        found = services().dry_run.run(INVOKER, wanted)
        if isinstance(found, Rehearsal):
            return {"rehearsal_id": found.rehearsal_id}
        return {"plans": [asdict(plan) for plan in found]}
    return {"queued": services().on_demand.queue(wanted, lane=request.priority, reconcile=request.reconcile)}
