"""How it runs, over HTTP: leaving and coming back, on demand, guard, grace (R33, R40, R53, R55, R59, R60)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_main_job import Spent

pytestmark = pytest.mark.stack


def boss(stack: LocalStack, method: str, path: str, body: Any = None) -> Reply:
    """A call as an administrator."""
    return stack.call(method, path, body, token=stack.token("boss", groups=["orcid-admins"]))


def on_demand(stack: LocalStack, **request: Any) -> Any:
    """Invoke the sync function."""
    return stack.call("POST", "/_local/functions/sync", request).json


def visits(stack: LocalStack, scholar: Scholar) -> int:
    """How often a writer has begun to look at the record, by the writers' logs."""
    writers = ("WriteWorksFunction", "WriteWorksHighPriorityFunction")
    logs = (stack._http.request("GET", f"{stack.url}/_local/functions/{name}/logs").data.decode() for name in writers)
    lines = (line for log in logs for line in log.splitlines())
    return sum("visit_began" in line and scholar.orcid_id in line for line in lines)


@contextmanager
def nobody_writes(stack: LocalStack, scholar: Scholar) -> Iterator[None]:
    """As if a writer had the record's lease, so that the schedule of the minute does not come between."""
    tables = stack.aws("dynamodb")
    (table,) = (name for name in tables.list_tables()["TableNames"] if "SyncTable" in name)
    key = {"pk": {"S": f"O#{scholar.orcid_id}"}, "sk": {"S": "WRITER"}}
    lease = {":by": {"S": "a-test"}, ":end": {"N": str(1 << 50)}}
    taken = {"UpdateExpression": "SET lid = :by, lend = :end", "ExpressionAttributeValues": lease}
    tables.update_item(TableName=table, Key=key, ConditionExpression="attribute_not_exists(lid)", **taken)
    try:
        yield
    finally:
        tables.update_item(TableName=table, Key=key, UpdateExpression="REMOVE lid, lend")


def titles(scholar: Scholar) -> set[str]:
    return {work["title"]["title"]["value"] for work in scholar.works()}


def begun(stack: LocalStack, name: str, number: int, works: int = 4) -> Scholar:
    """A scholar in `write` with so many publications."""
    scholar = Scholar(stack, f"rule-{name}", number)
    scholar.bring(*(f"p{n}" for n in range(1, works + 1)))
    scholar.write()
    return scholar


def change_everything(scholar: Scholar) -> None:
    """One removal, one update, one addition."""
    scholar.relate("p1", hidden=True)
    scholar.retitle("p2", "On second thoughts")
    scholar.bring("new")


WAYS_OF_LEAVING: tuple[dict[str, bool], ...] = ({"is_current": False}, {"login_allowed": False}, {"deleted": True})


@scene
def test_r33_nothing_is_sent_for_one_who_left_but_an_administrator_can_remove(stack: LocalStack) -> Scene:
    left = [begun(stack, f"left-{n}", 9201 + n) for n in range(3)]
    yield Wait.SYNCED
    for scholar, way in zip(left, WAYS_OF_LEAVING, strict=True):
        assert len(scholar.on_record()) == 4
        scholar.person(**way)
        change_everything(scholar)
    spent = [Spent(stack, scholar.orcid_id) for scholar in left]
    for scholar in left:
        assert on_demand(stack, users=[scholar.user_id], reconcile=True, priority="high") == {"queued": 0}
        assert on_demand(stack, orcid_ids=[scholar.orcid_id]) == {"queued": 0}
        assert boss(stack, "POST", "/v1/admin/sync", {"users": [scholar.user_id]}).json == {"queued": 0}
        assert scholar.refuses("POST", "/sync") == (409, "user-inactive")
        (plan,) = on_demand(stack, users=[scholar.user_id], dry_run=True)["plans"]
        assert (plan["operations"], plan["paused"]) == ([], "user_inactive")
    yield Wait.SYNCED
    for scholar, calls in zip(left, spent, strict=True):
        assert (calls.calls(), len(scholar.on_record())) == ({}, 4)
        assert scholar.standing() == ("paused", "user_inactive")
    addresses = [f"/v1/users/{scholar.user_id}/orcid/{scholar.orcid_id}" for scholar in left]
    assert boss(stack, "POST", f"{addresses[0]}/removal", {"confirm": True}).status == 202
    assert boss(stack, "DELETE", f"{addresses[1]}?works=remove").status == 202
    assert boss(stack, "DELETE", f"/v1/admin/users/{left[2].user_id}?works=remove").status == 202
    yield Wait.SYNCED
    assert [scholar.works() for scholar in left] == [[], [], []]
    assert (left[0].link()["mode"], left[1].link()["connection"]) == ("read", "none")
    assert left[2].refuses("GET") == (404, "not-found")


