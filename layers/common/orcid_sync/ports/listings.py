"""What administrators list over all links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orcid_sync.domain.ledger import Concern, LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Claim, WriterState


class Listings(Protocol):
    """What administrators list over all links: pages, eventually consistent, each of bounded cost.

    A `cursor` is what the page before gave; None begins. Raises InvalidError for any other.
    """

    def links(self, *, prefix: str, limit: int, cursor: str | None) -> tuple[list[Claim], str | None]:
        """Links that have something stored, by iD; only iDs that begin with `prefix`."""
        ...

    def writers(self, orcid_ids: Iterable[str]) -> dict[str, WriterState]:
        """Writer items by iD; absent where nobody ever wrote."""
        ...

    def works(
        self, concern: Concern, *, limit: int, cursor: str | None
    ) -> tuple[list[tuple[str, LedgerEntry]], str | None]:
        """(iD, ledger entry) of works with this concern, the longest standing first."""
        ...

    def unmatched(self, *, limit: int, cursor: str | None) -> tuple[list[UnmatchedWork], str | None]:
        """Works that match no publication (R11), the longest known first."""
        ...
