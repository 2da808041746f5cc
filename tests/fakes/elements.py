"""An Elements server in memory, and what is remembered of reading one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from orcid_sync.domain.elements import (
    ElementsDeletion,
    ElementsItem,
    ElementsPublication,
    ElementsRecord,
    ElementsRelationship,
    ElementsSource,
    ElementsType,
    ElementsUser,
)
from orcid_sync.domain.elements_pull import KnownUser, PullState, UserToCompare
from orcid_sync.domain.errors import ConflictError
from orcid_sync.ports.elements import ElementsGoneError, Page

from tests.fakes.clock import FakeClock


@dataclass
class Tie:
    """A user's claim of a publication on the server."""

    tie_id: str
    user: str
    publication: str
    modified_ms: int
    privacy: str = "public"
    favourite: bool = False
    type: str = "publication-user-authorship"


@dataclass
class FakeElementsServer:
    """Lists are paged by id, as the server's are. `before_read` may raise, or change something, before each answer."""

    clock: FakeClock
    per_page: int = 2
    users: dict[str, ElementsUser] = field(default_factory=dict)
    publications: dict[str, ElementsPublication] = field(default_factory=dict)
    ties: dict[str, Tie] = field(default_factory=dict)
    deleted: list[ElementsDeletion] = field(default_factory=list)
    types: list[ElementsType] = field(default_factory=lambda: [ElementsType("journal-article", "Journal article")])
    sources: list[ElementsSource] = field(default_factory=list)
    before_read: Callable[[str], None] = lambda _: None
    reads: list[str] = field(default_factory=list)

    def add_user(self, elements_id: str, *, active: bool = True, orcid_ids: tuple[str, ...] = ()) -> None:
        self.users[elements_id] = ElementsUser(
            elements_id, f"name{elements_id}", f"E{elements_id}", f"User {elements_id}", active, active, "public",
            orcid_ids, whole=True, modified_ms=self.clock.now_ms(), affected_ms=self.clock.now_ms(),
        )  # fmt: skip

    def add_publication(self, publication_id: str, title: str) -> None:
        record = ElementsRecord(f"r{publication_id}", "crossref", "", fields={"title": title})
        self.publications[publication_id] = ElementsPublication(
            publication_id, "journal-article", "public", True, (record,), self.clock.now_ms(), self.clock.now_ms()
        )

    def claim(self, tie_id: str, user: str, publication: str, *, privacy: str = "public") -> None:
        self.ties[tie_id] = Tie(tie_id, user, publication, self.clock.now_ms(), privacy)
        self._affect(user)

    def unclaim(self, tie_id: str) -> None:
        tie = self.ties.pop(tie_id)
        self.deleted.append(ElementsDeletion("relationship", tie_id, self.clock.now_ms()))
        self._affect(tie.user)

    def delete_publication(self, publication_id: str, merged_into: str | None = None) -> None:
        for tie_id in [tie.tie_id for tie in self.ties.values() if tie.publication == publication_id]:
            self.unclaim(tie_id)
        del self.publications[publication_id]
        self.deleted.append(ElementsDeletion("publication", publication_id, self.clock.now_ms(), merged_into))

    def delete_user(self, elements_id: str) -> None:
        for tie_id in [tie.tie_id for tie in self.ties.values() if tie.user == elements_id]:
            self.unclaim(tie_id)
        del self.users[elements_id]
        self.deleted.append(ElementsDeletion("user", elements_id, self.clock.now_ms()))

    def _affect(self, elements_id: str) -> None:
        if elements_id in self.users:
            self.users[elements_id] = replace(self.users[elements_id], affected_ms=self.clock.now_ms())

    def address(self, path: str, **parameters: str) -> str:
        named = {name.replace("_", "-"): value for name, value in parameters.items()}
        return f"https://elements.example/api/{path}?{urlencode(named)}"

    def read(self, url: str) -> Page:
        self.reads.append(url)
        self.before_read(url)
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = sorted(self._list(parts.path.removeprefix("/api/"), asked), key=lambda entry: entry[0])
        left = [entry for entry in found if entry[0] > asked.get("after-id", "")]
        page = left[: self.per_page]
        more = len(left) > len(page)
        following = urlencode({**asked, "after-id": page[-1][0]}) if more else ""
        next_url = f"https://elements.example{parts.path}?{following}" if more else None
        return Page(tuple(item for _, item in page), next_url, self.clock.now_ms())

    def _list(self, path: str, asked: Mapping[str, str]) -> Iterable[tuple[str, ElementsItem]]:
        def since(name: str) -> int:
            text = asked.get(name)
            return int(datetime.fromisoformat(text).timestamp() * 1000) if text else 0

        match path.split("/"):
            case ["publication", "types"]:
                return [(found.name, found) for found in self.types]
            case ["publication", "sources"]:
                return [(found.name, found) for found in self.sources]
            case ["users"]:
                after = since("affected-since")
                return [(u.elements_id, u) for u in self.users.values() if (u.affected_ms or 0) >= after]
            case ["publications"]:
                after = since("modified-since")
                return [(p.publication_id, p) for p in self.publications.values() if (p.modified_ms or 0) >= after]
            case ["relationships"]:
                after = since("modified-since")
                return [(t.tie_id, self._tie(t, scoped=False)) for t in self.ties.values() if t.modified_ms >= after]
            case ["relationships", "deleted"] | ["deleted", _]:
                category = {"publications": "publication", "users": "user"}.get(path.split("/")[1], "relationship")
                gone = [d for d in self.deleted if d.category == category]
                return [(d.object_id, d) for d in gone if (d.deleted_ms or 0) >= since("deleted-since")]
            case ["users", elements_id, "publications"]:
                if elements_id not in self.users:
                    raise ElementsGoneError("no such user")
                return [(t.tie_id, self._tie(t, scoped=True)) for t in self.ties.values() if t.user == elements_id]
            case _:
                raise AssertionError(path)

    def _tie(self, tie: Tie, *, scoped: bool) -> ElementsRelationship:
        """In a user's list the publication whole, in the general list both ends by name."""
        publication = self.publications[tie.publication]
        return ElementsRelationship(
            tie.tie_id,
            tie.type,
            privacy=tie.privacy,
            favourite=tie.favourite,
            publication=publication if scoped else ElementsPublication(tie.publication, publication.type),
            user=None if scoped else ElementsUser(tie.user),
            modified_ms=tie.modified_ms,
        )


