"""What a function finds in its environment is what its class in config.py asks for, no more and no less."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from orcid_sync import config

from local.aws.template import resources


def _class_name(code_uri: str) -> str:
    """`functions/write_works/` -> `WriteWorksConfig`."""
    folder = code_uri.strip("/").rpartition("/")[2]
    return "".join(word.title() for word in folder.split("_")) + "Config"


def test_every_functions_environment_is_what_its_class_asks_for(template: dict[str, Any]) -> None:
    functions = resources(template, "AWS::Serverless::Function")
    assert functions
    for name, function in functions.items():
        asked = {field.name.upper() for field in fields(getattr(config, _class_name(function["CodeUri"])))}
        assert set(function["Environment"]["Variables"]) == asked, name


def test_variables_of_one_name_mean_the_same_everywhere(template: dict[str, Any]) -> None:
    meaning: dict[str, Any] = {}
    for name, function in resources(template, "AWS::Serverless::Function").items():
        for variable, value in function["Environment"]["Variables"].items():
            assert variable == "LANE" or meaning.setdefault(variable, value) == value, f"{name}: {variable}"
