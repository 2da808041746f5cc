"""Compares a user's list of publications at Elements with the catalogue, and stores what differs (R45)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from orcid_sync.domain.catalogue import Header, Publication, PublicationType, Relationship, User
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.elements import ElementsDeletion, ElementsItem, ElementsPublication, ElementsRelationship
from orcid_sync.domain.elements_items import Reading, both_ties, publication_item, relationship_item
from orcid_sync.domain.elements_pull import MOST_PAGES_OF_A_USER, KnownUser
from orcid_sync.domain.feed_items import FeedItem, ParsedItem
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.elements import ElementsGoneError, ElementsServer, ElementsUnreadableError, PullIndex
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.import_feed import ImportFeed

_PER_PAGE: Final = "25"
_ITEMS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class StoreItems:
    """Stores items of the feed that say something new: the server tells everything again and again (R44).

    `parse` is the feed's own reading, so that what comes from Elements and what is pushed are one thing.
    """

    catalogue: Catalogue
    import_feed: ImportFeed
    parse: Callable[[dict[str, Any]], ParsedItem]
    telemetry: Telemetry

    def is_readable(self, item: dict[str, Any]) -> bool:
        """Whether the feed would take it; an id that the API cannot carry is one reason why not."""
        return self.parse(item).item is not None

    def changed(self, items: Sequence[dict[str, Any]]) -> None:
        """Store those that are not what is stored already."""
        parsed = [self.parse(item) for item in items]
        headers = self.catalogue.headers(
            [one.item.publication_id for one in parsed if isinstance(one.item, Publication)], consistent=False
        )
        users = self.catalogue.known_users(one.item.user_id for one in parsed if isinstance(one.item, User))
        types = (
            {stored.type_id: stored for stored in self.catalogue.publication_types()}
            if any(isinstance(one.item, PublicationType) for one in parsed)
            else {}
        )

        def is_new(item: FeedItem | None) -> bool:
            match item:
                case User():
                    return not _same_user(item, users.get(item.user_id))
                case Publication():
                    return not _same_publication(item, headers.get(item.publication_id))
                case PublicationType():
                    stored = types.get(item.type_id)
                    return stored is None or replace(stored, version=item.version) != item
                case _:
                    return True

        self._store([one for one in parsed if is_new(one.item)])

    def relationships(self, items: Iterable[dict[str, Any]], stored: dict[str, Relationship]) -> None:
        """Store those that differ from the stored ones of their user, by publication id."""
        parsed = [self.parse(item) for item in items]
        self._store([one for one in parsed if not _same_relationship(one.item, stored)])

    def ignored(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those who were erased: nothing of them is stored until they are taken back (R48)."""
        erasures = self.import_feed.erasures
        return erasures.among(user_ids) if erasures is not None else frozenset()

    def known_publications(self, publications: Sequence[ElementsPublication], now_ms: int) -> list[str]:
        """Store what changed of publications that somebody has; the others come with those who claim them.

        Returns the ids of those whose own privacy changed.
        """
        known = self.catalogue.headers([one.publication_id for one in publications], consistent=False)
        items = [publication_item(one, now_ms) for one in publications if one.publication_id in known]
        self.changed(items)
        return [item["id"] for item in items if known[item["id"]].privacy != item["privacy"]]

    def deleted_publications(self, deletions: Iterable[ElementsDeletion], now_ms: int) -> None:
        """Store tombstones of publications that somebody has, with where they went (R56)."""
        gone = {deletion.object_id: deletion for deletion in deletions}
        known = self.catalogue.headers(gone, consistent=False)
        self.changed(
            [
                {
                    "kind": "publication",
                    "id": publication_id,
                    "version": now_ms,
                    "deleted": True,
                    "merged_into": gone[publication_id].merged_into,
                }
                for publication_id in known
            ]
        )

    def types_gone(self, named: Collection[str], now_ms: int) -> None:
        """Store tombstones of the publication types that are not named."""
        gone = [stored for stored in self.catalogue.publication_types() if stored.type_id not in named]
        self.changed(
            [
                {"kind": "publication-type", "id": stored.type_id, "version": now_ms, "deleted": True}
                for stored in gone
                if not stored.deleted
            ]
        )

    def _store(self, parsed: Sequence[ParsedItem]) -> None:
        for begin in range(0, len(parsed), _ITEMS_AT_ONCE):
            report = self.import_feed.store(parsed[begin : begin + _ITEMS_AT_ONCE])
            self.telemetry.count("FeedItemsStored", report.accepted)
            self.telemetry.count("FeedItemsRefused", len(report.errors))
            for remark in report.errors[:20]:
                self.telemetry.log("elements_item_refused", message=remark.message)


