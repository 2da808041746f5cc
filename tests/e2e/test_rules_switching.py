"""Search and writing switched on and off over HTTP: what is refused, what waits, what is adopted (R9-R11)."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.test_claiming import writing_off
from tests.e2e.test_main_job import URGENT_WRITER, Researcher, Spent, an_orcid_id, claim, publication
from tests.e2e.test_rules_administration import run_sync

pytestmark = pytest.mark.stack

CONFIGURATION = "/v1/admin/configuration"
ON = {"search_enabled": True, "write_enabled": True, "batch_create_used": "no"}


@pytest.fixture
def patch(stack: LocalStack) -> Iterator[Callable[..., Reply]]:
    """Changes the configuration; search and writing are on again afterwards."""
    token = stack.token("boss", groups=["orcid-admins"])

    def change(if_match: str | None = None, **configuration: Any) -> Reply:
        headers = {"if-match": if_match} if if_match else {}
        return stack.call("PATCH", CONFIGURATION, configuration, token=token, **headers)

    yield change
    stack.configure(**ON)


def test_r9_a_fresh_installation_has_search_and_writing_off(stack: LocalStack) -> None:
    first = stack.first_configuration
    assert (first["search_enabled"], first["write_enabled"]) == (False, False)


def test_r9_writing_needs_search(patch: Callable[..., Reply]) -> None:
    refused = patch(search_enabled=False)
    assert (refused.status, refused.json["type"]) == (409, "write-enabled")
    assert patch(search_enabled=False, write_enabled=False).status == 200
    refused = patch(write_enabled=True, batch_create_used="no")
    assert (refused.status, refused.json["type"]) == (409, "search-not-enabled")
    refused = patch(write_enabled=True, search_enabled=False)
    assert (refused.status, refused.json["type"]) == (409, "search-not-enabled")
    both = patch(**ON)
    assert (both.json["search_enabled"], both.json["write_enabled"]) == (True, True)


def test_r11_switching_on_asks_whether_batch_create_was_ever_used(patch: Callable[..., Reply]) -> None:
    off = patch(write_enabled=False, batch_create_used="unknown")
    refused = patch(write_enabled=True)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "batch_create_used")
    assert patch(write_enabled=True, batch_create_used="perhaps").status == 422
    assert patch(if_match='"0"', write_enabled=True, batch_create_used="no").status == 412
    assert patch(if_match=off.headers["etag"], write_enabled=True, batch_create_used="no").status == 200


def test_r10_the_page_is_closed_and_what_has_nothing_to_do_with_writing_goes_on(stack: LocalStack) -> None:
    ada, second = Researcher(stack, "rule-page", 9101), an_orcid_id(9102)
    ids = ada.publish(1)
    ada.write()
    token, back = stack.token("rule-page"), f"{stack.url}/"
    work = f"/publications/{ids[0]}"
    with writing_off(stack):
        closed: list[tuple[str, str, Any]] = [
            ("GET", "", None), ("PATCH", "/settings", {"mode": "read"}), ("POST", "/preview", {}),
            ("POST", "/sync", None), ("POST", "/removal", {"confirm": True}), ("GET", "/publications", None),
            ("GET", f"{work}/history", None), ("PUT", f"{work}/exclusion", None),
            ("DELETE", f"{work}/exclusion", None), ("POST", f"{work}/resend", None), ("DELETE", "?works=remove", None),
        ]  # fmt: skip
        replies = [ada.call(*call) for call in closed]
        replies.append(stack.call("GET", "/v1/users/me/orcid", token=token))
        connect = {"access": "write", "return_url": back}
        replies.append(stack.call("POST", "/v1/users/me/orcid/connect", connect, token=token))
        assert {(r.status, r.json["type"]) for r in replies} == {(403, "write-integration-disabled")}
        claimed = stack.call("POST", "/v1/users/me/orcid", {"orcid_id": second}, token=token)
        assert (claimed.status, claimed.json["mode"]) == (201, "claim-only")
        stack.connect("rule-page", second, "read")
        choice = {"claiming": "ignore"}
        assert stack.call("PATCH", f"/v1/users/me/claiming/{second}", choice, token=token).status == 200
        chosen = stack.call("GET", "/v1/users/me/claiming", token=token).json["items"]
        assert {item["orcid_id"]: item["connection"] for item in chosen} == {ada.orcid_id: "write", second: "read"}
        assert stack.call("GET", "/v1/users/me/suggestions", token=token).status == 200
        gone = stack.call("DELETE", f"/v1/users/me/orcid/{second}?unclaim=true", token=token)
        assert gone.status == 204
    assert ada.call("GET").json["mode"] == "write"


@dataclass(frozen=True)
class OffAndOn:
    """Three researchers while writing was switched off and on again."""

    still: Researcher
    removing: Researcher
    adding: Researcher
    settings_before: dict[str, Any]
    at_switch: int
    after_switch: int
    added: int
    calls_while_off: dict[str, int]
    writers_while_off: dict[str, int]


def slow(stack: LocalStack, researcher: Researcher, method: str, path: str, *, seconds: float, times: int) -> None:
    fault = {"method": method, "path": path, "orcid": researcher.orcid_id, "kind": "slow"}
    stack.registry("POST", "/_control/faults", {**fault, "seconds": seconds, "times": times})


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def off_and_on(stack: LocalStack) -> OffAndOn:
    """Switched off while one record is being emptied and another filled, and while a third one's changes wait."""
    still, removing, adding = (Researcher(stack, f"rule-off-{n}", 9110 + n) for n in range(3))
    still.publish(3)
    removing.publish(12)
    adding.publish(300)
    stack.connect(adding.user_id, adding.orcid_id)
    run_sync(stack, still.write(), removing.write())
    still.call("PATCH", "/settings", {"favourites_only": False, "include_private": True, "published_only": False})
    stack.quiet()
    before = {name: still.call("GET").json[name] for name in ("mode", "include_private", "published_only")}
    slow(stack, removing, "DELETE", "/v3.0/{orcid}/work/{put-code}", seconds=0.7, times=12)
    slow(stack, adding, "POST", "/v3.0/{orcid}/works", seconds=2.0, times=3)
    assert adding.call("PATCH", "/settings", {"mode": "write"}).status == 200
    assert adding.call("POST", "/sync").status == 202
    assert removing.call("POST", "/removal", {"confirm": True}).status == 202
    wait_for(lambda: len(removing.works()) <= 10 and len(adding.works()) >= 100)
    with writing_off(stack):
        at_switch, spent = len(removing.works()), Spent(stack, still.orcid_id)
        stack.feed(
            claim("rule-off-0", "rule-off-0-p0", version=2, hidden=True),
            publication("rule-off-0-p1", version=2, title="Changed while off"),
            publication("rule-off-0-new"),
            claim("rule-off-0", "rule-off-0-new"),
        )
        for priority in ("high", "normal"):
            queued = {"users": ["rule-off-0"], "priority": priority}
            assert stack.call("POST", "/_local/functions/sync", queued).json == {"queued": 1}
        stack.settle()
        listed = stack.call(
            "GET", f"/v1/admin/links?q={removing.orcid_id}", token=stack.token("boss", groups=["orcid-admins"])
        )
        assert (listed.json["items"][0]["state"], listed.json["items"][0]["state_reason"]) == (
            "removing",
            "institution_off",
        )
        seen = OffAndOn(
            still, removing, adding, before, at_switch,
            after_switch=len(removing.works()), added=len(adding.works()),
            calls_while_off=spent.calls(), writers_while_off=spent.invocations(),
        )  # fmt: skip
    stack.registry("DELETE", "/_control/faults")
    stack.settle()
    stack.advance(120)  # links are woken one by one
    stack.settle()
    return seen


