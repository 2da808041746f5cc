"""Ten thousand links are due and the registry is fully used: what the high lane and waiting updates make of it (R31,
R32, R35).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import boto3
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.items_writer import due_lane, writer_key
from orcid_sync.domain.links import Lane

from soak.people import Institution, Researcher
from soak.world import World, world

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
GAUGE = "OldestWaitingUpdateSeconds"


@dataclass
class Urgent:
    """What became of the urgent wishes, in ms from the press (or the RIS's item) to the registry; `left` of the
    backlog, and `calls` made by all, when the last of them was done; `busy_seconds` until the normal lane's removals
    were through.
    """

    delays_ms: dict[str, int] = field(default_factory=dict)
    left: int = 0
    busiest_second: int = 0
    calls: int = 0
    busy_seconds: float = 0.0


@dataclass
class Waiting:
    """A month with an ever busy queue: when the update went, adds and removals meanwhile, what the metric said."""

    update_days: float = 0.0
    slowest_add_minutes: float = 0.0
    slowest_removal_minutes: float = 0.0
    metric_error_seconds: float = 0.0
    metric_days: float = 0.0
    quiet_update_hours: float = 0.0


def _writing(made: World, inst: Institution, works: int) -> Researcher:
    who = inst.researcher()
    names = [f"{who.user_id}-p{n}" for n in range(works)]
    inst.feed(inst.person(who), *map(inst.publication, names), *(inst.relation(who.user_id, n) for n in names))
    made.simulation.run(made.simulation.now_ms() + 3_000)
    inst.acts(who.user_id, lambda process: inst.writes(process, who))
    return who


def _due_by_now(made: World, number: int) -> None:
    """Links that are due. Looking at one costs a visit and finds nothing to do."""
    table, now_ms = Table(boto3.client("dynamodb"), made.product.tables["SyncTable"]), made.simulation.now_ms()
    for n in range(number):
        orcid_id = f"0009-0099-{n // 10_000:04d}-{n % 10_000:04d}"
        pk, sk = writer_key(orcid_id)
        lane = {
            "lane": Lane.NORMAL,
            "due_lane": due_lane(orcid_id, Lane.NORMAL),
            "due_at": now_ms - 60_000 + n % 60_000,
        }
        table.put({"pk": pk, "sk": sk, "own": f"x{n}", "wake": 1, "seen": 1} | lane)


def urgent_wishes(seed: int, *, backlog: int = 10_000, busy: int = 30, works: int = 40) -> Urgent:
    """`busy` people's works all leave their records through the normal lane, as fast as the registry allows; then
    four others want something at once.
    """
    with world(seed) as made:
        inst = Institution(made)
        people = [_writing(made, inst, works) for _ in range(busy)]
        presses, hides, hides_too, removes = (_writing(made, inst, 5) for _ in range(4))
        made.settle(10 * MINUTE_MS)
        only = {"favourites_only": True}
        for who in people:
            _changes(inst, who, only)
        while "DELETE" not in made.edge.last_ms:
            made.simulation.run(made.simulation.now_ms() + 1_000)
        _due_by_now(made, backlog)
        # An update that only Run sync may send now, for the queue is long (R24).
        inst.feed(inst.publication(f"{presses.user_id}-p0", title="New"))
        made.simulation.run(made.simulation.now_ms() + 10_000)
        found, began_ms, before = Urgent(), made.simulation.now_ms(), len(made.edge.arrived)
        inst.acts("u", lambda p: inst.call(p, presses.user_id, f"POST {presses.link}/sync"))
        inst.acts("u", lambda p: inst.call(p, removes.user_id, f"POST {removes.link}/removal", {"confirm": True}))
        inst.feed(inst.relation(hides.user_id, f"{hides.user_id}-p1", hidden=True))
        inst.feed(inst.relation(hides_too.user_id, f"{hides_too.user_id}-p1", status="rejected"))
        wishes: dict[str, Callable[[], bool]] = {
            "Run sync": lambda: "New" in _titles(made, presses),
            "hidden": lambda: len(made.edge.works(hides.orcid_id)) == 4,
            "rejected": lambda: len(made.edge.works(hides_too.orcid_id)) == 4,
            "removal of 5 works": lambda: not made.edge.works(removes.orcid_id),
        }
        while wishes and made.simulation.now_ms() < began_ms + 10 * MINUTE_MS:
            made.simulation.run(made.simulation.now_ms() + 50)
            for name in [name for name, is_done in wishes.items() if is_done()]:
                found.delays_ms[name] = made.simulation.now_ms() - began_ms
                del wishes[name]
        found.left = sum(1 for item in made.items("SyncTable", "WRITER") if "due_at" in item and item["own"][0] == "x")
        found.calls = len(made.edge.arrived) - before
        while left := [who.user_id for who in people if made.edge.works(who.orcid_id)]:
            assert made.simulation.now_ms() < began_ms + 30 * MINUTE_MS, (
                f"works that were to go are still there: {left}"
            )
            made.simulation.run(made.simulation.now_ms() + 1_000)
        found.busy_seconds = (made.simulation.now_ms() - began_ms) / 1000
        found.busiest_second = made.edge.busiest_second()
        return found


def _changes(inst: Institution, who: Researcher, settings: dict[str, bool]) -> None:
    inst.acts(who.user_id, lambda p: inst.call(p, who.user_id, f"PATCH {who.link}/settings", settings))


def _titles(made: World, who: Researcher) -> set[str]:
    record = made.edge.app.state.records[who.orcid_id]
    titles = [work.content.title for work in record.works.values()]
    return {title.title.value or "" for title in titles if title is not None and title.title is not None}


def waiting_updates(seed: int) -> Waiting:
    """For 31 days other messages wait at any time. One title changes at the beginning; each third day a work is added
    and an article is no longer published, which leaves the record after the grace period of a day (R60).
    """
    with world(seed) as made:
        inst, found = Institution(made), Waiting()
        who = _writing(made, inst, 15)
        made.settle(10 * MINUTE_MS)
        made.queue("normal").ballast = 100
        began_ms = made.simulation.now_ms()
        inst.feed(inst.publication(f"{who.user_id}-p0", title="New"))
        for day in range(31):
            made.settle(max(0, began_ms + day * DAY_MS - made.simulation.now_ms()), whole=True)
            if day % 3 == 0:
                _comes_and_goes(made, inst, who, day // 3, found)
            if "New" in _titles(made, who) and not found.update_days:
                found.update_days = (_when_last_put(made) - began_ms) / DAY_MS
        noticed_ms = made.gauges.seen[GAUGE][0][0]
        told = made.gauges.seen[GAUGE]
        found.metric_error_seconds = max(abs(value - (at_ms - noticed_ms) / 1000) for at_ms, value in told)
        found.metric_days = max(value for _, value in told) / 86_400
        made.queue("normal").ballast = 0
        quiet_ms = made.simulation.now_ms()
        inst.feed(inst.publication(f"{who.user_id}-p14", title="Quiet"))
        made.settle(DAY_MS)
        assert "Quiet" in _titles(made, who)
        found.quiet_update_hours = (_when_last_put(made) - quiet_ms) / 3_600_000
        return found


def _when_last_put(made: World) -> int:
    return made.edge.last_ms["PUT"]


def _comes_and_goes(made: World, inst: Institution, who: Researcher, number: int, found: Waiting) -> None:
    new, old = f"{who.user_id}-n{number}", f"{who.user_id}-p{number + 1}"
    begin_ms = made.simulation.now_ms()
    inst.feed(inst.publication(new), inst.relation(who.user_id, new))
    inst.feed(inst.publication(old, status="accepted"))
    made.settle(DAY_MS + 30 * MINUTE_MS)
    names = set(made.edge.works(who.orcid_id).values())
    assert new in names
    assert old not in names
    added_ms, removed_ms = made.edge.last_ms["POST"] - begin_ms, made.edge.last_ms["DELETE"] - begin_ms - DAY_MS
    found.slowest_add_minutes = max(found.slowest_add_minutes, added_ms / MINUTE_MS)
    found.slowest_removal_minutes = max(found.slowest_removal_minutes, removed_ms / MINUTE_MS)
