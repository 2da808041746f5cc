"""What is interrupted: what administrators and the RIS do for many, and what follows."""

from __future__ import annotations

import json
from typing import Any

import boto3
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.domain.type_mapping_csv import write_mapping

from tests.crashes.cloud import HOUR_MS, Event
from tests.crashes.points import Scenario, Step
from tests.crashes.scenarios import (
    ADA,
    LINK,
    ODA,
    _fine,
    connected,
    feed,
    known,
    names,
    on,
    press,
    writing,
)
from tests.crashes.stage import REGION
from tests.crashes.world import World, a_publication, a_relationship, a_user
from tests.integration.conftest import Reply

# Every link is looked at within seven days (DESIGN 2): that makes good what an administrator let be.
WEEKLY_CHECK_MS = 8 * 24 * HOUR_MS
CONFIGURATION = "PATCH /v1/admin/configuration"
MAPPING = write_mapping({**DEFAULT_TYPE_MAPPING, "journal-article": "report"})


def boss(route: str, body: object = None, **kwargs: Any) -> Step:
    return press(route, body, who="boss", **kwargs)


def time_passes(world: World) -> Reply | None:
    """What was asked for is done before the next step."""
    world.settle()
    return Reply(204, {}, None)


def _types(*expected: str) -> Any:
    def check(world: World) -> None:
        record = world.stage.running.app.state.records[ADA]
        assert sorted(str(work.content.type) for work in record.works.values()) == sorted(expected)

    return check


def _held(world: World) -> None:
    """Seven of eight works were hidden by the RIS at once, and are held."""
    writing(*names(1, 8))(world)
    _fine(world.feed(*(a_relationship("u1", name, hidden=True) for name in names(1, 7))))
    world.settle()
    assert len(world.works(ADA)) == 8


def _shared_id(world: World) -> None:
    """Ada writes to an iD that Oda claims and has connected too; Oda has two of Ada's publications and one more."""
    writing(*names(1, 3))(world)
    _fine(world.feed(a_user("u2", ADA), *(a_relationship("u2", n) for n in ("p1", "p2")),
                     a_publication("p5"), a_relationship("u2", "p5")))  # fmt: skip
    _fine(connected(world, user="u2", orcid_id=ADA, access="read"))


def _released(world: World) -> None:
    claim = world.claim("u1", ADA)
    assert claim is not None
    assert claim["mode"] == "read"
    assert [i for i in world.sync_items("X#") if i["pk"] == f"O#{ADA}"], "p3 is listed as unmatched"


def _erased(world: World) -> None:
    for table in ("SyncTable", "CatalogueTable"):
        left = [item for item in world.stage.items(table) if item["pk"] == "U#u1"]
        assert not left, left
    assert not [i for i in world.sync_items() if i["pk"] == f"O#{ADA}" and i["sk"] != "WRITER"]
    assert "u1" not in json.dumps([i for i in world.sync_items() if i["pk"].startswith("AUDIT")], default=str)
    assert not world.stage.vaults()


def _two_writers(world: World) -> None:
    writing(*names(1, 3))(world)
    known(world, "q1", "q2", user="u2", orcid_id=ODA)
    _fine(connected(world, user="u2", orcid_id=ODA))
    _fine(world.http("u2", f"PATCH /v1/users/me/orcid/{ODA}/settings", {"mode": "write"}))


def _claiming(world: World) -> None:
    """Ada has what names her claimed automatically."""
    writing("p1")(world)
    _fine(world.http("u1", f"PATCH /v1/users/me/claiming/{ADA}", {"claiming": "auto"}))


def _suggested(world: World) -> None:
    writing("p1")(world)
    _fine(world.feed(_naming_her("p4")))
    world.settle()


def _naming_her(publication_id: str) -> dict[str, Any]:
    return a_publication(publication_id, data={"authors": [{"family": "Jones", "given": "Ada", "orcid_id": ADA}]})


def _file(*items: dict[str, Any]) -> Step:
    """The RIS puts a file into the bucket; its event is delivered like any other."""

    def step(world: World) -> Reply:
        lines = "\n".join(json.dumps({"version": 100, **item}) for item in items)
        s3 = boto3.client("s3", region_name=REGION)
        with world.stage.tap.unseen():
            s3.put_object(Bucket="uploads", Key="feed/items.jsonl", Body=lines.encode())
        event = {"detail": {"object": {"key": "feed/items.jsonl"}, "bucket": {"name": "uploads"}}}
        world.cloud.events.append(Event("import_feed", event, world.cloud.now_ms))
        return Reply(204, {}, None)

    return step


