"""The examples of the API are true: the story that they tell is played again, and each answer is the published one.

WRITE_EXAMPLES=1 writes docs/api-examples.json anew; then `python -m local.openapi`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests
from orcid_sync.bootstrap import write_works
from orcid_sync.openapi_examples import Example

from local.openapi import EXAMPLES
from local.registry import RegistrySettings, RunningRegistry
from tests.description import PROBLEM, published, resolved
from tests.integration.conftest import ORIGIN, Product
from tests.integration.recorder import OPERATIONS, Recorder
from tests.integration.story import JONES, Story
from tests.integration.test_claiming import follow
from tests.integration.test_oversight_api import Stored, stored

pytestmark = pytest.mark.moto_tables

# The user is erased while they are at ORCID's page; more than 2,000 works are left out.
RARE = {("complete_connecting", "not-found"), ("exclude", "invalid")}
CLIENT = "APP-0000000000000001"
__all__ = ["follow", "stored"]  # fixtures


@pytest.fixture
def told(
    product: Product, stored: Stored, follow: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recorder]:
    call = Recorder(product)
    call.freeze(monkeypatch)
    with RunningRegistry(RegistrySettings(rate_limit=False)) as running:
        monkeypatch.setenv("ORCID_API_URL", running.url)
        monkeypatch.setenv("ORCID_AUTH_URL", running.url)
        write_works._write_works.cache_clear()
        callback = "https://abc123.execute-api.eu-central-1.amazonaws.com/v1/orcid/callback"
        client = {"client_id": CLIENT, "client_secret": "a secret for tests", "redirect_uris": [callback]}
        requests.post(f"{running.url}/_control/client", json=client, timeout=10).raise_for_status()
        call.conceal[running.url] = "https://sandbox.orcid.org"
        Story(call, running, stored, follow).tell()
        yield call


def test_the_examples_are_what_the_api_answers(told: Recorder) -> None:
    boto3.client("dynamodb").delete_table(TableName=told.product.tables["SyncTable"])
    told("Something went wrong", "get_configuration", "administrator", expect="internal")
    if os.environ.get("WRITE_EXAMPLES"):
        EXAMPLES.write_text(told.catalogue(), encoding="utf-8")
    kept: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    came: list[dict[str, Any]] = json.loads(told.catalogue())
    for before, now in zip(kept, came, strict=False):
        assert now == before, "WRITE_EXAMPLES=1 writes them anew"
    assert len(kept) == len(came)


def test_every_refusal_that_is_described_can_happen(told: Recorder) -> None:
    """Those that the story does not meet are met by repeating its calls as somebody else, too large, or with writing
    off. Conflicts of two writers (503) have tests of their own.
    """
    good = {example.operation: example for example in reversed(told.examples) if example.status < 400}
    for name, example in good.items():
        _repeat_as_somebody_else(told, name, example)
    begun = told("", "start_connecting", expect="200", body=good["start_connecting"].body, keep=False)
    state = begun.body["authorize_url"].split("state=")[1].split("&")[0]
    # First, for it lives for ten minutes.
    good = {"complete_connecting": replace(good["complete_connecting"], body={"code": "c", "state": state})} | {
        name: example for name, example in good.items() if name != "complete_connecting"
    }
    works_too = {"works": "remove"}
    good["disconnect"] = replace(good["disconnect"], path={"user_id": "me", "orcid_id": JONES}, query=works_too)
    good["erase_user"] = replace(good["erase_user"], path={"user_id": "u-jones"}, query=works_too)
    off = {"write_enabled": False}
    told("", "change_configuration", "administrator", expect="200", body=off, keep=False)
    for name, example in good.items():
        if "write-integration-disabled" in _described(name):
            _repeat(told, example, _caller(example), "write-integration-disabled", body=example.body)
    missed = {(name, slug) for name in good for slug in _described(name) if slug != "internal"} - told.seen
    assert missed == RARE


def _repeat_as_somebody_else(told: Recorder, name: str, example: Example) -> None:
    described = _described(name)
    if "unauthorized" in described:
        _repeat(told, example, "nobody", "unauthorized", body=example.body)
        other = {"user_id": "u-jones"} if "user_id" in example.path else {}
        somebody = "u-smith" if "user" in told.rights(name) else "u-other"
        _repeat(told, replace(example, path={**example.path, **other}), somebody, "forbidden", body=example.body)
    if "not-found" in described and "user" in told.rights(name):
        fresh = {"access": "read", "return_url": ORIGIN} if name == "start_connecting" else example.body
        if (name, "not-found") not in RARE:
            _repeat(told, replace(example, path={**example.path, "user_id": "me"}), "u-ghost", "not-found", body=fresh)
    if "too-large" in described and OPERATIONS[name].body is not None:
        largest = OPERATIONS[name].largest_body
        _repeat(told, example, _caller(example), "too-large", body=" " * (largest + 1))


def _repeat(told: Recorder, example: Example, caller: str, expect: str, *, body: Any) -> None:
    headers = {key: value for key, value in example.headers.items() if key != "If-Match"}
    path, query = dict(example.path), dict(example.query)
    told("", example.operation, caller, expect=expect, path=path, query=query, headers=headers, body=body, keep=False)


def _caller(example: Example) -> str:
    return "u-jones" if example.right == "user" else example.right


def _described(name: str) -> set[str]:
    """The problem types that the document has for an operation."""
    operation = next(
        o for methods in published()["paths"].values() for o in methods.values() if o["operationId"] == name
    )
    contents = (resolved(answer).get("content", {}).get(PROBLEM) for answer in operation["responses"].values())
    return {
        slug for found in filter(None, contents) for slug in found["schema"]["allOf"][1]["properties"]["type"]["enum"]
    }
