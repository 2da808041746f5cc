"""The routes of a function: whose call it is, its body checked, the answer or the error written as HTTP."""

from __future__ import annotations

import base64
import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ValidationError

from orcid_sync.api.caller import Caller, CallerRules, caller_of
from orcid_sync.api.operations import Operation, Right
from orcid_sync.api.problems import internal, problem
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import ForbiddenError, InvalidError, NotFoundError, OrcidSyncError, TooLargeError
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.feed_models import ID_PATTERN
from orcid_sync.observability import logger, metrics, observed
from orcid_sync.refusals import explained

LARGEST_BODY = 64_000
# Longer than any id of ours; a table's key holds 2,048 bytes.
LONGEST_NAME = 200
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers: a body, or a text of a type of its own. `rev` becomes the ETag."""

    status: int
    body: BaseModel | None = None
    text: str | None = None
    media_type: str = "text/plain"
    rev: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its caller known and its body and query checked."""

    caller: Caller
    path: Mapping[str, str]
    query: Any
    body: Any
    expected_rev: int | None
    domain_name: str
    accept: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    @property
    def user_id(self) -> str:
        """Whose resource it is; `me` is the caller. Raises NotFoundError for what no user's id can be."""
        user_id = self.caller.subject if self.path["user_id"] == "me" else self.path["user_id"]
        if not re.fullmatch(ID_PATTERN, user_id):
            raise NotFoundError("This user is not known: neither token nor address names an id that a user can have.")
        return user_id

    @property
    def orcid_id(self) -> str:
        """The iD in the path."""
        try:
            return parse_orcid_id(self.path["orcid_id"])
        except InvalidError as exc:
            raise NotFoundError("The user does not claim this ORCID iD.") from exc

    @property
    def publication_id(self) -> str:
        """The publication in the path."""
        if not re.fullmatch(ID_PATTERN, self.path["publication_id"]):
            raise NotFoundError("There is no such publication.")
        return self.path["publication_id"]

    def callback_url(self, public_api_url: str) -> str:
        """Where ORCID sends the browser back to: under the API's own name, else under that of the call."""
        return f"{public_api_url or 'https://' + self.domain_name}/v1/orcid/callback"


