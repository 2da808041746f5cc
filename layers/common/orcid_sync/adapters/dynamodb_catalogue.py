"""The catalogue in DynamoDB: what the RIS says, stored only when it is newer than what is there (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orcid_sync.adapters.dynamodb_payloads import PayloadKey, Payloads
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Key, Table, side_by_side
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.adapters.items_catalogue import (
    HEADER_KEY,
    IDS_KEY,
    TYPES_KEY,
    USER_KEY,
    header_item,
    header_of,
    ids_item,
    ids_of,
    publication_pk,
    relationship_item,
    relationship_of,
    relationship_sk,
    type_item,
    type_of,
    type_sk,
    user_item,
    user_of,
    user_pk,
)
from orcid_sync.domain.appearances import orcid_ids_of
from orcid_sync.domain.catalogue import Header, Publication, PublicationType, Record, RecordDigest, Relationship, User
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.feed_items import FeedItem
from orcid_sync.ports.catalogue import StoreResult, UserCatalogue

_NEWER = "attribute_not_exists(pk) OR v < :v"
# Two feeds that send the same item at once meet once or twice; more often means that something is wrong.
_TRIES = 6


class DynamoDbCatalogue:
    """Tombstones stay, so that what arrives late stays stale."""

    def __init__(self, table: Table, payloads: Payloads) -> None:
        self._table = table
        self._payloads = payloads

    def known_versions(self, items: Sequence[FeedItem]) -> list[int | None]:
        """Half a read unit each, one for what belongs to a user: that can be deleted (R48), and what was there a moment
        ago must not turn away what comes anew. A condition that does not hold costs as much as five of them.
        """
        keys = [_key_of(item) for item in items]
        of_users = [key for key in keys if key[0].startswith(user_pk(""))]
        others = [key for key in keys if not key[0].startswith(user_pk(""))]
        found = [*self._table.get_many(of_users, consistent=True), *self._table.get_many(others, consistent=False)]
        stored = {(item["pk"], item["sk"]): int(item["v"]) for item in found}
        return [stored.get(key) for key in keys]

    def put_user(self, user: User) -> StoreResult:
        """Since when an iD is claimed is kept from the stored user, so the write is conditional on the version seen."""
        for _ in range(_TRIES):
            seen = self._table.get((user_pk(user.user_id), USER_KEY), consistent=True)
            if seen is not None and seen["v"] >= user.version:
                return StoreResult.STALE
            known = {claimed.orcid_id: claimed for claimed in user_of(seen).orcid_ids} if seen else {}
            orcid_ids = tuple(known.get(claimed.orcid_id, claimed) for claimed in user.orcid_ids)
            if self._put_over(user_item(replace(user, orcid_ids=orcid_ids)), seen):
                return StoreResult.STORED
        raise ConflictError(f"User {user.user_id} is being stored by others again and again; repeat later.")

    def put_publication(self, publication: Publication, header: Header) -> StoreResult:
        publication_id = header.publication_id
        named = list(zip(header.records, publication.records, strict=True))
        for _ in range(_TRIES):
            seen = self._table.get((publication_pk(publication_id), HEADER_KEY), consistent=True)
            if seen is not None and seen["v"] >= header.version:
                return StoreResult.STALE
            before = header_of(seen).records if seen else ()
            stored = {(record.key, record.digest, record.verified) for record in before}
            fresh = [(d.digest, r) for d, r in named if (r.key, d.digest, r.verified) not in stored]
            self._payloads.put(publication_id, header.version, fresh)
            if self._put_over(header_item(header), seen, *self._changed_ids(publication, header, before)):
                kept = set(_payload_keys(header))
                gone = [(r.key.source, r.key.id, r.digest) for r in before]
                self._payloads.drop(publication_id, header.version, [key for key in gone if key not in kept])
                return StoreResult.STORED
        raise ConflictError(f"Publication {publication_id} is being stored by others again and again; repeat later.")

    def _changed_ids(self, publication: Publication, header: Header, before: Sequence[RecordDigest]) -> list[Plain]:
        """The item of the iDs in the metadata, if they are others than before (R41).

        It is read after the header and written with it or not at all, so that it is always that of the header.
        """
        if {(record.key, record.digest) for record in header.records} == {(r.key, r.digest) for r in before}:
            return []
        publication_id = header.publication_id
        stored = self._table.get((publication_pk(publication_id), IDS_KEY), consistent=True) if before else None
        wanted = orcid_ids_of(publication)
        return [] if wanted == (ids_of(stored) if stored else ()) else [ids_item(publication_id, wanted)]

    def _put_over(self, item: Plain, seen: Plain | None, *with_it: Plain) -> bool:
        """Replace the item if it is still the one seen, and others with it or not at all."""
        condition, values = ("v = :seen", {"seen": seen["v"]}) if seen else ("attribute_not_exists(pk)", {})
        try:
            if with_it:
                self._table.put_together([item, *with_it], condition=condition, **values)
            else:
                self._table.put(item, condition=condition, **values)
        except ConditionFailed:
            return False
        return True

    def put_relationship(self, relationship: Relationship) -> StoreResult:
        return self._put_if_newer(relationship_item(relationship))

    def forget_user(self, user_id: str) -> None:
        pk = user_pk(user_id)
        self._table.delete_many([(pk, item["sk"]) for item in self._table.query(pk, consistent=True)])

    def put_publication_type(self, publication_type: PublicationType) -> StoreResult:
        return self._put_if_newer(type_item(publication_type))

    def replace_publication_type(self, wanted: PublicationType, seen: PublicationType | None) -> bool:
        return self._put_over(type_item(wanted), type_item(seen) if seen is not None else None)

    def _put_if_newer(self, item: Plain) -> StoreResult:
        try:
            self._table.put(item, condition=_NEWER, v=item["v"])
        except ConditionFailed:
            return StoreResult.STALE
        return StoreResult.STORED

    def publication_types(self) -> tuple[PublicationType, ...]:
        """Tombstones included, by id."""
        return tuple(type_of(item) for item in self._table.query(TYPES_KEY, consistent=True))

    def user(self, user_id: str, *, consistent: bool = False) -> User | None:
        item = self._table.get((user_pk(user_id), USER_KEY), consistent=consistent)
        return user_of(item) if item is not None else None

    def known_users(self, user_ids: Iterable[str]) -> dict[str, User]:
        keys = [(user_pk(user_id), USER_KEY) for user_id in user_ids]
        users = map(user_of, self._table.get_many(keys, consistent=False))
        return {user.user_id: user for user in users}

    def user_catalogue(self, user_id: str, *, consistent: bool) -> UserCatalogue:
        user: User | None = None
        relationships: list[Relationship] = []
        for item in self._table.query(user_pk(user_id), consistent=consistent):
            if item["sk"] == USER_KEY:
                user = user_of(item)
            else:
                relationships.append(relationship_of(item))
        return UserCatalogue(user, tuple(relationships))

    def headers(self, publication_ids: Iterable[str], *, consistent: bool) -> dict[str, Header]:
        keys = [(publication_pk(publication_id), HEADER_KEY) for publication_id in publication_ids]
        headers = map(header_of, self._table.get_many(keys, consistent=consistent))
        return {header.publication_id: header for header in headers}

    def records(self, wanted: Mapping[str, PayloadKey]) -> dict[str, Record]:
        return self._payloads.read(wanted)

    def publication(self, header: Header) -> Publication | None:
        records = self._payloads.read_all(header.publication_id, _payload_keys(header))
        if records is None:
            return None
        return Publication(
            publication_id=header.publication_id,
            version=header.version,
            type=header.type,
            privacy=header.privacy,
            records=tuple(records),
            deleted=header.deleted,
            merged_into=header.merged_into,
        )

    def put_header(self, header: Header, expected: Header) -> bool:
        """The digests stay what they were: they name payloads, which only `put_publication` writes."""
        values = {"seen": expected.version, "built": expected.builder_version}
        try:
            self._table.put(header_item(header), condition="v = :seen AND b = :built", **values)
        except ConditionFailed:
            return False
        return True

    def users_of(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """A query each, some at once: the stream tells of a hundred publications in a batch."""
        wanted = list(dict.fromkeys(publication_ids))
        return dict(zip(wanted, side_by_side(self._users_of, wanted), strict=True))

    def _users_of(self, publication_id: str) -> tuple[str, ...]:
        found = self._table.query_index("by_publication", "gp = :gp", gp=publication_pk(publication_id))
        return tuple(item["pk"][2:] for item in found)


def _key_of(item: FeedItem) -> Key:
    """Where the item of the feed is stored, or what of it has its version."""
    match item:
        case User(user_id):
            return user_pk(user_id), USER_KEY
        case Publication(publication_id):
            return publication_pk(publication_id), HEADER_KEY
        case Relationship(user_id, publication_id):
            return user_pk(user_id), relationship_sk(publication_id)
        case PublicationType(type_id):
            return TYPES_KEY, type_sk(type_id)


def _payload_keys(header: Header) -> list[PayloadKey]:
    return [(record.key.source, record.key.id, record.digest) for record in header.records]
