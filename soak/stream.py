"""The catalogue's stream as Lambda reads it: several shards beside each other, each in order, late, twice, bisected."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from soak.functions import Functions, Result
from soak.simulation import Simulation
from soak.troubles import Troubles

# As template.yaml has them.
STREAM_BATCH = 100
MOST_BATCH_RETRIES = 10
# A table on demand begins with some partitions; what belongs to one partition key stays in order.
SHARDS = 4
LONGEST_DELAY_MS = 180_000
_RETRIED_AFTER_MS = 1_000
_NOTICED = ("USER", "USERS", "HEAD", "IDS")
Record = dict[str, Any]


@dataclass(eq=False)
class Batch:
    """What is handed over at once; `injuries` are what was done to those who had it."""

    records: list[Record]
    injuries: list[str] = field(default_factory=list)
    delivered: bool = False

    def halves(self) -> list[Batch]:
        """BisectBatchOnFunctionError: the two halves, one after the other."""
        middle = len(self.records) // 2
        return [Batch(part, list(self.injuries)) for part in (self.records[:middle], self.records[middle:])]


@dataclass
class Shard:
    """`records` not read yet, `batches` read and not taken yet; nothing is read before `late_until_ms`."""

    records: list[Record] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    noticing: bool = False
    late_until_ms: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.noticing or self.batches or self.records)


@dataclass
class Stream:
    """`source` is where the table tells its changes; what was given up goes to `given_up` with its injuries."""

    simulation: Simulation
    troubles: Troubles
    functions: Functions
    source: list[Record]
    given_up: Callable[[str, list[str]], None]
    shards: list[Shard] = field(default_factory=lambda: [Shard() for _ in range(SHARDS)])

    @property
    def busy(self) -> bool:
        return bool(self.source) or any(shard.busy for shard in self.shards)

    def moves(self) -> None:
        """Every shard that is free hands its next batch over."""
        for record in self.source:
            keys = record["dynamodb"]["Keys"]
            if _noticed(keys["sk"]["S"]):
                shard = self.shards[zlib.crc32(keys["pk"]["S"].encode()) % SHARDS]
                shard.records.append(record)
        self.source.clear()
        for shard in self.shards:
            self._goes_on(shard)

    def _goes_on(self, shard: Shard) -> None:
        now_ms = self.simulation.now_ms()
        if shard.noticing or now_ms < shard.late_until_ms:
            return
        if not shard.batches and shard.records:
            if self.troubles.strikes("stream late", self.troubles.odds.stream_late):
                shard.late_until_ms = now_ms + self.troubles.random.randint(5_000, LONGEST_DELAY_MS)
                self.simulation.at(shard.late_until_ms, partial(self._goes_on, shard))
                return
            shard.batches.append(Batch(shard.records[:STREAM_BATCH]))
            del shard.records[:STREAM_BATCH]
        if shard.batches:
            shard.noticing = True
            batch = shard.batches[0]
            self.functions.start(
                "notice_changes", {"Records": batch.records}, then=partial(self._noticed, shard, batch)
            )

    def _noticed(self, shard: Shard, batch: Batch, result: Result) -> None:
        if result.well:
            if batch.delivered or not self.troubles.strikes("batch again", self.troubles.odds.batch_again):
                del shard.batches[0]
                self._free(shard)
                return
            batch.delivered = True
        else:
            batch.injuries.append(result.injured or repr(result.error))
            if len(batch.records) > 1:
                self.troubles.met["batch bisected"] += 1
                shard.batches[:1] = batch.halves()
            elif len(batch.injuries) > MOST_BATCH_RETRIES:
                self.given_up("batch of the stream", batch.injuries)
                del shard.batches[0]
        self.simulation.at(self.simulation.now_ms() + _RETRIED_AFTER_MS, partial(self._free, shard))

    def _free(self, shard: Shard) -> None:
        shard.noticing = False
        self._goes_on(shard)


def _noticed(sk: str) -> bool:
    """What the filter of template.yaml lets through."""
    return sk in _NOTICED or sk.startswith("R#")
