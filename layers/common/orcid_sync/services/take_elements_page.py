"""Stores what a page of an Elements server's lists tells, and marks whom to compare for it (R45)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from orcid_sync.domain.catalogue import User
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
from orcid_sync.ports import Clock, Telemetry
from orcid_sync.ports_elements import ElementsUnreadableError, PullIndex
from orcid_sync.services.compare_elements_user import StoreItems


@dataclass(frozen=True, slots=True)
class TakeElementsPage:
    """Whatever is taken twice does no harm. `take_precedence(new, last)` stores the server's order, if it may."""

    index: PullIndex
    store: StoreItems
    users: Callable[[Iterable[str]], dict[str, User]]
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
        self.store.known_publications(publications, now_ms)
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

    def users_gone(self, run_id: str, *, believed: bool) -> None:
        """Those whom the whole list of users, read to its end by this run, did not name.

        Raises ElementsUnreadableError if it is too many to be believed, unless somebody says that they are.
        """
        known = self.index.all_users()
        gone = [user for user in known if user.run_id != run_id]
        if too_many_gone(len(gone), len(known)) and not believed:
            raise ElementsUnreadableError(
                f"Elements no longer names {len(gone)} of {len(known)} users, which is not believed. Look at the rights"
                ' of the API account; if they have left, invoke the function once with {"accept_departures": true}.'
            )
        for user in gone:
            self._user_gone(user, self.clock.now_ms())

    def _users(self, users: Sequence[ElementsUser], run_id: str, now_ms: int) -> None:
        """Store them; those who may be synced are to be compared, others when they may again (R33).

        Who is called otherwise now is somebody else here: whoever they were has left.
        """
        items = {user.elements_id: user_item(user, self.reading, now_ms) for user in users}
        good = [user for user in users if self.store.is_readable(items[user.elements_id])]
        if len(good) < len(users):
            self.telemetry.count("ElementsUsersWithoutId", len(users) - len(good))
        before = self.index.users(user.elements_id for user in good)
        for user in good:
            known = before.get(user.elements_id)
            if known is not None and known.user_id != items[user.elements_id]["id"]:
                self._user_gone(known, now_ms)
        self.store.changed([items[user.elements_id] for user in good])
        told = [KnownUser(items[user.elements_id]["id"], user.elements_id, run_id) for user in good]
        self.index.note_users(user for user in told if before.get(user.elements_id) != user)
        self.index.mark(
            UserToCompare(items[user.elements_id]["id"], user.elements_id, now_ms)
            for user in good
            if user.is_current_staff and user.is_login_allowed
        )

    def _ends(self, relationships: Sequence[ElementsRelationship], now_ms: int) -> None:
        """Users of changed relationships are to be compared."""
        ends = {tie.user.elements_id for tie in relationships if tie.user is not None and self.reading.is_claim(tie)}
        self._mark(self.index.users(ends).values(), now_ms)

    def _deleted(self, deletions: Sequence[ElementsDeletion], now_ms: int) -> None:
        by_category: dict[str, list[ElementsDeletion]] = {}
        for deletion in deletions:
            by_category.setdefault(deletion.category, []).append(deletion)
        ends = self.index.ends(gone.object_id for gone in by_category.get("relationship", ()))
        self._mark((KnownUser(end.user_id, end.elements_id, "") for end in ends.values()), now_ms)
        self.store.deleted_publications(by_category.get("publication", ()), now_ms)
        for user in self.index.users(gone.object_id for gone in by_category.get("user", ())).values():
            self._user_gone(user, now_ms)

    def _mark(self, users: Iterable[KnownUser], now_ms: int) -> None:
        known = {user.user_id: user for user in users}
        active = {user_id for user_id, user in self.users(known).items() if user.is_active}
        self.index.mark(
            UserToCompare(user_id, user.elements_id, now_ms) for user_id, user in known.items() if user_id in active
        )

    def _user_gone(self, user: KnownUser, now_ms: int) -> None:
        """A deleted user has left (R33): what is on ORCID stays."""
        gone: dict[str, Any] = {"kind": "user", "id": user.user_id, "version": now_ms, "deleted": True}
        self.store.changed([gone])
        self.index.forget_user(user)
