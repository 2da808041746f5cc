"""Items of the feed once they are read: what is to be stored, or what is wrong with it (R44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from orcid_sync.domain.catalogue import Publication, PublicationType, Relationship, User

FeedItem: TypeAlias = User | Publication | Relationship | PublicationType


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One item as it was read. `item` None: `error` says what to do. `warnings` are of parts that were left away."""

    item: FeedItem | None
    error: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """An error or a warning about the item at `index` (from 0)."""

    index: int
    message: str


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What became of a batch. `accepted` were stored, `stale` were not newer than what is there."""

    accepted: int = 0
    stale: int = 0
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
