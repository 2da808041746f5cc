"""What is interrupted: syncs, and what users do on their page."""

from __future__ import annotations

from typing import Any

from tests.crashes.points import Records, Scenario, Step
from tests.crashes.stage import API_URL, CLIENT
from tests.crashes.world import World, a_publication, a_relationship, a_user, an_orcid_id
from tests.integration.conftest import Reply

ADA, ODA = an_orcid_id(101), an_orcid_id(202)
LINK = f"/v1/users/me/orcid/{ADA}"
REFUSED_THE_SECOND_TIME = frozenset({404, 409})


def names(first: int, last: int) -> list[str]:
    return [f"p{number}" for number in range(first, last + 1)]


def on(orcid_id: str, *publications: str) -> Records:
    return {orcid_id: frozenset(publications)}


def institution(world: World) -> None:
    """Switched on, with the registry knowing its client."""
    world.order(
        "client", client_id=CLIENT, client_secret="a secret for tests", name="X",
        redirect_uris=[f"{API_URL}/v1/orcid/callback"],
    )  # fmt: skip
    change = {"search_enabled": True, "write_enabled": True, "batch_create_used": "no", "mass_removal_minimum": 6}
    _fine(world.http("boss", "PATCH /v1/admin/configuration", change))


def known(world: World, *publications: str, user: str = "u1", orcid_id: str = ADA, **changes: Any) -> None:
    """The RIS has sent a user with these publications."""
    works = [a_publication(name) for name in publications]
    _fine(world.feed(a_user(user, orcid_id, **changes), *works, *(a_relationship(user, p) for p in publications)))
    world.settle()


def connected(world: World, *, user: str = "u1", orcid_id: str = ADA, access: str = "write") -> Reply | None:
    """The user connects, from the consent on; None: stopped."""
    consent = world.consent(user, orcid_id, access)
    return world.complete(user, consent) if consent is not None else None


def writing(*publications: str) -> Any:
    """A world in which Ada's works of these publications are on her record."""

    def prepare(world: World) -> None:
        institution(world)
        known(world, *publications)
        _fine(connected(world))
        _fine(world.http("u1", f"PATCH {LINK}/settings", {"mode": "write"}))
        world.settle()
        assert sorted(world.works(ADA).values()) == sorted(publications)

    return prepare


def _fine(reply: Reply | None) -> None:
    assert reply is not None
    assert reply.status < 300, reply.body


def press(route: str, body: object = None, *, who: str = "u1", **kwargs: Any) -> Step:
    return lambda world: world.http(who, route, body, **kwargs)


def feed(*items: dict[str, Any]) -> Step:
    """The RIS sends these; what it sends again after a call that broke off has the same versions."""
    return lambda world: world.feed(*({"version": 100, **item} for item in items))


def _first_contact(world: World) -> None:
    """Two works of ours are on the record already, from before this product: one by its own id, one by its DOI."""
    institution(world)
    known(world, *names(1, 6))
    _fine(connected(world))
    old = [{"type": "source-work-id", "value": "p1"}], [{"type": "doi", "value": "10.1234/p2"}]
    for identifiers in old:
        world.order("works", orcid=ADA, source=CLIENT, works=[_work(identifiers)])
    world.order("works", orcid=ADA, source="owner", works=[_work([{"type": "doi", "value": "10.1234/hers"}])])


def _work(identifiers: list[dict[str, str]]) -> dict[str, Any]:
    ids = [
        {"external-id-type": i["type"], "external-id-value": i["value"], "external-id-relationship": "self"}
        for i in identifiers
    ]
    title = {"title": {"value": "Of old"}}
    return {"title": title, "type": "journal-article", "external-ids": {"external-id": ids}}


def _hers_is_there(world: World) -> None:
    assert list(world.works(ADA, ours=False).values()) == ["Of old"]


def _titles(*expected: str) -> Any:
    def check(world: World) -> None:
        assert world.titles(ADA) == sorted(expected)

    return check


def _mode(mode: str, connection: str, *, user: str = "u1", orcid_id: str = ADA) -> Any:
    def check(world: World) -> None:
        claim = world.claim(user, orcid_id)
        assert claim is not None
        assert (claim["mode"], claim["conn"]) == (mode, connection)
        if connection == "none":
            assert not world.stage.vaults()
            tokens = world.stage.running.app.state.tokens.values()
            assert not [token for token in tokens if token.condition == "active"], "the token is still good at ORCID"

    return check


def _twins(world: World) -> None:
    """p1 is sent, p9 is left out as its duplicate."""
    writing(*names(1, 3))(world)
    _fine(world.feed(a_publication("p9", doi="10.1234/p1"), a_relationship("u1", "p9")))
    world.settle()
    assert sorted(world.works(ADA).values()) == names(1, 3)


def _revoked(world: World) -> None:
    """Ada revoked the permission at ORCID, which an update met; one more publication waits."""
    writing(*names(1, 2))(world)
    world.order("revocation", orcid=ADA, by="user")
    _fine(world.feed(a_publication("p1", title="New"), a_publication("p3"), a_relationship("u1", "p3")))
    world.settle()


def _connect(access: str = "write") -> Step:
    return lambda world: connected(world, access=access)


def _nobodys(world: World) -> None:
    institution(world)
    _fine(world.feed(a_user("u1"), a_publication("p1"), a_relationship("u1", "p1")))


