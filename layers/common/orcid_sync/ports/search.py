"""What supplementary search needs from the world (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from orcid_sync.domain.errors import OrcidSyncError
from orcid_sync.domain.grouping import Ungrouped
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer
from orcid_sync.domain.outcomes import RecordReading
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work_identifiers import LookUpKey
from orcid_sync.ports.registry import Registry


class SourceBusyError(OrcidSyncError):
    """An open source does not answer or asks to be left alone; `wait_seconds` is how long, if it said so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class OpenSource(Protocol):
    """A source of metadata that anybody may ask."""

    @property
    def name(self) -> str:
        """`crossref`, `datacite`, `europe-pmc`."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """The identifier types that it is asked for (ORCID's names)."""
        ...

    def look_up(self, identifiers: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], OfferedWork]:
        """Works by (type, normalised value), at most 20 at once; what it does not have is absent.

        Raises SourceBusyError.
        """
        ...


class RecordReader(Registry, Protocol):
    """The registry, asked for everybody's works."""

    def read_all_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        """As `read_works`, with `foreign_works`; one call, whatever the record holds."""
        ...


class WorkIndex(Protocol):
    """Which publications of the catalogue have an identifier (`type:value`), strongly consistent."""

    def add(self, ids: Mapping[str, Iterable[str]]) -> None:
        """Identifiers by publication. Twice does no harm."""
        ...

    def remove(self, ids: Mapping[str, Iterable[str]]) -> None:
        """Identifiers by publication. Twice does no harm."""
        ...

    def publications(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Publication ids by identifier, in order; absent where there is none."""
        ...


class Offers(Protocol):
    """What is offered to users of what the catalogue lacks, and what they answered. All strongly consistent."""

    def of_user(self, user_id: str) -> tuple[Offer, ...]:
        """All of a user, answered ones included."""
        ...

    def one(self, user_id: str, offer_id: str) -> Offer | None: ...

    def known_users(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those of the users to whom something was ever offered."""
        ...

    def holders(self, ids: Iterable[str]) -> frozenset[str]:
        """Users with an offer, answered or not, under one of these identifiers; some may have none any more."""
        ...

    def add(self, offer: Offer, work: OfferedWork | None) -> bool:
        """Store it with its metadata unless there is one of this id; False: there is."""
        ...

    def change(self, before: Offer, after: Offer) -> bool:
        """Store `after` if the state of `before` still stands. False: somebody answered meanwhile.

        One that becomes ACCEPTED enters the log of claims in the same write (R41); one that leaves ACCEPTED has left
        the log before. What is decided needs its metadata no more, and they go.
        """
        ...

    def works(self, offers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OfferedWork]:
        """Metadata by (user id, offer id), strongly consistent; absent where they have gone."""
        ...

    def forget_user(self, user_id: str) -> None:
        """Forget everything that searching has stored about the user (R48)."""
        ...


@dataclass(frozen=True, slots=True)
class LinkReading:
    """When a link's record was read last and is read next (epoch ms), how many attempts failed since, and which of our
    works will not be grouped, by publication.
    """

    user_id: str
    orcid_id: str
    read_ms: int | None = None
    next_ms: int = 0
    failures: int = 0
    ungrouped: Mapping[str, Ungrouped] = field(default_factory=dict)


class LinkReadings(Protocol):
    """One item a link."""

    def some(self, links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], LinkReading]:
        """By (user id, iD), eventually consistent; absent where nothing was read yet."""
        ...

    def put(self, reading: LinkReading) -> None:
        """In place of whatever there is."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of looking an identifier up: the work, or None when none of the sources `asked` has it."""

    work: OfferedWork | None
    asked: frozenset[str]


class Findings(Protocol):
    """What open sources answered, for 30 days: many records hold the same works."""

    def some(self, keys: Iterable[LookUpKey], *, now_ms: int) -> dict[LookUpKey, Finding]:
        """Those not expired; expiry is checked here (DynamoDB's is lazy)."""
        ...

    def put(self, findings: Mapping[LookUpKey, Finding], *, now_ms: int) -> None:
        """In place of what was found before."""
        ...


class SourcePauses(Protocol):
    """Until when an open source is left alone."""

    def until(self, source: str) -> int:
        """Epoch ms; 0: it may be asked."""
        ...

    def pause(self, source: str, *, now_ms: int, wait_seconds: float | None) -> int:
        """At least as long as it asked for, and twice as long as the last time: from a minute to six hours.

        Returns until when (epoch ms).
        """
        ...

    def answered(self, source: str) -> None:
        """It answered: the next pause is a short one again."""
        ...


class SearchWalk(Protocol):
    """Where the walk through all links stands; one goes at a time."""

    def begin(self, *, now_ms: int, until_ms: int) -> str | None:
        """Take the walk until then. Returns the cursor, empty at the beginning; None: somebody else has it."""
        ...

    def end(self, *, cursor: str, until_ms: int) -> None:
        """Give it back, as long as it is still the one taken until then; the next one begins at the cursor."""
        ...
