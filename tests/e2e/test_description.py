"""The published description on the local stack: what the gateway answers by itself is in it, and the page to try it."""

from __future__ import annotations

import json
import re

import pytest

from local.openapi import DOCUMENT
from tests.description import check_answer, published
from tests.e2e.local_stack import LocalStack

pytestmark = pytest.mark.stack
FILES = ("", "/style.css", "/main.js", "/dom.js", "/schema.js", "/calls.js", "/operation.js")


def test_r46_without_a_token_the_gateway_answers_every_operation_as_described(stack: LocalStack) -> None:
    for template, methods in published()["paths"].items():
        path = re.sub(r"\{\w+\}", "0", template)
        for method, operation in methods.items():
            reply = stack.call(method.upper(), path)
            assert reply.status == (401 if operation["security"] else 422), (method, path)
            check_answer(method.upper(), path, reply.status, reply.headers, reply.json)


def test_the_page_to_try_the_api_needs_nothing_from_elsewhere(stack: LocalStack) -> None:
    for name in FILES:
        reply = stack._http.request("GET", f"{stack.url}/docs{name}")
        assert reply.status == 200, name
        assert not re.findall(rb"(?:https?:)?//[\w.-]+\.\w+", reply.data), name
    policy = stack._http.request("GET", f"{stack.url}/docs").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    served = stack._http.request("GET", f"{stack.url}/docs/openapi.json").data
    assert json.loads(served) == json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert stack.call("GET", "/docs/people.json").json == []
    assert stack._http.request("GET", f"{stack.url}/docs/..%2F__init__.py").status == 404
