"""What administrators see and do across all links, from the HTTP event to the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import boto3
import pytest
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.domain.ledger import Cause, Failure, Hold, LedgerEntry, PendingRemoval, UnmatchedWork
from orcid_sync.domain.links import Claim

from tests.builders import ORCID_ID, a_writing_claim
from tests.integration.conftest import Product
from tests.integration.test_other_functions import invoke
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


def test_links_are_listed_and_found(product: Product, stored: Stored) -> None:
    product.feed(a_user())
    product.switch_on()
    stored.writing()
    boss = product.administrator
    (link,) = boss("GET /v1/admin/links", query={"q": "ada", "connection": "write"}).body["items"]
    assert (link["user_id"], link["orcid_id"], link["mode"], link["holder"]) == ("u1", ORCID_ID, "write", "u1")
    assert (link["state"], link["state_reason"], link["frozen"]) == ("idle", None, False)
    assert boss("GET /v1/admin/links", query={"state": "paused"}).body == {"items": [], "next": None}
    assert boss("GET /v1/admin/links", query={"state": "asleep"}).type == "invalid"
    assert boss("GET /v1/admin/links", query={"cursor": "x"}).type == "invalid"


def test_r22_releasing_over_http(product: Product, stored: Stored) -> None:
    product.feed(a_user())
    stored.writing("u1", ORCID_ID, LedgerEntry("p1", put_code=1))
    release = f"POST /v1/admin/links/{ORCID_ID}/release"
    assert product.user()(release).type == "forbidden"
    released = product.administrator(release)
    assert released.body == {"orcid_id": ORCID_ID, "user_id": "u1", "user_name": "Ada Jones", "works": 1}
    assert product.administrator(release).type == "not-found"
    stored.claims.delete(_claim(stored))
    stored.writing()
    claim = stored.claims.put(replace(_claim(stored), removing_since_ms=1))
    assert product.administrator(release).type == "frozen"
    stored.claims.put(replace(claim, removing_since_ms=None))
    stored.writers.lease(ORCID_ID, lease_id="visit", now_ms=0, until_ms=1 << 50)
    assert product.administrator(release).status == 503


def _claim(stored: Stored) -> Claim:
    claim = stored.claims.get("u1", ORCID_ID)
    assert claim is not None
    return claim


def test_works_of_concern_are_listed(product: Product, stored: Stored) -> None:
    failure = Failure("9001", "No, thanks", at_ms=1_793_606_400_000, attempts=2)
    stored.writing("u1", ORCID_ID, LedgerEntry("p1", failure=failure), LedgerEntry("p2", put_code=2, removal=HELD))
    stored.ledger.note_unmatched(ORCID_ID, [UnmatchedWork(ORCID_ID, 7, "Old", "book", 1_793_606_400_000)])
    boss = product.administrator
    held, failed, unmatched = boss("GET /v1/admin/works").body["items"]
    assert (held["state"], held["reason"], held["held"], held["put_code"]) == ("held", "hidden", True, 2)
    assert (failed["error"], failed["reason"], failed["attempts"]) == ("No, thanks", "9001", 2)
    assert (unmatched["state"], unmatched["put_code"], unmatched["title"]) == ("unmatched", 7, "Old")
    assert {item["since"] for item in (held, failed, unmatched)} == {SINCE}
    page = boss("GET /v1/admin/works", query={"state": "failed", "limit": "1", "reason": "9001"}).body
    assert (len(page["items"]), page["next"]) == (1, None)
    assert boss("GET /v1/admin/works", query={"orcid_id": ORCID_ID, "state": "unmatched"}).body["items"] == [unmatched]
    for query in ({"state": "sent"}, {"orcid_id": "0000"}, {"cursor": "x"}, {"cursor": "held.x"}):
        assert boss("GET /v1/admin/works", query=query).type == "invalid"


def test_r40_sync_on_demand_queues_or_plans(product: Product, stored: Stored) -> None:
    product.switch_on()
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    stored.writing()
    boss = product.administrator
    planned = boss("POST /v1/admin/sync", {"users": ["u1"], "dry_run": True})
    assert planned.status == 200
    ((operation,),) = [plan["operations"] for plan in planned.body["plans"]]
    assert [plan["paused"] for plan in planned.body["plans"]] == [None]
    assert operation == {"publication_id": "p1", "title": "On p1", "operation": "add", "reason": None}
    assert product.messages("HighPriorityQueue") == []
    queued = boss("POST /v1/admin/sync", {"orcid_ids": [ORCID_ID], "priority": "high", "reconcile": True})
    assert (queued.status, queued.body) == (202, {"queued": 1})
    assert len(product.messages("HighPriorityQueue")) == 1
    state = stored.writers.get(ORCID_ID)
    assert state is not None
    assert state.reconcile
    assert boss("POST /v1/admin/sync", {"all": True}).body == {"queued": None}


def test_r40_what_the_event_asks_for_the_sync_function_does(product: Product, stored: Stored) -> None:
    product.switch_on()
    product.feed(a_user(), a_user("u2", orcid_ids=[]))
    stored.writing()
    assert invoke("sync", "sync_requested") == {"queued": 1}


def test_r40_a_sync_on_demand_is_refused_when_it_names_nobody_or_unknown_ones(product: Product) -> None:
    product.feed(a_user())
    boss = product.administrator
    for body in ({}, {"users": ["u1"], "all": True}, {"users": "u1"}, {"users": ["u1"], "colour": "red"}):
        assert boss("POST /v1/admin/sync", body).type == "invalid"
    assert boss("POST /v1/admin/sync", {"users": ["u1", "nobody"]}).type == "not-found"
    many = {"users": [f"u{n}" for n in range(26)], "dry_run": True}
    assert boss("POST /v1/admin/sync", many).type == "not-found"


def test_the_status_is_told(product: Product, stored: Stored) -> None:
    product.switch_on()
    failed = Failure("9001", "No, thanks", at_ms=1_793_606_400_000)
    waits = LedgerEntry("p3", put_code=3, waiting_since_ms=1_793_606_400_000)
    stored.writing(
        "u1", ORCID_ID, LedgerEntry("p1", failure=failed), LedgerEntry("p2", put_code=2, removal=HELD), waits
    )
    body = product.administrator("GET /v1/admin/status").body
    assert (body["write_enabled"], body["pauses"]) == (True, {"writing": True, "paused_until": None})
    assert body["failures"] == [{"reason": "9001", "works": 1}]
    assert body["works"]["held"] == body["works"]["failed"] == {"number": 1, "complete": True}
    assert body["oldest_waiting_update_at"] == SINCE
    assert [(lane["lane"], lane["queued"]) for lane in body["queues"]] == [("high", 0), ("normal", 0)]
    assert body["rate"]["slots_given_ahead_ms"] == 0


def test_r46_the_audit_trail_is_read_by_user_and_time(product: Product) -> None:
    product.switch_on()
    product.feed(a_user())
    product.user()(f"PATCH /v1/users/me/claiming/{ORCID_ID}", {"claiming": "auto"})
    boss = product.administrator
    chosen, switched = boss("GET /v1/admin/audit").body["items"]
    assert (chosen["by"], chosen["action"], chosen["orcid_id"]) == ("u1", "claiming_chosen", ORCID_ID)
    assert chosen["after"]["claiming"] == "auto"
    assert (switched["by"], switched["action"], switched["user_id"]) == ("boss", "configuration_changed", None)
    assert boss("GET /v1/admin/audit", query={"user": "u1"}).body["items"] == [chosen]
    page = boss("GET /v1/admin/audit", query={"limit": "1"}).body
    assert boss("GET /v1/admin/audit", query={"limit": "1", "cursor": page["next"]}).body["items"] == [switched]
    between = {"from": chosen["at"], "to": "2999-01-01T00:00:00Z"}
    assert boss("GET /v1/admin/audit", query=between).body["items"][0] == chosen
    assert boss("GET /v1/admin/audit", query={"to": switched["at"]}).body["items"] == []
    assert boss("GET /v1/admin/audit", query={"to": "2020-01-01"}).body["items"] == []
    for query in ({"from": "yesterday"}, {"cursor": "x"}):
        assert boss("GET /v1/admin/audit", query=query).type == "invalid"
    (error,) = boss("GET /v1/admin/audit", query={"from": "yesterday"}).body["errors"]
    assert error == {"field": "from", "message": "Use a time as in 2026-01-31T09:30:00Z."}


def test_r48_a_user_is_erased_and_taken_back_over_http(product: Product, stored: Stored) -> None:
    product.feed(a_user(), a_publication("p1"), a_relationship("p1"))
    product.switch_on()
    stored.writing("u1", ORCID_ID, LedgerEntry("p1", put_code=1))
    boss, address = product.administrator, "/v1/admin/users/u1"
    assert product.user()(f"DELETE {address}").type == "forbidden"
    assert boss(f"DELETE {address}", query={"works": "perhaps"}).type == "invalid"
    assert boss("DELETE /v1/admin/users/nobody").type == "not-found"
    begun = boss(f"DELETE {address}")
    assert (begun.status, begun.body["state"], begun.headers["Location"]) == (202, "erasing", f"{address}/erasure")
    assert boss(f"POST {address}/readmission").type == "frozen"
    assert invoke("connect", "erasure_requested") is None
    done = boss(f"GET {address}/erasure").body
    assert (done["user_id"], done["state"], done["works_left"]) == ("u1", "erased", [])
    assert product.user()("GET /v1/users/me/orcid").type == "not-found"
    assert stored.writers.get(ORCID_ID) is None
    fed = product.feed(a_user(version=7)).body
    assert (fed["accepted"], fed["stale"], len(fed["warnings"])) == (0, 1, 1)
    assert boss(f"POST {address}/readmission").status == 204
    assert product.feed(a_user(version=7)).body["accepted"] == 1
    assert boss(f"GET {address}/erasure").type == "not-found"
    by_or_for = boss("GET /v1/admin/audit", query={"user": "u1"}).body["items"]
    assert [entry["action"] for entry in by_or_for] == ["readmitted"]
