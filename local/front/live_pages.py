"""Serves `web/` from the working copy by the code that is deployed: for work on the pages (`--live-pages`)."""

from __future__ import annotations

import base64

from orcid_sync.bootstrap.web import pages
from orcid_sync.config import WebConfig
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.stack import Stack


class LivePages:
    """Reads every file anew at each call; what the page is told of the installation is what was deployed."""

    def __init__(self, stack: Stack) -> None:
        function = stack.deployment.function("web")
        found = stack.aws.client("lambda").get_function_configuration(FunctionName=function)
        self._config = WebConfig.from_env(found["Environment"]["Variables"])

    async def answer(self, request: Request) -> Response:
        """The answer of the function `web`."""
        event = {"rawPath": request.url.path, "headers": dict(request.headers)}
        answer = (await run_in_threadpool(pages.__wrapped__, self._config)).answer(event)
        return Response(base64.b64decode(answer["body"]), answer["statusCode"], answer["headers"])
