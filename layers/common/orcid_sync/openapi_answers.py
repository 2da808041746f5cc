"""The answers of an operation in the OpenAPI document: what it gives, every refusal, and what the gateway says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orcid_sync.api.operations import Operation, Right
from orcid_sync.api.problems import PROBLEMS
from orcid_sync.api.refusals import refusals
from orcid_sync.domain.errors import OrcidSyncError
from orcid_sync.openapi_examples import Example, examples_of, shared_name
from orcid_sync.openapi_schemas import REF, References, Schema

PROBLEM = "application/problem+json"
_WORDS = {201: "Made.", 202: "It will be done.", 204: "Done.", 302: "On to the front end."}
_REASONS: Mapping[int, str] = {
    401: "No valid token of the institution's identity provider.",
    403: "The token does not give this right, or the write integration is off.",
    404: "What the address names is not there, or not theirs.",
    409: "It cannot be done as things are.",
    412: "Changed since the ETag in `If-Match` was read.",
    413: "More than one call takes.",
    422: "Values that cannot be taken.",
    429: "Too many calls of everybody together; repeat later.",
    500: "Something went wrong on our side.",
    503: "Busy, or ORCID does not answer; repeat later.",
}
_MESSAGES = {
    401: "Unauthorized",
    403: "Forbidden",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_SHARED = {401: "Unauthorized", 429: "TooManyRequests", 500: "InternalError"}
_HEADERS: Mapping[str, Schema] = {
    "ETag": {"description": "The revision, to be sent as `If-Match`.", "schema": {"type": "string"}},
    "Location": {"description": "Where to go on.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before repeating.", "schema": {"type": "integer"}},
    "Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}},
}


def answers(operation: Operation, references: References, examples: Iterable[Example]) -> Schema:
    """Every answer, by status."""
    own = examples_of(operation, examples)
    found = {status: _good(status, operation, references, own) for status in operation.answers}
    by_status: dict[int, dict[str, None]] = {}
    for error in refusals(operation):
        status, slug, _ = _problem(error)
        by_status.setdefault(status, {})[slug] = None
    # A call that fails at the gateway or runs out of time is answered by it.
    by_status.setdefault(503, {})
    for status, types in by_status.items():
        found[status] = _refused(status, list(types), own)
    for status in _of_gateway(operation):
        found.setdefault(status, {"description": _REASONS[status], "content": {}})
        found[status]["content"]["application/json"] = _by_gateway(status)
    return {str(status): _shared_or(status, found[status]) for status in sorted(found)}


def shared_answers() -> Schema:
    """The answers that are the same for every operation, by name."""
    found: Schema = {}
    for status, name in _SHARED.items():
        slugs = [slug for known, slug, _ in PROBLEMS.values() if known == status]
        found[name] = _refused(status, list(dict.fromkeys(slugs)), [])
        found[name]["content"]["application/json"] = _by_gateway(status)
    return found


def _shared_or(status: int, described: Schema) -> Schema:
    return {"$ref": f"#/components/responses/{_SHARED[status]}"} if status in _SHARED else described


def _by_gateway(status: int) -> Schema:
    message = {"summary": "By the gateway", "value": {"message": _MESSAGES[status]}}
    return {"schema": {"$ref": REF.format(model="GatewayError")}, "examples": {"gateway": message}}


def _problem(error: type[OrcidSyncError]) -> tuple[int, str, str]:
    return next(PROBLEMS[cause] for cause in error.__mro__ if cause in PROBLEMS)


def _of_gateway(operation: Operation) -> Iterable[int]:
    if operation.right is not Right.ANYBODY:
        yield from (401, 403)
    if operation.body is not None or operation.takes is not None:
        yield 413
    yield from (429, 500, 503)


def _good(status: int, operation: Operation, references: References, own: list[Example]) -> Schema:
    model = operation.answers[status]
    words = _WORDS.get(status, (model.__doc__ or "").strip().split("\n\n")[0] if model is not None else "Done.")
    described: Schema = {"description": " ".join(words.split())}
    names = [name for name, wanted in (("ETag", operation.tagged), ("Location", operation.located)) if wanted]
    if model is not None:
        schema = dict(references[model, "serialization"])
        described["content"] = {"application/json": {"schema": schema}}
        if operation.offers is not None:
            described["content"][operation.offers] = {"schema": {"type": "string"}}
            names.append("Content-Disposition")
    for media_type, content in described.get("content", {}).items():
        _add(content, {e.name: e.answered for e in own if (e.status, e.answer_type) == (status, media_type)})
    return {**described, **_with_headers(names)}


def _refused(status: int, types: list[str], own: list[Example]) -> Schema:
    described: Schema = {"description": _REASONS[status], "content": {}}
    if types:
        problem = {"$ref": REF.format(model="Problem")}
        content: Schema = {"schema": {"allOf": [problem, {"properties": {"type": {"enum": types}}}]}}
        shown = {e.name: e.answered for e in own if e.status == status and e.answer_type == PROBLEM}
        told = {example["value"]["type"] for example in shown.values()}
        for slug in types:
            if slug not in told:
                name = shared_name(slug, status)
                shown[name] = {"$ref": f"#/components/examples/{name}"}
        _add(content, shown)
        described["content"][PROBLEM] = content
    return {**described, **_with_headers(["Retry-After"] if status == 503 else [])}


def _add(content: Schema, shown: Mapping[str, Any]) -> None:
    if shown:
        content["examples"] = dict(shown)


def _with_headers(names: list[str]) -> Schema:
    return {"headers": {name: dict(_HEADERS[name]) for name in names}} if names else {}
