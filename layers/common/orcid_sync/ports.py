"""What the services need from the world. Adapters and fakes implement these and pass one contract suite (STYLE,
habit 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from orcid_sync.domain.catalogue import (
    Header,
    Publication,
    PublicationType,
    Record,
    Relationship,
    User,
)
from orcid_sync.domain.ledger import Concern, LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Attempt, Claim, Intent, Lane, Spare, WriterState
from orcid_sync.domain.outcomes import Answer, RecordReading
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef
from orcid_sync.domain.work import Work


class Clock(Protocol):
    """The time, in epoch milliseconds; `sleep` takes seconds."""

    def now_ms(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class StoreResult(StrEnum):
    """Whether an item of the feed was newer than what was stored (R44)."""

    STORED = "stored"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class UserCatalogue:
    """A user and all their relationships, read in one query; `user` None: the catalogue does not know them."""

    user: User | None
    relationships: tuple[Relationship, ...]


class Catalogue(Protocol):
    """What the RIS says. A `put_*` stores only what is newer than the stored version (R44)."""

    def put_user(self, user: User) -> StoreResult: ...

    def put_publication(self, publication: Publication, header: Header) -> StoreResult:
        """Store payloads first, then the header on condition of the version; a crash between leaves no half
        publication.
        """
        ...

    def put_relationship(self, relationship: Relationship) -> StoreResult: ...

    def forget_user(self, user_id: str) -> None:
        """Delete the user and all their relationships, whatever the versions (R48)."""
        ...

    def put_publication_type(self, publication_type: PublicationType) -> StoreResult: ...

    def publication_types(self) -> tuple[PublicationType, ...]: ...

    def replace_publication_type(self, wanted: PublicationType, seen: PublicationType | None) -> bool:
        """What an administrator says of a type, whatever its version; False when the feed has stored another version
        than the one seen meanwhile.
        """
        ...

    def user(self, user_id: str, *, consistent: bool = False) -> User | None: ...

    def known_users(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Users by id, eventually consistent; those that are not stored are absent."""
        ...

    def user_catalogue(self, user_id: str, *, consistent: bool) -> UserCatalogue: ...

    def headers(self, publication_ids: Iterable[str], *, consistent: bool) -> dict[str, Header]:
        """Headers by publication id, tombstones included; ids that are not stored are absent."""
        ...

    def records(self, wanted: Mapping[str, tuple[str, str, str]]) -> dict[str, Record]:
        """Payloads by publication id; `wanted` gives (source, record id, digest). Absent where it is not stored
        (any more).
        """
        ...

    def publication(self, header: Header) -> Publication | None:
        """The whole publication that a header describes, payloads included; None when a payload was replaced
        meanwhile.
        """
        ...

    def put_header(self, header: Header, expected: Header) -> bool:
        """Replace a header worked out anew by a newer builder; False when the stored one is of another version
        by now.
        """
        ...

    def users_of(self, publication_id: str) -> tuple[str, ...]:
        """Users who have any relationship with the publication (by index, eventually consistent)."""
        ...


class Claims(Protocol):
    """Links that have something stored: claims made here, settings, connections."""

    def get(self, user_id: str, orcid_id: str, *, consistent: bool = True) -> Claim | None: ...

    def of_user(self, user_id: str, *, consistent: bool = True) -> tuple[Claim, ...]: ...

    def put(self, claim: Claim) -> Claim:
        """Store on condition that the stored rev is `claim.rev` (0: there is none); returns it with rev + 1.

        Raises ConflictError when somebody else was faster.
        """
        ...

    def delete(self, claim: Claim) -> None:
        """Remove on condition of its rev; one that is gone is gone. Raises ConflictError."""
        ...


