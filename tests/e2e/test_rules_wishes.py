"""What users ask of such systems, over HTTP: deletions at ORCID, dates, records in trouble, twins, disconnecting,
single works, history and preview (R39, R52, R54, R56, R61-R64).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_main_job import Spent, an_orcid_id
from tests.secret_text import secret_text

pytestmark = pytest.mark.stack


def reconcile(scholar: Scholar) -> None:
    """An administrator has the record read."""
    token = scholar.stack.token("boss", groups=["orcid-admins"])
    body = {"users": [scholar.user_id], "reconcile": True}
    assert scholar.stack.call("POST", "/v1/admin/sync", body, token=token).status == 202


@scene
def test_r39_what_its_owner_deleted_at_orcid_comes_back_only_when_asked_for(stack: LocalStack) -> Scene:
    amy = Scholar(stack, "wish-amy", 6301)
    amy.bring("p1", "p2", "p3")
    amy.write()
    yield Wait.SYNCED
    amy.deletes_at_orcid("p1", "p2")
    amy.retitle("p1", "An update meets it gone")
    yield Wait.SYNCED
    amy.agrees(sent=2, deleted_at_orcid=1)
    reconcile(amy)  # the other is seen when the record is read
    yield Wait.SYNCED
    amy.agrees(sent=1, deleted_at_orcid=2, on_orcid=1)
    marked = amy.item("p2")
    assert (marked["decision"], marked["reason"], marked["state"]) == ("leave_out", "deleted_at_orcid", "left_out")
    # Neither a change nor a twin brings it back.
    spent = Spent(stack, amy.orcid_id)
    amy.retitle("p1", "Changed again")
    same = [{"type": "doi", "value": f"10.5555/{amy.id_of('p1')}"}]
    stack.feed(amy.publication("twin", record(title="A twin", identifiers=same)), amy.relation("twin"))
    assert amy.call("POST", "/sync").status == 202
    yield Wait.SYNCED
    assert spent.calls() == {}
    assert amy.on_record() == {"p3"}
    assert amy.item("twin")["reason"] in {"duplicate", "deleted_at_orcid"}
    assert amy.refuses("POST", amy.of("never", "resend")) == (404, "not-found")
    assert amy.call("POST", amy.of("p1", "resend")).status == 202
    yield Wait.QUIET
    assert amy.on_record() == {"p1", "p3"}
    amy.agrees(sent=2, deleted_at_orcid=1)


def test_r39_an_institution_may_send_again_once_per_deletion(stack: LocalStack) -> None:
    ben = Scholar(stack, "wish-ben", 6302)
    ben.bring("p1", "p2")
    ben.write()
    stack.settle()
    try:
        stack.configure(deleted_at_orcid="resend")
        for title in ("Deleted once", "Deleted twice"):
            code = ben.put_codes()["p1"]
            ben.deletes_at_orcid("p1")
            ben.retitle("p1", title)
            stack.settle()
            assert ben.on_record() == {"p1", "p2"}
            assert ben.put_codes()["p1"] != code
            spent = Spent(stack, ben.orcid_id)
            assert ben.call("POST", "/sync").status == 202
            stack.quiet()
            assert spent.calls() == {}, "once"
    finally:
        stack.configure(deleted_at_orcid="respect")
    ben.agrees(sent=2, deleted_at_orcid=0)


@scene
def test_r52_dates_keep_the_precision_that_they_have(stack: LocalStack) -> Scene:
    cara = Scholar(stack, "wish-cara", 6303)
    dates: dict[str, tuple[dict[str, int | None] | None, list[str] | None]] = {
        "year": ({"year": 1999}, ["1999"]),
        "month": ({"year": 2001, "month": 2}, ["2001", "02"]),
        "day": ({"year": 2020, "month": 2, "day": 29}, ["2020", "02", "29"]),
        "nulls": ({"year": 2003, "month": None, "day": None}, ["2003"]),
        "no-month": ({"year": 2004, "month": None, "day": 5}, ["2004"]),
        "no-such-day": ({"year": 2023, "month": 2, "day": 29}, ["2023", "02"]),
        "no-year": ({"month": 5, "day": 5}, None),
        "none": (None, None),
    }
    for name, (given, _) in dates.items():
        stack.feed(cara.publication(name, record(title=name, publication_date=given)), cara.relation(name))
    cara.write()
    yield Wait.SYNCED
    found: dict[str, list[str] | None] = {}
    for work in cara.works():
        parts = work["publication-date"]
        found[work["title"]["title"]["value"]] = (
            [parts[part]["value"] for part in ("year", "month", "day") if parts[part] is not None] if parts else None
        )
    assert found == {name: expected for name, (_, expected) in dates.items()}


def condition(scholar: Scholar, state: str, **more: Any) -> None:
    scholar.stack.registry("POST", "/_control/record", {"orcid": scholar.orcid_id, "state": state, **more})


@scene
def test_r54_a_record_in_trouble_pauses_the_link_until_it_is_back(stack: LocalStack) -> Scene:
    primary = an_orcid_id(6310)
    stack.registry("POST", "/_control/record", {"orcid": primary})
    states = {"locked": {}, "deactivated": {}, "unclaimed": {}, "deprecated": {"primary": primary}}
    people = {state: Scholar(stack, f"wish-{state}", 6311 + n) for n, state in enumerate(states)}
    for scholar in people.values():
        scholar.bring("p1")
        scholar.write()
    yield Wait.SYNCED
    for state, more in states.items():
        condition(people[state], state, **more)
        people[state].retitle("p1", "Changed meanwhile")
        people[state].bring("p2")
    yield Wait.SYNCED
    for state, scholar in people.items():
        link = scholar.link()
        assert (link["state"], link["state_reason"], link["mode"]) == ("paused", state, "write")
        assert link["last_error"]
        assert link["primary_orcid_id"] == (primary if state == "deprecated" else None)
        scholar.agrees(claimed=2, on_orcid=1)
    # Run sync looks again; nothing else does before a day has passed.
    spent = {state: Spent(stack, scholar.orcid_id) for state, scholar in people.items()}
    assert people["locked"].call("POST", "/sync").status == 202
    condition(people["deactivated"], "ok")
    assert people["deactivated"].call("POST", "/sync").status == 202
    yield Wait.SYNCED
    assert people["locked"].standing() == ("paused", "locked")
    assert sum(spent["locked"].calls().values()) == 1
    assert (people["deactivated"].standing(), people["deactivated"].on_record()) == (("idle", None), {"p1", "p2"})
    assert spent["unclaimed"].calls() == spent["deprecated"].calls() == {}
    for state in ("locked", "unclaimed"):
        condition(people[state], "ok")
    yield Wait.NEXT_DAY
    for state in ("locked", "unclaimed"):
        assert (people[state].standing(), people[state].on_record()) == (("idle", None), {"p1", "p2"})
        people[state].agrees(sent=2)
    # One that was merged into another record stays paused, and nothing is written there without new consent.
    assert sum(spent["deprecated"].calls().values()) == 1
    assert people["deprecated"].standing() == ("paused", "deprecated")
    assert stack.works(primary) == []


@scene
def test_r54_a_full_record_pauses_the_link(stack: LocalStack) -> Scene:
    dora = Scholar(stack, "wish-dora", 6305)
    own = {"type": "book", "title": {"title": {"value": "Mine"}}, "external-ids": {"external-id": []}}
    filling = {"orcid": dora.orcid_id, "source": "owner", "works": [own] * 9_999}
    codes = stack.registry("POST", "/_control/works", filling)["put_codes"]
    dora.bring("p1", "p2", "p3")
    dora.write()
    yield Wait.SYNCED
    assert dora.standing() == ("paused", "full")
    assert dora.link()["last_error"]
    assert len(dora.on_record()) <= 1
    dora.agrees(claimed=3, eligible=3)
    # Making room helps at the next look.
    stack.registry("POST", "/_control/works/delete", {"orcid": dora.orcid_id, "put_codes": codes})
    assert dora.call("POST", "/sync").status == 202
    yield Wait.QUIET
    assert dora.standing() == ("idle", None)
    assert dora.on_record() == {"p1", "p2", "p3"}
    dora.agrees(sent=3, failed=0)


@scene
def test_r56_twins_are_one_work_and_what_follows_takes_over_its_put_code(stack: LocalStack) -> Scene:
    egon = Scholar(stack, "wish-egon", 6306)

    def version(name: str, doi: str, *, rich: bool) -> None:
        more: dict[str, Any] = {} if rich else {"container_title": None, "authors": []}
        ids = [{"type": "doi", "value": f"10.5555/{egon.id_of(doi)}"}]
        stack.feed(egon.publication(name, record(title=doi, identifiers=ids, **more)), egon.relation(name))

    version("poor", "same", rich=False)
    version("rich", "same", rich=True)
    version("first", "later", rich=False)
    egon.bring("old", "new")
    egon.write()
    yield Wait.SYNCED
    assert egon.on_record() == {"rich", "first", "old", "new"}
    egon.agrees(claimed=5, sent=4, duplicate=1)
    assert egon.item("poor")["duplicate_of"] == egon.id_of("rich")
    codes, spent = egon.put_codes(), Spent(stack, egon.orcid_id)
    version("richer", "later", rich=True)  # the one already sent stays
    egon.relate("rich", status="rejected")  # its twin follows
    yield Wait.SYNCED
    assert egon.item("richer")["duplicate_of"] == egon.id_of("first")
    assert (egon.on_record(), egon.put_codes()["poor"]) == ({"poor", "first", "old", "new"}, codes["rich"])
    assert spent.calls() == {"PUT": 1}
    # Merged in the RIS: into one on the record, and into one that is not.
    stack.feed(egon.publication("merged"))
    stack.feed(egon.publication("old", deleted=True, merged_into=egon.id_of("merged")), egon.relation("merged"))
    yield Wait.SYNCED
    assert egon.put_codes() == {
        "poor": codes["rich"],
        "first": codes["first"],
        "new": codes["new"],
        "merged": codes["old"],
    }
    assert spent.calls() == {"PUT": 2}
    egon.agrees(sent=4, duplicate=1)


def token_of(scholar: Scholar) -> str:
    """The access token that the product holds for the link."""
    secrets = scholar.stack.aws("secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        if "/tokens/" in secret["Name"]:
            entries = json.loads(secret_text(secrets.get_secret_value(SecretId=secret["Name"])))
            for key, entry in entries.items():
                if scholar.user_id in key and scholar.orcid_id in key:
                    return str(entry[0])
    raise AssertionError("no token is held")


@scene
def test_r61_disconnecting_gives_the_token_back_and_leaves_or_removes_the_works(stack: LocalStack) -> Scene:
    fay, gil = Scholar(stack, "wish-fay", 6307), Scholar(stack, "wish-gil", 6308, claimed=False)
    token = stack.token(gil.user_id)
    assert stack.call("POST", "/v1/users/me/orcid", {"orcid_id": gil.orcid_id}, token=token).status == 201
    for scholar in (fay, gil):
        scholar.bring("p1", "p2")
        scholar.write()
    yield Wait.SYNCED
    assert fay.refuses("DELETE", "?works=lose") == (422, "invalid")
    assert fay.refuses("DELETE", "?unclaim=true") == (409, "already-claimed")
    assert (fay.link()["connection"], fay.link()["mode"]) == ("write", "write")
    codes, old_token = fay.put_codes(), token_of(fay)
    assert fay.call("DELETE").status == 204
    link = fay.link()
    assert (link["connection"], link["mode"], link["claimed_in"]) == ("none", "claim-only", "ris")
    with pytest.raises(AssertionError, match="no token"):
        token_of(fay)
    api = stack.call("GET", "/_local/info").json["registry_api_url"]
    refused = stack._http.request(
        "GET", f"{api}/v3.0/{fay.orcid_id}/works", headers={"authorization": f"Bearer {old_token}"}
    )
    assert refused.status == 401, "ORCID takes the old token no more"
    assert fay.call("DELETE").status == 204, "twice does no harm"
    spent = Spent(stack, fay.orcid_id)
    fay.relate("p1", hidden=True)
    assert gil.call("DELETE", "?works=remove&unclaim=true").status == 202
    yield Wait.SYNCED
    assert spent.calls() == {}
    assert (fay.on_record(), fay.put_codes()) == ({"p1", "p2"}, codes)
    assert gil.works() == []
    assert gil.refuses("GET") == (404, "not-found")
    assert stack.call("GET", "/v1/users/me/orcid", token=token).json["items"] == []
    # Connected again it goes on where it stopped.
    fay.write()
    yield Wait.SYNCED
    assert (fay.on_record(), fay.put_codes()) == ({"p2"}, {"p2": codes["p2"]})


@scene
def test_r62_single_works_are_left_out_at_once_and_taken_back(stack: LocalStack) -> Scene:
    hugo = Scholar(stack, "wish-hugo", 6309)
    hugo.bring("p1", "p2", "p3")
    assert hugo.refuses("PUT", hugo.of("nothing", "exclusion")) == (404, "not-found")
    assert hugo.call("PUT", hugo.of("p3", "exclusion")).status == 204, "before anything is connected"
    assert hugo.call("DELETE", hugo.of("p2", "exclusion")).status == 204, "nothing to take back"
    hugo.write()
    yield Wait.SYNCED
    assert hugo.on_record() == {"p1", "p2"}
    spent = Spent(stack, hugo.orcid_id)
    for _ in range(2):
        assert hugo.call("PUT", hugo.of("p1", "exclusion")).status == 204
    yield Wait.QUIET  # at once: no schedule is run
    assert spent.calls() == {"DELETE": 1}
    hugo.agrees(sent=1, excluded=2, on_orcid=1)
    for mode in ("read", "claim-only", "write"):
        assert hugo.change(mode=mode).status == 200
        hugo.agrees(excluded=2)
    hugo.retitle("p1", "Changed while it is left out")
    yield Wait.SYNCED
    assert hugo.on_record() == {"p2"}
    for name in ("p1", "p3"):
        assert hugo.call("DELETE", hugo.of(name, "exclusion")).status == 204
    yield Wait.SYNCED
    assert hugo.on_record() == {"p1", "p2", "p3"}
    hugo.agrees(sent=3, excluded=0)


@scene
def test_r63_each_attempt_is_shown_to_its_owner(stack: LocalStack) -> Scene:
    iris, jack = Scholar(stack, "wish-iris", 6315), Scholar(stack, "wish-jack", 6315)
    iris.bring("p1")
    iris.write()
    yield Wait.SYNCED
    (code,) = iris.put_codes().values()
    fault = {"method": "PUT", "orcid": iris.orcid_id, "kind": "status", "status": 400}
    stack.registry("POST", "/_control/faults", fault)
    iris.retitle("p1", "Refused")
    yield Wait.SYNCED
    iris.agrees(failed=1, on_orcid=1)
    assert iris.item("p1")["error"]
    assert iris.call("POST", iris.of("p1", "resend")).status == 202
    yield Wait.QUIET
    iris.agrees(sent=1, failed=0)
    iris.relate("p1", hidden=True)
    yield Wait.QUIET
    attempts = iris.history("p1")
    assert [attempt["operation"] for attempt in attempts] == ["remove", "update", "update", "add"]
    assert [attempt["put_code"] for attempt in attempts] == [code] * 4
    assert [bool(attempt["message"]) for attempt in attempts] == [False, False, True, False]
    assert attempts[2]["outcome"] != attempts[1]["outcome"]
    times = [attempt["at"] for attempt in attempts]
    assert times == sorted(times, reverse=True)
    page = iris.accepts("GET", iris.of("p1", "history?limit=3"))
    rest = iris.accepts("GET", iris.of("p1", f"history?limit=3&cursor={page['next']}"))
    assert (page["items"] + rest["items"], rest["next"]) == (attempts, None)
    assert jack.accepts("GET", f"/publications/{iris.id_of('p1')}/history")["items"] == []
    assert iris.history("unheard-of") == []


@scene
def test_r64_a_preview_tells_what_then_happens_and_sends_nothing(stack: LocalStack) -> Scene:
    kate = Scholar(stack, "wish-kate", 6316)
    kate.bring("p1", "p2")
    kate.bring("secret", privacy="private")
    kate.bring("star", favourite=True)
    stack.feed(kate.publication("draft", record(publication_status="accepted")), kate.relation("draft"))

    def previews(**trying: Any) -> dict[str, set[str]]:
        found = kate.accepts("POST", "/preview", trying)
        items: dict[str, set[str]] = {"add": set(), "update": set(), "remove": set()}
        for item in found["items"]:
            items[item["operation"]].add(kate.short(item["publication_id"]))
        assert {name: len(of) for name, of in items.items()} == {name: found[name] for name in items}
        return items

    spent = Spent(stack, kate.orcid_id)
    first = {"add": {"p1", "p2", "star"}, "update": set(), "remove": set()}
    assert previews() == previews(mode="write") == first, "claim-only, not even connected"
    assert previews(published_only=False, include_private=True)["add"] == first["add"] | {"draft", "secret"}
    assert previews(mode="read") == {"add": set(), "update": set(), "remove": set()}
    stack.connect(kate.user_id, kate.orcid_id, "read")
    assert previews() == first
    assert kate.refuses("POST", "/preview", {"mode": "wright"}) == (422, "invalid")
    kate.write()
    assert previews() == first
    yield Wait.SYNCED
    assert kate.on_record() == first["add"]
    assert spent.calls()["POST"] == 1
    spent, link = Spent(stack, kate.orcid_id), kate.link()
    kate.retitle("star", "Another title")
    trying = {"favourites_only": True, "include_private": True}
    expected = {"add": set(), "update": {"star"}, "remove": {"p1", "p2"}}
    assert previews(**trying) == expected
    reasons = {item["reason"] for item in kate.accepts("POST", "/preview", trying)["items"] if item["reason"]}
    assert reasons == {"not_favourite"}
    assert previews() == {"add": set(), "update": {"star"}, "remove": set()}
    assert spent.calls() == {}, "a preview sends nothing"
    assert {name: kate.link()[name] for name in trying} == {name: link[name] for name in trying}
    assert kate.change(**trying).status == 200
    yield Wait.SYNCED
    assert spent.calls() == {"DELETE": 2, "PUT": 1}
    assert kate.on_record() == {"star"}
    assert previews() == {"add": set(), "update": set(), "remove": set()}
