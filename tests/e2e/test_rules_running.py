"""What the settings page shows and what its buttons do, over HTTP (R21-R25, R41, R43)."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_main_job import Spent

pytestmark = pytest.mark.stack

WRITERS = ("write_works", "write_works_high_priority")


def as_administrator(scholar: Scholar, method: str, path: str, body: Any = None) -> Reply:
    """A call for the user by an administrator, below the link."""
    address = f"/v1/users/{scholar.user_id}/orcid/{scholar.orcid_id}{path}"
    return scholar.stack.call(method, address, body, token=scholar.stack.token("boss", groups=["orcid-admins"]))


def visits(scholar: Scholar) -> int:
    """How often a writer has looked at the iD."""
    logs = (scholar.stack.read(f"/_local/functions/{name}/logs") for name in WRITERS)
    return sum(f'"{scholar.orcid_id}"' in line for log in logs for line in log.splitlines() if "visit_began" in line)


@scene
def test_r21_every_reason_is_counted_and_listed_and_the_first_that_holds_is_told(stack: LocalStack) -> Scene:
    kim = Scholar(stack, "run-kim", 6101)
    kim.agrees(claimed=0, eligible=0, on_orcid=0)
    kim.bring("a", "b", "gone", "rejected", "hide", "exclude", "secret", favourite=True)
    kim.bring("dull")
    same = [{"type": "doi", "value": f"10.5555/{kim.id_of('a')}"}]
    stack.feed(
        kim.publication("draft", record(title="Draft", publication_status="submitted")),
        kim.publication("nameless", record(title="")),
        kim.publication("twin", record(title="T", container_title=None, identifiers=same, authors=[])),
        kim.publication("pending", record(title="Pending")),
        *(kim.relation(name, favourite=True) for name in ("draft", "nameless", "twin")),
        kim.relation("pending", status="pending"),
        kim.relation("unknown"),  # waits for its publication
    )
    # Outside `write`, decisions are those that `write` would give; nothing moves.
    kim.agrees(claimed=11, eligible=8, waiting_add=8, not_published=1, invalid=1, duplicate=1, on_orcid=0)
    assert kim.item("twin")["duplicate_of"] == kim.id_of("a")
    assert kim.item("nameless")["detail"]
    kim.write()
    yield Wait.SYNCED
    kim.agrees(claimed=11, eligible=8, sent=8, on_orcid=8, duplicate=1)
    kim.deletes_at_orcid("gone")
    kim.retitle("gone", "Changed since")
    yield Wait.SYNCED
    kim.agrees(sent=7, deleted_at_orcid=1, on_orcid=7)
    # With sending stopped the list tells what would go.
    assert kim.change(mode="read").status == 200
    for change, reason in (
        (lambda: kim.relate("rejected", status="rejected"), "not_claimed"),
        (lambda: kim.relate("hide", hidden=True, favourite=True), "hidden"),
        (lambda: kim.call("PUT", kim.of("exclude", "exclusion")), "excluded"),
        (lambda: kim.relate("secret", privacy="private", favourite=True), "private"),
        (lambda: kim.change(favourites_only=True), "not_favourite"),
    ):
        change()
        kim.agrees(**{reason: 1})
        (item,) = kim.listed(f"&reason={reason}")
        assert (item["decision"], item["state"], item["on_orcid"]) == ("leave_out", "waiting_remove", True)
    kim.agrees(claimed=10, eligible=2, sent=2, waiting_remove=5, on_orcid=7, not_claimed=1, invalid=1, duplicate=1)
    # The first that holds is given, in the order of the rule.
    steps = ("not_claimed", "hidden", "excluded", "private", "not_published", "not_favourite", "invalid")
    unsendable = record(title="", publication_status="draft")
    stack.feed(kim.publication("many", unsendable))
    kim.relate("many", hidden=True, privacy="internal")
    assert kim.call("PUT", kim.of("many", "exclusion")).status == 204
    seen = []
    for cure in (
        lambda: kim.relate("many", hidden=False, privacy="internal"),
        lambda: kim.call("DELETE", kim.of("many", "exclusion")),
        lambda: kim.change(include_private=True),
        lambda: kim.change(published_only=False),
        lambda: kim.relate("many", favourite=True),
        lambda: kim.relate("many", status="rejected"),
    ):
        seen.append(kim.item("many")["reason"])
        cure()
    assert seen == list(steps[1:])
    assert "many" not in kim.names(), "what is not claimed is listed only while still on ORCID"
    assert kim.change(mode="write", published_only=True, include_private=False).status == 200
    yield Wait.SYNCED
    kim.agrees(claimed=10, eligible=2, sent=2, waiting_remove=0, on_orcid=2, not_claimed=0)
    assert kim.on_record() == {"a", "b"}


@scene
def test_r21_the_list_pages_and_filters_as_asked(stack: LocalStack) -> Scene:
    lea = Scholar(stack, "run-lea", 6102)
    lea.bring(*(f"p{n}" for n in range(5)))
    lea.bring("f1", "f2", favourite=True)
    lea.bring("f3", favourite=True, privacy="private")
    lea.bring("i1", privacy="internal")
    whole = [item["publication_id"] for item in lea.listed()]
    assert len(whole) == 9
    for limit in (1, 2, 4, 8, 9, 10):
        assert [item["publication_id"] for item in lea.listed(limit=limit)] == whole, limit
    assert lea.names("&favourite=true") == {"f1", "f2", "f3"}, "review favourites"
    assert lea.names("&privacy=private") == {"f3"}, "review private"
    assert lea.names("&privacy=internal") == {"i1"}
    assert lea.names("&favourite=true&privacy=private&reason=private&state=left_out") == {"f3"}
    assert lea.names("&favourite=false&reason=private") == {"i1"}
    assert lea.names("&state=waiting_add&favourite=true") == {"f1", "f2"}
    assert lea.names("&state=sent") == set()
    for bad in ("reason=ugly", "privacy=secret", "favourite=perhaps", "limit=501", "limit=1.5", "cursor=W10="):
        assert lea.refuses("GET", f"/publications?{bad}") == (422, "invalid"), bad
    # Between two pages a publication may come or go: nothing is listed twice, nothing else is missed.
    first = lea.accepts("GET", "/publications?limit=4")
    lea.bring("p00")
    lea.relate("p0", status="rejected")
    rest = lea.accepts("GET", f"/publications?limit=500&cursor={first['next']}")
    seen = [item["publication_id"] for item in first["items"] + rest["items"]]
    assert len(set(seen)) == len(seen)
    assert set(whole) - {lea.id_of("p0")} <= set(seen)
    yield Wait.QUIET


@scene
def test_r22_of_two_who_enable_writing_at_the_same_moment_one_wins(stack: LocalStack) -> Scene:
    pairs = []
    for number in (6103, 6104, 6105):
        pair = [Scholar(stack, f"run-{letter}{number}", number) for letter in "mn"]
        for scholar in pair:
            stack.connect(scholar.user_id, scholar.orcid_id, "write")
            scholar.bring("p")
        pairs.append(pair)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda scholar: scholar.change(mode="write"), [s for pair in pairs for s in pair]))
    for pair, answers in zip(pairs, (replies[:2], replies[2:4], replies[4:]), strict=True):
        assert sorted(answer.status for answer in answers) == [200, 409]
        (lost,) = [answer for answer in answers if answer.status == 409]
        assert lost.json["type"] == "orcid-id-taken"
        modes = [scholar.link()["mode"] for scholar in pair]
        assert sorted(modes) == ["read", "write"]
    yield Wait.SYNCED
    for pair in pairs:
        (winner,) = [scholar for scholar in pair if scholar.link()["mode"] == "write"]
        assert set(winner.sources()) == {winner.id_of("p")}


@scene
def test_r22_works_hold_an_id_in_every_order_and_only_administrators_are_told_for_whom(stack: LocalStack) -> Scene:
    ola, pam = Scholar(stack, "run-ola", 6106), Scholar(stack, "run-pam", 6106)
    for scholar in (ola, pam):
        stack.connect(scholar.user_id, scholar.orcid_id, "write")
    ola.bring("p")
    # Enabled and left again without a work sent holds nothing.
    assert pam.change(mode="write").status == 200
    assert ola.change(mode="write").json["type"] == "orcid-id-taken"
    assert pam.change(mode="read").status == 200
    assert ola.change(mode="write").status == 200
    yield Wait.SYNCED
    assert ola.on_record() == {"p"}
    before = (pam.link(), pam.listed())

    def is_taken() -> None:
        refused = pam.change(mode="write", favourites_only=True)
        assert (refused.status, refused.json["type"]) == (409, "orcid-id-taken")
        assert ola.user_id not in json.dumps(refused.json)
        assert "taken_by" not in refused.json
        told = as_administrator(pam, "PATCH", "/settings", {"mode": "write"})
        assert (told.status, told.json["taken_by"]) == (409, {"user_id": ola.user_id, "name": "Ada Jones"})
        assert (pam.link(), pam.listed()) == before, "nothing of the other's shows, nothing changed"

    is_taken()
    assert ola.change(mode="claim-only").status == 200  # works stay: it is held
    is_taken()
    assert ola.call("DELETE").status == 204  # disconnected with works left: held
    is_taken()
    stack.connect(ola.user_id, ola.orcid_id, "write")
    is_taken()
    ola.person(orcid_ids=[])  # the RIS drops the iD: held
    is_taken()
    ola.person(is_current=False, login_allowed=False)  # the owner has left: held
    is_taken()
    # A user who left may have their works removed; with the last of them the hold ends.
    assert as_administrator(ola, "POST", "/removal", {"confirm": True}).status == 202
    yield Wait.SYNCED
    assert ola.works() == []
    assert pam.change(mode="write").status == 200


@scene
def test_r23_remove_from_orcid_takes_all_that_was_sent_and_nothing_else(stack: LocalStack) -> Scene:
    quin = Scholar(stack, "run-quin", 6107)
    quin.bring(*(f"p{n}" for n in range(250)))
    quin.write()
    own = {"type": "book", "title": {"title": {"value": "Mine"}}, "external-ids": {"external-id": []}}
    for source in ("owner", "APP-ELSEWHERE0000001"):
        body = {"orcid": quin.orcid_id, "source": source, "works": [own]}
        assert len(stack.registry("POST", "/_control/works", body)["put_codes"]) == 1
    yield Wait.SYNCED
    assert len(quin.works()) == 252
    quin.deletes_at_orcid("p0")
    quin.retitle("p0", "Deleted by its owner")
    assert quin.call("PUT", quin.of("p1", "exclusion")).status == 204
    yield Wait.SYNCED
    quin.agrees(sent=248, deleted_at_orcid=1, excluded=1)
    assert quin.refuses("POST", "/removal", {"confirm": False}) == (422, "invalid")
    assert quin.accepts("POST", "/removal", {"confirm": True})["state"] == "removing"
    # Frozen: the page says why and how far it is.
    link = quin.link()
    assert (link["frozen"], link["state"]) == (True, "removing")
    refusals = [
        quin.refuses("PATCH", "/settings", {"favourites_only": True}),
        quin.refuses("POST", "/sync"),
        quin.refuses("PUT", quin.of("p2", "exclusion")),
        quin.refuses("DELETE", quin.of("p1", "exclusion")),
        quin.refuses("POST", quin.of("p2", "resend")),
        quin.refuses("DELETE"),
    ]
    assert refusals == [(409, "frozen")] * 6
    assert quin.call("POST", "/removal", {"confirm": True}).status == 202, "again while under way"
    stack.connect(quin.user_id, quin.orcid_id, "write")  # a reconnection meanwhile does not stop it
    seen = set()
    until = time.monotonic() + 60
    while quin.link()["frozen"] and time.monotonic() < until:
        seen.add(quin.link()["counts"]["on_orcid"])
        time.sleep(0.3)
    assert len(seen) > 2, f"the page told how far it is: {sorted(seen)}"
    yield Wait.SYNCED
    link = quin.link()
    assert (link["mode"], link["connection"], link["state"], link["frozen"]) == ("read", "write", "idle", False)
    assert [work["title"]["title"]["value"] for work in quin.works()] == ["Mine", "Mine"]
    quin.agrees(waiting_add=249, on_orcid=0, excluded=1, deleted_at_orcid=0, waiting_remove=0)


@scene
def test_r23_a_revoked_token_still_deletes_and_a_locked_record_thaws_after_a_day(stack: LocalStack) -> Scene:
    rita, sven = Scholar(stack, "run-rita", 6108), Scholar(stack, "run-sven", 6109)
    for scholar in (rita, sven):
        scholar.bring("p1", "p2")
        scholar.write()
    yield Wait.SYNCED
    stack.registry("POST", "/_control/revocation", {"orcid": rita.orcid_id})
    rita.retitle("p1", "Tried in vain")
    yield Wait.SYNCED
    assert rita.link()["connection"] == "revoked"
    assert rita.call("POST", "/removal", {"confirm": True}).status == 202
    stack.registry("POST", "/_control/record", {"orcid": sven.orcid_id, "state": "locked"})
    assert sven.call("POST", "/removal", {"confirm": True}).status == 202
    yield Wait.SYNCED
    assert rita.works() == []
    assert (rita.link()["mode"], rita.standing()[0]) == ("claim-only", "idle")
    rita.agrees(on_orcid=0, waiting_add=2)
    assert (sven.link()["frozen"], len(sven.works())) == (True, 2)
    assert "locked" in sven.link()["last_error"].lower()
    yield Wait.NEXT_DAY
    # What cannot be deleted within 24 hours stays listed with its error, and the settings thaw.
    link = sven.link()
    assert (link["frozen"], link["mode"]) == (False, "read")
    sven.agrees(on_orcid=2)
    assert all(item["error"] and item["on_orcid"] for item in sven.listed())
    stack.registry("POST", "/_control/record", {"orcid": sven.orcid_id, "state": "ok"})
    assert sven.call("POST", "/removal", {"confirm": True}).status == 202, "it can be tried again"
    yield Wait.SYNCED
    assert sven.works() == []
    sven.agrees(on_orcid=0)


@scene
def test_r24_ten_presses_cost_one_sync_and_at_most_one_more_look(stack: LocalStack) -> Scene:
    tom = Scholar(stack, "run-tom", 6110)
    tom.bring("p1", "p2")
    for mode in ("claim-only", "read"):
        assert tom.refuses("POST", "/sync") == (409, "not-in-write-mode"), mode
        stack.connect(tom.user_id, tom.orcid_id, "write")
    assert tom.change(mode="write").status == 200
    yield Wait.SYNCED
    spent, before = Spent(stack, tom.orcid_id), visits(tom)
    tom.retitle("p1", "Due")  # a due update is sent as well
    slow = {"method": "PUT", "orcid": tom.orcid_id, "kind": "slow", "seconds": 4}
    stack.registry("POST", "/_control/faults", slow)
    assert tom.accepts("POST", "/sync")["state"] == "queued"
    until = time.monotonic() + 20
    while tom.standing()[0] != "syncing" and time.monotonic() < until:
        time.sleep(0.1)
    with ThreadPoolExecutor(5) as pool:
        presses = list(pool.map(lambda _: tom.call("POST", "/sync").status, range(10)))
    assert presses == [202] * 10
    yield Wait.QUIET  # in front: no schedule is needed
    assert spent.calls() == {"PUT": 1}
    assert 1 <= visits(tom) - before <= 2
    tom.agrees(sent=2, waiting_update=0)
    tom.person(login_allowed=False)
    assert tom.refuses("POST", "/sync") == (409, "user-inactive")
    assert tom.standing() == ("paused", "user_inactive")


@scene
def test_r25_a_revoked_permission_is_noticed_and_a_reconnection_goes_on_where_it_stopped(stack: LocalStack) -> Scene:
    ute = Scholar(stack, "run-ute", 6111)
    ute.bring("p1", "p2", "p3")
    ute.write()
    yield Wait.SYNCED
    codes = ute.put_codes()
    stack.registry("POST", "/_control/revocation", {"orcid": ute.orcid_id})
    ute.retitle("p1", "After the revocation")
    ute.relate("p2", hidden=True)
    ute.bring("p4")
    yield Wait.SYNCED
    asked = stack.registry("GET", "/_control/requests")["items"]
    refused = [r["status"] for r in asked if r["orcid"] == ute.orcid_id and r["status"] == 401]
    assert refused == [401, 401], "confirmed once, then believed"
    link = ute.link()
    assert (link["connection"], link["mode"], link["state"], link["state_reason"]) == (
        "revoked", "write", "paused", "revoked",
    )  # fmt: skip
    assert ute.refuses("POST", "/sync") == (409, "paused")
    spent = Spent(stack, ute.orcid_id)
    ute.bring("p5")
    yield Wait.SYNCED
    assert spent.calls() == {}, "nothing is retried"
    stack.connect(ute.user_id, ute.orcid_id, "write")
    yield Wait.SYNCED
    assert ute.on_record() == {"p1", "p3", "p4", "p5"}
    assert {name: ute.put_codes()[name] for name in ("p1", "p3")} == {name: codes[name] for name in ("p1", "p3")}
    ute.agrees(sent=4, hidden=1)


@scene
def test_a_change_of_what_was_not_read_last_is_refused(stack: LocalStack) -> Scene:
    vera = Scholar(stack, "run-vera", 6112)
    stack.connect(vera.user_id, vera.orcid_id, "write")
    address, token = f"/v1/users/me/orcid/{vera.orcid_id}", stack.token(vera.user_id)

    def change(tag: str, **settings: Any) -> Reply:
        headers = {"if-match": tag}
        return stack.call("PATCH", f"{address}/settings", settings, token=token, **headers)

    tag = stack.call("GET", address, token=token).headers["etag"]
    first = change(tag, favourites_only=True)
    assert first.status == 200
    before = vera.link()
    for stale in (tag, '"0"', '"999"', "nonsense"):
        refused = change(stale, mode="write", include_private=True)
        assert (refused.status, refused.json["type"]) == (412, "stale"), stale
        others = [
            stack.call("DELETE", f"{address}?works=remove", token=token, **{"if-match": stale}),
            stack.call(
                "PATCH",
                f"/v1/users/me/claiming/{vera.orcid_id}",
                {"claiming": "auto"},
                token=token,
                **{"if-match": stale},
            ),
        ]
        assert [reply.status for reply in others] == [412, 412], stale
    assert vera.link() == before
    assert change(first.headers["etag"], favourites_only=False).status == 200
    yield Wait.QUIET
