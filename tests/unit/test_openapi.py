"""The published description of the API is the code's, and the template routes exactly what the code answers."""

from __future__ import annotations

import json

import pytest
from orcid_sync.api_operations import Right

from local.aws.template import load, resources
from local.openapi import DOCUMENT, operations, text

TEMPLATE_ROUTES = {
    (event["Properties"]["Method"], event["Properties"]["Path"])
    for function in resources(load(), "AWS::Serverless::Function").values()
    for event in function.get("Events", {}).values()
    if event["Type"] == "HttpApi"
}


def test_the_document_in_docs_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "run python -m local.openapi"


def test_the_template_routes_exactly_what_the_functions_answer() -> None:
    assert {(operation.method, operation.path) for operation in operations()} == TEMPLATE_ROUTES


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation.name for operation in operations()]
    assert len(set(names)) == len(names)
    assert all(operation.summary for operation in operations())


@pytest.mark.parametrize("reference", sorted({part.split('"')[0] for part in text().split('"$ref": "')[1:]}))
def test_every_reference_leads_somewhere(reference: str) -> None:
    found = json.loads(text())
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]


def test_r46_the_document_tells_of_the_gateways_own_answer_without_a_token() -> None:
    for operation in operations():
        described = json.loads(text())["paths"][operation.path][operation.method.lower()]
        assert ("401" in described["responses"]) is (operation.right is not Right.ANYBODY), operation.name
        if "401" in described["responses"]:
            assert set(described["responses"]["401"]["content"]) == {"application/json", "application/problem+json"}


def test_a_body_with_fields_that_have_to_be_there_is_required() -> None:
    paths = json.loads(text())["paths"]
    assert paths["/v1/users/{user_id}/orcid"]["post"]["requestBody"]["required"] is True
    assert paths["/v1/users/{user_id}/orcid/{orcid_id}/preview"]["post"]["requestBody"]["required"] is False
