"""The example events are ones that the template would deliver to that function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.aws.embedded import ROOT
from local.aws.template import load, resources

EVENTS = sorted((ROOT / "events").glob("*/*.json"))


def _sources(folder: str) -> list[dict[str, Any]]:
    """What delivers events to a function's folder, by the template."""
    functions = resources(load(), "AWS::Serverless::Function").values()
    return [
        event
        for function in functions
        if function["CodeUri"].strip("/").endswith(f"/{folder}")
        for event in function.get("Events", {}).values()
    ]


def test_every_function_has_an_example_event() -> None:
    assert {file.parent.name for file in EVENTS} == {app.parent.name for app in (ROOT / "functions").glob("*/app.py")}


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_http_event_is_of_a_route_of_the_function(file: Path) -> None:
    event = json.loads(file.read_text(encoding="utf-8"))
    if "routeKey" in event:
        given = [source["Properties"] for source in _sources(file.parent.name) if source["Type"] == "HttpApi"]
        assert event["routeKey"] in {f"{route['Method']} {route['Path']}" for route in given}


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_event_of_a_bus_matches_a_rule_of_the_function(file: Path) -> None:
    event = json.loads(file.read_text(encoding="utf-8"))
    if "detail-type" in event and event.get("source") != "aws.scheduler":
        rules = [source["Properties"] for source in _sources(file.parent.name) if source["Type"] == "EventBridgeRule"]
        wanted = [(rule["Pattern"]["source"], rule["Pattern"]["detail-type"]) for rule in rules]
        assert ([event["source"]], [event["detail-type"]]) in wanted
