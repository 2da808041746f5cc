"""What AWS does by itself: polls the queues and the stream, hands on events, ticks the schedule."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from soak.amazon import Amazon
from soak.functions import Functions, Result
from soak.queues import FifoQueue, Message
from soak.simulation import Simulation
from soak.stream import Stream
from soak.troubles import Troubles

MINUTE_MS = 60_000
# As template.yaml has them.
MOST_WRITERS = 10
STREAM_POLLED_MS = 300
MOST_EVENT_RETRIES = 2
_HEARERS = {
    "Removal Finished": "connect",
    "Erasure Requested": "connect",
    "Configuration Changed": "sync",
    "Sync Requested": "sync",
    "Type Mapping Replaced": "sync",
    "Feed File Unfinished": "import_feed",
}


@dataclass
class Deliveries:
    """`dead` are messages, batches and events given up although nothing had been done to those who held them."""

    simulation: Simulation
    troubles: Troubles
    amazon: Amazon
    functions: Functions
    queues: dict[str, FifoQueue] = field(default_factory=dict)
    sync_table: str = ""
    dead: list[str] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)
    writing: Counter[str] = field(default_factory=Counter)
    stream: Stream = field(init=False)
    polled_ms: int = STREAM_POLLED_MS
    handling: int = 0
    settling: int = 0

    def __post_init__(self) -> None:
        self.amazon.something_sent = self.poll
        told = self.amazon.memory.stream
        self.stream = Stream(self.simulation, self.troubles, self.functions, told, self._given_up)
        self._go_on_by_itself()

    def _go_on_by_itself(self) -> None:
        now_ms, since = self.simulation.now_ms(), self.settling
        self.simulation.at(now_ms + MINUTE_MS, partial(self._tick, since))
        self._poll_stream(since)

    def _poll_stream(self, since: int) -> None:
        if since == self.settling:
            self.stream.moves()
            self.simulation.at(self.simulation.now_ms() + self.polled_ms, partial(self._poll_stream, since))

    # Queues

    def poll(self) -> None:
        """Hand out whatever can be handed out now."""
        now_ms = self.simulation.now_ms()
        for lane, queue in self.queues.items():
            while self.writing[lane] < MOST_WRITERS:
                message = queue.receive(now_ms)
                if message is None:
                    break
                self._hand_over(lane, queue, message)
            self._bury(queue)
        self._hear()

    def _hand_over(self, lane: str, queue: FifoQueue, message: Message) -> None:
        self.writing[lane] += 1
        record = {"body": message.body, "attributes": {"MessageGroupId": message.group}, "messageId": "m"}
        then = partial(self._handled, lane, queue, message)
        self.functions.start("write_works", {"Records": [record]}, lane=lane, then=then)

    def _handled(self, lane: str, queue: FifoQueue, message: Message, result: Result) -> None:
        self.writing[lane] -= 1
        if result.well and not self.troubles.strikes("message again", self.troubles.odds.message_again):
            queue.delete(message)
        else:
            message.injuries.append("delivered again" if result.well else result.injured or repr(result.error))
            self.simulation.at(message.visible_ms, self.poll)
        self.simulation.at(self.simulation.now_ms(), self.poll)

    def _bury(self, queue: FifoQueue) -> None:
        for message in queue.dead:
            self._given_up(f"message of {queue.name}", message.injuries)
        queue.dead = []

    def _given_up(self, what: str, injuries: list[str]) -> None:
        """Explained, when each try had something done to it."""
        known = {"killed", "timed out", "AWS refused", "delivered again"}
        if set(injuries) <= known:
            self.explained[what] += 1
        else:
            self.dead.append(f"{what}: {injuries}")

    # Events

    def _hear(self) -> None:
        heard, self.amazon.events[:] = list(self.amazon.events), []
        for event in heard:
            function = _HEARERS.get(event["detail-type"])
            if function is None or event["detail"].get("changed") is False:
                continue
            # What the rules of template.yaml make of an event for the sync function.
            for_sync = event["detail"] if event["detail-type"] == "Sync Requested" else {"all": True}
            self._tell(function, for_sync if function == "sync" else event, [])

    def _tell(self, function: str, event: dict[str, Any], injuries: list[str]) -> None:
        self.handling += 1

        def then(result: Result) -> None:
            self.handling -= 1
            if result.well:
                return
            injuries.append(result.injured or repr(result.error))
            if len(injuries) > MOST_EVENT_RETRIES:
                self._given_up(f"event {json.dumps(event)[:80]} for {function}", injuries)
                return
            self.handling += 1
            later = partial(self._tell_again, function, event, injuries)
            self.simulation.at(self.simulation.now_ms() + len(injuries) * MINUTE_MS, later)

        self.functions.start(function, event, then=then)

    def _tell_again(self, function: str, event: dict[str, Any], injuries: list[str]) -> None:
        self.handling -= 1
        self._tell(function, event, injuries)

    # The schedule, and rest

    def _tick(self, since: int) -> None:
        if since == self.settling:
            self.functions.start("schedule_sync", {}, then=lambda _: self.poll())
            # At any second of a minute: one tick may come in the minute of the one before, or of what came between.
            next_ms = self.simulation.now_ms() + MINUTE_MS + self.troubles.random.randint(-10_000, 10_000)
            self.simulation.at(next_ms, partial(self._tick, since))

    def due_ms(self) -> int | None:
        """When the next link is due."""
        found = self.amazon.memory.stored(self.sync_table)
        times = (int(i["due_at"]["N"]) for i in found if i["sk"]["S"] == "WRITER" and "due_at" in i)
        return min(times, default=None)

    @property
    def busy(self) -> bool:
        waiting = any(queue.messages for queue in self.queues.values()) or self.simulation.under_way
        return bool(waiting or self.stream.busy or self.handling or self.amazon.events)

    def settle(self, longest_ms: int, *, whole: bool = False) -> None:
        """Until nothing is under way; what falls due within `longest_ms` is done, too. Idle time passes at once;
        `whole`: all of the time has passed at the end.
        """
        until_ms = self.simulation.now_ms() + longest_ms
        self.settling, ticked_ms = self.settling + 1, 0
        while self.simulation.now_ms() < until_ms:
            now_ms = self.simulation.now_ms()
            self.stream.moves()
            self.poll()
            due_ms = self.due_ms()
            if now_ms >= ticked_ms + MINUTE_MS and due_ms is not None and due_ms <= now_ms:
                ticked_ms = now_ms
                self.functions.start("schedule_sync", {}, then=lambda _: self.poll())
                self.simulation.run(now_ms + 1_000)
            elif self.busy:
                self.simulation.run(now_ms + 1_000)
            elif due_ms is None or due_ms > until_ms:
                break
            else:
                self.simulation.run(max(due_ms, now_ms + 1_000))
        if whole:
            self.simulation.run(until_ms)
        self.settling += 1
        self._go_on_by_itself()
