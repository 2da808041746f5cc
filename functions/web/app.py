"""HTTP: the pages of `web/`, from the same origin as the API that they call."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.web import web as pages
from orcid_sync.observability import observed

ROUTES = ("GET /", "GET /web/{path+}")


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer with a file."""
    return pages().answer(event)