@scene
def test_r59_one_who_returns_goes_on_where_they_stopped_with_one_check(stack: LocalStack) -> Scene:
    rita = begun(stack, "rita", 9211)
    rita.change(published_only=False)
    yield Wait.SYNCED
    rita.person(is_current=False)
    yield Wait.SYNCED
    change_everything(rita)
    before, spent = visits(stack, rita), Spent(stack, rita.orcid_id)
    yield Wait.SYNCED
    assert (visits(stack, rita), spent.calls()) == (before, {}), "one who left is not looked at"
    rita.person()
    yield Wait.SYNCED
    assert spent.calls() == {"DELETE": 1, "POST": 1, "PUT": 1}
    assert visits(stack, rita) == before + 1
    assert rita.on_record() == {"p2", "p3", "p4", "new"}
    assert rita.standing() == ("idle", None)
    assert (rita.link()["mode"], rita.link()["published_only"]) == ("write", False)


@scene
def test_r40_a_dry_run_tells_what_would_be_done_and_does_nothing(stack: LocalStack) -> Scene:
    dirk = begun(stack, "dirk", 9221)
    yield Wait.SYNCED
    spent = Spent(stack, dirk.orcid_id)
    with nobody_writes(stack, dirk):
        dirk.change(favourites_only=True)
        dirk.relate("p1", favourite=True)
        dirk.bring("p9", favourite=True)
        for chosen in ({"users": [dirk.user_id]}, {"orcid_ids": [dirk.orcid_id]}):
            (plan,) = on_demand(stack, **chosen, dry_run=True)["plans"]
            assert (plan["user_id"], plan["orcid_id"]) == (dirk.user_id, dirk.orcid_id)
            operations = {(o["operation"], dirk.short(o["publication_id"]), o["reason"]) for o in plan["operations"]}
            removed = {("remove", name, "not_favourite") for name in ("p2", "p3", "p4")}
            assert operations == {("add", "p9", None)} | removed
        stack.quiet()
        assert (spent.calls(), dirk.on_record()) == ({}, {"p1", "p2", "p3", "p4"})
    assert boss(stack, "POST", "/v1/admin/sync", {"users": ["rule-nobody-at-all"], "dry_run": True}).status == 404
    for bad in ({}, {"users": [], "all": False}, {"all": True, "priority": "highest"}):
        assert boss(stack, "POST", "/v1/admin/sync", bad).status == 422, bad
    dirk.accepts("POST", "/sync")
    yield Wait.QUIET
    assert (spent.calls(), dirk.on_record()) == ({"DELETE": 3, "POST": 1}, {"p1", "p9"})


