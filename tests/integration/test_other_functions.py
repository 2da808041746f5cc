"""Feed, administration, connecting, and the functions that no one calls over HTTP, from their events to the tables."""

from __future__ import annotations

import importlib
import json
from typing import Any

import boto3
import pytest
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.config import AdminApiConfig, SettingsApiConfig
from orcid_sync.domain.errors import ConfigurationError

from tests.integration.conftest import EVENTS, Context, Product
from tests.integration.test_settings_api import LINK, ORCID_ID, a_publication, a_relationship, a_user

CONFIGURATION = "/v1/admin/configuration"


def invoke(folder: str, event: dict[str, Any] | str) -> Any:
    """Invoke a function with an event, or with the event file of this name."""
    if isinstance(event, str):
        event = json.loads((EVENTS / folder / f"{event}.json").read_text())
    return importlib.import_module(f"functions.{folder}.app").handler(event, Context())


def test_r44_a_batch_is_answered_with_what_became_of_each_item(product: Product) -> None:
    bad_id = a_user("u2", orcid_ids=["0000-0002-1825-0098"])
    reply = product.feed(a_user(), {"kind": "user", "id": "u3", "version": 1}, bad_id, a_user())
    assert (reply.body["accepted"], reply.body["stale"]) == (2, 1)
    (error,) = reply.body["errors"]
    assert error["index"] == 1
    assert "is_current: Give a value" in error["message"]
    assert [warning["index"] for warning in reply.body["warnings"]] == [2]


def test_r44_a_batch_that_is_too_large_is_refused_whole(product: Product) -> None:
    many = product.ris("POST /v1/feed/batch", {"items": [a_user(f"u{n}") for n in range(501)]})
    assert (many.status, many.type) == (413, "too-large")
    assert product.feed(*(a_user(f"u{n}") for n in range(500))).body["accepted"] == 500
    large = product.ris("POST /v1/feed/batch", raw='{"items": ["' + "x" * 5_000_000 + '"]}')
    assert (large.status, large.type) == (413, "too-large")
    assert product.ris("POST /v1/feed/batch", {}).body["errors"][0]["field"] == "items"


def test_r46_the_feed_has_a_scope_of_its_own(product: Product) -> None:
    caller = product.ris
    caller.payload["scope"] = "orcid-feeder"
    assert caller("POST /v1/feed/batch", {"items": []}).type == "forbidden"
    caller.payload["scope"] = ["orcid-feed"]
    assert caller("POST /v1/feed/batch", {"items": []}).status == 200


def test_r9_the_configuration_is_read_changed_and_guarded_by_its_etag(product: Product) -> None:
    boss = product.administrator
    fresh = boss(f"GET {CONFIGURATION}")
    assert (fresh.body["search_enabled"], fresh.body["write_enabled"], fresh.body["warnings"]) == (False, False, [])
    tag = fresh.headers["ETag"]
    refused = boss(f"PATCH {CONFIGURATION}", {"write_enabled": True, "batch_create_used": "no"})
    assert (refused.status, refused.type) == (409, "search-not-enabled")
    unanswered = boss(f"PATCH {CONFIGURATION}", {"search_enabled": True, "write_enabled": True})
    assert unanswered.body["errors"][0]["field"] == "batch_create_used"
    change = {"search_enabled": True, "write_enabled": True, "batch_create_used": "unknown"}
    changed = boss(f"PATCH {CONFIGURATION}", change, headers={"If-Match": tag})
    assert changed.status == 200
    assert boss(f"PATCH {CONFIGURATION}", {"search_enabled": False}).type == "write-enabled"
    stale = boss(f"PATCH {CONFIGURATION}", {"only_verified": True}, headers={"If-Match": tag})
    assert stale.type == "stale"
    assert boss(f"PATCH {CONFIGURATION}", {"mass_removal_share": 2}).type == "invalid"
    assert boss(f"GET {CONFIGURATION}").body == changed.body


