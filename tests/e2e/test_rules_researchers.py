"""What a researcher chooses for each ORCID iD, and what follows by itself, over HTTP (R14-R20)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_main_job import Spent, an_orcid_id

pytestmark = pytest.mark.stack


@scene
def test_r14_only_claimed_ids_are_shown_and_one_without_any_can_claim_from_here(stack: LocalStack) -> Scene:
    ada = Scholar(stack, "rule-ada", 6001, claimed=False)
    other = an_orcid_id(6002)
    token = stack.token(ada.user_id)

    def claim(text: str) -> tuple[int, Any]:
        reply = stack.call("POST", "/v1/users/me/orcid", {"orcid_id": text}, token=token)
        return reply.status, reply.json

    assert stack.call("GET", "/v1/users/me/orcid", token=token).json["items"] == []
    assert ada.refuses("GET") == (404, "not-found")
    assert ada.refuses("PATCH", "/settings", {"mode": "read"}) == (404, "not-found")
    wrong_digit = ada.orcid_id[:-1] + ("0" if ada.orcid_id[-1] != "0" else "1")
    for bad in (wrong_digit, "", "0000", "https://orcid.org/", "https://example.org/" + ada.orcid_id):
        status, problem = claim(bad)
        assert (status, problem["type"], problem["errors"][0]["field"]) == (422, "invalid", "orcid_id"), bad
    status, link = claim(f"https://orcid.org/{ada.orcid_id}")
    assert (status, link["orcid_id"], link["claimed_in"], link["mode"]) == (201, ada.orcid_id, "here", "claim-only")
    for again in (ada.orcid_id, ada.orcid_id.replace("-", ""), f"http://orcid.org/{ada.orcid_id.lower()}"):
        status, problem = claim(again)
        assert (status, problem["type"]) == (409, "already-claimed"), again
    # The RIS lists one in the URL form, and one that is none: a warning, and the rest is stored.
    ada.person(orcid_ids=[f"https://orcid.org/{other}"])
    assert claim(other)[1]["type"] == "already-claimed"
    items = stack.call("GET", "/v1/users/me/orcid", token=token).json["items"]
    assert {item["orcid_id"]: item["claimed_in"] for item in items} == {ada.orcid_id: "here", other: "ris"}
    nobody = stack.call("GET", "/v1/users/me/orcid", token=stack.token("rule-nobody"))
    assert (nobody.status, nobody.json["type"]) == (404, "not-found")
    # One with no iD at all connects from here: what comes back is claimed.
    bea = Scholar(stack, "rule-bea", 6003, claimed=False)
    stack.connect(bea.user_id, bea.orcid_id, "read")
    link = bea.link()
    assert (link["claimed_in"], link["connection"], link["mode"]) == ("here", "read", "read")
    yield Wait.QUIET


@scene
def test_r14_two_ids_in_write_both_receive_and_one_that_the_ris_drops_is_paused(stack: LocalStack) -> Scene:
    cleo = Scholar(stack, "rule-cleo", 6004)
    second = Scholar(stack, cleo.user_id, 6005)
    second.user_id = cleo.user_id
    both = [cleo.orcid_id, second.orcid_id]
    cleo.person(orcid_ids=both)
    cleo.bring("p1", "p2")
    cleo.bring("p3", favourite=True)
    cleo.write()
    second.write()
    assert second.change(favourites_only=True).status == 200
    yield Wait.SYNCED
    assert (cleo.on_record(), second.on_record()) == ({"p1", "p2", "p3"}, {"p3"})
    cleo.agrees(sent=3, not_favourite=0)
    second.agrees(sent=1, not_favourite=2)
    assert second.change(favourites_only=False).status == 200
    cleo.person(orcid_ids=[cleo.orcid_id])
    yield Wait.SYNCED
    # Dropped by the RIS: nothing is sent any more, what is there stays, and so do settings and counts.
    assert second.standing()[0] == "paused"
    assert (second.link()["mode"], second.on_record()) == ("write", {"p3"})
    assert second.refuses("POST", "/sync") == (409, "paused")
    second.agrees(sent=1, waiting_add=2)
    assert cleo.standing() == ("idle", None)
    claimed = stack.call("POST", "/v1/users/me/orcid", {"orcid_id": second.orcid_id}, token=stack.token(cleo.user_id))
    assert (claimed.status, claimed.json["claimed_in"], claimed.json["mode"]) == (201, "here", "write")
    yield Wait.SYNCED
    assert second.on_record() == {"p1", "p2", "p3"}
    second.agrees(sent=3)


@scene
def test_r15_leaving_write_leaves_the_works_and_coming_back_resumes(stack: LocalStack) -> Scene:
    dan = Scholar(stack, "rule-dan", 6006)
    link = dan.link()
    assert (link["mode"], link["connection"], link["claimed_in"]) == ("claim-only", "none", "ris")
    assert (link["published_only"], link["include_private"], link["favourites_only"]) == (True, False, False)
    stack.connect(dan.user_id, dan.orcid_id, "write")
    assert dan.link()["mode"] == "read"
    dan.bring("p1", "p2", "p3")
    assert dan.change(mode="write").status == 200
    yield Wait.SYNCED
    before = dan.put_codes()
    assert set(before) == {"p1", "p2", "p3"}
    # In every mode but `write` nothing moves, whatever happens meanwhile.
    for mode in ("read", "claim-only"):
        assert dan.change(mode=mode).json["connection"] == "write"
    spent = Spent(stack, dan.orcid_id)
    dan.relate("p1", hidden=True)
    dan.retitle("p2", "On second thoughts")
    dan.bring("p4")
    assert dan.refuses("POST", "/sync") == (409, "not-in-write-mode")
    yield Wait.SYNCED
    assert spent.calls() == {}
    dan.agrees(sent=1, waiting_update=1, waiting_add=1, waiting_remove=1, hidden=1, on_orcid=3)
    assert dan.change(mode="write").status == 200
    yield Wait.SYNCED
    # One DELETE, one POST, one PUT: what was there is known, so nothing is read and nothing doubled.
    assert spent.calls() == {"DELETE": 1, "POST": 1, "PUT": 1}
    assert dan.on_record() == {"p2", "p3", "p4"}
    assert {name: dan.put_codes()[name] for name in ("p2", "p3")} == {name: before[name] for name in ("p2", "p3")}
    assert dan.change(mode="read").status == 200
    assert dan.change(mode="write").status == 200
    yield Wait.SYNCED
    assert spent.calls() == {"DELETE": 1, "POST": 1, "PUT": 1}


def tokens(scholar: Scholar, orcid_id: str | None = None) -> list[tuple[str, str]]:
    """Scope and state of each token that the registry issued for the record, the oldest first."""
    issued = scholar.stack.registry("GET", f"/_control/records/{orcid_id or scholar.orcid_id}")["tokens"]
    return [(token["scope"], token["state"]) for token in issued]


@scene
def test_r16_writing_needs_permission_and_reading_a_connection(stack: LocalStack) -> Scene:
    eve = Scholar(stack, "rule-eve", 6007)
    eve.bring("p1")
    for mode in ("read", "write"):
        assert eve.refuses("PATCH", "/settings", {"mode": mode}) == (409, "reconnect-required")
    stack.connect(eve.user_id, eve.orcid_id, "read")
    assert (eve.link()["mode"], eve.link()["connection"]) == ("read", "read")
    refused = eve.change(mode="write", favourites_only=True)
    assert (refused.status, refused.json["type"]) == (409, "reconnect-required")
    assert eve.link()["favourites_only"] is False, "a refused change changes nothing"
    stack.connect(eve.user_id, eve.orcid_id, "write")
    assert (eve.link()["mode"], eve.link()["connection"]) == ("read", "write"), "connecting never switches writing on"
    assert eve.change(mode="write").status == 200
    # A read connection never replaces a write token: the fresh token is given back, the old one lives and is used.
    reply = stack.connect_reply(eve.user_id, eve.orcid_id, "read")
    assert (reply.status, reply.json["connection"], reply.json["mode"]) == (200, "write", "write")
    states = dict(tokens(eve)[1:])
    assert states["/read-limited"] == "revoked"
    assert sorted(state for scope, state in tokens(eve) if "update" in scope) == ["active"]
    yield Wait.SYNCED
    assert eve.on_record() == {"p1"}
    # Reconnecting for writing keeps the mode; the earlier token is of no use any more or given back.
    stack.connect(eve.user_id, eve.orcid_id, "write")
    assert eve.link()["mode"] == "write"
    eve.bring("p2")
    yield Wait.SYNCED
    assert eve.on_record() == {"p1", "p2"}


@scene
def test_r16_another_id_or_a_refusal_at_orcid_stores_nothing(stack: LocalStack) -> Scene:
    finn = Scholar(stack, "rule-finn", 6008)
    other = an_orcid_id(6009)
    before = finn.link()
    base, token = "/v1/users/me/orcid/connect", stack.token(finn.user_id)
    wanted = {"access": "write", "return_url": f"{stack.url}/?page=2", "orcid_id": finn.orcid_id}
    mismatch = stack.consent(stack.call("POST", base, wanted, token=token).json["authorize_url"], other)
    reply = stack.call("POST", f"{base}/complete", mismatch, token=token)
    assert (reply.status, reply.json["type"]) == (409, "orcid-id-mismatch")
    assert [state for _, state in tokens(finn, other)] == ["revoked"]
    denied = stack.consent(
        stack.call("POST", base, wanted, token=token).json["authorize_url"], finn.orcid_id, decision="deny"
    )
    assert denied == {"page": "2", "orcid_status": "denied"}
    (item,) = stack.call("GET", "/v1/users/me/orcid", token=token).json["items"]
    assert item == before
    yield Wait.QUIET


PUBLISHED = ("published", "Published", "PUBLISHED ONLINE", "published-online", " Published-Online ", "publishedonline")
NOT_PUBLISHED = ("accepted", "in press", "submitted", "unpublished", "published?", "", None)


@scene
def test_r17_r20_only_published_articles_go_whatever_the_spelling(stack: LocalStack) -> Scene:
    gus = Scholar(stack, "rule-gus", 6010)

    def one(name: str, *records: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
        return [gus.publication(name, *records, **changes), gus.relation(name)]

    items: list[dict[str, Any]] = []
    for n, status in enumerate([*PUBLISHED, *NOT_PUBLISHED]):
        expected = "yes" if n < len(PUBLISHED) else "no"
        items += one(f"{expected}{n}", record(publication_status=status, title=f"Article {n}"))
    # The status of the record sent; if it states none, of the highest-precedence record that does.
    silent = record("manual", publication_status=None, title="Silent")
    accepted = record("crossref", publication_status="accepted", title="Said elsewhere")
    scopus = record("scopus", publication_status="Published", title="Said elsewhere")
    items += one("no-first", record("manual", publication_status="accepted", title="First"), scopus)
    items += one("no-second", silent, scopus, accepted)
    items += one("yes-other", silent, scopus)
    items += one("yes-own", record("manual", title="Own"), accepted)
    # Of no other type of publication is it asked.
    items += one("yes-book", record(publication_status=None, title="A book"), type="book")
    items += one("yes-talk", record(publication_status="accepted", title="A talk"), type="presentation")
    stack.feed(*items)
    gus.write()
    yield Wait.SYNCED
    published, unpublished = gus.names("&state=sent"), gus.names("&reason=not_published")
    assert {name[:2] for name in published} == {"ye"}
    assert {name[:2] for name in unpublished} == {"no"}
    assert (len(published), len(unpublished)) == (len(PUBLISHED) + 4, len(NOT_PUBLISHED) + 2)
    assert gus.on_record() == published
    gus.agrees(sent=len(published), not_published=len(unpublished))
    # R20: switched off everything goes by itself; switched on again what does not qualify is removed, at once (R60).
    assert gus.change(published_only=False).status == 200
    yield Wait.SYNCED
    assert gus.on_record() == published | unpublished
    assert gus.change(published_only=True).status == 200
    yield Wait.SYNCED
    assert gus.on_record() == published
    gus.agrees(sent=len(published), not_published=len(unpublished), waiting_remove=0)


@scene
def test_r18_r20_what_is_private_or_internal_stays_home_for_this_user_alone(stack: LocalStack) -> Scene:
    hal, ivy = Scholar(stack, "rule-hal", 6011), Scholar(stack, "rule-ivy", 6012)
    levels: dict[str, tuple[str | None, str | None, str | None]] = {
        # relationship, publication, effective
        "open-none": (None, None, None),
        "open-all": ("public", "public", "public"),
        "open-worked-out": ("private", "internal", "public"),
        "kept-relation": ("private", "public", None),
        "kept-internal": ("internal", "public", None),
        "kept-publication": ("public", "private", None),
        "kept-strictest": ("internal", "private", None),
        "kept-worked-out": ("public", "public", "internal"),
    }
    for name, (relationship, publication, effective) in levels.items():
        stack.feed(hal.publication(name, **({"privacy": publication} if publication else {})))
        hal.relate(name, privacy=relationship, effective_privacy=effective)
        # The same publications, of a colleague who made none of them private.
        key = {"kind": "relationship", "user_id": ivy.user_id, "publication_id": hal.id_of(name), "version": 1}
        stack.feed({**key, "status": "claimed", "privacy": "public"})
    hal.write()
    ivy.write()
    yield Wait.SYNCED
    opened, kept = {n for n in levels if n.startswith("open")}, {n for n in levels if n.startswith("kept")}
    assert hal.on_record() == opened
    assert hal.names("&reason=private") == kept
    hal.agrees(sent=3, private=5)
    assert hal.names("&privacy=private") == {"kept-relation", "kept-publication", "kept-strictest"}
    assert hal.names("&privacy=internal") == {"kept-internal", "kept-worked-out"}
    colleagues = {hal.short(source) for source in ivy.sources()}
    assert colleagues == levels.keys() - {"kept-publication", "kept-strictest", "open-worked-out"}
    assert hal.change(include_private=True).status == 200
    # The profile's level counts for all of a user's publications but those whose level the RIS has worked out.
    ivy.person(profile_privacy="internal")
    yield Wait.SYNCED
    assert hal.on_record() == opened | kept
    hal.agrees(sent=8, private=0)
    assert ivy.sources() == {}
    ivy.agrees(private=8, sent=0)
    assert hal.change(include_private=False).status == 200
    hal.relate("open-none", privacy="private")
    yield Wait.SYNCED
    assert hal.on_record() == opened - {"open-none"}
    hal.agrees(sent=2, private=6, waiting_remove=0)


@scene
def test_r19_r20_favourites_only_follows_the_marks(stack: LocalStack) -> Scene:
    joe = Scholar(stack, "rule-joe", 6013)
    joe.bring("plain")
    joe.bring("marked", favourite=True)
    joe.write()
    yield Wait.SYNCED
    assert joe.on_record() == {"plain", "marked"}, "off: whatever is claimed is sent"
    assert joe.change(favourites_only=True).status == 200
    yield Wait.SYNCED
    assert joe.on_record() == {"marked"}
    joe.agrees(sent=1, not_favourite=1)
    assert joe.names("&favourite=true") == {"marked"}
    assert joe.names("&favourite=false") == {"plain"}
    joe.relate("plain", favourite=True)
    joe.relate("marked", favourite=False)
    yield Wait.SYNCED
    assert joe.on_record() == {"plain"}, "an unmarked one goes at once (R60)"
    joe.agrees(sent=1, not_favourite=1, waiting_remove=0)
