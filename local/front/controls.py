"""The `/_local` calls: what a person or a test may ask of the local stack; never part of what is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.idleness import wait_until_idle
from local.invoke import invoke, logs, schedules
from local.stack import Stack


class BadRequestError(Exception):
    """The caller's body makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of one stack."""

    stack: Stack

    def routes(self) -> list[Route]:
        """All calls, to be mounted at the root."""
        return [
            Route("/_local/info", self._get(self._info)),
            Route("/_local/usage", self._get(self._usage)),
            Route("/_local/schedules", self._get(self._schedules)),
            Route("/_local/idle", self._idle),
            Route("/_local/token", self._post(self._token), methods=["POST"]),
            Route("/_local/clock", self._post(self._clock), methods=["POST"]),
            Route("/_local/schedules/{name}", self._run_schedule, methods=["POST"]),
            Route("/_local/functions/{name}", self._invoke_function, methods=["POST"]),
            Route("/_local/functions/{name}/logs", self._logs),
        ]

    @staticmethod
    def _get(answer: Callable[[], dict[str, Any]]) -> Callable[[Request], Any]:
        async def call(_: Request) -> Response:
            return JSONResponse(await run_in_threadpool(answer))

        return call

    @staticmethod
    def _post(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Request], Any]:
        async def call(request: Request) -> Response:
            try:
                body = json.loads(await request.body() or b"{}")
                if not isinstance(body, dict):
                    raise BadRequestError("the body must be an object")
                return JSONResponse(answer(body))
            except (ValueError, BadRequestError) as exc:
                return JSONResponse({"error": str(exc)}, 400)

        return call

    def _info(self) -> dict[str, Any]:
        stack = self.stack
        return {
            "aws_endpoint_url": stack.aws.url,
            "registry_api_url": stack.registry.api_url,
            "registry_auth_url": stack.registry.auth_url,
            "client_id": stack.registry.client_id,
            "outputs": stack.deployment.outputs,
            **stack.stand_ins.info(),
        }

    def _usage(self) -> dict[str, Any]:
        usage = self.stack.aws.usage()
        logical = {physical: name for name, physical in self.stack.deployment.functions().items()}
        functions = {logical.get(name, name): entry for name, entry in usage["functions"].items()}
        registry = self.stack.emulator.usage() if self.stack.emulator is not None else None
        return {"aws": usage["aws"], "functions": functions, "registry": registry}

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        sub, groups, scope = body.get("sub"), body.get("groups", []), body.get("scope", "")
        if not isinstance(sub, str) or not isinstance(groups, list) or not isinstance(scope, str):
            raise BadRequestError('expected {"sub": "...", "groups": [...], "scope": "..."}')
        return {"access_token": self.stack.identity.token(sub, groups=groups, scope=scope), "token_type": "Bearer"}

    def _clock(self, body: dict[str, Any]) -> dict[str, Any]:
        seconds = body.get("advance_s")
        if not isinstance(seconds, int | float) or seconds < 0:
            raise BadRequestError('expected {"advance_s": seconds}, not negative')
        return {"offset_s": self.stack.clock.advance(seconds)}

    async def _idle(self, request: Request) -> Response:
        try:
            timeout_s = float(request.query_params.get("timeout_s", "60"))
        except ValueError:
            return JSONResponse({"error": "timeout_s must be a number of seconds"}, 400)
        found = await run_in_threadpool(wait_until_idle, self.stack.aws.state, timeout_s)
        return JSONResponse({"idle": found.idle, "busy": found.busy}, 200 if found.idle else 504)

    def _schedules(self) -> dict[str, Any]:
        logical = {physical: name for name, physical in self.stack.deployment.functions().items()}
        return {
            "items": [
                {
                    "name": found.name,
                    "invokes": logical.get(found.function, found.function),
                    "expression": found.expression,
                }
                for found in schedules(self.stack)
            ]
        }

    async def _run_schedule(self, request: Request) -> Response:
        name = request.path_params["name"]
        for schedule in await run_in_threadpool(schedules, self.stack):
            if schedule.name == name:
                return await run_in_threadpool(self._invoke, schedule.function, schedule.input)
        return JSONResponse({"error": f"no schedule is called {name!r}"}, 404)

    async def _invoke_function(self, request: Request) -> Response:
        function = self.stack.deployment.function(request.path_params["name"])
        if function is None:
            return JSONResponse({"error": f"no function is called {request.path_params['name']!r}"}, 404)
        return await run_in_threadpool(self._invoke, function, await request.body() or b"{}")

    async def _logs(self, request: Request) -> Response:
        found = await run_in_threadpool(logs, self.stack, request.path_params["name"])
        if found is None:
            return JSONResponse({"error": f"no function is called {request.path_params['name']!r}"}, 404)
        return PlainTextResponse("\n".join(found))

    def _invoke(self, function: str, payload: bytes) -> Response:
        """The answer is the function's own; that it failed is told by a header, as Lambda does."""
        answer = invoke(self.stack, function, payload)
        headers = {"x-amz-function-error": answer.error} if answer.error else {}
        return Response(answer.payload, 200, headers, "application/json")
