"""What callers reach over HTTP keeps to the contract whoever calls and whatever they send."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.local_stack import LocalStack, Reply

ORCID_ID = "0000-0001-5000-0007"
OTHER_ID = "0000-0002-9079-593X"

pytestmark = pytest.mark.stack


def a_user(user_id: str) -> dict[str, object]:
    person = {"name": "Ada Jones", "is_current": True, "login_allowed": True, "orcid_ids": [ORCID_ID]}
    return {"kind": "user", "id": user_id, "version": 1, **person}


@pytest.fixture
def people(stack: LocalStack) -> LocalStack:
    stack.feed(a_user("contract-ada"), a_user("contract-ben"))
    return stack


def is_problem(reply: Reply, status: int, kind: str) -> bool:
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["detail"]
    return bool((reply.status, reply.json["status"], reply.json["type"]) == (status, status, kind))


def _forged(stack: LocalStack, algorithm: str, **claims: object) -> str:
    """A token that nobody signed."""
    token = stack.token("contract-ada")
    given = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    parts = [json.dumps({"alg": algorithm, "kid": "local"}), json.dumps({**given, **claims})]
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "" if algorithm == "none" else token.split(".")[2]])


@pytest.mark.parametrize("algorithm", ["none", "RS256", "HS256"])
def test_r46_a_token_that_nobody_signed_opens_nothing(stack: LocalStack, algorithm: str) -> None:
    forged = _forged(stack, algorithm, groups=["orcid-admins"], scope="orcid-feed")
    good = stack.token("contract-ada")
    for header in (f"Bearer {forged}", f"Bearer {good},Bearer {forged}", f"Bearer {forged},Bearer {good}"):
        assert stack.call("GET", "/v1/admin/configuration", authorization=header).status == 401


@pytest.mark.parametrize("groups", [["not orcid-admins"], ["orcid-admins-x"], ["[orcid-admins]"], ["ORCID-ADMINS"]])
def test_r46_only_the_very_group_makes_an_administrator(stack: LocalStack, groups: list[str]) -> None:
    reply = stack.call("GET", "/v1/admin/configuration", token=stack.token("somebody", groups=groups))
    assert is_problem(reply, 403, "forbidden")


@pytest.mark.parametrize("scope", ["not-orcid-feed", "orcid-feed-x", "a,orcid-feed", "ORCID-FEED", ""])
def test_r46_only_the_very_scope_makes_a_feed(stack: LocalStack, scope: str) -> None:
    administrator = stack.token("ris", groups=["orcid-admins"], scope=scope)
    assert is_problem(stack.call("POST", "/v1/feed/batch", {"items": []}, token=administrator), 403, "forbidden")


@pytest.mark.parametrize("user_id", ["contract-ben", "CONTRACT-ADA", "%2563ontract-ada", "me;contract-ben", "ME"])
def test_r46_no_spelling_of_an_address_leads_to_somebody_else(people: LocalStack, user_id: str) -> None:
    reply = people.call("GET", f"/v1/users/{user_id}/orcid", token=people.token("contract-ada"))
    assert is_problem(reply, 403, "forbidden")


def test_r14_an_id_in_an_address_may_be_written_without_hyphens(people: LocalStack) -> None:
    ada = people.token("contract-ada")
    plain = people.call("GET", f"/v1/users/me/orcid/{ORCID_ID.replace('-', '')}", token=ada)
    assert plain.json == people.call("GET", f"/v1/users/%63ontract-ada/orcid/{ORCID_ID}", token=ada).json
    assert is_problem(people.call("GET", "/v1/users/me/orcid/0000-0001-5000-0008", token=ada), 404, "not-found")


def _consent(stack: LocalStack, authorize_url: str, orcid_id: str) -> dict[str, str]:
    """Consent at the registry; returns code and state as the callback hands them on."""
    stack.registry("POST", "/_control/record", {"orcid": orcid_id})
    address, _, query = authorize_url.partition("?")
    fields = {key: values[0] for key, values in parse_qs(query).items()} | {"orcid": orcid_id, "decision": "allow"}
    sent = stack._http.request("POST", address, fields=fields, encode_multipart=False, redirect=False)
    back = stack.call("GET", sent.headers["location"].removeprefix(stack.url)).headers["location"]
    answer = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
    return {"code": answer["orcid_code"], "state": answer["orcid_state"]}


def test_r16_a_state_is_its_users_own_and_works_once(people: LocalStack) -> None:
    ada, ben = people.token("contract-ada"), people.token("contract-ben")
    connect = "/v1/users/me/orcid/connect"
    wanted = {"access": "read", "return_url": people.url, "orcid_id": ORCID_ID}
    completion = _consent(people, people.call("POST", connect, wanted, token=ada).json["authorize_url"], ORCID_ID)
    assert is_problem(people.call("POST", f"{connect}/complete", completion, token=ben), 422, "invalid")
    assert people.call("POST", f"{connect}/complete", completion, token=ada).json["connection"] == "read"
    assert is_problem(people.call("POST", f"{connect}/complete", completion, token=ada), 422, "invalid")
    boss = people.token("boss", groups=["orcid-admins"])
    for_ada = "/v1/users/contract-ada/orcid/connect"
    assert is_problem(people.call("POST", for_ada, wanted, token=boss), 403, "forbidden")
    assert is_problem(people.call("POST", f"{for_ada}/complete", completion, token=boss), 403, "forbidden")


def test_r16_another_id_than_the_one_asked_for_connects_nothing(people: LocalStack) -> None:
    ben = people.token("contract-ben")
    wanted = {"access": "write", "return_url": people.url, "orcid_id": ORCID_ID}
    begun = people.call("POST", "/v1/users/me/orcid/connect", wanted, token=ben).json["authorize_url"]
    reply = people.call("POST", "/v1/users/me/orcid/connect/complete", _consent(people, begun, OTHER_ID), token=ben)
    assert is_problem(reply, 409, "orcid-id-mismatch")
    (link,) = people.call("GET", "/v1/users/me/orcid", token=ben).json["items"]
    assert (link["orcid_id"], link["connection"]) == (ORCID_ID, "none")


@pytest.mark.parametrize(
    "url",
    ["{}@evil.example/", "{}.evil.example", "//evil.example", "javascript:alert(1)", "{}\\@evil.example", "{}:1/", ""],
)
def test_r16_no_browser_is_sent_elsewhere(people: LocalStack, url: str) -> None:
    wanted = {"access": "read", "return_url": url.format(people.url)}
    reply = people.call("POST", "/v1/users/me/orcid/connect", wanted, token=people.token("contract-ada"))
    assert is_problem(reply, 422, "invalid")
    assert reply.json["errors"][0]["field"] == "return_url"


def test_ten_works_left_out_and_taken_back_at_once_are_all_taken_back(people: LocalStack) -> None:
    ids = [f"contract-p{n}" for n in range(10)]
    record = {"source": "manual", "id": "1", "data": {"title": "T"}}
    works = [{"kind": "publication", "id": one, "version": 1, "type": "book", "records": [record]} for one in ids]
    key = {"kind": "relationship", "user_id": "contract-ada", "version": 1, "status": "claimed"}
    people.feed(*works, *({**key, "publication_id": one} for one in ids))
    link = f"/v1/users/me/orcid/{ORCID_ID}"
    ada = people.token("contract-ada")

    def excluded(method: str) -> int:
        def call(one: str) -> int:
            return people.call(method, f"{link}/publications/{one}/exclusion", token=ada).status

        with ThreadPoolExecutor(10) as pool:
            assert set(pool.map(call, ids)) == {204}
        return int(people.call("GET", link, token=ada).json["counts"]["left_out"]["excluded"])

    assert (excluded("PUT"), excluded("DELETE")) == (10, 0)


HOSTILE_DATA: list[dict[str, Any]] = [
    {"title": ["T"]},
    {"title": "T", "abstract": "a" * 3_000_000},
    {"title": "T", "publication_date": "2024-05-01"},
    {"title": "T", "publication_date": {"year": "2024", "month": 13}},
    {"title": "T", "authors": [{"family": f"F{n}", "given": "G"} for n in range(2927)]},
    {"title": "T", "authors": None, "identifiers": [{"type": "zzz", "value": "\x00"}]},
]


def test_r44_whatever_a_feed_sends_each_item_gets_its_own_answer(stack: LocalStack) -> None:
    key = {"kind": "publication", "version": 1, "type": "book"}
    items: list[Any] = [
        {**key, "id": f"hostile-{n}", "records": [{"source": "s", "id": "1", "data": data}]}
        for n, data in enumerate(HOSTILE_DATA)
    ]
    long = {"source": "\U0001f600" * 100, "id": "\u00e9" * 500, "data": {"title": "T"}}
    items += [
        None,
        [],
        {"kind": []},
        {**key, "id": "hostile-long", "records": [long]},
        {**a_user("hostile-u"), "id": 5.5},
    ]
    items += [{**a_user("hostile-v"), "version": version} for version in ("1", -1, 2**63, 1.5, True, None)]
    reply = stack.call("POST", "/v1/feed/batch", {"items": items}, token=stack.token("ris", scope="orcid-feed"))
    assert reply.status == 200
    assert reply.json["accepted"] + reply.json["stale"] + len(reply.json["errors"]) == len(items)
    assert [error["index"] for error in reply.json["errors"]] == [0, 1, 2, 6, 7, 8, 11, 12, 13, 14, 15, 16]
    assert all(": " in error["message"] or "An item is" in error["message"] for error in reply.json["errors"])


def test_r47_no_log_holds_a_name_or_a_token(people: LocalStack) -> None:
    people.call("GET", "/v1/users/me/orcid", token=people.token("contract-ada"))
    for function in ("settings_api", "connect", "feed_api", "admin_api"):
        reply = people._http.request("GET", f"{people.url}/_local/functions/{function}/logs")
        text = reply.data.decode()
        assert "request_id" in text, function
        for secret in ("Ada Jones", "eyJ", "Bearer"):
            assert secret not in text, function