def _claimed_here(world: World) -> None:
    """An iD that only this product knows to be Ada's."""
    _nobodys(world)
    _fine(connected(world))
    _fine(world.http("u1", f"PATCH {LINK}/settings", {"mode": "write"}))


def _one_favourite(world: World) -> None:
    writing(*names(1, 4))(world)
    _fine(world.feed(a_relationship("u1", "p2", favourite=True)))


def _connected_for_writing(world: World) -> None:
    institution(world)
    known(world, *names(1, 4))
    _fine(connected(world))


def _hers_deleted(world: World) -> None:
    """Ada deleted a work at ORCID, and an update has noticed."""
    writing(*names(1, 3))(world)
    put_code = next(code for code, name in world.works(ADA).items() if name == "p2")
    world.order("works/delete", orcid=ADA, put_codes=[put_code])
    _fine(world.feed(a_publication("p2", title="New")))
    world.settle()


_HIDDEN = [a_relationship("u1", name, hidden=True) for name in names(1, 4)]
_NEW = [item for n in names(2, 9) for item in (a_publication(n), a_relationship("u1", n))]


SYNCS = [
    Scenario(
        "R11 first contact", _first_contact, [press(f"PATCH {LINK}/settings", {"mode": "write"})],
        on(ADA, *names(1, 6)), creates=4, undone=[on(ADA, "p1", "Of old")], also=_hers_is_there,
    ),
    Scenario("R36 adds in several bulks", writing("p1"), [feed(*_NEW)], on(ADA, *names(1, 9)), creates=8,
             always_repeated=True),
    Scenario(
        "R32 updates", writing(*names(1, 6)), [feed(*(a_publication(n, title=f"New {n}") for n in names(1, 5)))],
        on(ADA, *names(1, 6)), always_repeated=True, also=_titles(*(f"New {n}" for n in names(1, 5)), "On p6"),
    ),
    Scenario("R31 hidden", writing(*names(1, 6)), [feed(*_HIDDEN)], on(ADA, "p5", "p6"), always_repeated=True),
    Scenario(
        "R56 a twin takes over", _twins, [feed(a_relationship("u1", "p1", status="rejected"))],
        on(ADA, "p2", "p3", "p9"), always_repeated=True, also=_titles("On p2", "On p3", "On p9"),
    ),
    Scenario(
        "R56 merged in the RIS", writing(*names(1, 3)),
        [feed({"kind": "publication", "id": "p1", "deleted": True, "merged_into": "p8"},
              a_publication("p8"), a_relationship("u1", "p8"))],
        on(ADA, "p2", "p3", "p8"), always_repeated=True,
    ),
    Scenario("R33 a user leaves", writing(*names(1, 3)),
             [feed(a_user("u1", ADA, is_current=False), a_publication("p4"), a_relationship("u1", "p4"))],
             on(ADA, *names(1, 3)), always_repeated=True),
]  # fmt: skip

PAGE = [
    Scenario(
        "R22 enable write", _connected_for_writing, [press(f"PATCH {LINK}/settings", {"mode": "write"})],
        on(ADA, *names(1, 4)), creates=4, undone=[on(ADA)],
    ),
    Scenario(
        "R20 favourites only",
        _one_favourite,
        [press(f"PATCH {LINK}/settings", {"favourites_only": True})], on(ADA, "p2"), undone=[on(ADA, *names(1, 4))],
    ),
    Scenario(
        "R62 leave a work out", writing(*names(1, 3)), [press(f"PUT {LINK}/publications/p2/exclusion")],
        on(ADA, "p1", "p3"), undone=[on(ADA, *names(1, 3))],
    ),
    Scenario(
        "R39 send again what was deleted", _hers_deleted, [press(f"POST {LINK}/publications/p2/resend")],
        on(ADA, *names(1, 3)), creates=1, undone=[on(ADA, "p1", "p3")],
    ),
    Scenario(
        "R23 remove from ORCID", writing(*names(1, 5)), [press(f"POST {LINK}/removal", {"confirm": True})],
        on(ADA), undone=[on(ADA, *names(1, 5))], also=_mode("read", "write"),
    ),
    Scenario(
        "R61 disconnect, works stay", writing(*names(1, 3)),
        [press(f"DELETE {LINK}", query={"works": "leave"})], on(ADA, *names(1, 3)), also=_mode("claim-only", "none"),
    ),
    Scenario(
        "R61 disconnect, works first", writing(*names(1, 4)),
        [press(f"DELETE {LINK}", query={"works": "remove"})], on(ADA), undone=[on(ADA, *names(1, 4))],
        also=_mode("claim-only", "none"),
    ),
    Scenario(
        "R61 unclaim, works first", _claimed_here,
        [press(f"DELETE {LINK}", query={"works": "remove", "unclaim": "true"})], on(ADA), undone=[on(ADA, "p1")],
        twice=REFUSED_THE_SECOND_TIME,
    ),
    Scenario(
        "R16 connect for the first time", _nobodys,
        [_connect(), press(f"PATCH {LINK}/settings", {"mode": "write"})], on(ADA, "p1"), creates=1, undone=[on(ADA)],
    ),
    Scenario("R25 reconnect", _revoked, [_connect()], on(ADA, *names(1, 3)), creates=1, undone=[on(ADA, "p1", "p2")],
             also=_titles("New", "On p2", "On p3")),
]  # fmt: skip