def test_r10_writers_at_work_stop_with_the_request_they_are_at(off_and_on: OffAndOn) -> None:
    assert off_and_on.added == 100, "the bulk that was on its way, no other"
    assert off_and_on.at_switch - off_and_on.after_switch <= 1


def test_r10_jobs_that_were_queued_send_nothing(off_and_on: OffAndOn) -> None:
    assert off_and_on.writers_while_off.get(URGENT_WRITER, 0) >= 1, "the job reached a writer"
    assert off_and_on.calls_while_off == {}


def test_r10_on_again_everything_goes_on_where_it_stopped(off_and_on: OffAndOn) -> None:
    still = off_and_on.still
    titles = {work["title"]["title"]["value"] for work in still.works()}
    assert titles == {"Changed while off", "On the matter of rule-off-0-p2", "On the matter of rule-off-0-new"}
    assert {name: still.call("GET").json[name] for name in off_and_on.settings_before} == off_and_on.settings_before
    assert Counter(off_and_on.adding.sources().values()) == {1: 300}
    assert off_and_on.adding.counts()["sent"] == 300
    link = off_and_on.removing.call("GET").json
    assert (off_and_on.removing.works(), link["mode"], link["frozen"]) == ([], "read", False)


def create_as_client(stack: LocalStack, orcid_id: str, client_id: str, title: str, doi: str) -> None:
    """A work as that client's own token creates it, batch create for one."""
    wanted = {"orcid": orcid_id, "client_id": client_id, "scope": "/activities/update /read-limited"}
    token = stack.registry("POST", "/_control/token", wanted)["access_token"]
    external_id = {
        "external-id-type": "doi", "external-id-value": doi, "external-id-relationship": "self",
    }  # fmt: skip
    work = {
        "title": {"title": {"value": title}}, "type": "journal-article",
        "external-ids": {"external-id": [external_id]},
    }  # fmt: skip
    reply = stack._http.request(
        "POST",
        f"{stack.call('GET', '/_local/info').json['registry_api_url']}/v3.0/{orcid_id}/work",
        body=json.dumps(work).encode(),
        headers={"authorization": f"Bearer {token}", "content-type": "application/vnd.orcid+json"},
    )
    assert reply.status == 201, reply.data


