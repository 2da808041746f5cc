"""Where a link stands, as the settings page shows it: idle, queued, syncing, removing or paused, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orcid_sync.domain.catalogue import User
from orcid_sync.domain.links import RECORD_PAUSES, Claim, PauseReason, WriterState
from orcid_sync.domain.settings import Connection, Mode


class ClaimedIn(StrEnum):
    """Who says that the user claims the iD; NOWHERE: the RIS dropped it and it was not claimed here (R14)."""

    RIS = "ris"
    HERE = "here"
    NOWHERE = "nowhere"


class LinkState(StrEnum):
    """What goes on with a link."""

    IDLE = "idle"
    QUEUED = "queued"
    SYNCING = "syncing"
    REMOVING = "removing"
    PAUSED = "paused"


# The RIS dropped the claim (R14); not a pause of the writer, so it is no PauseReason.
DROPPED = "no_longer_claimed"
# What only the writer can know; its other pauses are told from the link itself, which may have changed since its visit.
_WRITERS_OWN = RECORD_PAUSES | {PauseReason.REGISTRY_UNAVAILABLE, PauseReason.HELD}


@dataclass(frozen=True, slots=True)
class Link:
    """A user and an iD: what is stored of it, who claims it, since when (epoch ms; None: not known any more)."""

    user: User
    claim: Claim
    claimed_in: ClaimedIn
    claimed_ms: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a link; `reason` for PAUSED and REMOVING."""

    state: LinkState
    reason: str | None = None

    @property
    def standstill(self) -> str | None:
        """Why a sync would not do what is planned: the pause's reason, or `removing`; None: nothing is in its way."""
        if self.state is LinkState.REMOVING:
            return LinkState.REMOVING.value
        return self.reason if self.state is LinkState.PAUSED else None


def lacks_permission(claim: Claim) -> bool:
    """Whether what the mode needs is not there (any more): the user has to reconnect (R16, R25)."""
    if claim.mode is Mode.WRITE:
        return claim.connection is not Connection.WRITE
    return claim.mode is Mode.READ and claim.connection is Connection.REVOKED


def _pause(link: Link, writer: WriterState | None, *, write_enabled: bool) -> str | None:
    """The first reason why nothing is done for the link."""
    writes = link.claim.mode is Mode.WRITE
    if writes and not write_enabled:
        return PauseReason.INSTITUTION_OFF
    if not link.user.is_active:
        return PauseReason.USER_INACTIVE
    if link.claimed_in is ClaimedIn.NOWHERE:
        return DROPPED
    if is_merged(writer):
        return PauseReason.DEPRECATED  # before a permission that is missing: nobody can give one for it any more (R54)
    if lacks_permission(link.claim):
        return PauseReason.REVOKED
    return _writers_pause(writer) if writes else None


def is_merged(writer: WriterState | None) -> bool:
    """Whether the record is known to be merged into another, which ORCID never undoes: true of it in every mode."""
    return writer is not None and (writer.pause is PauseReason.DEPRECATED or writer.primary_orcid_id is not None)


def _writers_pause(writer: WriterState | None) -> PauseReason | None:
    return writer.pause if writer is not None and writer.pause in _WRITERS_OWN else None


def standing(link: Link, writer: WriterState | None, *, write_enabled: bool, held: bool, now_ms: int) -> Standing:
    """Return the link's state. `writer` is the iD's writer item if the user owns it (R22); `held`: removals wait for an
    administrator (R55).
    """
    leased = writer is not None and writer.lease_until_ms > now_ms
    if link.claim.removing_since_ms is not None:
        waits = _writers_pause(writer) if write_enabled else PauseReason.INSTITUTION_OFF
        return Standing(LinkState.REMOVING, waits)
    pause = _pause(link, writer, write_enabled=write_enabled)
    if pause is not None:
        return Standing(LinkState.PAUSED, str(pause))
    if writer is None or link.claim.mode is not Mode.WRITE:
        return Standing(LinkState.IDLE)
    if leased:
        return Standing(LinkState.SYNCING)
    if held:
        return Standing(LinkState.PAUSED, PauseReason.HELD)
    return Standing(LinkState.QUEUED if writer.woken else LinkState.IDLE)
