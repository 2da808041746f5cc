"""The catalogue: what the RIS said of users, publications and relationships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from orcid_sync.domain.catalogue import Header, Publication, PublicationType, Record, Relationship, User
from orcid_sync.domain.feed_items import FeedItem


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

    def known_versions(self, items: Sequence[FeedItem]) -> list[int | None]:
        """The version stored of each of these, in their order (None: of none it is known), read in one go: there may be
        a later one already, never an earlier one.
        """
        ...

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

    def users_of(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By publication the users who have any relationship with it (by index, eventually consistent)."""
        ...