@scene
def test_r40_a_reconcile_repairs_a_ledger_that_was_lost(stack: LocalStack) -> Scene:
    pia = begun(stack, "pia", 9222)
    yield Wait.SYNCED
    codes = pia.put_codes()
    tables = stack.aws("dynamodb")
    (table,) = (name for name in tables.list_tables()["TableNames"] if "SyncTable" in name)
    for name in ("p1", "p2"):
        key = {"pk": {"S": f"O#{pia.orcid_id}"}, "sk": {"S": f"W#{pia.id_of(name)}"}}
        assert tables.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")["Attributes"]
    pia.deletes_at_orcid("p4")
    assert pia.agrees(waiting_add=2, sent=2)["on_orcid"] == 2
    spent = Spent(stack, pia.orcid_id)
    assert on_demand(stack, orcid_ids=[pia.orcid_id], reconcile=True, priority="high") == {"queued": 1}
    yield Wait.QUIET
    assert "POST" not in spent.calls()
    assert spent.calls()["GET"] == 1
    assert pia.put_codes() == {name: code for name, code in codes.items() if name != "p4"}
    pia.agrees(sent=3, deleted_at_orcid=1)
    spent = Spent(stack, pia.orcid_id)
    on_demand(stack, users=[pia.user_id], reconcile=True, priority="high")
    yield Wait.QUIET
    assert spent.calls() == {"GET": 1}, "read although nothing is due, and nothing written"


def spelled_otherwise(doi: str) -> list[dict[str, Any]]:
    """The same facts about a work as the RIS, or another version of it, may write them."""
    identifiers = [{"type": "doi", "value": doi}, {"type": "isbn", "value": "9783161484100"}]
    authors = [{"family": "Jones", "given": "Ada"}, {"family": "Petrov", "given": "Ivan"}]
    facts: dict[str, Any] = {"title": "On matter & more", "identifiers": identifiers, "authors": authors}
    return [
        facts,
        dict(reversed(facts.items())),
        {**facts, "authors": [dict(reversed(author.items())) for author in authors]},
        {**facts, "title": "  On <i>matter</i> &amp;   more "},
        {**facts, "identifiers": [{"type": "doi", "value": f"https://doi.org/{doi.upper()}"}, identifiers[1]]},
        {**facts, "subtitle": "", "abstract": None, "editors": []},
        {**facts, "a-field-of-the-ris": "that nobody sends"},
    ]


@scene
def test_r53_what_changes_nothing_on_the_record_is_not_sent(stack: LocalStack) -> Scene:
    nora = Scholar(stack, "rule-nora", 9231)
    ways = {f"p{n}": spelled_otherwise(f"10.5555/rule-nora-p{n}") for n in range(7)}
    for name, (plain, *_) in ways.items():
        stack.feed(nora.publication(name, record(**plain)), nora.relation(name))
    nora.write()
    yield Wait.SYNCED
    assert len(nora.on_record()) == 7
    spent = Spent(stack, nora.orcid_id)
    for name, otherwise in ways.items():
        stack.feed(nora.publication(name, record(**otherwise[int(name[1:])])))
    nora.relate("p1", favourite=True)
    nora.person(profile_privacy="public")
    yield Wait.SYNCED
    assert spent.calls() == {}
    assert {len(nora.history(name)) for name in ways} == {1}
    # All that is due goes in one visit.
    before = visits(stack, nora)
    for name in ("p1", "p2", "p3"):
        stack.feed(nora.publication(name, record(**{**ways[name][0], "title": "Really another"})))
    yield Wait.SYNCED
    assert (spent.calls(), visits(stack, nora)) == ({"PUT": 3}, before + 1)


