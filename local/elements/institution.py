"""What the stand-in holds: users, publications, the ties between them, and what is gone.

Every change notes its time as Elements does: `modified_ms` of the thing itself, `affected_ms` of what it concerns.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

AUTHORSHIP: Final = "publication-user-authorship"
EDITORSHIP: Final = "publication-user-editorship"
LEVELS: Final = ("Public", "Internal", "Private")


class NothingSuchError(LookupError):
    """There is no such thing; the text says which."""


@dataclass(slots=True)
class Person:
    """A user. `decisions`: iDs with what the user decided about them (`always-me` is a claim)."""

    id: int
    username: str
    first_name: str
    last_name: str
    decisions: tuple[tuple[str, str], ...] = ()
    is_current: bool = True
    login_allowed: bool = True
    privacy: str = "Public"
    modified_ms: int = 0
    affected_ms: int = 0


@dataclass(slots=True)
class Rec:
    """One source's metadata, in the form of `data` of the feed (docs/openapi.json)."""

    id: int
    source: str
    id_at_source: str
    verified: bool
    data: dict[str, Any]


@dataclass(slots=True)
class Work:
    """A publication."""

    id: int
    type: str
    records: list[Rec]
    privacy: str = "Public"
    modified_ms: int = 0
    affected_ms: int = 0


@dataclass(slots=True)
class Tie:
    """A claim. `preferred` is the id of a record. v5.5 shows `privacy` as visible or not.

    `effective` is set where somebody overrode what Elements infers from the levels of tie, publication and user.
    """

    id: int
    user: int
    work: int
    type: str = AUTHORSHIP
    privacy: str = "Public"
    favourite: bool = False
    preferred: int | None = None
    effective: str | None = None
    modified_ms: int = 0


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted, or merged into another."""

    id: int
    at_ms: int
    into: int | None = None


class Works(Protocol):
    """Publications by id; what is changed has to be put back."""

    def __getitem__(self, work_id: int, /) -> Work: ...

    def __setitem__(self, work_id: int, work: Work, /) -> None: ...

    def __delitem__(self, work_id: int, /) -> None: ...

    def __contains__(self, work_id: object, /) -> bool: ...

    def ids_since(self, since_ms: int) -> Iterable[int]:
        """Ids in their order, of those at least that were touched since."""
        ...


class HeldWorks(dict[int, Work]):
    """All in memory."""

    def ids_since(self, since_ms: int) -> Iterable[int]:
        return sorted(work.id for work in self.values() if max(work.modified_ms, work.affected_ms) >= since_ms)


@dataclass
class Institution:
    """All of it, in memory; `works` may make what it holds when asked for it."""

    now_ms: Callable[[], int]
    works: Works = field(default_factory=HeldWorks)
    people: dict[int, Person] = field(default_factory=dict)
    ties: dict[int, Tie] = field(default_factory=dict)
    gone: dict[str, dict[int, Gone]] = field(
        default_factory=lambda: {"publication": {}, "user": {}, "relationship": {}}
    )
    types: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    of_user: dict[int, list[int]] = field(default_factory=dict)
    of_work: dict[int, list[int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(5_000_001))

    def add_person(self, person: Person) -> Person:
        person.modified_ms = person.affected_ms = self.now_ms()
        self.people[person.id] = person
        return person

    def add_work(self, work: Work) -> Work:
        work.modified_ms = work.affected_ms = self.now_ms()
        self.works[work.id] = work
        return work

    def claim(self, tie: Tie) -> Tie:
        """A tie between what exists; one of its id before it is replaced."""
        self.person(tie.user)
        self.work(tie.work)
        if tie.id not in self.ties:
            insort(self.of_user.setdefault(tie.user, []), tie.id)
            insort(self.of_work.setdefault(tie.work, []), tie.id)
        self.ties[tie.id] = tie
        self._tie_changed(tie)
        return tie

    def change_claim(self, tie: Tie, **values: Any) -> None:
        for name, value in values.items():
            setattr(tie, name, value)
        self._tie_changed(tie)

    def unclaim(self, tie: Tie) -> None:
        """Only the tie's id is told afterwards, not what it tied (`deleted-relationship`)."""
        self._tie_changed(tie)
        del self.ties[tie.id]
        self.of_user[tie.user].remove(tie.id)
        self.of_work[tie.work].remove(tie.id)
        self.gone["relationship"][tie.id] = Gone(tie.id, self.now_ms())

    def change_work(self, work: Work) -> None:
        """Note that it was changed; all it is tied to is affected."""
        work.modified_ms = work.affected_ms = self.now_ms()
        self.works[work.id] = work
        for tie in self.ties_of_work(work.id):
            self.people[tie.user].affected_ms = self.now_ms()

    def change_person(self, person: Person) -> None:
        person.modified_ms = person.affected_ms = self.now_ms()

    def delete_work(self, work_id: int, into: int | None = None) -> None:
        """Delete it; merged into another, its users claim that one from now on."""
        work = self.work(work_id)
        for tie in self.ties_of_work(work_id):
            self.unclaim(tie)
            if into is not None and not any(one.work == into for one in self.ties_of_user(tie.user)):
                self.claim(Tie(next(self.numbers), tie.user, into, tie.type, tie.privacy, tie.favourite))
        del self.works[work.id]
        self.gone["publication"][work_id] = Gone(work_id, self.now_ms(), into)

    def delete_person(self, person_id: int) -> None:
        for tie in self.ties_of_user(person_id):
            self.unclaim(tie)
        del self.people[person_id]
        self.gone["user"][person_id] = Gone(person_id, self.now_ms())

    def person(self, person_id: int) -> Person:
        if person_id not in self.people:
            raise NothingSuchError(f"no user {person_id}")
        return self.people[person_id]

    def work(self, work_id: int) -> Work:
        if work_id not in self.works:
            raise NothingSuchError(f"no publication {work_id}")
        return self.works[work_id]

    def ties_of_user(self, person_id: int, after: int = 0) -> list[Tie]:
        ids = self.of_user.get(person_id, [])
        return [self.ties[one] for one in ids[bisect_right(ids, after) :]]

    def ties_of_work(self, work_id: int, after: int = 0) -> list[Tie]:
        ids = self.of_work.get(work_id, [])
        return [self.ties[one] for one in ids[bisect_right(ids, after) :]]

    def effective_privacy(self, tie: Tie) -> str:
        """What was chosen, else the strictest of the tie's, the publication's and the user's level."""
        if tie.effective is not None:
            return tie.effective
        levels = (tie.privacy, self.work(tie.work).privacy, self.person(tie.user).privacy)
        return max(levels, key=LEVELS.index)

    def _tie_changed(self, tie: Tie) -> None:
        now_ms = tie.modified_ms = self.now_ms()
        self.person(tie.user).affected_ms = now_ms
        work = self.work(tie.work)
        work.affected_ms = now_ms
        self.works[work.id] = work
