"""The catalogue in memory, with the same rules of versions and tombstones as the table (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orcid_sync.domain.catalogue import Header, Publication, PublicationType, Record, Relationship, User
from orcid_sync.domain.feed_items import FeedItem
from orcid_sync.ports.catalogue import StoreResult, UserCatalogue


class FakeCatalogue:
    """`header_reads` and `payload_reads` list the publication ids asked for, call by call; `version_reads` how many
    items' versions.
    """

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.relationships: dict[tuple[str, str], Relationship] = {}
        self.stored_headers: dict[str, Header] = {}
        self.payloads: dict[tuple[str, str, str, str], Record] = {}
        self.types: dict[str, PublicationType] = {}
        self.header_reads: list[tuple[str, ...]] = []
        self.payload_reads: list[tuple[str, ...]] = []
        self.version_reads: list[int] = []

    def known_versions(self, items: Sequence[FeedItem]) -> list[int | None]:
        self.version_reads.append(len(items))
        found = map(self._stored, items)
        return [stored.version if stored is not None else None for stored in found]

    def _stored(self, item: FeedItem) -> User | Header | Relationship | PublicationType | None:
        match item:
            case User(user_id):
                return self.users.get(user_id)
            case Publication(publication_id):
                return self.stored_headers.get(publication_id)
            case Relationship(user_id, publication_id):
                return self.relationships.get((user_id, publication_id))
            case PublicationType(type_id):
                return self.types.get(type_id)

    def put_user(self, user: User) -> StoreResult:
        stored = self.users.get(user.user_id)
        if stored is not None and stored.version >= user.version:
            return StoreResult.STALE
        known = {claimed.orcid_id: claimed for claimed in stored.orcid_ids} if stored else {}
        claimed_ids = tuple(known.get(claimed.orcid_id, claimed) for claimed in user.orcid_ids)
        self.users[user.user_id] = replace(user, orcid_ids=claimed_ids)
        return StoreResult.STORED

    def put_publication(self, publication: Publication, header: Header) -> StoreResult:
        publication_id = header.publication_id
        stored = self.stored_headers.get(publication_id)
        if stored is not None and stored.version >= header.version:
            return StoreResult.STALE
        for key in [key for key in self.payloads if key[0] == publication_id]:
            del self.payloads[key]
        for record, digest in zip(publication.records, header.records, strict=True):
            self.payloads[publication_id, record.key.source, record.key.id, digest.digest] = record
        self.stored_headers[publication_id] = header
        return StoreResult.STORED

    def put_relationship(self, relationship: Relationship) -> StoreResult:
        key = (relationship.user_id, relationship.publication_id)
        stored = self.relationships.get(key)
        if stored is not None and stored.version >= relationship.version:
            return StoreResult.STALE
        self.relationships[key] = relationship
        return StoreResult.STORED

    def forget_user(self, user_id: str) -> None:
        self.users.pop(user_id, None)
        for key in [key for key in self.relationships if key[0] == user_id]:
            del self.relationships[key]

    def put_publication_type(self, publication_type: PublicationType) -> StoreResult:
        stored = self.types.get(publication_type.type_id)
        if stored is not None and stored.version >= publication_type.version:
            return StoreResult.STALE
        self.types[publication_type.type_id] = publication_type
        return StoreResult.STORED

    def replace_publication_type(self, wanted: PublicationType, seen: PublicationType | None) -> bool:
        stored = self.types.get(wanted.type_id)
        if (stored.version if stored else None) != (seen.version if seen else None):
            return False
        self.types[wanted.type_id] = wanted
        return True

    def publication_types(self) -> tuple[PublicationType, ...]:
        return tuple(self.types[type_id] for type_id in sorted(self.types))

    def user(self, user_id: str, *, consistent: bool = False) -> User | None:
        return self.users.get(user_id)

    def known_users(self, user_ids: Iterable[str]) -> dict[str, User]:
        return {user_id: self.users[user_id] for user_id in user_ids if user_id in self.users}

    def user_catalogue(self, user_id: str, *, consistent: bool) -> UserCatalogue:
        mine = sorted((key, value) for key, value in self._by_publication(user_id))
        return UserCatalogue(self.users.get(user_id), tuple(relationship for _, relationship in mine))

    def _by_publication(self, user_id: str) -> Iterable[tuple[str, Relationship]]:
        return ((publication, value) for (user, publication), value in self.relationships.items() if user == user_id)

    def headers(self, publication_ids: Iterable[str], *, consistent: bool) -> dict[str, Header]:
        wanted = tuple(dict.fromkeys(publication_ids))
        self.header_reads.append(wanted)
        return {wish: self.stored_headers[wish] for wish in wanted if wish in self.stored_headers}

    def records(self, wanted: Mapping[str, tuple[str, str, str]]) -> dict[str, Record]:
        self.payload_reads.append(tuple(wanted))
        return {wish: self.payloads[wish, *key] for wish, key in wanted.items() if (wish, *key) in self.payloads}

    def publication(self, header: Header) -> Publication | None:
        wanted = [(header.publication_id, r.key.source, r.key.id, r.digest) for r in header.records]
        if any(key not in self.payloads for key in wanted):
            return None
        return Publication(
            publication_id=header.publication_id,
            version=header.version,
            type=header.type,
            privacy=header.privacy,
            records=tuple(self.payloads[key] for key in wanted),
            deleted=header.deleted,
            merged_into=header.merged_into,
        )

    def put_header(self, header: Header, expected: Header) -> bool:
        stored = self.stored_headers.get(header.publication_id)
        seen = (expected.version, expected.builder_version)
        if stored is None or (stored.version, stored.builder_version) != seen:
            return False
        self.stored_headers[header.publication_id] = header
        return True

    def users_of(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        pairs = sorted(self.relationships)
        return {
            wanted: tuple(user for user, publication in pairs if publication == wanted) for wanted in publication_ids
        }
