"""How the registry's limit is used by ten writers at once: `make bench` has the figures in real time (R35, DESIGN 5).

The gate's adapter runs on the table in memory that the contract suite runs on, too (tests/unit/test_bench.py).
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from orcid_sync.adapters.dynamodb_gate import HORIZON_MS, SLOT_MS, DynamoDbGate
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.domain.links import Lane
from orcid_sync.ports.gate import SlotOutcome

from bench.gate_simulation import simulate
from bench.gate_use import most_in_a_second
from bench.memory_dynamodb import MemoryDynamoDb
from tests.from_template import create_tables

WRITERS = [Lane.NORMAL] * 12
SKEW_MS = 50


def test_r35_while_there_is_work_nearly_every_slot_is_used_and_no_call_is_refused() -> None:
    calls = simulate(WRITERS, seconds=60)
    begun = [call.began for call in calls if call.began >= 1]
    slots = (begun[-1] - begun[0]) * 1000 / SLOT_MS
    assert len(begun) / slots >= 0.95
    assert most_in_a_second([call.began for call in calls]) <= 26
    assert not any(call.refused for call in calls)


def test_r35_a_call_of_the_high_lane_begins_within_its_bound_however_crowded_the_normal_one() -> None:
    calls = simulate([*WRITERS, Lane.HIGH, Lane.HIGH], seconds=60)
    high = [call.began - call.asked for call in calls if call.lane is Lane.HIGH]
    # The slots that the normal lane has been given, one for each of the two, and how far clocks are apart.
    assert max(high) <= (HORIZON_MS[Lane.NORMAL] + 2 * SLOT_MS + 2 * SKEW_MS) / 1000
    assert len(high) >= 100
    assert most_in_a_second([call.began for call in calls]) <= 26


def test_r35_a_pause_is_kept_by_all_within_a_second_and_no_herd_comes_after_it() -> None:
    at, length = 10.0, 5.0
    calls = simulate([*WRITERS, Lane.HIGH], seconds=30, pause=(at, length))
    begun = [call.began for call in calls]
    assert [began for began in begun if at + 1 <= began < at + length - SKEW_MS / 1000] == []
    after = [began for began in begun if began >= at + length - SKEW_MS / 1000]
    assert most_in_a_second(after) <= 26
    assert min(after) <= at + length + 0.5, "the pause is over: work goes on"
    assert not any(call.refused for call in calls)


def test_r35_writers_in_threads_never_get_one_slot_twice() -> None:
    memory = MemoryDynamoDb()
    gate = DynamoDbGate(Table(memory, create_tables(memory)["SyncTable"]), "APP-1")  # type: ignore[arg-type]  # stands for the client
    gate.allow_writing(True, config_rev=1)
    clock, taken, lock = [1_000_000], list[int](), threading.Lock()

    def write() -> None:
        for _ in range(100):
            slot = gate.take(Lane.HIGH, now_ms=clock[0])
            with lock:
                if slot.outcome is SlotOutcome.GRANTED:
                    taken.append(slot.at_ms)
                clock[0] += 10

    with ThreadPoolExecutor(10) as pool:
        for done in [pool.submit(write) for _ in range(10)]:
            done.result()
    gaps = [after - before for before, after in zip(sorted(taken), sorted(taken)[1:], strict=False)]
    assert len(taken) > 100
    assert min(gaps) >= SLOT_MS
