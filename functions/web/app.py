"""HTTP: the pages of `web/`, from the same origin as the API that they call."""

from __future__ import annotations

from typing import Any

from orcid_sync.bootstrap.web import web as pages

ROUTES = ("GET /", "GET /web/{path+}")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer with a file. A visit asks for many at once and starts many copies: so only what is needed is imported."""
    return pages().answer(event)
