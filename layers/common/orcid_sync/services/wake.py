"""Makes a link due: one update of its writer item, and for the high lane a message at once (DESIGN 2)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.links import Lane, WriterState
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.queues import Queues
from orcid_sync.ports.writers import Writers

# Longer than a call of the API can take (29 s), so that what it stores is there when the look comes.
PROMISE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Wake:
    """Brings a link's next visit forward; what the visit does is decided then."""

    writers: Writers
    queues: Queues
    clock: Clock

    def link(
        self,
        user_id: str,
        orcid_id: str,
        *,
        lane: Lane,
        delay_ms: int = 0,
        reconcile: bool = False,
        again_after_ms: int | None = None,
    ) -> bool:
        """Wake the writer of an iD that `user_id` owns. False: there is none, nothing to wake. `again_after_ms`: unless
        the look that this brings begins so late, another follows.

        The high lane gets its message at once, unless one waits already (R24: ten presses, one look afterwards); the
        normal lane's is sent by the schedule.
        """
        now_ms = self.clock.now_ms()
        again_ms = now_ms + again_after_ms if again_after_ms is not None else None
        state = self.writers.wake(
            orcid_id, user_id, lane=lane, due_ms=now_ms + delay_ms, reconcile=reconcile, again_ms=again_ms
        )
        if state is None:
            return False
        if lane is Lane.HIGH:
            self.send(state, lane=Lane.HIGH, moved_due_ms=None)
        return True

    def promise(self, user_id: str, orcid_id: str) -> None:
        """Said before something is stored that the link has to be woken for: should the call break off before it can
        say so, the link is due in a minute all the same (R37). A visit until then leaves that due time (`Visit.rest`).
        """
        self.writers.wake(orcid_id, user_id, lane=Lane.NORMAL, due_ms=self.clock.now_ms() + PROMISE_MS)

    def send(self, state: WriterState, *, lane: Lane, moved_due_ms: int | None) -> bool:
        """Send the message for a wake unless one waits that has not been looked at yet (False).

        Sent first, remembered after: a crash between costs one look too many, the other order a look too late.
        """
        now_ms = self.clock.now_ms()
        if state.message_waits(lane, now_ms):
            return False
        self.queues.send(state.orcid_id, lane=lane, wake=state.wake, at_ms=now_ms)
        self.writers.mark_queued(state.orcid_id, wake=state.wake, lane=lane, now_ms=now_ms, due_ms=moved_due_ms)
        return True
