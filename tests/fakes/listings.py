"""What administrators list, read from the fakes that hold it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.ledger import Concern, LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Claim, WriterState

from tests.fakes.claims import FakeClaims
from tests.fakes.ledger import FakeLedger
from tests.fakes.writers import FakeWriters

_Listed = TypeVar("_Listed")


class FakeListings:
    """A cursor is how many came before; `pages_read` counts the pages asked for."""

    def __init__(self, claims: FakeClaims, writers: FakeWriters, ledger: FakeLedger) -> None:
        self.claims, self.writers_fake, self.ledger = claims, writers, ledger
        self.pages_read = 0

    def links(self, *, prefix: str, limit: int, cursor: str | None) -> tuple[list[Claim], str | None]:
        found = [claim for claim in self.claims.stored.values() if claim.orcid_id.startswith(prefix)]
        return self._page(sorted(found, key=lambda claim: (claim.orcid_id, claim.user_id)), limit, cursor)

    def writers(self, orcid_ids: Iterable[str]) -> dict[str, WriterState]:
        return {i: self.writers_fake.items[i] for i in orcid_ids if i in self.writers_fake.items}

    def works(
        self, concern: Concern, *, limit: int, cursor: str | None
    ) -> tuple[list[tuple[str, LedgerEntry]], str | None]:
        found = [
            (entry.concern[1], orcid_id, entry.publication_id, entry)
            for orcid_id, rows in self.ledger.rows.items()
            for entry in rows.values()
            if entry.concern is not None and entry.concern[0] is concern
        ]
        ordered = sorted(found, key=lambda listed: listed[:3])
        return self._page([(orcid_id, entry) for _, orcid_id, _, entry in ordered], limit, cursor)

    def unmatched(self, *, limit: int, cursor: str | None) -> tuple[list[UnmatchedWork], str | None]:
        found = [work for works in self.ledger.strangers.values() for work in works.values()]
        return self._page(sorted(found, key=lambda work: (work.seen_ms, work.orcid_id, work.put_code)), limit, cursor)

    def _page(self, found: Sequence[_Listed], limit: int, cursor: str | None) -> tuple[list[_Listed], str | None]:
        self.pages_read += 1
        if cursor is not None and not cursor.isdigit():
            raise InvalidError("This cursor is not ours.")
        begin = int(cursor or 0)
        end = begin + limit
        return list(found[begin:end]), str(end) if end < len(found) else None
