"""The use of the registry's limit in simulated time: the gate's adapter, the emulator's limiter, nothing that waits.

What threads in real time show (gate_use.py) depends on the machine; this does not.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.domain.links import Lane
from orcid_sync.ports.gate import SlotOutcome

from bench.gate_use import GateCall
from bench.memory_dynamodb import MemoryDynamoDb
from local.registry.limit import RequestLimit
from local.registry.settings import RegistrySettings
from tests.from_template import create_tables

BEGIN_MS = 1_000_000


def simulate(
    lanes: Sequence[Lane], *, seconds: float, skew_ms: int = 50, pause: tuple[float, float] | None = None
) -> list[GateCall]:
    """Each lane's name is a writer with a clock of its own and calls of 250 to 600 ms, asking again at once.

    `pause`: after so many seconds somebody is told to wait for so many. Times are seconds since the beginning.
    """
    memory = MemoryDynamoDb()
    gate = DynamoDbGate(Table(memory, create_tables(memory)["SyncTable"]), "APP-1", jitter=lambda: 0.0)  # type: ignore[arg-type]  # stands for the client
    gate.allow_writing(True, config_rev=1)
    now = [BEGIN_MS]
    registry = RegistrySettings()
    limit = RequestLimit(registry.requests_per_second, registry.burst, monotonic=lambda: now[0] / 1000)
    chance = random.Random(7)  # noqa: S311 - no secret
    skews = [chance.randint(-skew_ms, skew_ms) for _ in lanes]
    # (when, writer, since when it has been asking, or None while a call of its slot is due)
    events: list[tuple[int, int, int, bool]] = [(BEGIN_MS + n, n, BEGIN_MS + n, False) for n in range(len(lanes))]
    calls: list[GateCall] = []
    waiting_pause = pause
    while events[0][0] < BEGIN_MS + seconds * 1000:
        now[0], writer, asked, calling = heapq.heappop(events)
        if waiting_pause is not None and now[0] >= BEGIN_MS + waiting_pause[0] * 1000:
            gate.pause(now_ms=now[0], call_began_ms=now[0], retry_after_seconds=waiting_pause[1])
            waiting_pause = None
        if calling:
            refused = limit.admit() is None
            calls.append(GateCall(lanes[writer], (asked - BEGIN_MS) / 1000, (now[0] - BEGIN_MS) / 1000, refused))
            done = now[0] + chance.randint(250, 600)
            heapq.heappush(events, (done, writer, done, False))
            continue
        own = now[0] + skews[writer]
        slot = gate.take(lanes[writer], now_ms=own)
        granted = slot.outcome is SlotOutcome.GRANTED
        wait = max(0, slot.at_ms - own) if granted else max(10, slot.until_ms - own)
        heapq.heappush(events, (now[0] + wait, writer, asked, granted))
    return calls
