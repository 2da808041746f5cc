"""An administrator's sync on demand: few links at once, many by the sync function (R40)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.links import Lane
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.services.on_demand import OnDemand, WantedLinks

# A link takes some 25 ms to wake; what takes longer than a call may is handed on to the sync function.
MOST_AT_ONCE = 100
# An event holds at most 256 KB; an id has at most 64 bytes.
NAMES_AN_EVENT = 1000


@dataclass(frozen=True, slots=True)
class RequestSync:
    """Queues links for an administrator, which is audited (R46)."""

    on_demand: OnDemand
    catalogue: Catalogue
    events: Events
    audit: AuditTrail
    clock: Clock

    def queue(self, actor: Actor, wanted: WantedLinks, *, lane: Lane, reconcile: bool) -> int | None:
        """Make links due now; returns how many, or None when the sync function does it presently.

        Raises NotFoundError for a user that the catalogue does not know; then nothing was queued.
        """
        self._check_known(wanted.users)
        at_once = not wanted.everybody and len(wanted.users) + len(wanted.orcid_ids) <= MOST_AT_ONCE
        queued: int | None = None
        if at_once:
            queued = self.on_demand.queue(wanted, lane=lane, reconcile=reconcile)
        else:
            how = {"reconcile": reconcile, "priority": lane.value}
            self.events.publish("Sync Requested", [{**part, **how} for part in _parts(wanted)])
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="sync_requested",
            user_id=wanted.users[0] if len(wanted.users) == 1 else None,
            orcid_id=wanted.orcid_ids[0] if len(wanted.orcid_ids) == 1 else None,
            before=None,
            after={
                "users": len(wanted.users),
                "orcid_ids": len(wanted.orcid_ids),
                "all": wanted.everybody,
                "reconcile": reconcile,
                "priority": lane.value,
            },
        )
        return queued

    def _check_known(self, user_ids: Sequence[str]) -> None:
        known = self.catalogue.known_users(user_ids)
        unknown = [user_id for user_id in user_ids if user_id not in known]
        if unknown:
            raise NotFoundError(
                f"The catalogue does not know {', '.join(unknown[:10])}; the RIS has to send them first."
            )


def _parts(wanted: WantedLinks) -> Iterator[Mapping[str, object]]:
    """Requests to the sync function, each small enough for an event."""
    if wanted.everybody:
        yield {"all": True}
    for name, values in (("users", wanted.users), ("orcid_ids", wanted.orcid_ids)):
        for begin in range(0, len(values), NAMES_AN_EVENT):
            yield {name: list(values[begin : begin + NAMES_AN_EVENT])}
