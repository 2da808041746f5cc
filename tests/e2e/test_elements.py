"""From an Elements server to an ORCID record, on a local stack of its own: by the schedule, and back when unclaimed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import URGENT_WRITER, an_orcid_id, claim, publication, user

pytestmark = pytest.mark.stack
FOUR_HOURS = 4 * 3600


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(["--no-sample-data", "--elements", "6.13"]) as running:
        running.configure(search_enabled=True, write_enabled=True, batch_create_used="no")
        yield running


def _at_elements(stack: LocalStack, control: str, **order: Any) -> Any:
    """What somebody does in Elements' own pages."""
    url = stack.call("GET", "/_local/info").json["elements_url"]
    reply = urllib3.request("POST", f"{url}/_control/{control}", json=order)
    assert reply.status == 200, reply.data
    return reply.json()


def _by_schedule(stack: LocalStack) -> Any:
    """Run the reader's own schedule; returns what it did."""
    schedules = stack.call("GET", "/_local/schedules").json["items"]
    (name,) = (found["name"] for found in schedules if found["invokes"] == "PullElementsFunction")
    reply = stack.call("POST", f"/_local/schedules/{name}", {})
    assert "x-amz-function-error" not in reply.headers, reply
    return reply.json


def _titles(stack: LocalStack, orcid_id: str) -> set[str]:
    return {work["title"]["title"]["value"] for work in stack.works(orcid_id)}


def _visits(stack: LocalStack) -> int:
    used = stack.call("GET", "/_local/usage").json["functions"].get(URGENT_WRITER, {})
    return int(used.get("count", 0))


def test_r45_what_elements_has_fills_a_record_and_what_is_unclaimed_there_leaves_it_urgently(stack: LocalStack) -> None:
    orcid_id = an_orcid_id(4501)
    claims = [claim("ada", "p0"), claim("ada", "p1"), claim("ada", "p2", privacy="private"), claim("ada", "p3")]
    items = [user("ada", orcid_id), *(publication(f"p{n}") for n in range(4)), *claims]
    _at_elements(stack, "items", items=items)

    report = _by_schedule(stack)
    assert (report["complete"], report["users_compared"], report["problem"]) == (True, 1, None), report
    assert not _by_schedule(stack)["running"]

    stack.connect("ada", orcid_id)
    link = f"/v1/users/ada/orcid/{orcid_id}"
    token = stack.token("ada")
    assert stack.call("PATCH", f"{link}/settings", {"mode": "write"}, token=token).status == 200
    stack.settle()
    assert _titles(stack, orcid_id) == {f"On the matter of p{n}" for n in (0, 1, 3)}
    counts = stack.call("GET", link, token=token).json["counts"]
    assert (counts["claimed"], counts["sent"], counts["left_out"]["private"]) == (4, 3, 1)

    before = _visits(stack)
    _at_elements(stack, "unclaim", user="ada", publication="p1")
    stack.advance(FOUR_HOURS)
    assert _by_schedule(stack)["problem"] is None
    stack.quiet()
    assert _titles(stack, orcid_id) == {f"On the matter of p{n}" for n in (0, 3)}
    assert _visits(stack) > before


def test_r45_an_account_that_is_refused_is_told_of_and_nothing_is_lost(stack: LocalStack) -> None:
    _at_elements(stack, "break", how="status", path="users", status=401, times=0)
    stack.advance(FOUR_HOURS)
    assert "401" in _by_schedule(stack)["problem"]
    _at_elements(stack, "mend")
    secrets = stack.aws("secretsmanager").list_secrets()["SecretList"]
    (name,) = (found["Name"] for found in secrets if found["Name"].endswith("/elements-account"))
    assert set(json.loads(stack.aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"])) == {
        "username",
        "password",
    }
    assert _by_schedule(stack)["complete"]
