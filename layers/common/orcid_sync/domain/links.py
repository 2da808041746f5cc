"""A link: a user and an ORCID iD that they claim, with what we keep of it (SPEC 1, DESIGN 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orcid_sync.domain.settings import Claiming, Connection, LinkSettings, Mode, Rules
from orcid_sync.domain.tokens import TokenRef


class Lane(StrEnum):
    """The two queues (R31)."""

    HIGH = "high"
    NORMAL = "normal"


class Spare(StrEnum):
    """A share of the registry's limit that is no queue's: what is left while nobody in a lane wants it (R42)."""

    READING = "reading"


class PauseReason(StrEnum):
    """Why nothing is sent for a link although its mode is `write` (API, Link.state_reason)."""

    REVOKED = "revoked"
    DEPRECATED = "deprecated"
    LOCKED = "locked"
    DEACTIVATED = "deactivated"
    UNCLAIMED = "unclaimed"
    FULL = "full"
    USER_INACTIVE = "user_inactive"
    INSTITUTION_OFF = "institution_off"
    HELD = "held"
    REGISTRY_UNAVAILABLE = "registry_unavailable"


MESSAGE_LOST_MS = 3_600_000

# States of the record itself: looked at again daily and by Run sync (R54).
RECORD_PAUSES = frozenset(
    {PauseReason.DEPRECATED, PauseReason.LOCKED, PauseReason.DEACTIVATED, PauseReason.UNCLAIMED, PauseReason.FULL}
)


class AfterRemoval(StrEnum):
    """What becomes of a link when everything that was sent is removed (R23, R61)."""

    KEEP = "keep"  # mode `read`, or `claim-only` without a living connection
    DISCONNECT = "disconnect"  # the token is revoked and deleted, mode `claim-only`
    UNCLAIM = "unclaim"  # as DISCONNECT, and a claim made here is dropped


@dataclass(frozen=True, slots=True)
class Claim:
    """What is stored of a link once there is something to store; a claim of the RIS alone needs no item.

    `claimed_here_ms` is when the user claimed it in this product (None: only the RIS claims it). `removing_since_ms`
    says that everything is being removed (R23): settings are frozen, and `after_removal` says what follows.
    `excluded` are the publications left out singly (R62). `succeeds` are iDs of records that ORCID merged into this one
    and whose choices passed over (R54).
    `rev` guards every change and is the ETag.
    """

    user_id: str
    orcid_id: str
    mode: Mode = Mode.CLAIM_ONLY
    settings: LinkSettings = field(default_factory=LinkSettings)
    claiming: Claiming = Claiming.SUGGEST
    connection: Connection = Connection.NONE
    token: TokenRef | None = None
    claimed_here_ms: int | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)
    succeeds: frozenset[str] = field(default_factory=frozenset)
    removing_since_ms: int | None = None
    after_removal: AfterRemoval = AfterRemoval.KEEP
    rev: int = 0


@dataclass(frozen=True, slots=True)
class GuardWindow:
    """Removals of the last 24 hours that the user did not cause here, and how many works there were (R55)."""

    since_ms: int
    base: int
    removed: int


@dataclass(frozen=True, slots=True)
class WriterState:
    """The writer item of an iD: who may write, who is writing, what woke it, when it is due (DESIGN 2, 3).

    All times are epoch milliseconds. `wake` grows with every cause; `seen` is the wake last looked at completely;
    `queued_wake`, `queued_ms`, `queued_lane` are of the last message sent. `lease_until_ms` 0: nobody is writing.
    `adopted_ms`: when the record was last read to adopt our works (None: first contact is still to come, R11).
    `applied` are the rules of the last complete visit (R60). `backoff` counts failed visits in a row. `again_ms`: what
    woke the link may have hidden another change from whoever noticed that; a look that begins then or later sees both.
    """

    orcid_id: str
    owner: str
    wake: int = 0
    seen: int = 0
    queued_wake: int = 0
    queued_ms: int = 0
    queued_lane: Lane = Lane.NORMAL
    due_ms: int | None = None
    lane: Lane = Lane.NORMAL
    lease_id: str | None = None
    lease_until_ms: int = 0
    adopted_ms: int | None = None
    reconcile: bool = False
    pause: PauseReason | None = None
    pause_detail: str | None = None
    primary_orcid_id: str | None = None
    applied: Rules | None = None
    guard: GuardWindow | None = None
    backoff: int = 0
    last_synced_ms: int | None = None
    again_ms: int | None = None
    last_error: str | None = None

    def message_waits(self, lane: Lane, now_ms: int) -> bool:
        """Whether a message that nobody has looked at yet waits in this lane or a faster one.

        One older than an hour is taken for lost (a dead letter, an emptied queue).
        """
        return (
            self.queued_wake > self.seen
            and now_ms - self.queued_ms < MESSAGE_LOST_MS
            and (self.queued_lane is Lane.HIGH or lane is Lane.NORMAL)
        )

    @property
    def woken(self) -> bool:
        """Whether something happened since the last complete look; then reads are strongly consistent (DESIGN 2)."""
        return self.wake > self.seen


@dataclass(frozen=True, slots=True)
class Intent:
    """What a visit was about to do: written before, deleted after; found later, it tells of an unclean visit.

    (DESIGN 3.4.) `fingerprints` stand beside `publication_ids` (empty for removals): a work found on the record that
    was stored after `at_ms` is the one that was sent, so that adopting it needs no update.
    """

    operation: str
    publication_ids: tuple[str, ...]
    at_ms: int
    fingerprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt on a work, kept for 12 months (R63). Never holds a payload or a token."""

    publication_id: str
    at_ms: int
    operation: str
    outcome: str
    message: str = ""
    put_code: int | None = None
