"""Calls that no front end makes: each gets an answer that says what to do, and none gets a right it has not."""

from __future__ import annotations

import base64
import json

import pytest

from tests.integration.conftest import Caller, Product
from tests.integration.test_settings_api import LINK, a_publication, a_relationship, a_user


def _cursor(text: str) -> dict[str, str]:
    return {"cursor": base64.urlsafe_b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    "text", ["[" * 1400, "[1,2]", '["a"]', '{"a":1,"b":2}', '"ab"', "null", '["a","b","c"]', "[" + "9" * 1400 + ",1]"]
)
def test_a_cursor_that_is_not_ours_is_refused(product: Product, text: str) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    reply = product.user()(f"GET {LINK}/publications", query=_cursor(text))
    assert (reply.status, reply.type) == (422, "invalid")
    assert [fault["field"] for fault in reply.body["errors"]] == ["cursor"]


def test_our_own_cursor_leads_on(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(), *(item for n in range(3) for item in (a_publication(f"p{n}"), a_relationship(f"p{n}"))))
    first = product.user()(f"GET {LINK}/publications", query={"limit": "2"})
    second = product.user()(f"GET {LINK}/publications", query={"limit": "2", "cursor": first.body["next"]})
    listed = [item["publication_id"] for page in (first, second) for item in page.body["items"]]
    assert (listed, second.body["next"]) == (["p0", "p1", "p2"], None)


def _forged(caller: Caller) -> str:
    claims = {**caller.payload, "groups": ["orcid-admins"], "scope": "orcid-feed"}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "joined", ["Bearer {good},Bearer {forged}", "Bearer {good}, {forged}", "Bearer {good} {forged}"]
)
def test_r46_of_two_tokens_in_one_call_none_counts(product: Product, joined: str) -> None:
    ada = product.user()
    header = joined.format(good=_forged(product.user()).replace("orcid-admins", "staff"), forged=_forged(ada))
    reply = ada("GET /v1/admin/configuration", headers={"authorization": header})
    assert (reply.status, reply.type) == (401, "unauthorized")


@pytest.mark.parametrize("before", ["Bearer ", "bearer ", ""])
def test_r46_a_token_counts_with_and_without_its_scheme_as_at_the_gateway(product: Product, before: str) -> None:
    boss = product.administrator
    assert boss("GET /v1/admin/configuration", headers={"authorization": before + _forged(boss)}).status == 200


def test_a_token_that_names_no_user_gets_a_word_on_it(product: Product) -> None:
    product.switch_on()
    nobody = product.user("somebody with spaces")
    reply = nobody("GET /v1/users/me/orcid")
    assert (reply.status, reply.type) == (404, "not-found")
    assert "names an id" in reply.body["detail"]