def connect_for_writing(product: Product) -> None:
    """As the connect function leaves it, without asking ORCID."""
    table = Table(boto3.client("dynamodb"), product.tables["SyncTable"])
    product.user()(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"})
    (item,) = table.query("U#u1", "C#", consistent=True)
    table.put({**item, "conn": "write", "vault": "tokens/01", "trev": 1})


def test_r31_from_the_feed_to_one_message_for_the_id(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    connect_for_writing(product)
    changed = product.user()(f"PATCH {LINK}/settings", {"mode": "write"})
    assert (changed.status, changed.body["state"]) == (200, "queued")
    assert changed.body["next_check_at"] is not None
    assert invoke("schedule_sync", "tick") == {"sent": 1}
    (message,) = product.messages("NormalQueue")
    assert message["orcid_id"] == ORCID_ID
    assert product.user()(f"POST {LINK}/sync").status == 202
    (message,) = product.messages("HighPriorityQueue")
    assert message["orcid_id"] == ORCID_ID
    assert invoke("sync", "dry_run")["plans"][0]["operations"][0]["operation"] == "add"
    assert invoke("sync", "all") == {"queued": 1}


def test_r22_a_taken_id_names_its_holder_to_administrators_alone(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(), a_user("u2", orcid_ids=[ORCID_ID]))
    connect_for_writing(product)
    assert product.user()(f"PATCH {LINK}/settings", {"mode": "write"}).status == 200
    user = product.user("u2")(f"PATCH {LINK}/settings", {"mode": "write"})
    assert (user.status, user.type, user.body.get("taken_by")) == (409, "orcid-id-taken", None)
    boss = product.administrator(f"PATCH /v1/users/u2/orcid/{ORCID_ID}/settings", {"mode": "write"})
    assert boss.body["taken_by"] == {"user_id": "u1", "name": "Ada Jones"}


def test_r61_disconnecting_over_http(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(orcid_ids=[]))
    ada = product.user()
    ada("POST /v1/users/me/orcid", {"orcid_id": ORCID_ID})
    assert ada(f"DELETE {LINK}", query={"works": "leave", "unclaim": "maybe"}).type == "invalid"
    assert ada(f"DELETE {LINK}", query={"unclaim": "true"}).status == 204
    assert ada(f"GET {LINK}").type == "not-found"
    assert ada(f"DELETE {LINK}").type == "not-found"


def test_r61_a_finished_removal_of_a_link_that_goes_on_ends_nothing(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    assert invoke("connect", "removal_finished") is None
    assert product.user()(f"GET {LINK}").body["mode"] == "claim-only"


def test_a_missing_environment_is_named_all_at_once(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="SYNC_TABLE, EVENT_BUS"):
        AdminApiConfig.from_env(
            {
                "CATALOGUE_TABLE": "c",
                "NORMAL_QUEUE_URL": "n",
                "HIGH_PRIORITY_QUEUE_URL": "h",
                "ORCID_CLIENT_ID": "i",
                "USER_ID_CLAIM": "s",
                "GROUPS_CLAIM": "g",
                "ADMIN_GROUP": "a",
            }
        )
    monkeypatch.delenv("SYNC_TABLE")
    reply = product.user()("GET /v1/users/me/orcid")
    assert (reply.status, reply.type) == (500, "internal")
    assert "SYNC_TABLE" not in reply.body["detail"], "how we are set up is no caller's business"


def test_r13_a_stage_that_is_not_production_refuses_to_start_against_production() -> None:
    environment = dict.fromkeys((field.upper() for field in SettingsApiConfig.__slots__), "x")
    names = ("STAGE", "ORCID_API_URL", "ORCID_AUTH_URL", "ORCID_CLIENT_ID")
    values = ("test", "https://api.orcid.org", "https://orcid.org", "APP-1")
    with pytest.raises(ConfigurationError, match="never"):
        SettingsApiConfig.from_env({**environment, **dict(zip(names, values, strict=True))})


def test_what_nobody_foresaw_is_answered_as_internal_and_leaks_nothing(
    product: Product, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    product.switch_on()
    boto3.client("dynamodb").delete_table(TableName=product.tables["CatalogueTable"])
    reply = product.user()("GET /v1/users/me/orcid")
    assert (reply.status, reply.type) == (500, "internal")
    assert "Table" not in json.dumps(reply.body)
    assert "call_failed" in caplog.text
    assert '"UnexpectedErrors":[1.0]' in capsys.readouterr().out
