"""Rehearsals over HTTP: what is read from the CSV is what the sync then does (R57, R40)."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
import urllib3

from tests.e2e.local_stack import LocalStack
from tests.e2e.scholar import record
from tests.e2e.test_main_job import Researcher, Spent, claim, user
from tests.e2e.test_type_mapping import DEFAULT, Administrator
from tests.e2e.test_type_mapping import csv as mapping_csv

pytestmark = pytest.mark.stack

REHEARSALS = "/v1/admin/rehearsals"
ON = {"write_enabled": True, "only_verified": True}


class Director:
    """An administrator who rehearses."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.token = stack, stack.token("boss", groups=["orcid-admins"])

    def begin(self, body: dict[str, Any]) -> str:
        reply = self.stack.call("POST", REHEARSALS, body, token=self.token)
        assert reply.status == 202, reply
        return str(reply.json["id"])

    def finished(self, rehearsal_id: str) -> dict[str, Any]:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = self.stack.call("GET", f"{REHEARSALS}/{rehearsal_id}", token=self.token).json
            if found["state"] != "running":
                return dict(found)
            time.sleep(0.2)
        raise AssertionError(found)

    def rows(self, found: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Rows by user, fetched as a browser does: by the address alone."""
        answer = urllib3.request("GET", found["csv_url"])
        assert answer.status == 200
        return {row["user_id"]: row for row in csv.DictReader(io.StringIO(answer.data.decode()))}


def a_film(name: str, *, verified: bool) -> dict[str, Any]:
    doi = [{"type": "doi", "value": f"10.5555/{name}"}]
    source = "manual" if verified else "crossref"
    one = record(source, verified=verified, title=f"A film, {name}", identifiers=doi)
    return {"kind": "publication", "id": name, "version": 1, "type": "media", "records": [one]}


def bring(stack: LocalStack, user_id: str, *names: str, verified: bool = True) -> None:
    stack.feed(*(a_film(name, verified=verified) for name in names), *(claim(user_id, name) for name in names))


def run_sync(stack: LocalStack, researcher: Researcher) -> None:
    assert researcher.call("POST", "/sync").status == 202
    stack.quiet()


def test_r57_what_was_rehearsed_before_switching_on_is_what_the_sync_then_does(stack: LocalStack) -> None:
    boss, mappings = Director(stack), Administrator(stack)
    ada, ben = Researcher(stack, "reh-ada", 7101), Researcher(stack, "reh-ben", 7102)
    stack.feed({**user("reh-ada", ada.orcid_id), "version": 2, "name": "=Ada"})
    bring(stack, "reh-ada", "reh-1", "reh-2")
    bring(stack, "reh-ada", "reh-3", verified=False)
    bring(stack, "reh-ben", "reh-4")
    run_sync(stack, ada.write())
    stack.connect("reh-ben", ben.orcid_id, "read")
    assert set(ada.sources()) == {"reh-1", "reh-2", "reh-3"}
    stack.configure(write_enabled=False)
    try:
        bring(stack, "reh-ada", "reh-5")
        stack.quiet()
        spent, before = Spent(stack), ada.works()
        mapping = mapping_csv(media="image")
        found = boss.finished(boss.begin({"configuration": ON, "type_mapping": mapping.decode()}))
        rows = boss.rows(found)
        row = rows["reh-ada"]
        assert (row["name"], row["orcid_id"], row["mode"]) == ("'=Ada", ada.orcid_id, "write")
        assert [row[move] for move in ("add", "update", "remove", "not_verified", "paused")] == ["1", "2", "1", "1", ""]
        assert [rows["reh-ben"][name] for name in ("mode", "add", "add_if_write")] == ["read", "0", "1"]
        assert found["totals"]["add"] == sum(int(one["add"]) for one in rows.values())
        assert (found["state"], found["users_done"]) == ("done", found["users_total"])
        assert spent.calls() == {}
        assert ada.works() == before
        assert mappings.upload(mapping).status == 200
        stack.configure(**ON)
        moved = Spent(stack, ada.orcid_id)
        run_sync(stack, ada)
        calls = moved.calls()
        assert (calls["POST"], calls["PUT"], calls["DELETE"]) == (1, 2, 1)
        assert set(ada.sources()) == {"reh-1", "reh-2", "reh-5"}
        assert {work["type"] for work in ada.works()} == {"image"}
    finally:
        stack.configure(write_enabled=True, only_verified=False)
        assert mappings.upload(DEFAULT).status == 200
    run_sync(stack, ada)


def test_r40_a_dry_run_of_more_than_25_users_names_a_rehearsal(stack: LocalStack) -> None:
    boss = Director(stack)
    people = [f"reh-{n}" for n in range(26)]
    stack.feed(*(user(name) for name in people))
    wanted = {"users": people, "dry_run": True}
    asked = stack.call("POST", "/v1/admin/sync", wanted, token=boss.token)
    invoked = stack.call("POST", "/_local/functions/sync", wanted)
    assert (asked.status, list(asked.json), list(invoked.json)) == (202, ["rehearsal_id"], ["rehearsal_id"])
    for reply in (asked, invoked):
        found = boss.finished(reply.json["rehearsal_id"])
        assert (found["state"], found["tried"]["users"], boss.rows(found)) == ("done", 26, {})
