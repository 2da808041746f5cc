"""Records of the catalogue's stream -> what changed, before and after (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from orcid_sync.adapters.dynamodb_values import Plain, unpack
from orcid_sync.adapters.items_catalogue import (
    CLAIMANTS_KEY,
    HEADER_KEY,
    IDS_KEY,
    USER_KEY,
    header_of,
    ids_of,
    relationship_of,
    relationship_sk,
    user_of,
)
from orcid_sync.domain.catalogue_changes import (
    CatalogueChange,
    ClaimantNoted,
    IdsChanged,
    PublicationChanged,
    RelationshipChanged,
    UserChanged,
)

_Stored = TypeVar("_Stored")


def changes(event: Mapping[str, Any]) -> list[CatalogueChange]:
    """Return the changes in the order of the stream; payloads, publication types and where an iD stands are left out.

    `event` is Lambda's event of a DynamoDB stream with new and old images.
    """
    found = (_change(record["dynamodb"]) for record in event["Records"])
    return [change for change in found if change is not None]


def _change(record: Mapping[str, Any]) -> CatalogueChange | None:
    pk, sk = record["Keys"]["pk"]["S"], record["Keys"]["sk"]["S"]
    if sk == USER_KEY:
        return UserChanged(pk[2:], *_images(record, user_of))
    if sk == HEADER_KEY:
        return PublicationChanged(pk[2:], *_images(record, header_of))
    if sk.startswith(relationship_sk("")):
        return RelationshipChanged(pk[2:], sk[2:], *_images(record, relationship_of))
    if sk == IDS_KEY:
        before, after = _images(record, ids_of)
        return IdsChanged(pk[2:], before or (), after or ())
    if sk == CLAIMANTS_KEY and "NewImage" in record:
        return ClaimantNoted(pk[2:], record["NewImage"]["lu"]["S"])
    return None


def _images(record: Mapping[str, Any], read: Callable[[Plain], _Stored]) -> tuple[_Stored | None, _Stored | None]:
    """Before and after; an insertion has no old image, a removal no new one."""
    before, after = record.get("OldImage"), record.get("NewImage")
    return read(unpack(before)) if before else None, read(unpack(after)) if after else None