class Api:
    """The routes of one function. `rules` is asked when the first call comes, not at import."""

    def __init__(self, rules: Callable[[], CallerRules]) -> None:
        self._rules = rules
        self._resolver = APIGatewayHttpResolver()
        self._resolver.not_found(_not_found)
        self.operations: list[Operation] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        right: Right = Right.USER,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        answers: Mapping[int, type[BaseModel] | None],
        tagged: bool = False,
        conditional: bool = False,
        located: bool = False,
        largest_body: int = LARGEST_BODY,
        takes: str | None = None,
        offers: str | None = None,
    ) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
        """Make a function the handler of a route; its docstring is the operation's summary and description.

        The rest is as `Operation` has it; a body of the media type `takes` is handed on as bytes.
        """

        def register(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
            summary, _, description = (inspect.getdoc(handler) or "").partition("\n\n")
            operation = Operation(
                method=method,
                path=path,
                name=handler.__name__,
                summary=summary,
                right=right,
                answers=answers,
                body=body,
                query=query,
                tagged=tagged,
                conditional=conditional,
                located=located,
                largest_body=largest_body,
                takes=takes,
                offers=offers,
                description=description,
            )
            self.operations.append(operation)

            def respond(**parameters: str) -> Response[str]:
                return self._respond(operation, handler, parameters)

            self._resolver.route(_PARAMETER.sub(r"<\1>", path), method=method)(respond)
            return handler

        return register

    @property
    def handler(self) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
        """The Lambda handler."""
        return observed(self._resolver.resolve)

    def _respond(
        self, operation: Operation, handler: Callable[[Call], Answer], parameters: Mapping[str, str]
    ) -> Response[str]:
        """The boundary: every error becomes an answer here, one that nobody foresaw with its traceback in the log."""
        try:
            answer = handler(self._call(operation, parameters))
        except OrcidSyncError as exc:
            response = problem(exc)
            logger.info("call_refused", operation=operation.name, status=response.status_code, error=type(exc).__name__)
            return response
        except Exception:  # noqa: BLE001 - the outermost place of an HTTP call; the alarm hangs on the metric
            logger.exception("call_failed", operation=operation.name)
            metrics.add_metric(name="UnexpectedErrors", unit="Count", value=1)
            return internal()
        logger.info("call_answered", operation=operation.name, status=answer.status)
        return _response(answer)

    def _call(self, operation: Operation, parameters: Mapping[str, str]) -> Call:
        event = self._resolver.current_event
        path = {name: unquote(value) for name, value in parameters.items()}
        if any(len(value) > LONGEST_NAME for value in path.values()):
            raise NotFoundError("There is no such address here.")
        caller = Caller("", administrator=False, feed=False)
        if operation.right is not Right.ANYBODY:
            caller = caller_of(event.raw_event, self._rules())
            _check_right(operation.right, caller, path)
        named = {"user_id": caller.subject if path.get("user_id") == "me" else path.get("user_id")}
        logger.append_keys(**named, orcid_id=path.get("orcid_id"))
        headers = {name.lower(): value for name, value in event.headers.items()}
        return Call(
            caller=caller,
            path=path,
            query=_checked(operation.query, event.query_string_parameters or {}),
            body=self._body(operation),
            expected_rev=_revision(headers.get("if-match")),
            domain_name=event.request_context.domain_name or "",
            accept=headers.get("accept", ""),
        )

    def _body(self, operation: Operation) -> Any:
        """The body as the operation takes it: checked, as bytes, or not at all."""
        if operation.takes is None:
            return _checked(operation.body, self._json(operation)) if operation.body is not None else None
        event = self._resolver.current_event
        # The gateway hands on `text/*` as text, whatever else in base64.
        try:
            return base64.b64decode(event.body or "") if event.is_base64_encoded else (event.body or "").encode()
        except ValueError as exc:
            raise InvalidError("The body cannot be read.") from exc

    def _json(self, operation: Operation) -> object:
        """The body, read; none counts as `{}`."""
        event = self._resolver.current_event
        if len(event.body or "") > operation.largest_body * (4 / 3 if event.is_base64_encoded else 1):
            raise TooLargeError(f"The body may have at most {operation.largest_body:,} bytes.")
        try:
            text = event.decoded_body or ""
            if len(text.encode()) > operation.largest_body:
                raise TooLargeError(f"The body may have at most {operation.largest_body:,} bytes.")
            return json.loads(text, parse_constant=_no_number) if text.strip() else {}
        except (ValueError, RecursionError) as exc:
            raise InvalidError("The body is no JSON; send one object in UTF-8.") from exc


def _not_found(_: Exception) -> Response[str]:
    return problem(NotFoundError("There is no such address here."))


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _check_right(right: Right, caller: Caller, path: Mapping[str, str]) -> None:
    """R46. A user's resource is theirs and the administrators'; 403 before anybody learns whether it exists."""
    if right is Right.ADMINISTRATOR and not caller.administrator:
        raise ForbiddenError("Only administrators may do this.")
    if right is Right.FEED and not caller.feed:
        raise ForbiddenError("Only the feed of the research information system may do this.")
    if right is Right.USER:
        user_id = caller.subject if path["user_id"] == "me" else path["user_id"]
        if user_id != caller.subject and not caller.administrator:
            raise ForbiddenError("This belongs to somebody else.")


def _checked(model: type[BaseModel] | None, raw: object) -> Any:
    """The raw value as the model has it. Raises InvalidError naming the fields at fault."""
    if model is None:
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as exc:
        raise InvalidError("Some values cannot be taken.", explained(exc)) from exc


def _revision(if_match: str | None) -> int | None:
    """The revision that `If-Match` names; -1 for one that we never gave, so that it is stale."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    return int(tag) if re.fullmatch(r"[0-9]{1,18}", tag) else -1


def _response(answer: Answer) -> Response[str]:
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.rev is not None:
        headers["ETag"] = f'"{answer.rev}"'
    if answer.text is not None:
        return Response(answer.status, answer.media_type, answer.text, headers=headers)
    if answer.body is None:
        return Response(answer.status, None, "", headers=headers)
    return Response(answer.status, "application/json", answer.body.model_dump_json(), headers=headers)
