"""Calls that no front end makes: each gets an answer that says what to do, and none gets a right it has not."""

from __future__ import annotations

import base64
import json

import pytest

from tests.integration.conftest import ORIGIN, Caller, Product
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


CONFIGURATION = "PATCH /v1/admin/configuration"


@pytest.mark.parametrize(
    "body",
    [
        '{"removal_grace_hours": true}',
        '{"removal_grace_hours": "24"}',
        '{"removal_grace_hours": 1.5}',
        '{"mass_removal_share": true}',
        '{"mass_removal_share": "0.5"}',
        '{"mass_removal_share": 1e999}',
        '{"mass_removal_minimum": true}',
    ],
)
def test_a_number_of_the_configuration_is_a_number(product: Product, body: str) -> None:
    reply = product.administrator(CONFIGURATION, raw=body)
    assert (reply.status, reply.type) == (422, "invalid")
    assert product.administrator(CONFIGURATION, {}).body["removal_grace_hours"] == 24


@pytest.mark.parametrize(("given", "kept"), [("1e-300", 0.0), ("0.12345678901234567890", 0.123457), ("1", 1.0)])
def test_r55_any_share_can_be_kept(product: Product, given: str, kept: float) -> None:
    """DynamoDB holds no number below 1e-130."""
    reply = product.administrator(CONFIGURATION, raw=f'{{"mass_removal_share": {given}}}')
    assert (reply.status, reply.body["mass_removal_share"]) == (200, kept)


def test_a_refusal_stays_short_however_much_is_wrong(product: Product) -> None:
    thousands = product.administrator(CONFIGURATION, {f"k{n}": 1 for n in range(5000)})
    long = product.administrator(CONFIGURATION, {"k" * 60_000: 1})
    for reply in (thousands, long):
        assert (reply.status, reply.type) == (422, "invalid")
        assert len(json.dumps(reply.body)) < 10_000


@pytest.mark.parametrize("orcid_id", ["x", "0000-0002-1825-0098"])
def test_r14_a_bad_id_is_named_as_the_field_at_fault(product: Product, orcid_id: str) -> None:
    product.switch_on()
    product.feed(a_user())
    claim = product.user()("POST /v1/users/me/orcid", {"orcid_id": orcid_id})
    body = {"access": "write", "return_url": ORIGIN, "orcid_id": orcid_id}
    for reply in (claim, product.user()("POST /v1/users/me/orcid/connect", body)):
        assert (reply.status, reply.type) == (422, "invalid")
        assert [fault["field"] for fault in reply.body["errors"]] == ["orcid_id"]


def _started(product: Product, return_url: str) -> str:
    """The state of an authorisation that begins and ends at this address."""
    product.switch_on()
    product.feed(a_user())
    body = {"access": "write", "return_url": return_url}
    reply = product.user()("POST /v1/users/me/orcid/connect", body)
    assert reply.status == 200, reply
    return str(reply.body["authorize_url"].split("state=")[1].split("&")[0])


def test_r16_the_browser_comes_back_to_an_address_in_any_script_and_as_it_was_written(product: Product) -> None:
    state = _started(product, f"{ORIGIN}/pr\u00e9f\u2028?q=a%20b+c;d&t\u00e9=%zz&orcid_code=old&x#\u00fc/1")
    back = product.stranger("GET /v1/orcid/callback", query={"code": "c0de", "state": state})
    sent = f"q=a%20b+c;d&t%C3%A9=%zz&x&orcid_code=c0de&orcid_state={state}"
    assert back.headers["Location"] == f"{ORIGIN}/pr%C3%A9f%E2%80%A8?{sent}#%C3%BC/1"


def test_r16_an_error_of_orcid_leads_back_however_long_it_is(product: Product) -> None:
    state = _started(product, ORIGIN)
    back = product.stranger("GET /v1/orcid/callback", query={"error": "e" * 3000, "state": state})
    assert (back.status, back.headers["Location"]) == (302, f"{ORIGIN}?orcid_status=failed")