def _report_complete(world: World) -> None:
    """The file was taken in to its end, by two invocations at least, and its report says so."""
    s3 = boto3.client("s3", region_name=REGION)
    with world.stage.tap.unseen():
        stored = s3.get_object(Bucket="uploads", Key="feed-reports/items.jsonl.json")["Body"].read()
    report = json.loads(stored)
    assert (report["complete"], report["lines"], report["failed"]) == (True, 6, 0), report
    assert report["accepted"] + report["stale"] == 6
    assert report["state"]["parts"] >= 2


def _away(world: World) -> None:
    """Ada left; meanwhile a publication of hers was hidden and another came."""
    writing(*names(1, 3))(world)
    _fine(world.feed(a_user("u1", ADA, is_current=False)))
    world.settle()
    _fine(world.feed(a_relationship("u1", "p1", hidden=True), a_publication("p4"), a_relationship("u1", "p4")))


def _switched_off(world: World) -> None:
    writing(*names(1, 3))(world)
    _fine(world.http("boss", CONFIGURATION, {"write_enabled": False}))
    _fine(world.feed(a_relationship("u1", "p1", hidden=True), a_publication("p4"), a_relationship("u1", "p4")))
    world.settle()
    assert sorted(world.works(ADA).values()) == names(1, 3)


ADMINISTRATION = [
    Scenario(
        "R7 another type mapping", writing(*names(1, 4)),
        [boss("PUT /v1/admin/type-mapping", raw=MAPPING, headers={"content-type": "text/csv"})],
        on(ADA, *names(1, 4)), also=_types(*["report"] * 4),
        undone_horizon_ms=WEEKLY_CHECK_MS,
    ),
    Scenario(
        "R12 only verified", writing(*names(1, 4)), [boss(CONFIGURATION, {"only_verified": True})],
        on(ADA), undone=[on(ADA, *names(1, 4))],
        undone_horizon_ms=WEEKLY_CHECK_MS,
    ),
    Scenario(
        "R10 on again", _switched_off, [boss(CONFIGURATION, {"write_enabled": True})],
        on(ADA, "p2", "p3", "p4"), creates=1, undone=[on(ADA, *names(1, 3))],
    ),
    Scenario(
        "R55 approve what is held", _held, [boss("POST /v1/admin/held-removals", {"approve": True, "all": True})],
        on(ADA, "p8"), undone=[on(ADA, *names(first, 8)) for first in range(1, 8)],
    ),
    Scenario(
        "R22 release, and the next owner adopts", _shared_id,
        [boss(f"POST /v1/admin/links/{ADA}/release"), time_passes,
         lambda w: connected(w, user="u2", orcid_id=ADA), press(f"PATCH {LINK}/settings", {"mode": "write"}, who="u2")],
        on(ADA, "p1", "p2", "p3", "p5"), creates=1, undone=[on(ADA, *names(1, 3))], also=_released,
        twice=frozenset({404}),
    ),
    Scenario(
        "R48 erase, works first", writing(*names(1, 4)),
        [boss("DELETE /v1/admin/users/u1", query={"works": "remove"})], on(ADA), undone=[on(ADA, *names(1, 4))],
        also=_erased, horizon_ms=30 * HOUR_MS,
        always_repeated=True, may_give_up=True,
    ),
    Scenario(
        "R48 erase, works stay", writing(*names(1, 3)),
        [boss("DELETE /v1/admin/users/u1", query={"works": "leave"})], on(ADA, *names(1, 3)), also=_erased,
        always_repeated=True,
    ),
    Scenario(
        "R40 reconcile everybody", _two_writers,
        [boss("POST /v1/admin/sync", {"all": True, "reconcile": True})],
        on(ADA, *names(1, 3)) | on(ODA, "q1", "q2"),
    ),
    Scenario(
        "R41 claimed automatically", _claiming, [feed(_naming_her("p2"), _naming_her("p3"))],
        on(ADA, *names(1, 3)), creates=2, always_repeated=True,
    ),
    Scenario(
        "R41 a suggestion accepted", _suggested, [press("POST /v1/users/me/suggestions/pub:p4", {"accept": True})],
        on(ADA, "p1", "p4"), creates=1, undone=[on(ADA, "p1")], twice=frozenset({404}),
    ),
    Scenario(
        "R44 a file of the feed", writing("p1"),
        [_file(*(item for n in names(2, 4) for item in (a_publication(n), a_relationship("u1", n))))],
        on(ADA, *names(1, 4)), creates=3, also=_report_complete,
    ),
    Scenario(
        "R59 a user returns", _away, [feed(a_user("u1", ADA))], on(ADA, "p2", "p3", "p4"), creates=1,
        always_repeated=True,
    ),
]  # fmt: skip
