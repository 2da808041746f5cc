"""Records of the catalogue's stream -> what changed, before and after (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from orcid_sync.adapters.dynamodb_values import Plain, unpack
from orcid_sync.adapters.items_catalogue import (
    HEADER_KEY,
    USER_KEY,
    header_of,
    relationship_of,
    relationship_sk,
    user_of,
)
from orcid_sync.domain.catalogue_changes import CatalogueChange, PublicationChanged, RelationshipChanged, UserChanged

_Stored = TypeVar("_Stored")


def changes(event: Mapping[str, Any]) -> list[CatalogueChange]:
    """Return the changes in the order of the stream; payloads and publication types are left out.

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
    return None


def _images(record: Mapping[str, Any], read: Callable[[Plain], _Stored]) -> tuple[_Stored | None, _Stored | None]:
    """Before and after; an insertion has no old image, a removal no new one."""
    before, after = record.get("OldImage"), record.get("NewImage")
    return read(unpack(before)) if before else None, read(unpack(after)) if after else None
