"""A visit to one ORCID record: what it knows, how long it may go on, and how it ends (DESIGN 2, 3)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim, Lane, PauseReason, WriterState
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.gate import Gate
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.queues import Queues
from orcid_sync.ports.registry import Registry
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.vaults import TokenVault
from orcid_sync.ports.writers import Writers
from orcid_sync.services.ledger_entries import LedgerEntries
from orcid_sync.services.merged_records import MergedRecords
from orcid_sync.services.registry_calls import (
    OutOfTimeError,
    RegistryCalls,
    VisitStoppedError,
)
from orcid_sync.services.settle import Settlement
from orcid_sync.services.wake import PROMISE_MS
from orcid_sync.services.work_calls import LinkBlockedError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LOOK_EVERY_MS = 3_000
YIELD_AFTER_MS = 60_000
# After so many failed visits in a row, about an hour, a refused token is this link's own, whatever others meet.
REFUSED_LONG = 6
# Eventually consistent readings show what was written so long ago; DynamoDB takes a second or so.
READS_SETTLE_MS = 60_000
# A disconnect that is owed is asked for again after so long: an outage may outlast the deliveries of its event (R37).
DISCONNECT_AGAIN_MS = 15 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class VisitStores:
    """Everything that visits need of the world.

    `finish_disconnect(user_id, orcid_id)` ends a connection whose works were removed for it (R61); twice does no harm.
    """

    catalogue: Catalogue
    claims: Claims
    writers: Writers
    ledger: Ledger
    institution: Institution
    gate: Gate
    queues: Queues
    registry: Registry
    vault: TokenVault
    events: Events
    clock: Clock
    telemetry: Telemetry
    merged: MergedRecords
    finish_disconnect: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What a visit did: `ended` is one word of why it ended, `counts` what was settled, `calls` the calls made
    to the registry.
    """

    orcid_id: str
    ended: str
    calls: int = 0
    counts: dict[str, int] = field(default_factory=dict)


class WokenError(VisitStoppedError):
    """Something happened since the plan was made: plan again."""


class LeaseLostError(VisitStoppedError):
    """The writer item is no longer ours, or has another owner by now: write nothing more."""


@dataclass(slots=True)
class Visit:
    """One visit. `state` is the writer item as planned with, and what ending the visit stores."""

    stores: VisitStores
    state: WriterState
    unclean: bool
    lane: Lane
    deadline_ms: int
    calls: RegistryCalls = field(init=False)
    counts: dict[str, int] = field(default_factory=dict)
    began_ms: int = field(init=False)
    looked_ms: int = field(init=False)
    rounds: int = 0
    adoptions: int = 0
    paused_before: PauseReason | None = field(init=False)

    def __post_init__(self) -> None:
        stores = self.stores
        self.paused_before = self.state.pause
        self.began_ms = self.looked_ms = stores.clock.now_ms()
        if Lane.HIGH in (self.lane, self.state.lane):
            self.lane = Lane.HIGH
        self.calls = RegistryCalls(
            stores.registry,
            stores.gate,
            stores.clock,
            stores.telemetry,
            self.state.orcid_id,
            self.lane,
            self.deadline_ms,
            believes_refusals=self.state.backoff >= REFUSED_LONG,
        )
        if self.unclean:
            self.state = replace(self.state, reconcile=True)

    @property
    def consistent(self) -> bool:
        """Whether to read strongly: something woke the link, or an earlier round or a visit just now wrote (DESIGN 2).

        A stale ledger would not show what that visit left for later, and so set the due time a week on.
        """
        synced_ms = self.state.last_synced_ms
        just_now = synced_ms is not None and self.began_ms - synced_ms < READS_SETTLE_MS
        return self.state.woken or self.rounds > 1 or just_now

    def report(self, ended: str) -> VisitReport:
        """What the visit did so far."""
        return VisitReport(self.state.orcid_id, ended, self.calls.made, dict(self.counts))

    def look_up(self, at_once: bool) -> None:
        """Reread the writer item before each batch and every few seconds, so that an urgent cause goes before
        the rest (DESIGN 2).
        """
        now_ms = self.stores.clock.now_ms()
        if not at_once and now_ms - self.looked_ms < LOOK_EVERY_MS:
            return
        self.looked_ms = now_ms
        if now_ms >= self.deadline_ms:
            raise OutOfTimeError
        current = self.current()
        if current is None:
            raise LeaseLostError
        if current.wake != self.state.wake:
            raise WokenError
        if now_ms - self.began_ms > YIELD_AFTER_MS and self.stores.queues.depth(self.lane) > 0:
            raise OutOfTimeError

    def current(self) -> WriterState | None:
        """The writer item as it is now, read strongly; None: it is not this visit's, or has another owner (R22)."""
        current = self.stores.writers.get(self.state.orcid_id)
        if current is None or current.lease_id != self.state.lease_id or current.owner != self.state.owner:
            return None
        return current

    def rest(self, ended: str, *, due_ms: int | None, pause: PauseReason | None = None) -> str | None:
        """End the visit with nothing left to do now. None: woken meanwhile, once more."""
        if pause is not None:
            self.state = replace(self.state, pause=pause)
        due_ms, again_ms = self._with_promise(due_ms), self.state.again_ms
        if again_ms is None or due_ms is None or self.state.pause is not None or self.began_ms >= again_ms:
            again_ms = None  # whatever comes next is a look after that, or sends nothing
        else:
            due_ms = min(due_ms, again_ms)
        self.state = replace(self.state, due_ms=due_ms, lane=Lane.NORMAL, again_ms=again_ms)
        return ended if self.stores.writers.release(self.state) else None

    def _with_promise(self, due_ms: int | None) -> int | None:
        """The due time, or what `Wake.promise` has set and is not kept yet: the change may be stored after this look.

        Any other due time so near costs one look too many.
        """
        promised_ms, now_ms = self.state.due_ms, self.stores.clock.now_ms()
        if promised_ms is None or not now_ms < promised_ms <= now_ms + PROMISE_MS:
            return due_ms
        return promised_ms if due_ms is None else min(due_ms, promised_ms)

    def abandon(self, due_ms: int) -> None:
        """End the visit with work left over."""
        self.stores.writers.abandon(self.state, due_ms=due_ms)

    def token(self, claim: Claim) -> AccessToken:
        """The link's token; a vault that lost it is treated as a revocation: only the user can help."""
        token = None
        if claim.token is not None:
            token = self.stores.vault.read(claim.user_id, claim.orcid_id, claim.token)
        if token is None:
            missing = "The connection's token is missing; reconnect."
            answer = Answer(Outcome.UNAUTHORISED, code="token_missing", message=missing)
            raise LinkBlockedError(PauseReason.REVOKED, answer)
        return token

    def settlement(self, claim: Claim, settings: InstitutionSettings, entries: Mapping[str, LedgerEntry]) -> Settlement:
        """The settlement of a round that begins with these entries."""
        stores = self.stores
        return Settlement(
            entries=LedgerEntries(stores.ledger, claim.orcid_id, dict(entries)),
            events=stores.events,
            clock=stores.clock,
            telemetry=stores.telemetry,
            user_id=claim.user_id,
            deleted_at_orcid=settings.deleted_at_orcid,
            counts=self.counts,
        )

    def jitter(self, width_ms: int) -> int:
        """A delay below `width_ms` that differs from iD to iD and from visit to visit."""
        seed = f"{self.state.orcid_id}:{self.state.wake}:{self.state.last_synced_ms}"
        return zlib.crc32(seed.encode()) % width_ms