class FakePullStates:
    """One state, changed on condition of its rev."""

    def __init__(self) -> None:
        self.state = PullState()

    def get(self) -> PullState:
        return self.state

    def put(self, state: PullState) -> PullState:
        if state.rev != self.state.rev:
            raise ConflictError("somebody else was faster")
        self.state = replace(state, rev=state.rev + 1)
        return self.state


class FakePullIndex:
    """What is remembered, in dictionaries."""

    def __init__(self) -> None:
        self.known: dict[str, KnownUser] = {}
        self.owners: dict[str, str] = {}
        self.marks: dict[str, UserToCompare] = {}

    def note_users(self, users: Iterable[KnownUser]) -> None:
        self.known.update({user.elements_id: user for user in users})

    def users(self, elements_ids: Iterable[str]) -> dict[str, KnownUser]:
        return {found: self.known[found] for found in elements_ids if found in self.known}

    def all_users(self) -> tuple[KnownUser, ...]:
        return tuple(self.known.values())

    def forget_user(self, user: KnownUser) -> None:
        self.known.pop(user.elements_id, None)

    def note_ties(self, ties: Mapping[str, str]) -> None:
        self.owners.update(ties)

    def ties(self, relationship_ids: Iterable[str]) -> dict[str, str]:
        return {found: self.owners[found] for found in relationship_ids if found in self.owners}

    def mark(self, users: Iterable[UserToCompare]) -> None:
        for user in users:
            self.marks[user.elements_id] = user

    def marked(self, *, limit: int) -> tuple[UserToCompare, ...]:
        return tuple(sorted(self.marks.values(), key=lambda user: user.marked_ms)[:limit])

    def unmark(self, user: UserToCompare) -> None:
        if self.marks.get(user.elements_id) == user:
            del self.marks[user.elements_id]
