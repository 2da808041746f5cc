"""The schemas of the OpenAPI document: the models', with words for every field, and the feed's items by kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from orcid_sync.api.operations import Operation
from orcid_sync.api.problems import PROBLEM_TYPES
from orcid_sync.feed_models import ITEMS, FeedBatch
from orcid_sync.openapi_words import FIELDS

Schema: TypeAlias = dict[str, Any]
References: TypeAlias = dict[tuple[type[BaseModel], JsonSchemaMode], Schema]

REF = "#/components/schemas/{model}"
# Two models may have one name where they are never seen together; here they are.
_RENAMED = {"IdentifierModel-Input": "FeedIdentifier", "IdentifierModel-Output": "Identifier"}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": list(PROBLEM_TYPES), "description": "What is wrong, for programs."},
        "title": {"type": "string", "description": "What is wrong, in short."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "errors": {
            "type": "array",
            "description": "Where fields are at fault (`field`), or rows of a type mapping (`line`, `value`).",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "field": {"type": "string", "description": "Like `records[0].data.title`; empty: the whole body."},
                    "line": {"type": ["integer", "null"], "description": "null: the file as a whole."},
                    "value": {"type": "string", "description": "The value of that line."},
                    "message": {"type": "string", "description": "What to do about it."},
                },
            },
        },
        "upload_id": {"type": ["string", "null"], "description": "A refused type mapping in the history of uploads."},
        "taken_by": {
            "type": "object",
            "description": "For administrators: who writes to the ORCID iD.",
            "properties": {
                "user_id": {"type": "string", "description": "Their id in the RIS."},
                "name": {"type": ["string", "null"], "description": "Their name."},
            },
        },
    },
}
_GATEWAY_ERROR: Mapping[str, Any] = {
    "type": "object",
    "description": "An answer that the gateway made by itself, before any function was asked.",
    "required": ["message"],
    "properties": {"message": {"type": "string", "description": "In short."}},
}


def schemas(operations: Iterable[Operation]) -> tuple[References, Schema]:
    """References by model and use, and the schemas that they point to, by name."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for operation in operations:
        if operation.body is not None:
            wanted[operation.body, "validation"] = None
        for answer in filter(None, operation.answers.values()):
            wanted[answer, "serialization"] = None
    for models in ITEMS.values():
        wanted.update(dict.fromkeys(((model, "validation") for model in models), None))
    found, definitions = models_json_schema(list(wanted), ref_template=REF, schema_generator=GenerateJsonSchema)
    named = _renamed({name: definitions["$defs"][name] for name in sorted(definitions["$defs"])})
    references: References = {key: _renamed(dict(found[key])) for key in wanted}
    for name, schema in named.items():
        _describe(name, schema)
    if FeedBatch.__name__ in named:
        named |= _items_by_kind(references)
        # The batch takes anything, so that a bad item is an error of its own; the document says what is good.
        named[FeedBatch.__name__]["properties"]["items"] |= {"items": {"$ref": REF.format(model="FeedItem")}}
    return references, {**dict(sorted(named.items())), "Problem": dict(_PROBLEM), "GatewayError": dict(_GATEWAY_ERROR)}


def _renamed(schema: Schema) -> Schema:
    text = json.dumps(schema)
    for name, shown in _RENAMED.items():
        text = text.replace(f'"{name}"', f'"{shown}"').replace(f'/{name}"', f'/{shown}"')
    renamed: Schema = json.loads(text)
    return renamed


def _items_by_kind(references: References) -> Schema:
    """`FeedItem` is one of the kinds, each living or deleted."""
    found: Schema = {}
    mapping: dict[str, str] = {}
    for kind, models in ITEMS.items():
        name = "".join(map(str.capitalize, kind.split("-"))) + "Change"
        both = [references[model, "validation"] for model in models]
        found[name] = {"description": f"A {kind.replace('-', ' ')} as it is now, or deleted.", "oneOf": both}
        mapping[kind] = REF.format(model=name)
    found["FeedItem"] = {
        "description": "An item of the feed; it replaces the whole stored item. Items may come in any order.",
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    }
    return found


def _describe(name: str, schema: Schema) -> None:
    """Words for every field, and no titles that only repeat names."""
    schema.pop("title", None)
    schema["description"] = re.sub(r"\s+", " ", schema.get("description", name)).strip()
    fields = [choice.get("properties", {}) for choice in (schema, *schema.get("anyOf", ()))]
    for field, described in (pair for properties in fields for pair in properties.items()):
        for part in _parts(described):
            part.pop("title", None)
        words = FIELDS.get(f"{name}.{field}") or FIELDS.get(field)
        if words and "description" not in described:
            described["description"] = words


def _parts(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from _parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _parts(part)


def without_references(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    """A parameter's schema on its own, and without the null that a query cannot say."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    merged = {**schema, **(choices[0] if choices else {})}
    reference = merged.pop("$ref", None)
    if reference is not None:
        merged |= {k: v for k, v in definitions[reference.rsplit("/", 1)[-1]].items() if k != "description"}
    return {name: value for name, value in merged.items() if name not in ("anyOf", "title") and value is not None}
