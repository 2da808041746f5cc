"""What AWS does by itself: delivers queues, stream and bus until they are taken, and ticks the schedule."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.crashes.stage import TIMEOUTS, Stage

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
# As template.yaml has them: the writers' queues, the stream's mapping, asynchronous invocations.
VISIBILITY_MS = 330_000
MOST_RECEIVES = 3
MOST_BATCH_RETRIES = 10
MOST_EVENT_RETRIES = 2
DEDUPLICATION_MS = 300_000
_QUEUES = {"high": "HighPriorityQueue", "normal": "NormalQueue"}
_HEARERS = {
    "Removal Finished": "connect",
    "Erasure Requested": "connect",
    "Configuration Changed": "sync",
    "Sync Requested": "sync",
    "Type Mapping Replaced": "sync",
    "Feed File Unfinished": "import_feed",
}


@dataclass
class Message:
    """A message of a writer's queue, with when it can be received again."""

    lane: str
    orcid_id: str
    body: str
    receives: int = 0
    visible_ms: int = 0


@dataclass
class Event:
    """An event on its way to a function."""

    function: str
    event: dict[str, Any]
    due_ms: int
    tries: int = 0


@dataclass
class Cloud:
    """`dead` are messages, batches and events that were given up: an alarm rings for each, so there may be none."""

    stage: Stage
    waiting: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    handed_in: dict[str, int] = field(default_factory=dict)
    position: int = 0
    batch_tries: int = 0
    ticked_ms: int = 0
    idle_ticks: int = 0
    dead: list[str] = field(default_factory=list)

    def settle(self, horizon_ms: int) -> None:
        """Let time pass until nothing is under way or due within the horizon."""
        until_ms = self.now_ms + horizon_ms
        for _ in range(2000):
            if self.deliver():
                continue
            next_ms = self._next_ms()
            if next_ms is None or next_ms > until_ms:
                return
            self.stage.clock.time_ms = max(self.now_ms, next_ms)
            self._tick_if_due()
        raise AssertionError("it never comes to rest")

    def deliver(self) -> bool:
        """Deliver whatever can be delivered at this moment; False: there was nothing."""
        return self.deliver_stream() or self._deliver_event() or self._deliver_message()

    @property
    def now_ms(self) -> int:
        return self.stage.clock.now_ms()

    def _run(self, function: str, event: dict[str, Any], *, lane: str = "normal") -> bool:
        """Whether the invocation ended well."""
        errors = len(self.stage.errors)
        self.stage.invoke(function, event, lane=lane)
        return not self.stage.killed and len(self.stage.errors) == errors

    def deliver_stream(self) -> bool:
        """Hand the next batch of the catalogue's stream over."""
        records = self.stage.memory.stream[self.position : self.position + 100]
        if not records:
            return False
        if self._run("notice_changes", {"Records": records}):
            self.position, self.batch_tries = self.position + len(records), 0
            return True
        self.batch_tries += 1
        self.stage.clock.advance(1)
        if self.batch_tries > MOST_BATCH_RETRIES:
            self.dead.append("batch of the stream")
            self.position, self.batch_tries = self.position + len(records), 0
        return True

    def _deliver_event(self) -> bool:
        queue = self._queue("heard")
        for message in queue._messages:
            said = json.loads(message.body)
            hearer = _HEARERS.get(said["detail-type"])
            if hearer is not None and (said["detail-type"] != "Type Mapping Replaced" or said["detail"]["changed"]):
                self.events.append(Event(hearer, said, self.now_ms))
        queue._messages = []
        event = next((event for event in self.events if event.due_ms <= self.now_ms), None)
        if event is None:
            return False
        payload = _for_sync(event.event) if event.function == "sync" else event.event
        self.events.remove(event)
        if not self._run(event.function, payload):
            event.tries += 1
            event.due_ms = self.now_ms + event.tries * MINUTE_MS
            if event.tries > MOST_EVENT_RETRIES:
                self.dead.append(f"event for {event.function}")
            else:
                self.events.append(event)
        return True

    def _deliver_message(self) -> bool:
        self.receive()
        for message in self.waiting:
            group = [m for m in self.waiting if (m.lane, m.orcid_id) == (message.lane, message.orcid_id)]
            if group[0] is message and message.visible_ms <= self.now_ms:
                self.hand_over(message)
                return True
        return False

    def receive(self) -> None:
        """Take what was sent out of moto's queues; what was sent twice within five minutes came once (SQS, FIFO)."""
        for lane, name in _QUEUES.items():
            queue = self._queue(name)
            for sent in queue._messages:
                seen_ms = self.handed_in.get(sent.deduplication_id, -DEDUPLICATION_MS)
                if self.now_ms - seen_ms >= DEDUPLICATION_MS:
                    self.handed_in[sent.deduplication_id] = self.now_ms
                    self.waiting.append(Message(lane, json.loads(sent.body)["orcid_id"], sent.body))
            queue._messages, queue._pending_messages = [], set()

    def hand_over(self, message: Message) -> None:
        """Invoke the writer with a message; deleted when that ends well, else visible again later."""
        message.receives += 1
        began_ms = self.now_ms
        record = {"body": message.body, "attributes": {"MessageGroupId": message.orcid_id}, "messageId": "m"}
        if self._run("write_works", {"Records": [record]}, lane=message.lane):
            self.waiting.remove(message)
        elif message.receives >= MOST_RECEIVES:
            self.waiting.remove(message)
            self.dead.append(f"message of {message.orcid_id}")
        else:
            message.visible_ms = began_ms + VISIBILITY_MS

    def deliver_again(self, orcid_id: str, lane: str) -> None:
        """A message of an iD in this lane, while another may be in the writer's hands."""
        body = json.dumps({"orcid_id": orcid_id, "lane": lane, "wake": 0})
        self.hand_over(self._added(Message(lane, orcid_id, body)))

    def _added(self, message: Message) -> Message:
        self.waiting.append(message)
        return message

    def _queue(self, name: str) -> Any:
        url = self.stage.product.queues[name]
        return self.stage.backend("sqs").queues[url.rpartition("/")[2]]

    def _due_ms(self) -> int | None:
        writers = (item for item in self.stage.items("SyncTable") if item["sk"] == "WRITER")
        return min((item["due_at"] for item in writers if "due_at" in item), default=None)

    def _next_ms(self) -> int | None:
        """When something can happen next."""
        times = [message.visible_ms for message in self.waiting] + [event.due_ms for event in self.events]
        due_ms = self._due_ms()
        if due_ms is not None:
            # A tick each minute. One that found nothing to do is followed by others that change nothing either, until
            # a pause or an hour is over: those are passed over.
            pause_ms = MINUTE_MS << min(self.idle_ticks, 5)
            earliest_ms = max(due_ms, self.ticked_ms + pause_ms)
            times.append(-(-earliest_ms // MINUTE_MS) * MINUTE_MS)
        return min((time_ms for time_ms in times if time_ms > 0), default=None)

    def _tick_if_due(self) -> None:
        due_ms = self._due_ms()
        if due_ms is None or due_ms > self.now_ms or self.now_ms < self.ticked_ms + MINUTE_MS:
            return
        self.ticked_ms = self.now_ms
        self._run("schedule_sync", {})
        sent = any(self._queue(name)._messages for name in _QUEUES.values())
        self.idle_ticks = 0 if sent else self.idle_ticks + 1


def _for_sync(event: dict[str, Any]) -> dict[str, Any]:
    """What the rules of template.yaml make of an event for the sync function."""
    return event["detail"] if event["detail-type"] == "Sync Requested" else {"all": True}


assert TIMEOUTS["write_works"] * 1000 + 30_000 == VISIBILITY_MS
