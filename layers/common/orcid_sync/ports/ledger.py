"""The ledger: what we know that we have written, and the history of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orcid_sync.domain.ledger import LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Attempt, Intent


class Ledger(Protocol):
    """What we know that we have written."""

    def entries(self, orcid_id: str, *, consistent: bool) -> dict[str, LedgerEntry]: ...

    def entry(self, orcid_id: str, publication_id: str) -> LedgerEntry | None:
        """One entry, strongly consistent."""
        ...

    def put(self, orcid_id: str, entry: LedgerEntry) -> LedgerEntry:
        """Store on condition of the stored rev (`entry.rev`; 0: none yet); returns it with rev + 1. Raises
        ConflictError.
        """
        ...

    def delete(self, orcid_id: str, entry: LedgerEntry) -> None:
        """Forget on condition of rev. Raises ConflictError."""
        ...

    def intent(self, orcid_id: str) -> Intent | None: ...

    def put_intent(self, orcid_id: str, intent: Intent) -> None: ...

    def clear_intent(self, orcid_id: str) -> None: ...

    def record_attempts(self, orcid_id: str, user_id: str, attempts: Sequence[Attempt]) -> None:
        """Attempts made for the user: they are theirs, also when the iD has another owner later (R22, R63)."""
        ...

    def forget_history(self, orcid_id: str, user_id: str) -> None:
        """Forget the attempts made for the user (R48)."""
        ...

    def forget_all(self, orcid_id: str) -> None:
        """Forget every entry, the intent and unmatched works; the history stays its users' (R22).

        Without conditions: the caller holds the lease. Broken off, it can be repeated.
        """
        ...

    def note_unmatched(self, orcid_id: str, works: Sequence[UnmatchedWork]) -> None:
        """Store what a reading of the record found unmatched, in place of what was found before (R11)."""
        ...

    def unmatched(self, orcid_id: str) -> list[UnmatchedWork]:
        """What the last reading of the record found unmatched, by put-code."""
        ...

    def attempts(
        self, orcid_id: str, user_id: str, publication_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Attempt], str | None]:
        """Those made for the user, newest first."""
        ...