class Writers(Protocol):
    """Writer items: ownership, wake, lease, due time (DESIGN 2). Every method is one conditional write unless it
    says so.
    """

    def get(self, orcid_id: str) -> WriterState | None:
        """Strongly consistent."""
        ...

    def acquire(self, orcid_id: str, owner: str, *, replacing: str | None = None) -> bool:
        """Make `owner` the writer's owner if it has none, is theirs already, or belongs to `replacing`. False:
        taken (R22).
        """
        ...

    def wake(
        self, orcid_id: str, owner: str, *, lane: Lane, due_ms: int, reconcile: bool = False
    ) -> WriterState | None:
        """wake + 1, due time brought forward to `due_ms` (never put back), lane raised (never lowered).

        None when there is no writer item or it is another owner's: nothing to wake. Returns the state after.
        `reconcile` makes the next visit read the record first (R40).
        """
        ...

    def mark_queued(self, orcid_id: str, *, wake: int, lane: Lane, now_ms: int, due_ms: int | None) -> None:
        """Remember that a message for `wake` was sent in `lane`. `due_ms` moves the due time on (the schedule)
        or leaves it (None).
        """
        ...

    def lease(self, orcid_id: str, *, lease_id: str, now_ms: int, until_ms: int) -> tuple[WriterState, bool] | None:
        """Take the lease if nobody holds a living one. None: somebody does, or there is no item.

        Returns the state after, and whether the lease before had expired unreleased (an unclean visit).
        """
        ...

    def release(self, state: WriterState) -> bool:
        """End the visit on condition that the lease is still ours and `wake` unchanged: stores due_ms, lane,
        seen, pause, applied,
        guard, backoff, adopted_ms, reconcile, last_* of `state` and clears the lease. False: woken meanwhile (nothing
        stored), or the lease was lost.
        """
        ...

    def abandon(self, state: WriterState, *, due_ms: int) -> None:
        """End the visit with work left over: as release, but `seen` stays and the lane is not lowered.

        Due at `due_ms` when nothing woke it meanwhile, else at that or earlier; not at all when it was disowned. The
        message that began the visit counts as looked at (queued_wake becomes seen), so that the schedule sends the
        next one. Of an item that has another owner by now nothing is changed but the lease, which is cleared (R22).
        """
        ...

    def postpone(self, orcid_id: str, *, due_ms: int) -> None:
        """Bring the due time forward to `due_ms` if it is later: a message met a living lease.

        That message counts as looked at (queued_wake becomes seen): should the holder have been killed, the schedule
        may
        send the next one as soon as the lease is over.
        """
        ...

    def disown(self, orcid_id: str, owner: str) -> None:
        """Take the item out of the due index: the link left `write`, or its user left. Owner and ledger stay.

        That is a cause too: wake + 1, so that a visit under way stops with what it is doing and is due no more.
        """
        ...

    def drop(self, orcid_id: str, *, lease_id: str, now_ms: int) -> None:
        """Forget the writer item, on condition of the lease: nobody owns the iD any more (R22, R48).

        The next owner's `wake` goes on where this one's ended, so that no message has been sent before.
        """
        ...

    def due(self, lane: Lane, *, now_ms: int, limit: int) -> list[tuple[str, int]]:
        """(iD, due_ms) that are due, oldest first, from the sparse index (eventually consistent)."""
        ...


class Ledger(Protocol):
    """What we know that we have written."""

    def entries(self, orcid_id: str, *, consistent: bool) -> dict[str, LedgerEntry]: ...

    def entry(self, orcid_id: str, publication_id: str) -> LedgerEntry | None:
        """One entry, strongly consistent."""
        ...

    def put(self, orcid_id: str, entry: LedgerEntry) -> LedgerEntry:
        """Store on condition of the stored rev (`entry.rev`; 0: none yet); returns it with rev + 1. Raises
        ConflictError.
        """
        ...

    def delete(self, orcid_id: str, entry: LedgerEntry) -> None:
        """Forget on condition of rev. Raises ConflictError."""
        ...

    def intent(self, orcid_id: str) -> Intent | None: ...

    def put_intent(self, orcid_id: str, intent: Intent) -> None: ...

    def clear_intent(self, orcid_id: str) -> None: ...

    def record_attempts(self, orcid_id: str, user_id: str, attempts: Sequence[Attempt]) -> None:
        """Attempts made for the user: they are theirs, also when the iD has another owner later (R22, R63)."""
        ...

    def forget_history(self, orcid_id: str, user_id: str) -> None:
        """Forget the attempts made for the user (R48)."""
        ...

    def forget_all(self, orcid_id: str) -> None:
        """Forget every entry, the intent and unmatched works; the history stays its users' (R22).

        Without conditions: the caller holds the lease. Broken off, it can be repeated.
        """
        ...

    def note_unmatched(self, orcid_id: str, works: Sequence[UnmatchedWork]) -> None:
        """Store what a reading of the record found unmatched, in place of what was found before (R11)."""
        ...

    def unmatched(self, orcid_id: str) -> list[UnmatchedWork]:
        """What the last reading of the record found unmatched, by put-code."""
        ...

    def attempts(
        self, orcid_id: str, user_id: str, publication_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Attempt], str | None]:
        """Those made for the user, newest first."""
        ...


