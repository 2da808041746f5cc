"""A rehearsal: what an administrator tries, for whom, and how far working it out has come (R57)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from orcid_sync.domain.settings import InstitutionSettings

HOUR_MS = 3_600_000
# Nothing takes so long: what is not done by then was lost, or failed again and again.
OVERDUE_MS = 2 * HOUR_MS
# Files and items are kept so long.
KEPT_MS = 7 * 24 * HOUR_MS
USERS_A_PART = 25
# A failed rehearsal names so many of the users whom it lacks.
MOST_MISSING_NAMED = 200

_OVERDUE = "It was not finished within two hours; begin another. The alarms and the log of `rehearse` tell more."
_LOST = "Some users could not be worked out; the log of `rehearse` tells why. The CSV has the others."

# (user id, ORCID iD) of a link.
LinkKey = tuple[str, str]


class RehearsalState(StrEnum):
    """How far a rehearsal is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: settings and mapping complete, those in force where nothing else was given (mapping None: R1's
    default). `users` and `orcid_ids` name whom it is about; without either it is everybody.
    """

    settings: InstitutionSettings
    mapping: Mapping[str, str] | None
    users: frozenset[str] = frozenset()
    orcid_ids: frozenset[str] = frozenset()

    def concerns(self, link: LinkKey) -> bool:
        """Whether the link is one that was asked for."""
        everybody = not self.users and not self.orcid_ids
        return everybody or link[0] in self.users or link[1] in self.orcid_ids


@dataclass(frozen=True, slots=True)
class Division:
    """How the work was divided: `links_file` names the file with all links in their order."""

    links_file: str
    users: int
    links: int

    @property
    def parts(self) -> int:
        """Parts of 25 users; the last may have fewer."""
        return -(-self.users // USERS_A_PART)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: sums by column, and the CSV's file. `failed` with why, and the first of the users who lack."""

    finished_ms: int
    totals: Mapping[str, int]
    csv_file: str | None
    failed: str | None = None
    missing_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`tried` is what was given, for people to read. `done` and `lost` are parts by number, from 0; lost are those that
    failed three times.
    """

    rehearsal_id: str
    requested_ms: int
    requested_by: str
    tried: Mapping[str, object]
    division: Division | None = None
    done: frozenset[int] = field(default_factory=frozenset)
    lost: frozenset[int] = field(default_factory=frozenset)
    result: Result | None = None

    @property
    def expires_ms(self) -> int:
        """When it is forgotten."""
        return self.requested_ms + KEPT_MS

    @property
    def complete(self) -> bool:
        """Whether every part is done, or lost for good."""
        return self.division is not None and len(self.done | self.lost) >= self.division.parts

    @property
    def users_done(self) -> int:
        """Users whose part is done."""
        if self.division is None:
            return 0
        return sum(min(USERS_A_PART, self.division.users - part * USERS_A_PART) for part in self.done)

    def state(self, now_ms: int) -> RehearsalState:
        """One that is not finished in time is not running any more, whatever became of it."""
        if self.result is not None:
            return RehearsalState.DONE if self.result.failed is None else RehearsalState.FAILED
        overdue = now_ms - self.requested_ms >= OVERDUE_MS
        return RehearsalState.FAILED if overdue else RehearsalState.RUNNING

    def reason(self, now_ms: int) -> str | None:
        """Why it failed."""
        if self.result is not None:
            return self.result.failed
        return _OVERDUE if self.state(now_ms) is RehearsalState.FAILED else None


def lost_reason(lost: frozenset[int]) -> str | None:
    """Why a rehearsal whose parts are all over has failed; None: it has not."""
    return _LOST if lost else None


def parts_of(links: Sequence[LinkKey]) -> list[list[LinkKey]]:
    """The links in parts of 25 users, a user's iDs together; `links` are sorted by user."""
    parts: list[list[LinkKey]] = []
    users = 0
    before: str | None = None
    for link in links:
        if link[0] != before:
            if users % USERS_A_PART == 0:
                parts.append([])
            users += 1
            before = link[0]
        parts[-1].append(link)
    return parts


def users_of(parts: Sequence[Sequence[LinkKey]], without: frozenset[int]) -> tuple[str, ...]:
    """The first of the users of the parts not named in `without`."""
    users = (user_id for number, part in enumerate(parts) if number not in without for user_id, _ in part)
    return tuple(dict.fromkeys(users))[:MOST_MISSING_NAMED]
