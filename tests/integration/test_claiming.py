"""Automatic claiming from the feed through the table's stream to the user's answer and back to the RIS (R41, R43)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from orcid_sync.bootstrap import queueing

from functions.notice_changes import app as notice_changes
from tests.integration.conftest import Context, Product
from tests.integration.test_settings_api import ORCID_ID, a_publication, a_relationship, a_user

pytestmark = pytest.mark.moto_tables

SUGGESTIONS = "/v1/users/me/suggestions"


def of_ada(publication_id: str, version: int = 1) -> dict[str, Any]:
    item: dict[str, Any] = a_publication(publication_id, version=version)
    item["records"][0]["data"]["authors"] = [{"family": "Jones", "given": "Ada", "orcid_id": ORCID_ID}]
    return item


@pytest.fixture
def follow(product: Product) -> Callable[[], None]:
    """Hands the catalogue's stream to notice_changes until it tells nothing more."""
    queueing._notice_changes.cache_clear()
    table = product.tables["CatalogueTable"]
    dynamodb, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    wanted = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    place = [streams.get_shard_iterator(**wanted)["ShardIterator"]]

    def run() -> None:
        for _ in range(10):
            told = streams.get_records(ShardIterator=place[0])
            place[0] = told["NextShardIterator"]
            records: list[Any] = told["Records"]
            if not records:
                return
            for record in records:
                change = record["dynamodb"]
                if change.get("NewImage", {}).keys() == {"pk", "sk"}:  # moto tells a new item before its attributes
                    change["NewImage"] = dynamodb.get_item(TableName=table, Key=change["Keys"])["Item"]
            notice_changes.handler({"Records": records}, Context())
        raise AssertionError("the stream does not come to rest")

    return run


def claims(product: Product, **query: str) -> list[tuple[str, str]]:
    reply = product.ris("GET /v1/feed/claims", query=query)
    assert reply.status == 200, reply
    return [(item["user_id"], item["publication_id"]) for item in reply.body["items"]]


def test_r41_r43_a_suggestion_is_accepted_with_writing_off_and_offered_to_the_ris(
    product: Product, follow: Callable[[], None]
) -> None:
    product.feed(a_user(), of_ada("p1"), of_ada("p2"), a_publication("p3"), of_ada("p4"), a_relationship("p4"))
    follow()
    ada = product.user()
    found = ada(f"GET {SUGGESTIONS}")
    assert found.status == 200
    by_id = {item["publication_id"]: item for item in found.body["items"]}
    assert (set(by_id), found.body["next"]) == ({"p1", "p2"}, None)
    first = by_id["p1"]
    assert first.pop("created_at").endswith("Z")
    assert first == {
        "suggestion_id": "pub:p1",
        "origin": "orcid_id",
        "publication_id": "p1",
        "title": "On p1",
        "identifiers": [{"type": "doi", "value": "10.1234/p1"}],
        "matched_by": ORCID_ID,
        "source": None,
    }
    assert ada(f"POST {SUGGESTIONS}/pub:p1", {"accept": True}).status == 204
    assert ada(f"POST {SUGGESTIONS}/pub%3Ap2", {"accept": False}).status == 204
    follow()
    assert ada(f"GET {SUGGESTIONS}").body["items"] == []
    (claim,) = product.ris("GET /v1/feed/claims").body["items"]
    assert claim.pop("claimed_at").endswith("Z")
    assert claim == {
        "kind": "relationship",
        "user_id": "u1",
        "publication_id": "p1",
        "publication": None,
        "status": "claimed",
        "orcid_id": ORCID_ID,
    }
    assert product.feed(a_relationship("p1", version=0)).body["accepted"] == 1
    follow()
    assert claims(product) == []


def test_r41_a_choice_of_automatic_reaches_what_is_there_and_what_comes(
    product: Product, follow: Callable[[], None]
) -> None:
    product.feed(a_user(), of_ada("p1"))
    follow()
    ada = product.user()
    assert ada(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"}).status == 200
    follow()
    product.feed(of_ada("p2"))
    follow()
    assert claims(product) == [("u1", "p1"), ("u1", "p2")]
    assert ada(f"GET {SUGGESTIONS}").body["items"] == []
    product.switch_on()
    counts = ada(f"GET /v1/users/me/orcid/{ORCID_ID}").body["counts"]
    assert counts["claimed"] == 2


def test_r41_claims_are_offered_in_pages_since_a_time(product: Product, follow: Callable[[], None]) -> None:
    product.feed(a_user())
    product.user()(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"})
    follow()
    product.feed(*(of_ada(f"p{number}") for number in range(5)))
    follow()
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2", "since": "2026-01-01T00:00:00Z"}
    for _ in range(3):
        page = product.ris("GET /v1/feed/claims", query=query).body
        seen += [item["publication_id"] for item in page["items"]]
        query["cursor"] = page["next"]
    assert (sorted(seen), page["next"]) == ([f"p{number}" for number in range(5)], None)
    for since in ("2100-01-01", "9999-12-31T23:59:59Z"):
        assert claims(product, since=since) == []
    assert len(claims(product, since="0001-01-01T00:00:00")) == 5


def test_r46_suggestions_are_their_users_and_claims_the_feeds(product: Product, follow: Callable[[], None]) -> None:
    product.feed(a_user(), a_user("u2", orcid_ids=[]), of_ada("p1"))
    follow()
    other, boss = product.user("u2"), product.administrator
    assert other("GET /v1/users/u1/suggestions").type == "forbidden"
    assert other("POST /v1/users/u1/suggestions/pub:p1", {"accept": True}).type == "forbidden"
    assert other(f"POST {SUGGESTIONS}/pub:p1", {"accept": True}).type == "not-found"
    assert product.user("u9")(f"GET {SUGGESTIONS}").type == "not-found"
    assert product.user()("GET /v1/feed/claims").type == "forbidden"
    assert boss("POST /v1/users/u1/suggestions/pub:p1", {"accept": True}).status == 204


@pytest.mark.parametrize("cursor", ["zebra", "~", "1~", "-~pub:p1", "\u00b2~x", "%00"])
def test_cursors_that_are_not_ours_are_refused(product: Product, cursor: str) -> None:
    product.feed(a_user())
    assert product.user()(f"GET {SUGGESTIONS}", query={"cursor": cursor}).type == "invalid"
    assert product.ris("GET /v1/feed/claims", query={"cursor": cursor}).type == "invalid"


def test_answers_and_times_that_make_no_sense_are_refused_by_name(product: Product) -> None:
    product.feed(a_user())
    ada = product.user()
    assert ada(f"POST {SUGGESTIONS}/pub:p1", {}).body["errors"][0]["field"] == "accept"
    assert ada(f"POST {SUGGESTIONS}/pub:p1", {"accept": "yes"}).type == "invalid"
    for unknown in ("pub:p1", "pub:" + "x" * 2000):
        assert ada(f"POST {SUGGESTIONS}/{unknown}", {"accept": True}).type == "not-found"
    reply = product.ris("GET /v1/feed/claims", query={"since": "yesterday"})
    assert (reply.type, reply.body["errors"][0]["field"]) == ("invalid", "since")
