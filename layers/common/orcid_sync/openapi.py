"""The OpenAPI document, made of the operations that the functions register; docs/openapi.json is this, stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from orcid_sync.api.operations import Operation, Right
from orcid_sync.feed_models import ID_PATTERN
from orcid_sync.openapi_answers import answers, shared_answers
from orcid_sync.openapi_examples import Example, parameter, requests, shared
from orcid_sync.openapi_schemas import REF, References, Schema, schemas, without_references
from orcid_sync.openapi_words import INTRODUCTION, PATH_PARAMETERS, QUERY_PARAMETERS, TAGS

_OWN_ONLY = frozenset({"start_connecting", "complete_connecting"})
_WITH_PATTERN = frozenset({"user_id", "publication_id"})
# By the beginning of the path, the first that fits.
_TAG_OF = (
    (r"/v1/feed/", "Feed"),
    (r"/v1/admin/(configuration|type-mapping|publication-types|rehearsals)", "Configuration"),
    (r"/v1/admin/", "Oversight"),
    (r".*/(connect|callback)", "Connecting"),
    (r".*/(claiming|suggestions)", "Claiming"),
    (r".*", "Settings page"),
)
_SCHEMES = {
    "user": "A token of the user whose id stands in the address.",
    "administrator": "A token whose groups contain the administrators' group (`orcid-admins` unless configured).",
    "feed": "A token whose scope contains that of the feed (`orcid-feed` unless configured).",
}


def document(operations: Iterable[Operation], examples: Sequence[Example] = ()) -> dict[str, Any]:
    """The document, in a stable order."""
    ordered = sorted(operations, key=lambda operation: (operation.path, operation.method))
    references, found = schemas(ordered)
    paths: dict[str, dict[str, Any]] = {}
    for operation in ordered:
        described = _operation(operation, references, examples)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "ORCID write integration", "version": "1", "description": INTRODUCTION},
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": found,
            "responses": shared_answers(),
            "examples": shared(examples),
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": words}
                for name, words in _SCHEMES.items()
            },
        },
    }


def _operation(operation: Operation, references: References, examples: Sequence[Example]) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": " ".join(operation.summary.split()),
        "description": _description(operation),
        "tags": [next(tag for beginning, tag in _TAG_OF if re.match(beginning, operation.path))],
        "x-right": operation.right.value,
        "security": [{name: []} for name in _rights(operation)],
        "parameters": list(_parameters(operation, examples)),
        "responses": answers(operation, references, examples),
    }
    body = _body(operation, references, examples)
    return {**described, "requestBody": body} if body is not None else described


def _rights(operation: Operation) -> list[str]:
    if operation.right is Right.ANYBODY:
        return []
    if operation.right is Right.USER and operation.name not in _OWN_ONLY:
        return ["user", "administrator"]
    return [operation.right.value]


def _description(operation: Operation) -> str:
    who = {
        Right.USER: "For the user, or an administrator for them.",
        Right.ADMINISTRATOR: "For administrators.",
        Right.FEED: "For the feed of the RIS.",
        Right.ANYBODY: "Without a token.",
    }[operation.right]
    who = "For the user alone." if operation.name in _OWN_ONLY else who
    paragraphs = [" ".join(part.split()) for part in operation.description.split("\n\n") if part.strip()]
    return "\n\n".join([*paragraphs, who])


def _body(operation: Operation, references: References, examples: Sequence[Example]) -> Schema | None:
    shown = requests(operation, examples)
    with_examples = {"examples": shown} if shown else {}
    if operation.takes is not None:
        text = {"schema": {"type": "string"}, **with_examples}
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {"required": True, "content": {operation.takes: text, "application/octet-stream": binary}}
    if operation.body is None:
        return None
    schema = dict(references[operation.body, "validation"])
    needed = any(field.is_required() for field in operation.body.model_fields.values())
    return {
        "required": needed,
        "description": f"At most {operation.largest_body:,} bytes.",
        "content": {"application/json": {"schema": schema, **with_examples}},
    }


def _parameters(operation: Operation, examples: Sequence[Example]) -> Iterable[Schema]:
    yield from _path_parameters(operation, examples)
    yield from _query_parameters(operation, examples)
    if operation.conditional:
        description = "The `ETag` last read; 412 when the resource was changed since. Left away: whatever it is now."
        yield {"name": "If-Match", "in": "header", "description": description, "schema": {"type": "string"}}
    if operation.offers is not None:
        description = f"`application/json` for JSON; otherwise it is `{operation.offers}`."
        yield {"name": "Accept", "in": "header", "description": description, "schema": {"type": "string"}}


def _path_parameters(operation: Operation, examples: Sequence[Example]) -> Iterable[Schema]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        schema: Schema = {"type": "string"}
        if name in _WITH_PATTERN:
            schema["pattern"] = ID_PATTERN
        described = {"name": name, "in": "path", "required": True, "description": PATH_PARAMETERS.get(name, "")}
        yield {**described, "schema": schema, **_example(operation, "path", name, examples)}


def _query_parameters(operation: Operation, examples: Sequence[Example]) -> Iterable[Schema]:
    if operation.query is None:
        return
    found = operation.query.model_json_schema(ref_template=REF)
    definitions = found.get("$defs", {})
    for name, given in found["properties"].items():
        schema = without_references(given, definitions)
        words = QUERY_PARAMETERS.get(f"{operation.name}.{name}") or QUERY_PARAMETERS.get(name, "")
        described = {"name": name, "in": "query", "description": schema.pop("description", words), "schema": schema}
        yield {**described, **_example(operation, "query", name, examples)}


def _example(operation: Operation, where: str, name: str, examples: Sequence[Example]) -> Schema:
    found = parameter(operation, where, name, examples)
    return {"example": found} if found is not None else {}
