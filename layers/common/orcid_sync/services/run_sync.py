"""Run sync: the user goes to the front of the queue (R24)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import FrozenError, NotInWriteModeError, PausedError, UserInactiveError
from orcid_sync.domain.link_state import ClaimedIn, Link, lacks_permission
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.wake import Wake


@dataclass(frozen=True, slots=True)
class RunSync:
    """Wakes a link in the high-priority lane; ten presses while one waits bring one look (R24)."""

    find: FindLinks
    wake: Wake
    audit: AuditTrail
    clock: Clock

    def run(self, actor: Actor, user_id: str, orcid_id: str) -> None:
        """Raises FrozenError, NotInWriteModeError, UserInactiveError or PausedError when no sync can run.

        A link paused for the state of its record may run: that is how one has it looked at again (R54).
        """
        self.find.writing_allowed()
        check_can_run(self.find.one(user_id, orcid_id))
        self.wake.link(user_id, orcid_id, lane=Lane.HIGH)
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action="sync_run",
            user_id=user_id,
            orcid_id=orcid_id,
            before=None,
            after=None,
        )


def check_can_run(link: Link) -> None:
    """Raise unless works may be sent for the link now."""
    if link.claim.removing_since_ms is not None:
        raise FrozenError("Works are being removed from ORCID; a sync can run when that is done.")
    if link.claim.mode is not Mode.WRITE:
        raise NotInWriteModeError("Switch writing to this ORCID iD on first.")
    if not link.user.is_active:
        raise UserInactiveError("This user has left or may not log in; nothing is sent for them.")
    if link.claimed_in is ClaimedIn.NOWHERE:
        raise PausedError("The research information system no longer lists this ORCID iD; claim it here to go on.")
    if lacks_permission(link.claim):
        raise PausedError("ORCID no longer accepts our permission to write; reconnect your ORCID iD.")
