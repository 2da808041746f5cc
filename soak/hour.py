"""An hour of traffic and trouble, what it takes to make good what only people can, a quiet week, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from soak.expectations import forgotten, problems, writing
from soak.traffic import HOUR_MS, Traffic
from soak.troubles import UNKIND, Odds
from soak.world import World, world

MINUTE_MS = 60_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens. `outage_minutes`: so long nobody is answered by the registry, in the middle."""

    researchers: int = 40
    publications: int = 20
    events: int = 3_000
    minutes: int = 60
    outage_minutes: int = 0


@dataclass
class Verdict:
    """`problems` in words; `figures` as lines."""

    problems: list[str]
    figures: list[str]


def soak(seed: int, size: Size) -> Verdict:
    """The whole, from an empty institution on."""
    with world(seed) as made:
        traffic = Traffic(made)
        traffic.found(size.researchers, size.publications)
        begin_ms, length_ms = made.simulation.now_ms(), size.minutes * 60_000
        made.troubles.odds = Odds()
        if size.outage_minutes:
            middle_ms = begin_ms + length_ms // 2
            made.troubles.outage = (middle_ms, middle_ms + size.outage_minutes * 60_000)
        length_ms += size.outage_minutes * 60_000
        traffic.goes_on(length_ms, size.events)
        made.simulation.run(begin_ms + length_ms)
        found = _come_to_rest(made, traffic)
        found += problems(made, traffic.institution)
        found += _think_again_in_quiet(made, traffic)
        made.settle(DAY_MS)
        calls = len(made.edge.arrived)
        _run_once_more(made, traffic)
        if len(made.edge.arrived) > calls:
            found.append(f"R36: nothing was left to do, and {len(made.edge.arrived) - calls} calls were made")
        found += [one for one in problems(made, traffic.institution) if one not in found]
        return Verdict(found, figures(made, traffic))


def _come_to_rest(made: World, traffic: Traffic) -> list[str]:
    """No more faults. What waits for somebody is done by them; then a week and more of ordinary scheduling.

    Returns what was forgotten until the weekly checks had found it.
    """
    inst = traffic.institution
    made.troubles.calm()
    made.simulation.run(made.simulation.now_ms() + 2 * HOUR_MS)
    for who in inst.researchers:
        inst.order("record", orcid=who.orcid_id, state="ok")
        if who.user_id in traffic.away and made.random.random() < 0.7:
            traffic.leaves_or_returns(who)
    made.settle(DAY_MS + 6 * HOUR_MS)
    found = forgotten(made, inst, "a day")
    kept = {who.user_id for who in writing(made, inst)}
    for who in inst.researchers:
        if who.user_id not in kept:
            traffic.writes_again(who)
    made.simulation.run(made.simulation.now_ms() + 10 * 60_000)
    # What an owner deleted is learnt with the next update or reading: nothing else asks the registry.
    noticed = {"orcid_ids": sorted(inst.deleted_at_orcid), "reconcile": True}
    if noticed["orcid_ids"]:
        inst.acts("boss", lambda p: inst.call(p, "boss", "POST /v1/admin/sync", noticed))
    approve = {"approve": True, "all": True}
    inst.acts("boss", lambda p: inst.call(p, "boss", "POST /v1/admin/held-removals", approve))
    made.simulation.run(made.simulation.now_ms() + 10 * 60_000)
    made.settle(9 * DAY_MS)
    return found


def _think_again_in_quiet(made: World, traffic: Traffic) -> list[str]:
    """Whoever writes has something new made private within seconds, and something old hidden, once; AWS alone is
    unkind. Nothing else wakes them, so that each of these wakes has to do (R31).

    Returns what is still there ten minutes later.
    """
    begin_ms = made.simulation.now_ms()
    made.troubles.odds = UNKIND
    for who in writing(made, traffic.institution):
        for act in (traffic.thinks_again, traffic.hides):
            at_ms = begin_ms + made.random.randint(0, 10 * MINUTE_MS)
            made.simulation.at(at_ms, partial(act, who))
    made.simulation.run(begin_ms + 20 * MINUTE_MS)
    made.troubles.calm()
    return forgotten(made, traffic.institution, "ten minutes")


def _run_once_more(made: World, traffic: Traffic) -> None:
    """Everybody is due at once, and nothing has changed (R36)."""
    inst = traffic.institution
    inst.acts("boss", lambda p: inst.call(p, "boss", "POST /v1/admin/sync", {"all": True}))
    made.simulation.run(made.simulation.now_ms() + 60_000)
    made.settle(HOUR_MS)


def figures(made: World, traffic: Traffic) -> list[str]:
    """What there was."""

    def told(counts: dict[str, int]) -> str:
        return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda one: -one[1]))

    waits = {lane: made.queue(lane).waited_ms for lane in ("high", "normal")}
    return [
        f"steps of the simulation: {made.simulation.events:,}; calls to AWS: {made.amazon.calls.total():,}",
        f"happened: {told(traffic.happened)}",
        f"troubles met: {told(made.troubles.met)}",
        f"invocations: {told(made.functions.invocations)}",
        f"visits ended: {told(made.functions.ended)}",
        f"answers of the API: {told(traffic.institution.answers)}",
        f"calls to the registry: {told(made.edge.calls)}",
        f"works added to records: {made.edge.watch.created:,}, taken off: {made.edge.watch.removed:,}",
        f"busiest second at the registry: {made.edge.busiest_second()} calls",
        *(
            f"{lane} lane: {len(found):,} messages, longest wait {max(found, default=0) / 1000:.1f} s"
            for lane, found in waits.items()
        ),
        f"given up, and why is known: {told(made.deliveries.explained) or 'nothing'}",
    ]
