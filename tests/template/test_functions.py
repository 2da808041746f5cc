"""STYLE's rules on what a function's folder may hold."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
from orcid_sync.api.operations import Right

from local.aws.embedded import ROOT
from local.aws.http_api import routes
from local.aws.template import load, resources

APPS = sorted((ROOT / "functions").glob("*/app.py"))
# In Lambda the module is plain `app`, beside it only the layer and what the layer carries.
ALLOWED = {"orcid_sync", "aws_lambda_powertools", "__future__", "typing", "collections", "dataclasses", "json"}

LONGEST_ROUTE, LONGEST_REST = 9, 45  # statements; lines besides the routes, or of a function that has none


def _statements(route: ast.FunctionDef) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(route)) - 2  # the function itself and its docstring


def _lines(part: ast.AST) -> int:
    """As many as it takes written plainly, one statement a line: neither comments nor wrapping count."""
    return len(ast.unparse(part).splitlines())


def _imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return names


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.parent.name)
def test_a_function_holds_one_short_file_that_only_parses_calls_and_answers(app: Path) -> None:
    assert [file.name for file in app.parent.glob("*.py")] == ["app.py"]
    tree = ast.parse(app.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    routes = [node for node in functions if any("api.route(" in ast.unparse(way) for way in node.decorator_list)]
    # What is short is what is done: a route described in many lines is still one call and one answer.
    long = {route.name: n for route in routes if (n := _statements(route)) > LONGEST_ROUTE}
    assert long == {}
    assert _lines(tree) - sum(map(_lines, routes)) <= LONGEST_REST
    imported = _imported(app)
    assert {name.partition(".")[0] for name in imported} <= ALLOWED
    deep = {name for name in imported if name.startswith(("orcid_sync.adapters", "orcid_sync.config"))}
    assert not deep, "functions reach adapters and environment only through bootstrap"


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.parent.name)
def test_importing_a_function_needs_no_environment_and_gives_its_handler(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", {"PATH": ""})
    module = importlib.import_module(f"functions.{app.parent.name}.app")
    assert callable(module.handler)


def _code_routes(folder: str) -> set[tuple[str, bool]]:
    """(`GET /v1/...`, whether a token is needed) of a function's Api; of one that serves files, its routes."""
    module = importlib.import_module(f"functions.{folder}.app")
    if hasattr(module, "ROUTES"):
        return {(route, False) for route in module.ROUTES}
    operations = module.api.operations if hasattr(module, "api") else []
    return {(f"{o.method} {o.path.replace('<', '{').replace('>', '}')}", o.right != Right.ANYBODY) for o in operations}


def test_r46_the_gateway_knows_the_routes_that_each_function_answers(translated: dict[str, Any]) -> None:
    (gateway,) = resources(translated, "AWS::ApiGatewayV2::Api").values()
    functions = resources(load(), "AWS::Serverless::Function")
    made: dict[str, set[tuple[str, bool]]] = {app.parent.name: set() for app in APPS}
    for route in routes(gateway["Body"]):
        folder = functions[route.function]["CodeUri"].strip("/").rpartition("/")[2]
        made[folder].add((route.key, route.authorized))
    assert made == {folder: _code_routes(folder) for folder in made}
