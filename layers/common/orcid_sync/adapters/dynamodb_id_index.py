"""Who claims an ORCID iD and where it stands, and claims made here, in the catalogue table (R41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Key, Table
from orcid_sync.adapters.items_catalogue import (
    CLAIMANTS_KEY,
    IDS_KEY,
    ids_of,
    orcid_pk,
    publication_pk,
    relationship_item,
    relationship_of,
    relationship_sk,
    user_pk,
)
from orcid_sync.domain.catalogue import Relationship


class DynamoDbIdIndex:
    """Items `A#{iD}` / `USERS` and `A#{iD}` / `P#{publication}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_claimant(self, orcid_id: str, user_id: str) -> None:
        """`n` makes each note a change, for what changes nothing does not come in the stream."""
        key = (orcid_pk(orcid_id), CLAIMANTS_KEY)
        self._table.update(key, "ADD n :one, us :users SET lu = :user", one=1, users=frozenset({user_id}), user=user_id)

    def claimants(self, orcid_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        keys = [(orcid_pk(orcid_id), CLAIMANTS_KEY) for orcid_id in orcid_ids]
        return {item["pk"][2:]: item["us"] for item in self._table.get_many(keys, consistent=True)}

    def add(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        self._table.put_many([{"pk": pk, "sk": sk} for pk, sk in _places(orcid_ids)])

    def remove(self, orcid_ids: Mapping[str, Iterable[str]]) -> None:
        self._table.delete_many(_places(orcid_ids))

    def standing(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        keys = [(publication_pk(publication_id), IDS_KEY) for publication_id in publication_ids]
        return {item["pk"][2:]: ids_of(item) for item in self._table.get_many(keys, consistent=True) if "ids" in item}

    def publications(self, orcid_id: str) -> tuple[str, ...]:
        found = self._table.query(orcid_pk(orcid_id), publication_pk(""), consistent=True)
        return tuple(item["sk"][2:] for item in found)


def _places(orcid_ids: Mapping[str, Iterable[str]]) -> list[Key]:
    return [
        (orcid_pk(one), publication_pk(publication_id))
        for publication_id, some in orcid_ids.items()
        for one in set(some)
    ]


class DynamoDbRelationships:
    """Items `U#{user}` / `R#{publication}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def some(self, user_id: str, publication_ids: Iterable[str]) -> dict[str, Relationship]:
        keys = [(user_pk(user_id), relationship_sk(publication_id)) for publication_id in publication_ids]
        found = map(relationship_of, self._table.get_many(keys, consistent=True))
        return {relationship.publication_id: relationship for relationship in found}

    def claim_here(self, relationship: Relationship, *, seen: Relationship | None) -> bool:
        item = relationship_item(relationship)
        try:
            if seen is None:
                self._table.put(item, condition="attribute_not_exists(pk)")
            else:
                # A claim made here keeps the version it replaces, so the version alone does not tell them apart.
                unclaimed = "v = :seen AND attribute_not_exists(here)"
                self._table.put(item, condition=unclaimed, seen=seen.version)
        except ConditionFailed:
            return False
        return True
