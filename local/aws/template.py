"""Reads template.yaml: its tags as CloudFormation's long form, and its translation to plain CloudFormation."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
REGION = "eu-west-1"


class _CloudFormationLoader(yaml.SafeLoader):
    """YAML with `!Ref`, `!GetAtt` and the other short forms."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_CloudFormationLoader.add_multi_constructor("!", _long_form)


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template as written, with short forms spelt out (`!Ref X` becomes `{"Ref": "X"}`)."""
    with path.open(encoding="utf-8") as file:
        template = yaml.load(file, Loader=_CloudFormationLoader)  # noqa: S506 - a SafeLoader with tags added
    assert isinstance(template, dict)
    return template


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of every resource of a type such as `AWS::SQS::Queue`, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def translate(template: dict[str, Any], parameters: dict[str, str] | None = None) -> dict[str, Any]:
    """The template as plain CloudFormation, made by the translator that the AWS::Serverless transform runs.

    `parameters` stand in for those without a default; sources are named as if uploaded.
    """
    # Imported here: the translator takes a second to load, and the tests that only read the template need none of it.
    import boto3  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            if isinstance(resource.get("Properties", {}).get(key), str):
                resource["Properties"][key] = f"s3://sources/{resource['Properties'][key].strip('./')}"
    values = {name: str(given.get("Default", "given")) for name, given in template.get("Parameters", {}).items()}
    values |= {"AWS::Region": REGION, "AWS::Partition": "aws", "AWS::AccountId": "123456789012", **(parameters or {})}
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    translated = translator.translate(template, parameter_values=values)
    assert isinstance(translated, dict)
    return translated
