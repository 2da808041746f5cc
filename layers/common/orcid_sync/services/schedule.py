"""The tick: sends one message for each link that is due, oldest first, as long as its lane's queue is short
(DESIGN 2).
"""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.links import Lane
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.gate import Gate
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.queues import Queues
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.writers import Writers
from orcid_sync.services.wake import Wake

# The backlog stays in the index, where an urgent cause can still overtake it; the queue holds what writers can do in
# minutes.
QUEUE_LENGTH = 300
# A message that is lost (a dead letter) is made good when the due time, moved on by this, comes round again.
SENT_DUE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """Looks at the due index and fills the queues."""

    writers: Writers
    queues: Queues
    institution: Institution
    gate: Gate
    wake: Wake
    clock: Clock
    telemetry: Telemetry

    def tick(self) -> int:
        """Send what is due; returns the number of messages. With the write integration off, or in a pause, none
        (R10, R35).
        """
        now_ms = self.clock.now_ms()
        settings = self.institution.settings(consistent=True)
        # A crash between storing the configuration and telling the gate is made good here.
        self.gate.allow_writing(settings.write_enabled, config_rev=settings.rev)
        if not settings.write_enabled or self.gate.paused_until() > now_ms:
            return 0
        return sum(self._fill(lane, now_ms) for lane in (Lane.HIGH, Lane.NORMAL))

    def _fill(self, lane: Lane, now_ms: int) -> int:
        depth = self.queues.depth(lane)
        room = max(0, QUEUE_LENGTH - depth)
        sent = 0
        if room:
            for orcid_id, _ in self.writers.due(lane, now_ms=now_ms, limit=room):
                sent += self._send(orcid_id, lane, now_ms)
        self.telemetry.log("schedule_filled", lane=lane.value, sent=sent, waiting=depth)
        return sent

    def _send(self, orcid_id: str, lane: Lane, now_ms: int) -> bool:
        state = self.writers.get(orcid_id)
        # The index is eventually consistent: it may show a due time that a writer has moved on since.
        if state is None or state.due_ms is None or state.due_ms > now_ms:
            return False
        if self.wake.send(state, lane=lane, moved_due_ms=now_ms + SENT_DUE_MS):
            return True
        # A message waits already: look again when it would count as lost.
        self.writers.mark_queued(
            orcid_id,
            wake=state.queued_wake,
            lane=state.queued_lane,
            now_ms=state.queued_ms,
            due_ms=max(now_ms, state.queued_ms) + SENT_DUE_MS,
        )
        return False
