"""The published description of the API is the code's, whole and valid; the template routes what the code answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from orcid_sync.api.operations import Right
from orcid_sync.api.problems import PROBLEM_TYPES
from orcid_sync.api.refusals import OWN_REFUSALS
from orcid_sync.feed_models import ITEMS

from local.aws.template import load, resources
from local.openapi import DOCUMENT, examples, operations, text
from tests.description import PROBLEM, check_answer, published, resolved, validator

TEMPLATE_ROUTES = {
    (event["Properties"]["Method"], event["Properties"]["Path"])
    for function in resources(load(), "AWS::Serverless::Function").values()
    for event in function.get("Events", {}).values()
    if event["Type"] == "HttpApi" and event["Properties"]["Path"].startswith("/v1/")  # the pages are not the API
}
DESCRIBED: dict[str, Any] = {
    operation["operationId"]: operation for methods in published()["paths"].values() for operation in methods.values()
}
BY_NAME = pytest.mark.parametrize("name", sorted(DESCRIBED))


def _contents(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Where it stands, media type, content: of the body and of every answer."""
    if "requestBody" in operation:
        yield from (("body", kind, content) for kind, content in operation["requestBody"]["content"].items())
    for status, answer in operation["responses"].items():
        yield from ((status, kind, content) for kind, content in resolved(answer).get("content", {}).items())


def test_the_document_in_docs_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "run python -m local.openapi"


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(published()).iter_errors()] == []


def test_the_template_routes_exactly_what_the_functions_answer() -> None:
    assert {(operation.method, operation.path) for operation in operations()} == TEMPLATE_ROUTES


def test_every_operation_has_a_name_of_its_own_and_tells_its_refusals() -> None:
    names = [operation.name for operation in operations()]
    assert len(set(names)) == len(names)
    assert set(OWN_REFUSALS) == set(names)


@BY_NAME
def test_an_operation_is_described_whole(name: str) -> None:
    operation = DESCRIBED[name]
    assert all(operation[part] for part in ("summary", "description", "tags"))
    assert set(operation["tags"]) <= {tag["name"] for tag in published()["tags"]}
    assert all(parameter["description"] for parameter in operation["parameters"])
    assert all(resolved(answer)["description"] for answer in operation["responses"].values())
    good = [content for where, _, content in _contents(operation) if where.startswith("2")]
    refused = [content for _, kind, content in _contents(operation) if kind == PROBLEM]
    assert all(content.get("examples") for content in [*good, *refused])
    body = operation.get("requestBody")
    assert body is None or any(content.get("examples") for content in body["content"].values())


@BY_NAME
def test_r46_an_operation_says_whose_token_it_needs_and_what_the_gateway_answers_without(name: str) -> None:
    (operation,) = [operation for operation in operations() if operation.name == name]
    told = {next(iter(scheme)) for scheme in DESCRIBED[name]["security"]}
    if operation.right is Right.USER:
        assert told in ({"user", "administrator"}, {"user"})
        assert ("administrator" in told) is (name not in ("start_connecting", "complete_connecting"))
    else:
        assert told == ({operation.right.value} - {"anybody"})
    for status in ("401", "403"):
        answer = DESCRIBED[name]["responses"].get(status)
        assert (answer is not None) is bool(told)
        assert answer is None or set(resolved(answer)["content"]) == {"application/json", PROBLEM}


@BY_NAME
def test_a_problem_has_an_example_of_each_type_that_it_can_be(name: str) -> None:
    for status, kind, content in _contents(DESCRIBED[name]):
        if kind == PROBLEM:
            shown = {resolved(example)["value"]["type"] for example in content["examples"].values()}
            assert shown == set(content["schema"]["allOf"][1]["properties"]["type"]["enum"]), status


@BY_NAME
def test_every_example_is_as_its_schema_says(name: str) -> None:
    for where, kind, content in _contents(DESCRIBED[name]):
        for example in content.get("examples", {}).values():
            faults = list(validator(content["schema"]).iter_errors(resolved(example)["value"]))
            assert not faults, f"{where} {kind}: {faults[0].message}"


@pytest.mark.parametrize("model", sorted(published()["components"]["schemas"]))
def test_every_field_has_words(model: str) -> None:
    schema = published()["components"]["schemas"][model]
    assert schema["description"]
    properties = [choice.get("properties", {}) for choice in (schema, *schema.get("anyOf", ()))]
    silent = [field for fields in properties for field, told in fields.items() if not told.get("description")]
    assert silent == [], "say in openapi_words.py what they mean"


def test_the_closed_list_of_problem_types_is_told() -> None:
    assert published()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"] == list(PROBLEM_TYPES)
    assert {example["value"]["type"] for example in published()["components"]["examples"].values()} == set(
        PROBLEM_TYPES
    )


def test_r44_the_feeds_items_are_told_apart_by_kind_and_by_whether_they_are_deleted() -> None:
    found = published()["components"]["schemas"]["FeedItem"]
    assert set(found["discriminator"]["mapping"]) == set(ITEMS)
    key = {"kind": "user", "id": "u1", "version": 1}
    good = validator({"$ref": "#/components/schemas/FeedItem"})
    assert good.is_valid({**key, "is_current": True, "login_allowed": True})
    assert good.is_valid({**key, "deleted": True})
    assert not good.is_valid(key)
    assert not good.is_valid({**key, "kind": "publication", "login_allowed": True})


@pytest.mark.parametrize("reference", sorted(set(re.findall(r'"\$ref": "([^"]+)"', text()))))
def test_every_reference_leads_somewhere(reference: str) -> None:
    assert resolved({"$ref": reference})


def test_every_example_is_a_call_that_the_document_has() -> None:
    for example in examples():
        assert example.operation in DESCRIBED, example.name
        assert str(example.status) in DESCRIBED[example.operation]["responses"], example.name


def test_a_body_with_fields_that_have_to_be_there_is_required() -> None:
    paths = published()["paths"]
    assert paths["/v1/users/{user_id}/orcid"]["post"]["requestBody"]["required"] is True
    assert paths["/v1/users/{user_id}/orcid/{orcid_id}/preview"]["post"]["requestBody"]["required"] is False


PAGE: dict[str, Any] = {"items": [], "next": None}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body"),
    [
        ("GET", "/v1/users/me/suggestions", 418, JSON, PAGE),
        ("GET", "/v1/users/me/suggestions", 200, {"content-type": "text/csv"}, PAGE),
        ("GET", "/v1/users/me/suggestions", 200, JSON, {"items": [{}], "next": None}),
        ("GET", "/v1/users/me/suggestions", 200, {**JSON, "etag": '"1"'}, PAGE),
        ("GET", "/v1/admin/configuration", 200, JSON, PAGE),
        ("GET", "/v1/nothing", 200, JSON, {}),
        ("GET", "/v1/feed/claims", 409, {"content-type": PROBLEM}, {"type": "paused"}),
        ("PUT", "/v1/users/me/orcid/x/publications/p/exclusion", 204, JSON, {"done": True}),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    method: str, path: str, status: int, headers: dict[str, str], body: object
) -> None:
    check_answer("GET", "/v1/users/me/suggestions", 200, JSON, PAGE)
    with pytest.raises(AssertionError):
        check_answer(method, path, status, headers, body)
