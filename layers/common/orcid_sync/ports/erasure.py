"""What erasing a user needs from the world (R48)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orcid_sync.domain.erasure import Erasure


class Erasures(Protocol):
    """Users who are being erased, and, by a digest of their id alone, those who were."""

    def get(self, user_id: str) -> Erasure | None: ...

    def put(self, erasure: Erasure) -> None:
        """Store in place of whatever there is. Once finished, nothing of it names the user; works that could not be
        removed are kept for 30 days.
        """
        ...

    def delete(self, user_id: str) -> None:
        """Take the user back."""
        ...

    def finished(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those of the users whose erasure is over, strongly consistent."""
        ...

    def among(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those of the users who are or were erased, strongly consistent."""
        ...


class PersonalData(Protocol):
    """What stands about a user in no store of their links."""

    def orcid_ids(self, user_id: str) -> frozenset[str]:
        """Every iD that the audit trail names for the user."""
        ...

    def purge(self, user_id: str, orcid_ids: Iterable[str]) -> None:
        """Delete what the RIS told of the user, and what was suggested to, chosen or claimed by them here."""
        ...

    def pseudonymise(self, user_id: str, pseudonym: str) -> None:
        """Let the audit trail keep time and action, under the pseudonym, and nothing else of the user."""
        ...
