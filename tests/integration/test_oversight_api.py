"""What administrators see and do across all links, from the HTTP event to the tables."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
import pytest
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.domain.ledger import Cause, Hold, LedgerEntry, PendingRemoval

from tests.builders import ORCID_ID, a_writing_claim
from tests.integration.conftest import Product
from tests.integration.test_settings_api import a_publication, a_relationship, a_user

HELD = PendingRemoval("hidden", Cause.CATALOGUE, since_ms=1_793_606_400_000, due_ms=1_793_606_400_000, hold=Hold.HELD)
SINCE = "2026-11-02T08:00:00.000Z"


@dataclass
class Stored:
    """The tables' content as the writers leave it."""

    claims: DynamoDbClaims
    writers: DynamoDbWriters
    ledger: DynamoDbLedger

    def writing(self, user_id: str = "u1", orcid_id: str = ORCID_ID, *entries: LedgerEntry) -> None:
        """A link in mode `write` with these ledger entries."""
        self.claims.put(a_writing_claim(user_id, orcid_id))
        assert self.writers.acquire(orcid_id, user_id)
        for entry in entries:
            self.ledger.put(orcid_id, entry)


@pytest.fixture
def stored(product: Product) -> Stored:
    table = Table(boto3.client("dynamodb"), product.tables["SyncTable"])
    return Stored(DynamoDbClaims(table), DynamoDbWriters(table), DynamoDbLedger(table, SystemClock()))


def test_r46_oversight_is_for_administrators_alone(product: Product) -> None:
    for caller in (product.user(), product.ris):
        assert caller("GET /v1/admin/held-removals").type == "forbidden"
    assert product.stranger("GET /v1/admin/held-removals").status == 401
    assert product.administrator("GET /v1/admin/held-removals").body == {"items": [], "next": None}


def test_r55_held_removals_are_listed_and_decided(product: Product, stored: Stored) -> None:
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    stored.writing("u1", ORCID_ID, *(LedgerEntry(f"p{n}", put_code=n, removal=HELD) for n in (1, 2)))
    boss = product.administrator
    page = boss("GET /v1/admin/held-removals", query={"limit": "1"}).body
    assert page["items"] == [
        {
            "user_id": "u1",
            "user_name": "Ada Jones",
            "orcid_id": ORCID_ID,
            "publication_id": "p1",
            "title": "On p1",
            "put_code": 1,
            "reason": "hidden",
            "cause": "catalogue",
            "since": SINCE,
        }
    ]
    rest = boss("GET /v1/admin/held-removals", query={"cursor": page["next"]}).body
    assert [(item["publication_id"], item["title"]) for item in rest["items"]] == [("p2", None)]
    decided = boss("POST /v1/admin/held-removals", {"approve": True, "orcid_ids": [ORCID_ID]})
    assert (decided.status, decided.body) == (202, {"removals": 2, "orcid_ids": 1, "remaining": False})
    assert [message["orcid_id"] for message in product.messages("HighPriorityQueue")] == [ORCID_ID]
    assert boss("GET /v1/admin/held-removals").body["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"approve": True},
        {"approve": True, "all": True, "orcid_ids": [ORCID_ID]},
        {"approve": "yes", "all": True},
        {"approve": True, "orcid_ids": ["0000-0002-1825-0098"]},
    ],
)
def test_r55_a_decision_names_what_it_is_about(product: Product, body: dict[str, object]) -> None:
    assert product.administrator("POST /v1/admin/held-removals", body).type == "invalid"