class Listings(Protocol):
    """What administrators list over all links: pages, eventually consistent, each of bounded cost.

    A `cursor` is what the page before gave; None begins. Raises InvalidError for any other.
    """

    def links(self, *, prefix: str, limit: int, cursor: str | None) -> tuple[list[Claim], str | None]:
        """Links that have something stored, by iD; only iDs that begin with `prefix`."""
        ...

    def writers(self, orcid_ids: Iterable[str]) -> dict[str, WriterState]:
        """Writer items by iD; absent where nobody ever wrote."""
        ...

    def works(
        self, concern: Concern, *, limit: int, cursor: str | None
    ) -> tuple[list[tuple[str, LedgerEntry]], str | None]:
        """(iD, ledger entry) of works with this concern, the longest standing first."""
        ...

    def unmatched(self, *, limit: int, cursor: str | None) -> tuple[list[UnmatchedWork], str | None]:
        """Works that match no publication (R11), the longest known first."""
        ...


class Choices(Protocol):
    """What the institution chose: the configuration and the type mapping, those in force or those tried (R57)."""

    def settings(self, *, consistent: bool = True) -> InstitutionSettings: ...

    def type_mapping(self, *, consistent: bool = True) -> Mapping[str, str] | None:
        """Publication type -> ORCID work type as uploaded; None: the default of R1 is in force."""
        ...


class Institution(Choices, Protocol):
    """Institution-wide configuration and the type mapping in force."""

    def put_settings(self, settings: InstitutionSettings) -> InstitutionSettings:
        """On condition of rev; returns it with rev + 1. Raises ConflictError."""
        ...


class SlotOutcome(StrEnum):
    """What asking for a slot came to (DESIGN 5)."""

    GRANTED = "granted"
    BUSY = "busy"  # the lane's horizon is full: ask again after `wait_ms`
    PAUSED = "paused"  # everybody waits until `until_ms`
    OFF = "off"  # the write integration is off (R10)


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the shared request limit: start the call at `at_ms`, not before."""

    outcome: SlotOutcome
    at_ms: int = 0
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class GateState:
    """The gate as it stands: whether writing is on, until when everybody pauses (0: no pause), the next free slot."""

    writing: bool
    paused_until_ms: int
    next_slot_ms: int


class Gate(Protocol):
    """Shares 24 requests a second among all calls of one client id (R35, DESIGN 5)."""

    def take(self, lane: Lane | Spare, *, now_ms: int, writing: bool = True) -> Slot:
        """One conditional write. `writing` False is for reading calls, which go on when the write integration is
        off (R43). Who reads in spare time gets a slot only when it is free at once.
        """
        ...

    def pause(self, *, now_ms: int, call_began_ms: int, retry_after_seconds: float | None) -> int:
        """Everybody pauses; counts only if the call began after the last pause was set. Returns until when (ms)."""
        ...

    def allow_writing(self, allowed: bool, *, config_rev: int) -> None:
        """R10's switch, learnt by every writer with its next slot; an older `config_rev` changes nothing."""
        ...

    def paused_until(self) -> int: ...

    def state(self) -> GateState:
        """As it stands now, for administrators to look at."""
        ...

    def note_trouble(self, orcid_id: str, *, now_ms: int) -> int | None:
        """A record met 500, 502, 504 or no answer. When three different records did within a minute everybody pauses.

        Returns until when (ms), or None while it may be this record alone (DESIGN 3.6).
        """
        ...


class Queues(Protocol):
    """The two FIFO queues (R31)."""

    def send(self, orcid_id: str, *, lane: Lane, wake: int, at_ms: int) -> None:
        """Group is the iD, deduplication id `{iD}:{lane}:{wake}:{minute}`.

        SQS swallows a repeated id for five minutes even after the first was handled; the minute lets a link that is due
        again soon, with nothing new to wake it, have its message (a retry, a grace period that ends).
        """
        ...

    def depth(self, lane: Lane) -> int:
        """About how many messages wait."""
        ...


class Registry(Protocol):
    """ORCID's Member API for works. Calls never raise for what the registry or the network does: the Answer says it.

    The caller has taken a slot of the Gate before each call.
    """

    def read_works(self, orcid_id: str, token: AccessToken) -> RecordReading: ...

    def add_work(self, orcid_id: str, token: AccessToken, work: Work) -> Answer: ...

    def add_works(self, orcid_id: str, token: AccessToken, works: Sequence[Work]) -> Answer | list[Answer]:
        """At most 100 works: a list in the order of `works`, or one Answer for the whole request if it failed."""
        ...

    def update_work(self, orcid_id: str, token: AccessToken, put_code: int, work: Work) -> Answer: ...

    def remove_work(self, orcid_id: str, token: AccessToken, put_code: int) -> Answer: ...

    def body_size(self, work: Work) -> int:
        """Bytes of the work in a bulk body (a bulk stays below 1 MB, DESIGN 3.5)."""
        ...

    @property
    def longest_call_seconds(self) -> float:
        """The most that one call can take, time-outs included; no call starts that could outlive the lease."""
        ...


