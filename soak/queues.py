"""SQS's FIFO queues in memory: groups, visibility, deduplication, receives counted, late and doubled messages."""

from __future__ import annotations

from dataclasses import dataclass, field

# As template.yaml has them (tests/soak/test_traffic.py compares).
VISIBILITY_MS = 330_000
MOST_RECEIVES = 3
DEDUPLICATION_MS = 300_000


@dataclass(eq=False)
class Message:
    """`injuries` are what was done to those who held it: the reasons why it may become a dead letter."""

    body: str
    group: str
    sent_ms: int
    visible_ms: int
    receives: int = 0
    held: bool = False
    injuries: list[str] = field(default_factory=list)


@dataclass
class FifoQueue:
    """One queue. A group's messages come one after the other; `waited_ms` is how long each lay before its first
    receive.
    """

    name: str
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    swallowed: int = 0
    ballast: int = 0  # messages of others that are only counted
    waited_ms: list[int] = field(default_factory=list)
    deepest: int = 0  # messages at once, those in hand included
    _accepted: dict[str, int] = field(default_factory=dict)

    def send(self, body: str, group: str, deduplication_id: str, *, now_ms: int, late_ms: int = 0) -> None:
        if now_ms - self._accepted.get(deduplication_id, -DEDUPLICATION_MS) < DEDUPLICATION_MS:
            self.swallowed += 1
            return
        self._accepted[deduplication_id] = now_ms
        self.messages.append(Message(body, group, now_ms, now_ms + late_ms))
        self.deepest = max(self.deepest, len(self.messages))

    @property
    def depth(self) -> int:
        """ApproximateNumberOfMessages: what nobody holds."""
        return self.ballast + sum(1 for message in self.messages if not message.held)

    def receive(self, now_ms: int) -> Message | None:
        """The next message whose group is free."""
        blocked: set[str] = set()
        for message in list(self.messages):
            if message.group in blocked:
                continue
            blocked.add(message.group)
            if message.held and message.visible_ms <= now_ms:
                message.held = False
            if message.held or message.visible_ms > now_ms:
                continue
            if message.receives >= MOST_RECEIVES:
                self.messages.remove(message)
                self.dead.append(message)
                continue
            if not message.receives:
                self.waited_ms.append(now_ms - message.sent_ms)
            message.receives += 1
            message.held, message.visible_ms = True, now_ms + VISIBILITY_MS
            return message
        return None

    def delete(self, message: Message) -> None:
        if message in self.messages:
            self.messages.remove(message)

    def next_ms(self) -> int | None:
        """When something may be received that cannot be now."""
        return min((message.visible_ms for message in self.messages), default=None)
