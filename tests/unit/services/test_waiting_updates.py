"""R32's metric tells the age of the oldest waiting update, also of one that is due and cannot be sent."""

from __future__ import annotations

from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome

from tests.builders import a_publication, a_relationship
from tests.world import World

DAY_S = 86_400
GAUGE = "OldestWaitingUpdateSeconds"


def test_r32_an_update_that_cannot_be_sent_for_weeks_raises_the_metric_beyond_its_alarm() -> None:
    world = World()
    world.connect()
    world.feed(a_publication("p1", doi="10.5555/p1"), a_relationship("p1"))
    world.settle()
    world.queues.waiting[Lane.NORMAL] += [(f"0000-0000-0000-{n:04}", 1) for n in range(60)]
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, title="Changed"))
    world.visit()
    assert world.telemetry.gauges[GAUGE] == 0
    for _ in range(26):
        world.clock.advance(DAY_S)
        world.registry.plan(Answer(Outcome.SLOW_DOWN, status=503), operation=Operation.UPDATE)
        world.visit()
    assert 26 * DAY_S <= world.telemetry.gauges[GAUGE] < 26 * DAY_S + 60
    world.registry.faults.clear()
    world.clock.advance(DAY_S)
    world.visit()
    assert world.on_record()["p1"].title == "Changed"
