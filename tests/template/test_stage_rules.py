"""R13 as CloudFormation keeps it before anything is made: parameter patterns and the Rules section, evaluated here."""

from __future__ import annotations

import re
from typing import Any

import pytest
from orcid_sync.domain.errors import ConfigurationError
from orcid_sync.domain.stage import check_stage

PRODUCTION = ("https://api.orcid.org", "https://orcid.org")
SANDBOX = ("https://api.sandbox.orcid.org", "https://sandbox.orcid.org")
EMULATOR = ("http://127.0.0.1:8001", "http://127.0.0.1:8001")
NAMED = ("http://registry:8080", "http://orcid.internal")
PUBLIC = ("https://api.orcid.org.example.org", "https://orcid.example.org")
REGISTRIES = [PRODUCTION, SANDBOX, EMULATOR, NAMED, PUBLIC]


def _evaluate(expression: Any, values: dict[str, str]) -> Any:
    if isinstance(expression, str):
        return expression
    ((function, argument),) = expression.items()
    if function == "Ref":
        return values[argument]
    arguments = [_evaluate(part, values) for part in argument]
    if function == "Fn::Equals":
        return arguments[0] == arguments[1]
    if function == "Fn::Not":
        return not arguments[0]
    return {"Fn::And": all, "Fn::Or": any}[function](arguments)


def _accepted(template: dict[str, Any], values: dict[str, str]) -> bool:
    patterns = all(re.fullmatch(template["Parameters"][k]["AllowedPattern"], v) for k, v in values.items())
    return patterns and all(
        _evaluate(assertion["Assert"], values)
        for rule in template["Rules"].values()
        if _evaluate(rule["RuleCondition"], values)
        for assertion in rule["Assertions"]
    )


@pytest.mark.parametrize("stage", ["dev", "local", "staging", "prod", "production"])
@pytest.mark.parametrize("api", [registry[0] for registry in REGISTRIES])
@pytest.mark.parametrize("auth", [registry[1] for registry in REGISTRIES])
def test_r13_cloudformation_and_the_functions_refuse_the_same(
    template: dict[str, Any], stage: str, api: str, auth: str
) -> None:
    values = {"Stage": stage, "OrcidApiUrl": api, "OrcidAuthUrl": auth}
    try:
        check_stage(stage, api, auth, local=False)
    except ConfigurationError:
        assert not _accepted(template, values)
    else:
        assert _accepted(template, values)


def test_r13_the_defaults_are_the_sandbox(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert (parameters["OrcidApiUrl"]["Default"], parameters["OrcidAuthUrl"]["Default"]) == SANDBOX
    assert parameters["Stage"]["Default"] != "production"