class AuthorisationError(Exception):
    """ORCID refused or could not answer an OAuth call; `passing` says whether trying again later can help."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Authorisation(Protocol):
    """ORCID's OAuth pages and endpoints (ORCID_API 2)."""

    def authorize_url(self, *, scopes: Sequence[str], redirect_uri: str, state: str, orcid_id: str | None) -> str: ...

    def exchange(self, code: str, redirect_uri: str) -> TokenGrant:
        """Raises AuthorisationError."""
        ...

    def revoke(self, token: AccessToken) -> None:
        """Raises AuthorisationError."""
        ...


class TokenVault(Protocol):
    """Where the researchers' tokens lie (R47, DESIGN 7). A token belongs to a link: user and iD."""

    def store(
        self, user_id: str, orcid_id: str, grant: TokenGrant, *, replacing: TokenRef | None, now_ms: int
    ) -> TokenRef:
        """Where the token before (`replacing`) lies too, if there is room. Elsewhere both lie until that is removed."""
        ...

    def read(self, user_id: str, orcid_id: str, ref: TokenRef) -> AccessToken | None:
        """None: the vault does not hold it (any more)."""
        ...

    def remove(self, user_id: str, orcid_id: str, ref: TokenRef, *, now_ms: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Authorising:
    """An authorisation under way: who began it, for what (R16). Single use, ten minutes."""

    state_id: str
    user_id: str
    access: str
    return_url: str
    orcid_id: str | None
    expires_ms: int


class AuthorisationStates(Protocol):
    """Authorisations under way; taking one uses it up."""

    def put(self, authorising: Authorising) -> None: ...

    def get(self, state_id: str, *, now_ms: int) -> Authorising | None:
        """Look without using it up; None when unknown, used or expired."""
        ...

    def take(self, state_id: str, *, now_ms: int) -> Authorising | None:
        """Return and delete it in one write; None when unknown, used or expired (expiry is checked here: TTL is
        lazy).
        """
        ...


class Signer(Protocol):
    """Signs the `state` parameter with a key from Secrets Manager (DESIGN 7)."""

    def sign(self, text: str) -> str: ...

    def verify(self, text: str, signature: str) -> bool: ...


class Telemetry(Protocol):
    """Log lines and metrics: ids and counts only, never a payload, a name or a token (R47)."""

    def log(self, event: str, **ids: str | int | float | None) -> None: ...

    def alert(self, event: str, **ids: str | int | float | None) -> None:
        """As `log`, for what an operator has to look at."""
        ...

    def count(self, metric: str, value: int = 1) -> None: ...

    def gauge(self, metric: str, value: float, unit: str) -> None: ...


class FeedFiles(Protocol):
    """Files of the RIS in the uploads bucket, and the reports on them (R44)."""

    def lines(self, key: str, *, longest: int) -> Iterator[bytes]:
        """The file's lines without their ends, unpacked if it is gzipped; one longer than `longest` bytes comes
        cut to longest + 1.

        Raises NotFoundError when there is no such file (any more), InvalidError when it cannot be unpacked.
        """
        ...

    def put_report(self, name: str, report: Mapping[str, object]) -> None:
        """Store the report as `feed-reports/{name}.json`."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who made it, for whom, what was before and after (None: nothing, or not kept)."""

    at_ms: int
    by: str
    action: str
    user_id: str | None
    orcid_id: str | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


class AuditTrail(Protocol):
    """Who changed what for whom (R46)."""

    def page(
        self, *, user_id: str | None, from_ms: int, to_ms: int, limit: int, cursor: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """Entries from `from_ms` up to before `to_ms`, newest first; with `user_id` those by them or for them.

        A page with a cursor may be shorter than asked for, even empty: its cost is bounded. Raises InvalidError for a
        cursor that is not ours.
        """
        ...

    def record(
        self,
        *,
        at_ms: int,
        by: str,
        action: str,
        user_id: str | None,
        orcid_id: str | None,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> None: ...


class Events(Protocol):
    """The product's event bus (R58): ids only."""

    def publish(self, detail_type: str, details: Sequence[Mapping[str, object]]) -> None: ...
