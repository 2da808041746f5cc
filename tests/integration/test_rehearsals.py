"""Rehearsals from the HTTP call over the queue's events to the CSV behind its address (R57)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import boto3
import pytest
import requests
from botocore.client import BaseClient
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.domain.links import Lane

from tests.builders import a_writing_claim
from tests.integration.conftest import EVENTS, Product
from tests.integration.test_other_functions import connect_for_writing, invoke
from tests.integration.test_settings_api import LINK, ORCID_ID, a_publication, a_relationship, a_user

REHEARSALS = "/v1/admin/rehearsals"
HEADER = "Elements type,ORCID type\n"


def deliver(product: Product, *, received: int = 1) -> list[str]:
    """Hand the messages that wait to the function as the queue would; returns how each ended."""
    ended: list[str] = []
    for message in product.messages("RehearsalQueue"):
        event = json.loads(
            (EVENTS / "rehearse" / ("part" if "part" in message else "begin")).with_suffix(".json").read_text()
        )
        (record,) = event["Records"]
        assert json.loads(record["body"]).keys() == message.keys()
        record["body"] = json.dumps(message)
        record["attributes"]["ApproximateReceiveCount"] = str(received)
        ended.append(invoke("rehearse", event)["ended"])
    return ended


def rehearsed(product: Product, body: object = None) -> dict[str, Any]:
    begun = product.administrator(f"POST {REHEARSALS}", body or {})
    assert begun.status == 202
    while deliver(product):
        pass
    found = product.administrator(f"GET {REHEARSALS}/{begun.body['id']}")
    assert found.status == 200
    return dict(found.body)


def rows_of(found: dict[str, Any]) -> list[dict[str, str]]:
    answer = requests.get(found["csv_url"], timeout=5)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def writing(product: Product, users: int) -> None:
    """So many users in mode `write`, with a publication that all claim."""
    table = Table(boto3.client("dynamodb"), product.tables["SyncTable"])
    claims, writers = DynamoDbClaims(table), DynamoDbWriters(table)
    product.feed(a_publication("p1"))
    for n in range(users):
        orcid_id = f"0000-0001-0000-{n:04d}"
        product.feed(a_user(f"x{n:03d}", orcid_ids=[]), a_relationship("p1", f"x{n:03d}"))
        claims.put(a_writing_claim(f"x{n:03d}", orcid_id, claimed_here_ms=1))
        assert writers.acquire(orcid_id, f"x{n:03d}")
        writers.wake(orcid_id, f"x{n:03d}", lane=Lane.NORMAL, due_ms=1)


def test_r57_before_switching_on_a_setting_and_a_mapping_are_tried_for_everybody(product: Product) -> None:
    product.switch_on()
    product.feed(a_user(name="=Ada"), *(a_publication(f"p{n}") for n in range(3)))
    product.feed(*(a_relationship(f"p{n}", hidden=n == 2) for n in range(3)))
    connect_for_writing(product)
    assert product.user()(f"PATCH {LINK}/settings", {"mode": "write"}).status == 200
    boss = product.administrator
    assert boss("PATCH /v1/admin/configuration", {"write_enabled": False}).status == 200
    tried = {
        "configuration": {"only_verified": True},
        "type_mapping": HEADER + "journal-article;book\n".replace(";", ","),
    }
    found = rehearsed(product, tried)
    (row,) = rows_of(found)
    assert (row["user_id"], row["name"], row["orcid_id"]) == ("u1", "'=Ada", ORCID_ID)
    assert (row["mode"], row["add"], row["hidden"], row["not_verified"]) == ("write", "0", "1", "2")
    assert found["totals"]["not_verified"] == 2
    assert (found["state"], found["users_done"], found["users_total"]) == ("done", 1, 1)
    assert (found["requested_by"], found["reason"], found["missing_users"]) == ("boss", None, [])
    assert found["tried"]["configuration"] == {"only_verified": True}
    assert found["tried"]["type_mapping"]["rows"] == 1
    assert found["requested_at"] <= found["finished_at"] < found["expires_at"]
    (row,) = rows_of(rehearsed(product, {"configuration": {"write_enabled": True}}))
    assert (row["add"], row["update"], row["remove"], row["claimed"]) == ("2", "0", "0", "3")
    assert boss("GET /v1/admin/configuration").body["only_verified"] is False


def test_r57_the_function_changes_nothing_but_the_rehearsal(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    writing(product, 30)
    assert product.administrator(f"POST {REHEARSALS}", {}).status == 202
    made: set[tuple[str, str]] = set()
    passed_on = BaseClient._make_api_call  # type: ignore[attr-defined]  # every client's calls go through it

    def recorded(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        about = parameters.get("Key") if operation in ("UpdateItem", "PutObject") else None
        made.add((operation, str(about["pk"]["S"] if isinstance(about, dict) else about or "").split("/")[0]))
        return passed_on(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    sent = product.queues
    bodies = product.messages("RehearsalQueue")
    invoke("rehearse", _event("begin", bodies[0]))
    parts = product.messages("RehearsalQueue")
    assert [invoke("rehearse", _event("part", part))["ended"] for part in parts] == ["part_done", "done"]
    reading = {"GetItem", "BatchGetItem", "Query", "GetObject"}
    written = {call for call in made if call[0] not in reading | {"ReceiveMessage", "DeleteMessage"}}
    assert written == {("UpdateItem", "REHEARSALS"), ("PutObject", "rehearsals"), ("SendMessage", "")}
    assert all(product.messages(queue) == [] for queue in sent if not queue.startswith("Rehearsal"))


def _event(name: str, message: dict[str, Any]) -> dict[str, Any]:
    event = json.loads((EVENTS / "rehearse" / f"{name}.json").read_text())
    event["Records"][0]["body"] = json.dumps(message)
    return dict(event)


def test_r57_what_is_tried_is_checked_at_once_as_where_it_would_be_put_in_force(product: Product) -> None:
    boss = product.administrator
    share = {"mass_removal_share": 2}
    refused = boss(f"POST {REHEARSALS}", {"configuration": share})
    real = boss("PATCH /v1/admin/configuration", share)
    assert (refused.status, refused.type) == (real.status, real.type) == (422, "invalid")
    assert refused.body["errors"][0]["field"] == f"configuration.{real.body['errors'][0]['field']}"
    assert refused.body["errors"][0]["message"] == real.body["errors"][0]["message"]
    on = {"search_enabled": True, "write_enabled": True}
    assert boss(f"POST {REHEARSALS}", {"configuration": on}).body == boss("PATCH /v1/admin/configuration", on).body
    mapping = HEADER + "buch,book\n\nbook,\n"
    refused = boss(f"POST {REHEARSALS}", {"type_mapping": mapping})
    real = boss(
        "PUT /v1/admin/type-mapping", raw=mapping, query={"dry_run": "true"}, headers={"content-type": "text/csv"}
    )
    assert refused.status == real.status == 422
    assert refused.body["errors"] == real.body["errors"]
    assert [error["line"] for error in refused.body["errors"]] == [2, 4]
    large = boss(f"POST {REHEARSALS}", {"type_mapping": HEADER + "x" * 1_000_000})
    assert (large.status, large.type) == (413, "too-large")
    bad: list[dict[str, Any]] = [{"mapping": "x"}, {"type_mapping": 5}, {"configuration": []}]
    for body in [*bad, {"configuration": {"colour": "red"}}]:
        assert boss(f"POST {REHEARSALS}", body).type == "invalid"
    assert product.messages("RehearsalQueue") == []
    assert [e["action"] for e in boss("GET /v1/admin/audit").body["items"]] == []


def test_r46_rehearsals_are_for_administrators_alone(product: Product) -> None:
    for route in (f"POST {REHEARSALS}", f"GET {REHEARSALS}", f"GET {REHEARSALS}/1-a"):
        assert product.user()(route).type == "forbidden"
        assert product.stranger(route).status == 401
    assert product.administrator(f"GET {REHEARSALS}/1-a").type == "not-found"


def test_r57_three_at_once_are_enough(product: Product) -> None:
    boss = product.administrator
    begun = [boss(f"POST {REHEARSALS}", {}) for _ in range(3)]
    assert [reply.status for reply in begun] == [202] * 3
    kept = boss(f"GET {REHEARSALS}").body["items"]
    assert {item["id"] for item in kept} == {reply.body["id"] for reply in begun}
    fourth = boss(f"POST {REHEARSALS}", {})
    assert (fourth.status, fourth.type) == (503, "internal")
    assert "3 rehearsals are running" in fourth.body["detail"]
    deliver(product)
    assert boss(f"POST {REHEARSALS}", {}).status == 202


def test_r57_a_part_that_fails_three_times_leaves_the_rehearsal_failed(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing(product, 1)
    begun = product.administrator(f"POST {REHEARSALS}", {}).body["id"]
    deliver(product)
    passed_on = BaseClient._make_api_call  # type: ignore[attr-defined]  # every client's calls go through it

    def failing(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if parameters.get("TableName") == product.tables["CatalogueTable"]:
            raise ConnectionError("no answer")
        return passed_on(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
    with pytest.raises(ConnectionError):
        deliver(product, received=3)
    found = product.administrator(f"GET {REHEARSALS}/{begun}").body
    assert (found["state"], found["missing_users"], rows_of(found)) == ("failed", ["x000"], [])


def test_r40_a_dry_run_of_more_than_25_users_is_answered_with_a_rehearsal(product: Product) -> None:
    writing(product, 26)
    many: dict[str, Any] = {"users": [f"x{n:03d}" for n in range(26)], "dry_run": True}
    everybody: dict[str, Any] = {"all": True, "dry_run": True}
    for asked in (many, everybody):
        reply = product.administrator("POST /v1/admin/sync", asked)
        assert (reply.status, list(reply.body)) == (202, ["rehearsal_id"])
        invoked = invoke("sync", asked)
        assert list(invoked) == ["rehearsal_id"]
        while deliver(product):
            pass
        for rehearsal_id in (reply.body["rehearsal_id"], invoked["rehearsal_id"]):
            found = product.administrator(f"GET {REHEARSALS}/{rehearsal_id}").body
            assert [(row["user_id"], row["add"]) for row in rows_of(found)] == [(user, "1") for user in many["users"]]
            assert (found["tried"]["users"], found["tried"]["all"]) == (len(asked.get("users", [])), "all" in asked)
    by = [e["by"] for e in product.administrator("GET /v1/admin/audit").body["items"]]
    assert sorted(by) == ["boss", "boss", "sync-function", "sync-function"]
