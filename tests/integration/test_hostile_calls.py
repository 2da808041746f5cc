"""Calls that no front end makes: each gets an answer that says what to do, and none gets a right it has not."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import boto3
import pytest

from tests.integration.conftest import EVENTS, ORIGIN, Caller, Product
from tests.integration.test_other_functions import invoke
from tests.integration.test_settings_api import LINK, ORCID_ID, a_publication, a_relationship, a_user


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


LONG = "9" * 5000


@pytest.mark.parametrize("tag", [f'"{LONG}"', LONG, f'W/"{LONG}"', '"-1"', '"\u0661"', '""', "x" * 5000])
def test_a_tag_that_we_never_gave_is_stale_however_long_it_is(product: Product, tag: str) -> None:
    product.switch_on()
    product.feed(a_user())
    reply = product.user()(f"PATCH {LINK}/settings", {"published_only": False}, headers={"if-match": tag})
    assert (reply.status, reply.type) == (412, "stale")


ODD_IDS = [
    "%2F",
    "u1%2F..",
    "..%2Fu2",
    "u1%00",
    "u1%0D%0ASet-Cookie:x=1",
    "u1%23",
    "\u24e4%CC%81",
    "a" * 3000,
    "%ED%A0%80",
]


@pytest.mark.parametrize("user_id", ODD_IDS)
def test_r46_an_id_that_no_user_can_have_is_not_found_by_administrators_either(product: Product, user_id: str) -> None:
    boss = product.administrator
    user_id = quote(user_id, safe="%")
    for route in (
        f"GET /v1/users/{user_id}/orcid",
        f"GET /v1/users/{user_id}/claiming",
        f"DELETE /v1/admin/users/{user_id}",
        f"GET /v1/admin/users/{user_id}/erasure",
        f"POST /v1/admin/users/{user_id}/readmission",
    ):
        reply = boss(route)
        assert (reply.status, reply.type) == (404, "not-found"), route
    assert boss("GET /v1/admin/audit").body["items"] == []


@pytest.mark.parametrize("odd", ["..%2F..", "a" * 3000, "%23", "pub:p1%23", "\u00e9", "%00", "~", "."])
def test_an_id_in_an_address_that_we_never_gave_is_not_found(product: Product, odd: str) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    odd = quote(odd, safe="%")
    boss, ada = product.administrator, product.user()
    replies = [
        boss(f"POST /v1/admin/type-mapping/uploads/{odd}/restore"),
        boss(f"POST /v1/admin/links/{odd}/release"),
        boss(f"GET /v1/admin/rehearsals/{odd}"),
        ada(f"POST /v1/users/me/suggestions/{odd}", {"accept": True}),
        ada(f"GET /v1/users/me/orcid/{odd}"),
        ada(f"PATCH /v1/users/me/claiming/{odd}", {"claiming": "auto"}),
        ada(f"PUT {LINK}/publications/{odd}/exclusion"),
    ]
    assert [(reply.status, reply.type) for reply in replies] == [(404, "not-found")] * len(replies)


def test_r46_me_of_an_administrator_is_the_administrator(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    boss = product.administrator
    assert boss("GET /v1/users/me/orcid").type == "not-found"
    assert boss("DELETE /v1/admin/users/me").type == "not-found"
    assert product.user()("GET /v1/users/me/orcid").status == 200


@pytest.mark.parametrize(
    "groups",
    ["not orcid-admins", ["not orcid-admins"], "orcid-admins,staff", [["orcid-admins"]], {"orcid-admins": True}, None],
)
def test_r46_what_only_looks_like_the_group_gives_no_right(product: Product, groups: object) -> None:
    caller = Caller(product.handlers, {"sub": "u1", "groups": groups, "scope": "orcid-admins"})
    for route in ("GET /v1/admin/configuration", "GET /v1/admin/status", "DELETE /v1/admin/users/u2"):
        assert caller(route).type == "forbidden"


@pytest.mark.parametrize(
    "scope", ["orcid-feed-x", "xorcid-feed", "orcid,orcid-feed", {"orcid-feed": 1}, [["orcid-feed"]]]
)
def test_r46_what_only_looks_like_the_scope_is_no_feed(product: Product, scope: object) -> None:
    caller = Caller(product.handlers, {"sub": "ris", "groups": ["orcid-feed", "orcid-admins"], "scope": scope})
    assert caller("POST /v1/feed/batch", {"items": []}).type == "forbidden"
    assert caller("GET /v1/feed/claims").type == "forbidden"


@pytest.mark.parametrize("users", [[""], ["a" * 3000], ["u1#x"], ["\u24e4"], ["u1", "u1\x00"], [" u1"]])
def test_r40_a_sync_of_ids_that_no_user_can_have_finds_nobody(product: Product, users: list[str]) -> None:
    product.switch_on()
    product.feed(a_user())
    for dry_run in (False, True):
        reply = product.administrator("POST /v1/admin/sync", {"users": users, "dry_run": dry_run})
        assert reply.status in (404, 422), reply
        assert len(json.dumps(reply.body)) < 2000


@pytest.mark.parametrize("orcid_ids", [[""], ["a" * 3000], ["0000-0002-1825-0098"], ["0000-0002-1825-0097#x"]])
def test_r40_a_sync_of_what_is_no_orcid_id_is_refused(product: Product, orcid_ids: list[str]) -> None:
    for dry_run in (False, True):
        reply = product.administrator("POST /v1/admin/sync", {"orcid_ids": orcid_ids, "dry_run": dry_run})
        assert reply.status in (404, 422), reply


LISTS = [
    ("administrator", "GET /v1/admin/links"),
    ("administrator", "GET /v1/admin/works"),
    ("administrator", "GET /v1/admin/held-removals"),
    ("administrator", "GET /v1/admin/audit"),
    ("administrator", "GET /v1/admin/type-mapping/uploads"),
    ("ris", "GET /v1/feed/claims"),
    ("u1", f"GET {LINK}/publications"),
    ("u1", f"GET {LINK}/publications/p1/history"),
    ("u1", "GET /v1/users/me/suggestions"),
]


def _caller(product: Product, name: str) -> Caller:
    return product.user(name) if name == "u1" else getattr(product, name)


@pytest.mark.parametrize(("who", "route"), LISTS)
def test_a_page_is_asked_for_in_ways_that_make_sense_or_not_at_all(product: Product, who: str, route: str) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    caller = _caller(product, who)
    for limit in ("0", "-1", "501", "1,2", "1e2", "\u0661", "9" * 400, "", "true", "1.5"):
        reply = caller(route, query={"limit": limit})
        assert (reply.status, reply.type) == (422, "invalid"), limit
    for cursor in (
        "\x00",
        "a" * 2000,
        "a" * 2001,
        "~",
        "0~",
        f"{'9' * 1900}~x",
        "-1~pub:p1",
        "e30=",
        "W10=",
        "....",
        "%",
    ):
        reply = caller(route, query={"cursor": cursor})
        assert reply.status in (200, 422), (cursor, reply)
        assert reply.status == 422 or not reply.body["items"] or cursor in ("-1~pub:p1",), (cursor, reply)


def test_r46_a_cursor_of_another_users_list_or_of_another_list_shows_nothing_of_theirs(product: Product) -> None:
    product.switch_on()
    his_id = "0000-0001-5109-3700"
    product.feed(a_user(), a_user("u2", orcid_ids=[his_id]))
    for user_id, letter in (("u1", "a"), ("u2", "b")):
        ids = [f"{letter}{n}" for n in range(4)]
        product.feed(*(a_publication(one) for one in ids), *(a_relationship(one, user_id) for one in ids))
    ada, ben, boss = product.user(), product.user("u2"), product.administrator
    his = f"/v1/users/me/orcid/{his_id}"
    taken = ben(f"GET {his}/publications", query={"limit": "1"}).body["next"]
    shown = ada(f"GET {LINK}/publications", query={"cursor": taken})
    assert "b" not in "".join(item["publication_id"] for item in shown.body.get("items", []))
    audited = boss("GET /v1/admin/audit", query={"limit": "1"}).body["next"]
    for cursor in filter(None, (taken, audited)):
        for who, route in LISTS:
            reply = _caller(product, who)(route, query={"cursor": cursor})
            assert reply.status in (200, 422), (route, reply)
            if who == "u1":
                assert his_id not in json.dumps(reply.body)


def test_a_parameter_given_twice_is_not_taken_for_either(product: Product) -> None:
    """The gateway joins them with a comma."""
    product.switch_on()
    product.feed(a_user(orcid_ids=[]))
    ada = product.user()
    assert ada("POST /v1/users/me/orcid", {"orcid_id": "0000-0002-1825-0097"}).status == 201
    for query in ({"works": "leave,remove"}, {"unclaim": "false,true"}, {"works": ""}, {"unclaim": "2"}):
        assert ada(f"DELETE {LINK}", query=query).type == "invalid"
    assert len(ada("GET /v1/users/me/orcid").body["items"]) == 1


HOSTILE_NAME = "Ada\r\nSet-Cookie: x=1\x00\u202e<script>alert(1)</script>"


def test_r22_a_name_from_the_feed_reaches_no_header_and_stays_a_text(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(name=HOSTILE_NAME))
    boss = product.administrator
    product.user()(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"})
    (link,) = boss("GET /v1/admin/links", query={"q": "<script>"}).body["items"]
    assert link["user_name"] == HOSTILE_NAME
    for reply in (boss("GET /v1/admin/links"), boss("DELETE /v1/admin/users/u1")):
        assert all("\n" not in value and "\r" not in value for value in reply.headers.values())
        assert reply.headers["Content-Type"] == "application/json"


ODD_KEYS = [
    "feed/=cmd|' /C calc'!A0.jsonl",
    "feed/a b+c%20d.jsonl",
    "feed/../../type-mapping/x.jsonl",
    "feed/\u00fc\u0308\u4e2d\U0001f600.jsonl",
    "feed/line\nbreak.jsonl",
    "feed/.jsonl",
    "feed/" + "a" * 1013 + ".jsonl",
]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_r44_a_feed_file_is_taken_in_whatever_its_name(product: Product, key: str) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket="uploads", Key=key, Body=json.dumps(a_user("u7")).encode())
    event = json.loads((EVENTS / "import_feed" / "object_created.json").read_text())
    event["detail"]["object"] |= {"key": key, "size": 1}
    event["detail"]["object"].pop("version-id")
    event["detail"]["bucket"]["name"] = "uploads"
    assert invoke("import_feed", event)["complete"]
    assert product.administrator("GET /v1/users/u7/claiming").status == 200
    (report,) = s3.list_objects_v2(Bucket="uploads", Prefix="feed-reports/")["Contents"]
    assert len(report["Key"].encode()) <= 1024, "S3 takes no longer ones"
    assert json.loads(s3.get_object(Bucket="uploads", Key=report["Key"])["Body"].read())["accepted"] == 1


@pytest.mark.parametrize("key", [key.replace("feed/", "type-mapping/").replace(".jsonl", ".csv") for key in ODD_KEYS])
def test_r3_a_mapping_is_taken_up_whatever_its_name(product: Product, key: str) -> None:
    s3 = boto3.client("s3")
    key = key[:1024]
    s3.put_object(Bucket="uploads", Key=key, Body=b"Elements type,ORCID type\nbook,edited-book\n")
    event = json.loads((EVENTS / "import_type_mapping" / "object_created.json").read_text())
    event["detail"]["object"] |= {"key": key}
    event["detail"]["object"].pop("version-id", None)
    event["detail"]["bucket"]["name"] = "uploads"
    assert invoke("import_type_mapping", event)["accepted"]
    (upload,) = product.administrator("GET /v1/admin/type-mapping/uploads").body["items"]
    assert (upload["file"], upload["accepted"]) == (key, True)
    assert len(s3.list_objects_v2(Bucket="uploads", Prefix="type-mapping-reports/")["Contents"]) == 1