@pytest.mark.parametrize(("answer", "number"), [("yes", 9121), ("unknown", 9122)])
def test_r11_works_of_batch_create_are_adopted_and_strangers_are_left_alone(
    stack: LocalStack, patch: Callable[..., Reply], answer: str, number: int
) -> None:
    user_id, ours = f"rule-batch-{answer}", stack.call("GET", "/_local/info").json["client_id"]
    gwen = Researcher(stack, user_id, number)
    gwen.publish(3)
    create_as_client(stack, gwen.orcid_id, ours, "Batch 0", f"https://doi.org/10.5555/{user_id.upper()}-P0")
    create_as_client(stack, gwen.orcid_id, ours, "Of nobody here", "10.5555/stranger")
    create_as_client(stack, gwen.orcid_id, "APP-OTHER00000000001", "Theirs", f"10.5555/{user_id}-p1")
    adopted, stranger, theirs = (work["put-code"] for work in gwen.works())
    assert patch(write_enabled=False).status == 200
    assert patch(write_enabled=True, batch_create_used=answer).status == 200
    run_sync(stack, gwen.write())
    codes = {work["put-code"]: work["title"]["title"]["value"] for work in gwen.works()}
    assert (len(codes), gwen.counts()["sent"], gwen.counts()["on_orcid"]) == (5, 3, 3)
    assert codes[adopted] == f"On the matter of {user_id}-p0"
    assert (codes[stranger], codes[theirs]) == ("Of nobody here", "Theirs")
    boss = stack.token("boss", groups=["orcid-admins"])
    listed = stack.call("GET", f"/v1/admin/works?state=unmatched&orcid_id={gwen.orcid_id}", token=boss).json["items"]
    assert [(item["put_code"], item["title"]) for item in listed] == [(stranger, "Of nobody here")]
    assert gwen.call("POST", "/removal", {"confirm": True}).status == 202
    stack.quiet()
    assert {work["put-code"] for work in gwen.works()} == {stranger, theirs}
