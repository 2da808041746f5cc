"""What goes wrong, by chance and by the seed: killed invocations, faults of AWS and the registry, an outage."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, fields, replace


@dataclass(frozen=True, slots=True)
class Odds:
    """How often; shares of calls, of messages, of batches, and of those readings that can be stale at all."""

    killed: float = 0.0015
    answer_lost: float = 0.003
    aws_refuses: float = 0.0007
    aws_fails: float = 0.0003
    read_stale: float = 0.5
    batch_in_part: float = 0.05
    page_cut: float = 0.03
    conflict: float = 0.25  # of the few writes that can meet a transaction
    events_refused: float = 0.03
    secret_stale: float = 0.5
    registry: float = 0.08
    message_again: float = 0.02
    message_late: float = 0.02
    batch_again: float = 0.05
    stream_late: float = 0.01


CALM = Odds(**{odd.name: 0.0 for odd in fields(Odds)})
# What AWS does on any day.
UNKIND = replace(CALM, read_stale=0.8, batch_in_part=0.05, page_cut=0.03, events_refused=0.03, secret_stale=0.5)
# What the registry does to a call, and how often compared with one another.
REGISTRY = {
    "never arrived": 3,
    "reset after it took effect": 3,
    "timed out after it took effect": 2,
    "500": 2,
    "500 after it took effect": 2,
    "502 after it took effect": 2,
    "503": 2,
    "503 with Retry-After": 1,
    "429 with Retry-After": 1,
    "401 once": 2,
}


@dataclass
class Troubles:
    """Chance. `outage` from when until when (epoch ms) the registry answers nobody; `met` counts what happened."""

    random: random.Random
    odds: Odds = field(default_factory=Odds)
    outage: tuple[int, int] = (0, 0)
    met: Counter[str] = field(default_factory=Counter)

    def calm(self) -> None:
        """Nothing goes wrong from now on."""
        self.odds, self.outage = CALM, (0, 0)

    def strikes(self, what: str, share: float) -> bool:
        if not share or self.random.random() >= share:
            return False
        self.met[what] += 1
        return True

    def of_the_registry(self, now_ms: int) -> str | None:
        """What happens to a call to the registry; None: nothing."""
        begin_ms, end_ms = self.outage
        if begin_ms <= now_ms < end_ms:
            kind = self.random.choice(["503", "never arrived"])
            self.met["outage"] += 1
            return kind
        if not self.odds.registry or self.random.random() >= self.odds.registry:
            return None
        kind = self.random.choices(list(REGISTRY), list(REGISTRY.values()))[0]
        self.met[kind] += 1
        return kind
