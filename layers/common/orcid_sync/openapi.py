"""The OpenAPI document, made of the operations that the functions register; docs/openapi.json is this, stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from orcid_sync.api_operations import Operation, Right
from orcid_sync.api_problems import PROBLEM_TYPES
from orcid_sync.feed_models import ID_PATTERN, ITEMS, FeedBatch

_REF = "#/components/schemas/{model}"
_TAGS = {
    Right.USER: "Users",
    Right.ANYBODY: "Users",
    Right.ADMINISTRATOR: "Administrators",
    Right.FEED: "The feed",
}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `errors` where fields are at fault (`field`), or rows of a mapping (`line` and `value`;"
    " the history keeps it as `upload_id`); `taken_by` for administrators.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": list(PROBLEM_TYPES)},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "field": {"type": "string"},
                    "line": {"type": ["integer", "null"]},
                    "value": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "upload_id": {"type": ["string", "null"]},
        "taken_by": {
            "type": "object",
            "properties": {"user_id": {"type": "string"}, "name": {"type": ["string", "null"]}},
        },
    },
}
# What the gateway answers by itself, before any function is asked.
_GATEWAY_ERROR: Mapping[str, Any] = {
    "type": "object",
    "description": "An answer of the gateway itself.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
_PARAMETERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "user_id": ("The user's id in the RIS; `me` is the caller.", {"type": "string", "pattern": ID_PATTERN}),
    "orcid_id": ("An ORCID iD, like 0000-0002-1825-0097.", {"type": "string"}),
    "upload_id": ("An upload of the type mapping; `default` is that of a fresh installation.", {"type": "string"}),
    "publication_id": ("The publication's id in the RIS.", {"type": "string", "pattern": ID_PATTERN}),
    "suggestion_id": ("A suggestion's id, as the list of suggestions gives it.", {"type": "string"}),
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document, in a stable order."""
    ordered = sorted(operations, key=lambda operation: (operation.path, operation.method))
    references, schemas = _schemas(ordered)
    paths: dict[str, dict[str, Any]] = {}
    for operation in ordered:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ORCID write integration",
            "version": "1",
            "description": "Keeps researchers' ORCID records in step with their research information system.",
        },
        "security": [{"identityProvider": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM, "GatewayError": _GATEWAY_ERROR},
            "securitySchemes": {
                "identityProvider": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of the institution's identity provider.",
                }
            },
        },
    }


_Wanted = tuple[type[BaseModel], JsonSchemaMode]


def _schemas(operations: Iterable[Operation]) -> tuple[dict[_Wanted, dict[str, Any]], dict[str, Any]]:
    """References by model and use, and the schemas that they point to."""
    wanted: dict[_Wanted, None] = {}
    for operation in operations:
        if operation.body is not None:
            wanted[operation.body, "validation"] = None
        for answer in operation.answers.values():
            if answer is not None:
                wanted[answer, "serialization"] = None
    for models in ITEMS.values():
        wanted.update(dict.fromkeys((model, "validation") for model in models))
    found, definitions = models_json_schema(list(wanted), ref_template=_REF, schema_generator=GenerateJsonSchema)
    schemas = {name: definitions["$defs"][name] for name in sorted(definitions["$defs"])}
    if FeedBatch.__name__ in schemas:
        # The batch takes anything, so that a bad item is an error of its own; the document says what is good.
        items = [found[model, "validation"] for models in ITEMS.values() for model in models]
        schemas[FeedBatch.__name__]["properties"]["items"]["items"] = {"anyOf": items}
    return {(model, mode): dict(found[model, mode]) for model, mode in wanted}, schemas


def _operation(operation: Operation, references: Mapping[_Wanted, Mapping[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary.split("\n")[0],
        "tags": [_TAGS[operation.right]],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_if_match(operation)],
        "responses": {
            str(status): _answer(status, model, operation, references) for status, model in operation.answers.items()
        },
    }
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    described["responses"]["default"] = {"description": "What went wrong, and what to do.", "content": problem}
    if operation.right is not Right.ANYBODY:
        gateway = {"application/json": {"schema": {"$ref": _REF.format(model="GatewayError")}}}
        described["responses"]["401"] = {"description": "No valid token.", "content": {**gateway, **problem}}
    if operation.body is not None or operation.query is not None:
        described["responses"]["422"] = {"description": "Values that cannot be taken.", "content": problem}
    if operation.largest_body and operation.body is not None:
        described["responses"]["413"] = {"description": f"Above {operation.largest_body:,} bytes.", "content": problem}
    if operation.body is not None:
        schema = dict(references[operation.body, "validation"])
        needed = any(field.is_required() for field in operation.body.model_fields.values())
        described["requestBody"] = {"required": needed, "content": {"application/json": {"schema": schema}}}
    if operation.takes is not None:
        binary = {"schema": {"type": "string", "format": "binary"}}
        text = {"schema": {"type": "string"}}
        described["requestBody"] = {"content": {operation.takes: text, "application/octet-stream": binary}}
    if operation.right is Right.ANYBODY:
        described["security"] = []
    return described


def _answer(
    status: int, model: type[BaseModel] | None, operation: Operation, references: Mapping[_Wanted, Mapping[str, Any]]
) -> dict[str, Any]:
    words = {302: "On to the front end.", 204: "Done.", 202: "It will be done.", 201: "Made."}
    described: dict[str, Any] = {"description": words.get(status, "Here it is.")}
    if model is not None:
        described["content"] = {"application/json": {"schema": dict(references[model, "serialization"])}}
        if operation.offers is not None:
            described["content"][operation.offers] = {"schema": {"type": "string"}}
    if operation.versioned:
        described["headers"] = {"ETag": {"description": "For If-Match.", "schema": {"type": "string"}}}
    return described


def _path_parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        description, schema = _PARAMETERS[name]
        yield {"name": name, "in": "path", "required": True, "description": description, "schema": dict(schema)}


def _query_parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    if operation.query is None:
        return
    schema = operation.query.model_json_schema(ref_template=_REF)
    definitions = schema.get("$defs", {})
    for name, described in schema["properties"].items():
        yield {"name": name, "in": "query", "schema": _resolved(described, definitions)}


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's schema without references, and without the null that a query cannot say."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    merged = {**schema, **(choices[0] if choices else {})}
    reference = merged.pop("$ref", None)
    if reference is not None:
        merged |= definitions[reference.rsplit("/", 1)[-1]]
    return {name: value for name, value in merged.items() if name not in ("anyOf", "title") and value is not None}


def _if_match(operation: Operation) -> Iterable[dict[str, Any]]:
    if operation.versioned and operation.method not in ("GET", "POST"):
        description = "The ETag last read; 412 when it is stale."
        yield {"name": "If-Match", "in": "header", "description": description, "schema": {"type": "string"}}
