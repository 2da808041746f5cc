"""What administrators see and do across all links, over HTTP (R11, R22, R40, R46, R48, R55)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.test_main_job import Researcher, Spent, claim, user
from tests.secret_text import secret_text

pytestmark = pytest.mark.stack


class Administrator:
    """Calls as an administrator of the institution."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def __call__(self, method: str, path: str, body: Any = None) -> Reply:
        return self.stack.call(method, path, body, token=self.stack.token("boss", groups=["orcid-admins"]))


@pytest.fixture
def boss(stack: LocalStack) -> Administrator:
    return Administrator(stack)


def test_r55_a_mass_removal_waits_for_the_administrators_word(stack: LocalStack, boss: Administrator) -> None:
    ada = Researcher(stack, "admin-ada", 501)
    ids = ada.publish(30)
    ada.write()
    stack.settle()
    stack.feed(*(claim("admin-ada", publication_id, version=2, hidden=True) for publication_id in ids[:25]))
    stack.settle()
    assert len(ada.works()) == 30
    held = boss("GET", "/v1/admin/held-removals?limit=500").json["items"]
    mine = [item for item in held if item["user_id"] == "admin-ada"]
    assert {item["publication_id"] for item in mine} == set(ids[:25])
    assert {(item["orcid_id"], item["reason"]) for item in mine} == {(ada.orcid_id, "hidden")}
    decided = boss("POST", "/v1/admin/held-removals", {"approve": True, "orcid_ids": [ada.orcid_id]})
    assert (decided.status, decided.json["removals"]) == (202, 25)
    stack.settle()
    assert set(ada.sources()) == set(ids[25:])


def test_r22_an_administrator_releases_an_id_and_the_next_owner_adopts_the_works(
    stack: LocalStack, boss: Administrator
) -> None:
    first, second = Researcher(stack, "admin-bea", 502), Researcher(stack, "admin-ben", 502)
    ids = first.publish(2)
    stack.feed(*(claim("admin-ben", publication_id) for publication_id in ids))
    first.write()
    stack.settle()
    put_codes = {work["put-code"] for work in first.works()}
    stack.connect("admin-ben", second.orcid_id, "read")
    page = boss("GET", f"/v1/admin/links?q={first.orcid_id}").json["items"]
    assert {(item["user_id"], item["mode"], item["holder"]) for item in page} == {
        ("admin-bea", "write", "admin-bea"),
        ("admin-ben", "read", "admin-bea"),
    }
    released = boss("POST", f"/v1/admin/links/{first.orcid_id}/release")
    assert (released.status, released.json["user_id"], released.json["works"]) == (200, "admin-bea", 2)
    assert first.call("GET").json["mode"] == "read"
    second.write()
    stack.settle()
    assert set(second.sources()) == set(ids)
    assert {work["put-code"] for work in second.works()} == put_codes
    assert second.counts()["sent"] == 2
    assert boss("POST", f"/v1/admin/links/{first.orcid_id}/release").status == 200


def test_r11_works_that_match_no_publication_are_listed(stack: LocalStack, boss: Administrator) -> None:
    cleo = Researcher(stack, "admin-cleo", 503)
    cleo.publish(2)
    cleo.write()
    stack.settle()
    assert boss("POST", f"/v1/admin/links/{cleo.orcid_id}/release").status == 200
    stack.feed(claim("admin-cleo", "admin-cleo-p0", version=2, deleted=True))
    dan = Researcher(stack, "admin-dan", 503)
    dan.publish(1)
    stack.feed(claim("admin-dan", "admin-cleo-p1"))
    dan.write()
    stack.settle()
    listed = boss("GET", f"/v1/admin/works?state=unmatched&orcid_id={dan.orcid_id}").json["items"]
    assert [(item["user_id"], item["publication_id"]) for item in listed] == [("admin-dan", None)]
    everybody = boss("GET", "/v1/admin/works?state=unmatched&limit=500").json["items"]
    assert listed[0] in everybody
    assert len(dan.works()) == 3


def test_r40_everybody_is_made_due_by_the_sync_function(stack: LocalStack, boss: Administrator) -> None:
    eve = Researcher(stack, "admin-eve", 504)
    eve.publish(1)
    eve.write()
    stack.settle()
    plans = boss("POST", "/v1/admin/sync", {"users": ["admin-eve"], "dry_run": True})
    assert (plans.status, plans.json) == (
        200,
        {"plans": [{"user_id": "admin-eve", "orcid_id": eve.orcid_id, "operations": [], "paused": None}]},
    )
    spent = Spent(stack)
    assert boss("POST", "/v1/admin/sync", {"all": True, "reconcile": True}).json == {"queued": None}
    stack.settle()
    assert spent.calls()["GET"] >= 1
    status = boss("GET", "/v1/admin/status").json
    assert [lane["queued"] for lane in status["queues"]] == [0, 0]
    (entry,) = [e for e in boss("GET", "/v1/admin/audit").json["items"] if e["action"] == "sync_requested"][:1]
    assert (entry["by"], entry["after"]["all"]) == ("boss", True)


@pytest.mark.parametrize(("works", "number", "left"), [("remove", 505, 0), ("leave", 506, 2)])
def test_r48_an_erased_user_leaves_nothing_behind_but_what_they_wish(
    stack: LocalStack, boss: Administrator, works: str, number: int, left: int
) -> None:
    user_id = f"admin-finn-{works}"
    finn = Researcher(stack, user_id, number)
    finn.publish(2)
    finn.write()
    stack.settle()
    begun = boss("DELETE", f"/v1/admin/users/{user_id}?works={works}")
    assert begun.status == 202
    stack.settle()
    done = boss("GET", begun.headers["location"]).json
    assert (done["state"], done["works_left"]) == ("erased", [])
    assert len(finn.works()) == left
    assert finn.call("GET").status == 404
    feed = {"items": [user(user_id, finn.orcid_id)]}
    token = stack.token("ris", scope="orcid-feed")
    assert stack.call("POST", "/v1/feed/batch", feed, token=token).json["stale"] == 1
    assert boss("GET", f"/v1/admin/audit?user={user_id}").json["items"] == []
    held = "".join(
        secret_text(stack.aws("secretsmanager").get_secret_value(SecretId=secret["Name"]))
        for secret in stack.aws("secretsmanager").list_secrets()["SecretList"]
        if "/tokens/" in secret["Name"]
    )
    assert f"{user_id}#" not in held
    assert boss("POST", f"/v1/admin/users/{user_id}/readmission").status == 204
    assert stack.call("POST", "/v1/feed/batch", feed, token=token).json["accepted"] == 1
