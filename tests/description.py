"""Holds what the API answers to what docs/openapi.json says of it; every test that calls the API goes through here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from local.openapi import DOCUMENT

PROBLEM = "application/problem+json"
_FORMATS = FormatChecker(["date-time"])


@cache
def published() -> dict[str, Any]:
    """The document as it is published."""
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to, or the part itself."""
    while "$ref" in part:
        found: Any = published()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operation_at(method: str, path: str) -> Mapping[str, Any] | None:
    """The operation that a call reaches; an address with a fixed last part comes before one with a parameter there."""
    fitting = [template for template in published()["paths"] if _pattern(template).fullmatch(path)]
    methods = [published()["paths"][template] for template in sorted(fitting, key=lambda found: found.count("{"))]
    return next((found[method.lower()] for found in methods if method.lower() in found), None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """For a schema of the document, which may refer to others of it."""
    whole = {**schema, "components": published()["components"]}
    return Draft202012Validator(whole, format_checker=_FORMATS)


@cache
def _answers(operation_id: str, status: str, media_type: str) -> Draft202012Validator:
    for methods in published()["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == operation_id:
                return validator(resolved(operation["responses"][status])["content"][media_type]["schema"])
    raise AssertionError(operation_id)


def check_answer(method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> None:
    """Raise AssertionError for an answer that the document does not have. `body`: JSON as its value, else text."""
    operation = operation_at(method, path)
    if operation is None:
        assert status in (404, 405), f"{method} {path} is not described"
        return
    where = f"{operation['operationId']} answered {status}"
    assert str(status) in operation["responses"], f"{where}, which is not described"
    described = resolved(operation["responses"][str(status)])
    given = {name.lower(): value for name, value in headers.items()}
    for name in ("etag", "location", "retry-after"):
        known = {header.lower() for header in described.get("headers", {})}
        assert name not in given or name in known, f"{where} with {name}, which is not described"
    if status < 400:
        for name in ("ETag", "Location"):
            assert name not in described.get("headers", {}) or name.lower() in given, f"{where} without {name}"
    if "content" not in described:
        assert not body, f"{where} with a body, which is not described"
        return
    media_type = given.get("content-type", "").partition(";")[0]
    assert media_type in described["content"], f"{where} as {media_type!r}, which is not described"
    faults = list(_answers(operation["operationId"], str(status), media_type).iter_errors(body))
    assert not faults, f"{where} with {body!r}: {faults[0].message}"
