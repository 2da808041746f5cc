"""Stores what a page of an Elements server's lists tells, and marks whom to compare for it (R45)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from orcid_sync.domain.elements import (
    ElementsDeletion,
    ElementsItem,
    ElementsPublication,
    ElementsRelationship,
    ElementsSource,
    ElementsType,
    ElementsUser,
)
from orcid_sync.domain.elements_items import Reading, precedence_of, type_item, user_item
from orcid_sync.domain.elements_pull import KnownUser, Listing, UserToCompare, too_many_gone
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.elements import PullIndex
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.compare_elements_user import StoreItems


@dataclass(frozen=True, slots=True)
class TakeElementsPage:
    """Whatever is taken twice does no harm. `take_precedence(new, last)` stores the server's order, if it may."""

    index: PullIndex
    store: StoreItems
    catalogue: Catalogue
    take_precedence: Callable[[tuple[str, ...], tuple[str, ...]], None]
    reading: Reading
    clock: Clock
    telemetry: Telemetry

    def take(self, listing: Listing, items: Sequence[ElementsItem], run_id: str) -> None:
        """Users, types and changed publications are stored; of the rest it follows who is to be compared."""
        now_ms = self.clock.now_ms()
        if listing is Listing.TYPES:
            self.store.changed([type_item(item, now_ms) for item in items if isinstance(item, ElementsType)])
            return
        self._users([item for item in items if isinstance(item, ElementsUser) and item.whole], run_id, now_ms)
        publications = [item for item in items if isinstance(item, ElementsPublication) and item.whole]
        self._other_privacy(self.store.known_publications(publications, now_ms), now_ms)
        self._ends([item for item in items if isinstance(item, ElementsRelationship)], now_ms)
        self._deleted([item for item in items if isinstance(item, ElementsDeletion)], now_ms)

    def precedence(self, items: Sequence[ElementsItem], last: tuple[str, ...]) -> tuple[str, ...]:
        """Take the server's order of sources over, unless somebody chose another since `last` was; returns it."""
        found = tuple(precedence_of([item for item in items if isinstance(item, ElementsSource)]))
        if not found or found == last:
            return last
        self.take_precedence(found, last)
        return found

    def types_gone(self, items: Sequence[ElementsItem]) -> None:
        """Those that the list of types, read to its end, did not name; an empty list names nothing."""
        named = {item.name for item in items if isinstance(item, ElementsType)}
        if named:
            self.store.types_gone(named, self.clock.now_ms())

    def users_gone(self, run_id: str, *, believed: bool) -> str | None:
        """Those whom the whole list of users, read to its end by this run, did not name.

        Too many to be believed stay, unless somebody says that they have left; returns what to tell of that. The others
        are read on: a researcher who hides something must not wait for an administrator.
        """
        known = self.index.all_users()
        gone = [user for user in known if user.run_id != run_id]
        if too_many_gone(len(gone), len(known)) and not believed:
            self.telemetry.count("ElementsDeparturesDoubted", len(gone))
            return (
                f"Elements no longer names {len(gone)} of {len(known)} users, which is not believed. Look at the rights"
                ' of the API account; if they have left, invoke the function once with {"accept_departures": true}.'
            )
        self._users_gone(gone, self.clock.now_ms())
        return None

    def _users(self, users: Sequence[ElementsUser], run_id: str, now_ms: int) -> None:
        """Store them; those who may be synced are to be compared, others when they may again (R33).

        Who is called otherwise now is somebody else here: whoever they were has left.
        """
        items = {user.elements_id: user_item(user, self.reading, now_ms) for user in users}
        good = [user for user in users if self.store.is_readable(items[user.elements_id])]
        if len(good) < len(users):
            self.telemetry.count("ElementsUsersWithoutId", len(users) - len(good))
        before = self.index.users(user.elements_id for user in good)
        told = {user.elements_id: KnownUser(items[user.elements_id]["id"], user.elements_id, run_id) for user in good}
        self._former_names(before, told, now_ms)
        self.store.changed([items[user.elements_id] for user in good])
        # Of an erased user nothing is kept, and what they have would be read for nothing (R48).
        ignored = self.store.ignored(user.user_id for user in told.values())
        self.index.note_users(
            user for user in told.values() if before.get(user.elements_id) != user and user.user_id not in ignored
        )
        for user in before.values():
            if user.user_id in ignored:
                self.index.forget_user(user)
        self.index.mark(
            UserToCompare(told[user.elements_id].user_id, user.elements_id, now_ms)
            for user in good
            if user.is_current_staff and user.is_login_allowed and told[user.elements_id].user_id not in ignored
        )

    def _former_names(self, before: dict[str, KnownUser], told: dict[str, KnownUser], now_ms: int) -> None:
        """Names by which nobody goes any more are those of people who have left."""
        former = {user.user_id for user in before.values() if told[user.elements_id].user_id != user.user_id}
        if former:
            others = {user.user_id for user in self.index.all_users() if user.elements_id not in told}
            self._have_left(former - others - {user.user_id for user in told.values()}, now_ms)

    def _other_privacy(self, publication_ids: Sequence[str], now_ms: int) -> None:
        """A publication's own level counts in the effective ones of its ties, which do not count as changed by it."""
        users = {user for some in self.catalogue.users_of(publication_ids).values() for user in some}
        if users:
            self._mark((user for user in self.index.all_users() if user.user_id in users), now_ms)

    def _ends(self, relationships: Sequence[ElementsRelationship], now_ms: int) -> None:
        """Users of changed relationships are to be compared."""
        ends = {tie.user.elements_id for tie in relationships if tie.user is not None and self.reading.is_claim(tie)}
        self._mark(self.index.users(ends).values(), now_ms)

    def _deleted(self, deletions: Sequence[ElementsDeletion], now_ms: int) -> None:
        by_category: dict[str, list[ElementsDeletion]] = {}
        for deletion in deletions:
            by_category.setdefault(deletion.category, []).append(deletion)
        ties = self.index.ties(gone.object_id for gone in by_category.get("relationship", ()))
        self._mark(self.index.users(set(ties.values())).values(), now_ms)
        self.store.deleted_publications(by_category.get("publication", ()), now_ms)
        users = self.index.users(gone.object_id for gone in by_category.get("user", ()))
        self._users_gone(users.values(), now_ms)

    def _mark(self, users: Iterable[KnownUser], now_ms: int) -> None:
        wanted = list(users)
        stored = self.catalogue.known_users({user.user_id for user in wanted})
        active = {user_id for user_id, user in stored.items() if user.is_active}
        self.index.mark(
            UserToCompare(user.user_id, user.elements_id, now_ms) for user in wanted if user.user_id in active
        )

    def _users_gone(self, gone: Collection[KnownUser], now_ms: int) -> None:
        """Who was made anew under the same name has not left."""
        if not gone:
            return
        elements_ids = {user.elements_id for user in gone}
        others = {user.user_id for user in self.index.all_users() if user.elements_id not in elements_ids}
        self._have_left({user.user_id for user in gone} - others, now_ms)
        for user in gone:
            self.index.forget_user(user)

    def _have_left(self, user_ids: Iterable[str], now_ms: int) -> None:
        """A deleted user has left (R33): what is on ORCID stays."""
        self.store.changed(
            [{"kind": "user", "id": user_id, "version": now_ms, "deleted": True} for user_id in sorted(user_ids)]
        )