@scene
def test_r55_a_mass_removal_is_held_while_all_else_goes_on_and_a_refused_one_stays(stack: LocalStack) -> Scene:
    olga = begun(stack, "olga", 9241, works=30)
    yield Wait.SYNCED
    hidden = [f"p{n}" for n in range(1, 26)]
    stack.feed(*(olga.relation(name, hidden=True) for name in hidden))
    olga.retitle("p30", "Changed while held")
    olga.bring("p31")
    yield Wait.SYNCED
    assert len(olga.on_record()) == 31
    assert "Changed while held" in titles(olga)
    olga.agrees(sent=6, waiting_remove=25, hidden=25)
    assert olga.item("p1")["held"] is True
    assert olga.standing() == ("paused", "held")
    decided = boss(stack, "POST", "/v1/admin/held-removals", {"approve": False, "orcid_ids": [olga.orcid_id]})
    assert (decided.status, decided.json["removals"]) == (202, 25)
    held = boss(stack, "GET", "/v1/admin/held-removals?limit=500").json["items"]
    assert olga.user_id not in {item["user_id"] for item in held}
    yield Wait.SYNCED
    assert len(olga.on_record()) == 31, "refused: they stay"
    olga.relate("p1", hidden=False)
    yield Wait.SYNCED
    olga.relate("p1", hidden=True)
    olga.relate("p2", status="rejected")
    yield Wait.SYNCED
    assert set(hidden) - olga.on_record() == {"p1", "p2"}, "until their cause changes"


@scene
def test_r55_removals_of_one_day_are_added_up_and_the_users_own_are_not_held(stack: LocalStack) -> Scene:
    paul, quin = begun(stack, "paul", 9242, works=30), begun(stack, "quin", 9243, works=25)
    yield Wait.SYNCED
    stack.feed(*(paul.relation(f"p{n}", hidden=True) for n in range(1, 13)))
    quin.change(favourites_only=True)
    yield Wait.SYNCED
    assert (len(paul.on_record()), quin.on_record()) == (18, set())
    stack.feed(*(paul.relation(f"p{n}", status="rejected") for n in range(13, 21)))
    yield Wait.SYNCED
    assert len(paul.on_record()) == 18, "twelve and eight are two thirds of thirty"
    paul.agrees(waiting_remove=8)


@scene
def test_r60_what_may_come_back_waits_a_day_and_what_must_not_be_seen_goes_at_once(stack: LocalStack) -> Scene:
    sara = begun(stack, "sara", 9251, works=9)
    yield Wait.SYNCED
    codes, spent = sara.put_codes(), Spent(stack, sara.orcid_id)
    for name in ("p1", "p2", "p3"):
        sara.stack.feed(sara.publication(name, record(publication_status="submitted", title=name)))
    stack.feed(
        sara.publication("p4", deleted=True),
        sara.publication("p5", record(title="")),
        sara.relation("p6", hidden=True),
        sara.relation("p7", status="rejected"),
        sara.relation("p8", privacy="private"),
    )
    yield Wait.QUIET
    assert sara.on_record() == {"p1", "p2", "p3", "p4", "p5", "p9"}, "at once, before any schedule"
    yield Wait.SYNCED
    assert (spent.calls(), sara.on_record()) == ({"DELETE": 3}, {"p1", "p2", "p3", "p4", "p5", "p9"})
    sara.agrees(waiting_remove=5, not_published=3, invalid=1, not_claimed=1)
    due = datetime.fromisoformat(sara.item("p1")["due_at"])
    synced = datetime.fromisoformat(sara.link()["last_synced_at"])
    assert timedelta(hours=23, minutes=50) < due - synced <= timedelta(hours=24)
    # p2 is published in time, p3 becomes hidden meanwhile.
    identifiers = [{"type": "doi", "value": f"10.5555/{sara.id_of('p2')}"}]
    stack.feed(sara.publication("p2", record(title="The matter of p2", identifiers=identifiers)))
    sara.relate("p3", hidden=True)
    yield Wait.SYNCED
    assert spent.calls() == {"DELETE": 4}
    assert sara.on_record() == {"p1", "p2", "p4", "p5", "p9"}
    yield Wait.NEXT_DAY
    assert spent.calls() == {"DELETE": 7}
    assert sara.on_record() == {"p2", "p9"}
    assert sara.put_codes() == {name: codes[name] for name in ("p2", "p9")}
    sara.bring("p1")
    sara.accepts("POST", "/sync")
    yield Wait.QUIET
    assert sara.on_record() == {"p1", "p2", "p9"}
