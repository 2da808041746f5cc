"""The settings page through its handler: event -> settings_api -> tables."""

from __future__ import annotations

from tests.integration.conftest import ORIGIN, Product

ORCID_ID = "0000-0002-1825-0097"
LINK = f"/v1/users/me/orcid/{ORCID_ID}"


def a_user(user_id: str = "u1", version: int = 1, **changes: object) -> dict[str, object]:
    item = {"kind": "user", "id": user_id, "version": version, "name": "Ada Jones", "is_current": True}
    return {**item, "login_allowed": True, "orcid_ids": [f"https://orcid.org/{ORCID_ID}"], **changes}


def a_publication(publication_id: str, **changes: object) -> dict[str, object]:
    data = {
        "title": f"On {publication_id}",
        "publication_status": "published",
        "publication_date": {"year": 2024},
        "identifiers": [{"type": "doi", "value": f"10.1234/{publication_id}"}],
    }
    item = {"kind": "publication", "id": publication_id, "version": 1, "type": "journal-article"}
    return {**item, "records": [{"source": "crossref", "id": "r1", "data": data}], **changes}


def a_relationship(publication_id: str, user_id: str = "u1", **changes: object) -> dict[str, object]:
    item = {"kind": "relationship", "user_id": user_id, "publication_id": publication_id, "version": 1}
    return {**item, "status": "claimed", **changes}


def test_r14_a_claim_of_the_ris_is_shown_with_the_defaults_of_the_contract(product: Product) -> None:
    product.switch_on()
    report = product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    assert report.body == {"accepted": 3, "stale": 0, "errors": [], "warnings": []}
    reply = product.user()("GET /v1/users/me/orcid")
    assert reply.status == 200
    (link,) = reply.body["items"]
    assert reply.body["notices"] == []
    assert link["claimed_at"].endswith("Z")
    del link["claimed_at"]
    nothing_left_out = dict.fromkeys(link["counts"]["left_out"], 0)
    assert len(nothing_left_out) == 10
    assert link == {
        "orcid_id": ORCID_ID,
        "claimed_in": "ris",
        "connection": "none",
        "mode": "claim-only",
        "published_only": True,
        "include_private": False,
        "favourites_only": False,
        "claiming": "suggest",
        "state": "idle",
        "state_reason": None,
        "frozen": False,
        "primary_orcid_id": None,
        "last_synced_at": None,
        "next_check_at": None,
        "last_error": None,
        "counts": {
            "claimed": 1,
            "eligible": 1,
            "sent": 0,
            "waiting_add": 1,
            "waiting_update": 0,
            "waiting_remove": 0,
            "failed": 0,
            "on_orcid": 0,
            "left_out": nothing_left_out,
        },
    }


