"""How well the registry's limit is used: writers in threads, the gate's adapter, the emulator's limiter, in real time.

The gate's item lies in the table in memory, which answers within microseconds; DynamoDB takes some milliseconds, which
`latency_seconds` stands for. Calls are not sent: each asks the limiter whether it would pass, and takes `call_seconds`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from orcid_sync.adapters.dynamodb_gate import HORIZON_MS, SLOT_MS, DynamoDbGate
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.domain.links import Lane
from orcid_sync.ports.gate import SlotOutcome

from bench.memory_dynamodb import MemoryDynamoDb
from local.registry.limit import RequestLimit
from local.registry.settings import RegistrySettings
from tests.from_template import create_tables

WRITERS = 10
CALL_SECONDS = 0.4
LATENCY_SECONDS = 0.005
PAUSE_SECONDS = 1.5


class _Slow:
    """A client that takes as long as DynamoDB does."""

    def __init__(self, client: MemoryDynamoDb, latency_seconds: float) -> None:
        self._client, self._latency = client, latency_seconds

    def __getattr__(self, name: str) -> object:
        time.sleep(self._latency)
        return getattr(self._client, name)


@dataclass(frozen=True, slots=True)
class GateCall:
    """When it was asked for and when it began (seconds, one clock), whether the registry refused it."""

    lane: Lane
    asked: float
    began: float
    refused: bool


@dataclass
class GateStage:
    """A gate and a limiter; `work` keeps writers busy for a while."""

    latency_seconds: float = LATENCY_SECONDS
    calls: list[GateCall] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        memory = MemoryDynamoDb()
        name = create_tables(memory)["SyncTable"]
        self.gate = DynamoDbGate(Table(_Slow(memory, self.latency_seconds), name), "APP-1", jitter=lambda: 0.0)  # type: ignore[arg-type]  # stands for the client
        self.gate.allow_writing(True, config_rev=1)
        registry = RegistrySettings()
        self.limit = RequestLimit(registry.requests_per_second, registry.burst)

    def work(self, lanes: Sequence[Lane], *, seconds: float, rest_seconds: float = 0) -> list[GateCall]:
        """Each lane's name is a writer; those of the high lane rest between their calls."""
        end = time.monotonic() + seconds
        before = len(self.calls)
        with ThreadPoolExecutor(len(lanes)) as pool:
            for done in [pool.submit(self._write, lane, end, rest_seconds) for lane in lanes]:
                done.result()
        return self.calls[before:]

    def pause(self, seconds: float) -> None:
        """As a writer does that met a 503."""
        now_ms = _now_ms()
        self.gate.pause(now_ms=now_ms, call_began_ms=now_ms, retry_after_seconds=seconds)

    def _write(self, lane: Lane, end: float, rest_seconds: float) -> None:
        while (asked := time.monotonic()) < end:
            if not self._wait_for_slot(lane, end):
                return
            with self._lock:
                refused = self.limit.admit() is None
                self.calls.append(GateCall(lane, asked, time.monotonic(), refused))
            time.sleep(CALL_SECONDS + (rest_seconds if lane is Lane.HIGH else 0))

    def _wait_for_slot(self, lane: Lane, end: float) -> bool:
        """As services/registry_calls.py waits, but a pause is waited for: a visit would end, and the next one begin."""
        while time.monotonic() < end:
            now_ms = _now_ms()
            slot = self.gate.take(lane, now_ms=now_ms)
            if slot.outcome is SlotOutcome.GRANTED:
                time.sleep(max(0, slot.at_ms - _now_ms()) / 1000)
                return True
            time.sleep(max(10, slot.until_ms - now_ms) / 1000)
        return False


def _now_ms() -> int:
    return int(time.monotonic() * 1000)


def most_in_a_second(began: Sequence[float]) -> int:
    """The largest number of calls in any window of one second."""
    ordered, most, first = sorted(began), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(frozen=True, slots=True)
class GateUse:
    """Figures of one run, in seconds where nothing else is said."""

    used_share: float
    most_in_a_second: int
    refused: int
    high_calls: int
    longest_high_wait: float
    high_bound: float
    calls_in_pause_after_a_second: int
    most_in_a_second_after_pause: int


def measure(*, saturated_seconds: float, lanes_seconds: float, after_pause_seconds: float) -> GateUse:
    """Ten writers at the limit; then one of the high lane among them; then a pause and what comes after it."""
    stage = GateStage()
    saturated = stage.work([Lane.NORMAL] * WRITERS, seconds=saturated_seconds)
    begin, end = saturated[0].began + 0.5, saturated[-1].began
    slots = (end - begin) * 1000 / SLOT_MS
    mixed = stage.work([Lane.NORMAL] * WRITERS + [Lane.HIGH], seconds=lanes_seconds, rest_seconds=0.3)
    high = [call for call in mixed if call.lane is Lane.HIGH]
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(stage.work, [Lane.NORMAL] * WRITERS, seconds=1 + PAUSE_SECONDS + after_pause_seconds)
        time.sleep(1)
        paused = time.monotonic()
        stage.pause(PAUSE_SECONDS)
        around = working.result()
    resumed = paused + PAUSE_SECONDS
    after = [call.began for call in around if call.began >= resumed]
    return GateUse(
        used_share=sum(call.began > begin for call in saturated) / slots,
        most_in_a_second=most_in_a_second([call.began for call in stage.calls]),
        refused=sum(call.refused for call in stage.calls),
        high_calls=len(high),
        longest_high_wait=max(call.began - call.asked for call in high),
        # Normal slots are given up to their horizon, so a high call waits for those, one slot, and the table.
        high_bound=(HORIZON_MS[Lane.NORMAL] + SLOT_MS) / 1000 + 0.1,
        calls_in_pause_after_a_second=sum(paused + 1 <= call.began < resumed - 0.001 for call in around),
        most_in_a_second_after_pause=most_in_a_second(after),
    )