@dataclass(frozen=True, slots=True)
class CompareElementsUser:
    """The list of a user is the truth: what it no longer names is no longer claimed, once it was read to its end."""

    server: ElementsServer
    catalogue: Catalogue
    index: PullIndex
    store: StoreItems
    reading: Reading
    clock: Clock

    def compare(self, user: KnownUser, *, deadline_ms: int | None) -> bool:
        """Read the whole list and store what differs; False: the deadline came first, and nothing was concluded.

        The version of what is stored is the time at which reading began: what is told meanwhile by others is newer.
        Raises ElementsError: then nothing was concluded either. A user whom the server does not have has no list.
        """
        began_ms = self.clock.now_ms()
        found: dict[str, dict[str, Any]] = {}
        ties: set[str] = set()
        counted = False
        url: str | None = self.server.address(
            f"users/{user.elements_id}/publications", detail="full", per_page=_PER_PAGE
        )
        seen: set[str] = set()
        while url is not None:
            if deadline_ms is not None and self.clock.now_ms() >= deadline_ms:
                return False
            if url in seen or len(seen) >= MOST_PAGES_OF_A_USER:
                raise ElementsUnreadableError("The list leads in circles.")
            seen.add(url)
            try:
                read = self.server.read(url)
            except ElementsGoneError as exc:
                if len(seen) > 1:
                    raise ElementsUnreadableError("The list ended before its end.") from exc
                return True
            url, counted = read.next_url, read.counted
            page = _Page(self.reading, user, began_ms)
            for item in read.items:
                page.take(item)
            self.store.changed(page.publications)
            ties.update(page.ties)
            for tie in page.relationships:
                publication_id = tie["publication_id"]
                found[publication_id] = both_ties(found[publication_id], tie) if publication_id in found else tie
        self._conclude(user.user_id, began_ms, found, counted=counted)
        self._note(dict.fromkeys(ties, user.elements_id))
        return True

    def _conclude(self, user_id: str, began_ms: int, found: dict[str, dict[str, Any]], *, counted: bool) -> None:
        """Store what differs. Raises ElementsUnreadableError if all would go for want of anything in the answer."""
        stored = {
            relationship.publication_id: relationship
            for relationship in self.catalogue.user_catalogue(user_id, consistent=True).relationships
        }
        # A claim made here is not the server's to drop: it does not know of it yet (R41).
        dropped = [
            {
                "kind": "relationship",
                "user_id": user_id,
                "publication_id": publication_id,
                "version": began_ms,
                "deleted": True,
            }
            for publication_id, relationship in stored.items()
            if publication_id not in found and not relationship.deleted and relationship.made_here is None
        ]
        if dropped and not found and not counted:
            raise ElementsUnreadableError("The answer is empty and does not say that it is a list of nothing.")
        self.store.relationships([*found.values(), *dropped], stored)

    def _note(self, ties: dict[str, str]) -> None:
        known = self.index.ties(ties)
        self.index.note_ties({tie: user for tie, user in ties.items() if known.get(tie) != user})


class _Page:
    """What one page of a user's list says."""

    def __init__(self, reading: Reading, user: KnownUser, version: int) -> None:
        self._reading = reading
        self._user = user
        self._version = version
        self.publications: list[dict[str, Any]] = []
        self.relationships: list[dict[str, Any]] = []
        self.ties: set[str] = set()

    def take(self, item: ElementsItem) -> None:
        if not isinstance(item, ElementsRelationship) or item.publication is None or not self._reading.is_claim(item):
            return
        # Without its records, a publication is only named: what is stored of it stands.
        if item.publication.whole:
            self.publications.append(publication_item(item.publication, self._version))
        self.relationships.append(relationship_item(item, self._user.user_id, self._version))
        if item.relationship_id:
            self.ties.add(item.relationship_id)


def _same_user(item: User, stored: User | None) -> bool:
    if stored is None or stored.deleted != item.deleted:
        return False
    claimed = [found.orcid_id for found in stored.orcid_ids] == [found.orcid_id for found in item.orcid_ids]
    return claimed and replace(stored, version=item.version, orcid_ids=item.orcid_ids) == item


def _same_publication(item: Publication, stored: Header | None) -> bool:
    return stored is not None and replace(stored, version=item.version) == digest_publication(item)


def _same_relationship(item: FeedItem | None, stored: dict[str, Relationship]) -> bool:
    if not isinstance(item, Relationship) or item.publication_id not in stored:
        return False
    return replace(stored[item.publication_id], version=item.version) == item