def test_r10_with_writing_off_the_page_refuses_but_claiming_goes_on(product: Product) -> None:
    product.feed(a_user(orcid_ids=[]))
    ada = product.user()
    claimed = ada("POST /v1/users/u1/orcid", {"orcid_id": ORCID_ID})
    assert (claimed.status, claimed.body["claimed_in"]) == (201, "here")
    assert claimed.headers["Location"] == f"/v1/users/u1/orcid/{ORCID_ID}"
    assert ada("POST /v1/users/u1/orcid", {"orcid_id": ORCID_ID}).type == "already-claimed"
    for route in (
        "GET /v1/users/me/orcid",
        f"GET {LINK}",
        f"PATCH {LINK}/settings",
        f"POST {LINK}/preview",
        f"POST {LINK}/sync",
        f"GET {LINK}/publications",
        f"GET {LINK}/publications/p1/history",
        f"PUT {LINK}/publications/p1/exclusion",
        f"DELETE {LINK}/publications/p1/exclusion",
        f"POST {LINK}/publications/p1/resend",
    ):
        reply = ada(route)
        assert (reply.status, reply.type) == (403, "write-integration-disabled"), route
    removal = ada(f"POST {LINK}/removal", {"confirm": True})
    assert removal.type == "write-integration-disabled"
    writing = {"access": "write", "return_url": ORIGIN}
    assert ada("POST /v1/users/me/orcid/connect", writing).type == "write-integration-disabled"
    assert ada("POST /v1/users/me/orcid/connect", {**writing, "access": "read"}).status == 200
    assert ada("GET /v1/users/me/claiming").body["items"][0]["claiming"] == "suggest"
    assert ada(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"}).body["claiming"] == "auto"


def test_r46_a_user_reaches_only_what_is_theirs(product: Product) -> None:
    product.switch_on()
    product.feed(a_user("u1"), a_user("u2", orcid_ids=[]))
    assert product.user("u2")("GET /v1/users/u1/orcid").type == "forbidden"
    assert product.user("u2")("GET /v1/users/nobody/orcid").type == "forbidden"
    assert product.administrator("GET /v1/users/u1/orcid").status == 200
    assert product.administrator("GET /v1/users/nobody/orcid").type == "not-found"
    assert product.stranger("GET /v1/users/u1/orcid").type == "unauthorized"
    assert product.user("u1")("GET /v1/admin/configuration").type == "forbidden"
    assert product.user("u1")("POST /v1/feed/batch", {"items": []}).type == "forbidden"


def test_r46_a_group_that_only_contains_the_name_is_no_administrator(product: Product) -> None:
    product.feed(a_user())
    caller = product.user("u2")
    caller.payload["groups"] = ["not orcid-admins", "orcid-admins-of-old"]
    assert caller("GET /v1/users/u1/orcid").type == "forbidden"


def test_r46_connecting_is_the_users_own(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    body = {"access": "read", "return_url": ORIGIN}
    assert product.administrator("POST /v1/users/u1/orcid/connect", body).type == "forbidden"


def test_settings_change_with_etag_and_stale_is_refused(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    ada = product.user()
    tag = ada(f"GET {LINK}").headers["ETag"]
    changed = ada(f"PATCH {LINK}/settings", {"published_only": False}, headers={"if-match": tag})
    assert (changed.status, changed.body["published_only"]) == (200, False)
    assert changed.headers["ETag"] != tag
    stale = ada(f"PATCH {LINK}/settings", {"published_only": True}, headers={"if-match": tag})
    assert (stale.status, stale.type) == (412, "stale")


def test_errors_name_the_field_and_what_to_do(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    ada = product.user()
    reply = ada(f"PATCH {LINK}/settings", {"mode": "both", "publshed_only": True, "include_private": "yes"})
    assert (reply.status, reply.type) == (422, "invalid")
    assert reply.body["errors"] == [
        {"field": "mode", "message": "Use one of: 'write', 'read', 'claim-only'."},
        {"field": "include_private", "message": "Use true or false, without quotes."},
        {"field": "publshed_only", "message": "Leave this field away; it is not known here."},
    ]
    assert ada(f"PATCH {LINK}/settings", raw="{not json").type == "invalid"
    assert ada(f"PATCH {LINK}/settings", raw="[]").type == "invalid"
    assert ada(f"PATCH {LINK}/settings", raw=" " * 70_000).type == "too-large"
    wrong_digit = ada("POST /v1/users/me/orcid", {"orcid_id": "0000-0002-1825-0098"})
    assert (wrong_digit.status, wrong_digit.type) == (422, "invalid")
    assert "check digit" in wrong_digit.body["detail"]
    assert ada("GET /v1/users/me/orcid/0000-0001-5109-3700").type == "not-found"
    assert ada("GET /v1/users/me/orcid/nonsense").type == "not-found"
    assert ada(f"PATCH {LINK}/settings", {"mode": "write"}).type == "reconnect-required"


def test_r21_the_list_is_paged_and_filtered(product: Product) -> None:
    product.switch_on()
    items = [a_user(), *(a_publication(f"p{n}") for n in range(5)), *(a_relationship(f"p{n}") for n in range(4))]
    product.feed(*items, a_relationship("p4", hidden=True))
    ada = product.user()
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = ada(f"GET {LINK}/publications", query=query).body
        seen.extend(item["publication_id"] for item in page["items"])
        cursor = page["next"]
    assert cursor is None
    assert seen == ["p0", "p1", "p2", "p3", "p4"]
    (hidden,) = ada(f"GET {LINK}/publications", query={"reason": "hidden"}).body["items"]
    assert (hidden["publication_id"], hidden["state"], hidden["decision"]) == ("p4", "left_out", "leave_out")
    (first,) = ada(f"GET {LINK}/publications", query={"limit": "1"}).body["items"]
    assert first["ris_url"] == "https://ris.example.org/publications/p0"
    assert ada(f"GET {LINK}/publications", query={"reason": "ugly"}).type == "invalid"
    assert ada(f"GET {LINK}/publications", query={"cursor": "mine"}).type == "invalid"


def test_r64_a_preview_sends_nothing(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"), a_publication("p2"), a_relationship("p2"))
    ada = product.user()
    found = ada(f"POST {LINK}/preview").body
    assert (found["add"], found["update"], found["remove"]) == (2, 0, 0)
    assert found["items"][0] == {"publication_id": "p1", "title": "On p1", "operation": "add", "reason": None}
    assert ada(f"POST {LINK}/preview", {"favourites_only": True}).body["items"] == []
    assert product.messages("NormalQueue") == product.messages("HighPriorityQueue") == []


def test_r16_the_callback_sends_the_browser_only_where_the_user_began(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    ada = product.user()
    elsewhere = ada("POST /v1/users/me/orcid/connect", {"access": "write", "return_url": "https://evil.example"})
    assert elsewhere.body["errors"][0]["field"] == "return_url"
    url = ada("POST /v1/users/me/orcid/connect", {"access": "write", "return_url": f"{ORIGIN}/orcid?tab=1"}).body
    state = url["authorize_url"].split("state=")[1].split("&")[0]
    assert "%2Factivities%2Fupdate%20%2Fread-limited" in url["authorize_url"]
    assert "execute-api.eu-central-1.amazonaws.com%2Fv1%2Forcid%2Fcallback" in url["authorize_url"]
    back = product.stranger("GET /v1/orcid/callback", query={"code": "c0de", "state": state})
    assert back.status == 302
    assert back.headers["Location"] == f"{ORIGIN}/orcid?tab=1&orcid_code=c0de&orcid_state={state}"
    denied = product.stranger("GET /v1/orcid/callback", query={"error": "access_denied", "state": state})
    assert denied.headers["Location"] == f"{ORIGIN}/orcid?tab=1&orcid_status=denied"
    forged = product.stranger(
        "GET /v1/orcid/callback", query={"code": "c0de", "state": state[:-1] + ("1" if state[-1] == "0" else "0")}
    )
    assert (forged.status, forged.type) == (422, "invalid")
