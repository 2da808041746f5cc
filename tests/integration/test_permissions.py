"""What the functions ask of the catalogue is what their roles in template.yaml allow: no emulator minds, AWS does."""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from orcid_sync.domain.work_builder import BUILDER_VERSION

from local.aws.template import load, resources
from tests.integration.conftest import Product
from tests.integration.elements_stage import ElementsStage
from tests.integration.test_other_functions import connect_for_writing, invoke
from tests.integration.test_rehearsals import rehearsed
from tests.integration.test_settings_api import LINK, ORCID_ID, a_publication, a_relationship, a_user

Call = tuple[str, list[str]]  # operation, partition keys


class Catalogue:
    """Calls of the catalogue's table; `calls` are (operation, partition keys)."""

    def __init__(self, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table = table
        self.calls: list[Call] = []
        passed_on = BaseClient._make_api_call  # type: ignore[attr-defined]  # every client's calls go through it

        def recorded(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            if self.table in (parameters.get("TableName"), *parameters.get("RequestItems", {})):
                self.calls.append((operation, _partition_keys(parameters, self.table)))
            return passed_on(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", recorded)

    def age(self, publication_id: str) -> None:
        """Make a header one of an older work builder."""
        boto3.client("dynamodb").update_item(
            TableName=self.table,
            Key={"pk": {"S": f"P#{publication_id}"}, "sk": {"S": "HEAD"}},
            UpdateExpression="SET b = :b",
            ExpressionAttributeValues={":b": {"N": str(BUILDER_VERSION - 1)}},
        )
        self.calls.clear()


def _partition_keys(parameters: dict[str, Any], table: str) -> list[str]:
    keys = [parameters[name]["pk"]["S"] for name in ("Item", "Key") if name in parameters]
    requests = parameters.get("RequestItems", {}).get(table, {})
    if isinstance(requests, dict):
        return keys + [key["pk"]["S"] for key in requests.get("Keys", [])]
    for request in requests:
        (asked,) = request.values()
        keys.append((asked.get("Item") or asked["Key"])["pk"]["S"])
    return keys


def _statements(role: str) -> Iterator[dict[str, Any]]:
    for policy in resources(load(), "AWS::IAM::Role")[role]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def _allows(statement: dict[str, Any], call: Call) -> bool:
    operation, keys = call
    resource = statement["Resource"]
    tables = resource if isinstance(resource, list) else [resource]
    if {"Fn::GetAtt": ["CatalogueTable", "Arn"]} not in tables or f"dynamodb:{operation}" not in statement["Action"]:
        return False
    leading = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    return bool(keys or leading == ["*"]) and all(any(fnmatch.fnmatchcase(k, p) for p in leading) for k in keys)


def _show_as_connect_does() -> None:
    services = importlib.import_module("orcid_sync.bootstrap.connect").connect()
    services.complete.show.show(services.complete.find.one("u1", ORCID_ID))


LOOKS: dict[str, Callable[[Product], object]] = {
    "SettingsApiRole": lambda product: product.user()(f"GET {LINK}"),
    "ConnectRole": lambda _: _show_as_connect_does(),
    "SyncRole": lambda _: invoke("sync", {"users": ["u1"], "dry_run": True}),
    "RehearseRole": rehearsed,
}


@pytest.mark.parametrize("role", LOOKS)
def test_r49_whoever_meets_a_header_of_an_older_builder_may_store_it_anew(
    product: Product, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    connect_for_writing(product)
    assert product.user()(f"PATCH {LINK}/settings", {"mode": "write"}).status == 200
    catalogue = Catalogue(product.tables["CatalogueTable"], monkeypatch)
    catalogue.age("p1")
    LOOKS[role](product)
    assert ("PutItem", ["P#p1"]) in catalogue.calls
    for call in catalogue.calls:
        assert any(_allows(statement, call) for statement in _statements(role)), call


@pytest.mark.parametrize("role", [*LOOKS, "WriteWorksRole", "WriteWorksHighPriorityRole"])
def test_r49_they_may_store_headers_and_do_nothing_else_to_publications_and_types(role: str) -> None:
    assert any(_allows(statement, ("PutItem", ["P#p1"])) for statement in _statements(role))
    for call in (("PutItem", ["TYPES"]), ("UpdateItem", ["P#p1"]), ("DeleteItem", ["P#p1"]), ("BatchWriteItem", [])):
        assert not any(_allows(statement, call) for statement in _statements(role)), call


def _anywhere(role: str) -> Iterator[tuple[str, str]]:
    """(operation, logical id of the table) that the role allows on items of any key."""
    for statement in (one for one in _statements(role) if "Resource" in one):
        resources_of = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for resource in resources_of:
            target = resource.get("Fn::GetAtt") if isinstance(resource, dict) else None
            if target is not None and target[1] == "Arn" and "Condition" not in statement:
                yield from ((action.removeprefix("dynamodb:"), target[0]) for action in statement["Action"])


@pytest.mark.parametrize("version", ["5.5", "6.13"])
def test_r49_whoever_reads_elements_may_do_what_that_takes_and_reads_no_secret_but_the_accounts(
    product: Product, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    stage = ElementsStage(product, monkeypatch, version)
    asked: set[tuple[str, str]] = set()
    keys: dict[tuple[str, str], set[str]] = {}
    secrets: set[str] = set()
    logical = {name: logical_id for logical_id, name in product.tables.items()}
    passed_on = BaseClient._make_api_call  # type: ignore[attr-defined]  # every client's calls go through it

    def recorded(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            operations = {"TransactWriteItems": "ConditionCheckItem"}
            names = [parameters["TableName"]] if "TableName" in parameters else list(parameters.get("RequestItems", {}))
            for name in names:
                done = (operations.get(operation, operation), logical[name])
                asked.add(done)
                keys.setdefault(done, set()).update(_partition_keys(parameters, name))
        if client.meta.service_model.service_name == "secretsmanager":
            secrets.add(parameters["SecretId"])
        return passed_on(client, operation, parameters)

    try:
        stage.read_all()
        monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
        stage.institution.unclaim(stage.tie("ada", 3))
        stage.institution.delete_work(stage.id_of("p4"), stage.id_of("p5"))
        stage.institution.delete_person(stage.id_of("ben"))
        stage.institution.change_work(stage.institution.work(stage.id_of("p6")))
        stage.delta()
        stage.pull(full=True)
        stage.pull(users=["ada"])
    finally:
        stage.running.stop()
    narrow = asked - set(_anywhere("PullElementsRole"))
    (leading,) = (
        one["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for one in _statements("PullElementsRole")
        if "Condition" in one
    )
    assert {name for _, name in narrow} == {"SyncTable"}
    assert all(any(fnmatch.fnmatchcase(key, one) for one in leading) for done in narrow for key in keys[done])
    assert not any(fnmatch.fnmatchcase(key, one) for one in leading for key in ("U#ada", "O#0000", "VAULTS", "ERASED"))
    assert secrets == {"elements-account"}
    allowed = [
        one for one in _statements("PullElementsRole") if "secretsmanager:GetSecretValue" in one.get("Action", [])
    ]
    assert [one["Resource"] for one in allowed] == [{"Fn::GetAtt": ["ElementsSecret", "Id"]}]
