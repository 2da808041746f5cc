"""The catalogue has changed: the ORCID iDs concerned are woken (DESIGN 2), publications claimed (R41, R42)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.queueing import changes
from orcid_sync.bootstrap.queueing import notice_changes as services
from orcid_sync.observability import observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """A batch of the table's stream; it may come twice, and whatever fails is raised, so that it comes again."""
    batch, notice = changes(event), services()
    woken = notice.changes.notice(batch)
    notice.claims.notice(batch)
    works = notice.works.notice(batch)
    return {"woken": woken, "works": works, "claiming": notice.claim_automatically.notice(batch)}
