"""The API's description: the OpenAPI document, or, as far as that is not written, the routes of the template."""

from __future__ import annotations

import json
from typing import Any

from local.aws.embedded import ROOT
from local.aws.template import resources

_DOCUMENT = ROOT / "docs" / "openapi.json"


def describe(template: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document."""
    if _DOCUMENT.exists():
        document: dict[str, Any] = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
        return document
    paths: dict[str, dict[str, Any]] = {}
    for function in resources(template, "AWS::Serverless::Function").values():
        for name, event in function.get("Events", {}).items():
            if event["Type"] == "HttpApi":
                given = event["Properties"]
                paths.setdefault(given["Path"], {})[given["Method"].lower()] = {"summary": _words(name)}
    return {"openapi": "3.0.1", "info": {"title": template["Description"], "version": "1"}, "paths": paths}


def _words(name: str) -> str:
    """`ListPublications` -> `List publications`."""
    return "".join(f" {letter.lower()}" if letter.isupper() and at else letter for at, letter in enumerate(name))
