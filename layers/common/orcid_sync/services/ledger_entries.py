"""The ledger entries of one record during a round: a copy that is kept current, each change on condition of its rev."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.ports.ledger import Ledger

_TRIES = 4


@dataclass(frozen=True, slots=True)
class LedgerEntries:
    """`known` are the entries as last read or written. What somebody else changed in between is kept."""

    ledger: Ledger
    orcid_id: str
    known: dict[str, LedgerEntry]

    def get(self, publication_id: str) -> LedgerEntry | None:
        """The entry as it is known; None: there is none."""
        return self.known.get(publication_id)

    def holder(self, put_code: int | None) -> str | None:
        """The publication whose work has this put-code, as far as the ledger knows."""
        if put_code is None:
            return None
        return next((p for p, entry in self.known.items() if entry.put_code == put_code), None)

    def change(self, publication_id: str, change: Callable[[LedgerEntry], LedgerEntry]) -> LedgerEntry:
        """Store what `change` makes of the entry as it is by now (a new one, if there is none); returns it."""
        for _ in range(_TRIES):
            entry = self.known.get(publication_id) or LedgerEntry(publication_id)
            try:
                stored = self.known[publication_id] = self.ledger.put(self.orcid_id, change(entry))
            except ConflictError:
                self._reread(publication_id)
                continue
            return stored
        raise _unsettled(publication_id)

    def forget(self, publication_id: str) -> None:
        """Delete an entry."""
        for _ in range(_TRIES):
            entry = self.known.get(publication_id)
            if entry is None:
                return
            try:
                self.ledger.delete(self.orcid_id, entry)
            except ConflictError:
                self._reread(publication_id)
                continue
            del self.known[publication_id]
            return
        raise _unsettled(publication_id)

    def _reread(self, publication_id: str) -> None:
        current = self.ledger.entry(self.orcid_id, publication_id)
        if current is None:
            self.known.pop(publication_id, None)
        else:
            self.known[publication_id] = current


def _unsettled(publication_id: str) -> ConflictError:
    return ConflictError(f"The ledger entry of {publication_id} changes faster than it can be settled.")
