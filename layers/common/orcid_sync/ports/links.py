"""What is stored of the links between users and ORCID iDs."""

from __future__ import annotations

from typing import Protocol

from orcid_sync.domain.links import Claim


class Claims(Protocol):
    """Links that have something stored: claims made here, settings, connections."""

    def get(self, user_id: str, orcid_id: str, *, consistent: bool = True) -> Claim | None: ...

    def of_user(self, user_id: str, *, consistent: bool = True) -> tuple[Claim, ...]: ...

    def put(self, claim: Claim) -> Claim:
        """Store on condition that the stored rev is `claim.rev` (0: there is none); returns it with rev + 1.

        Raises ConflictError when somebody else was faster.
        """
        ...

    def delete(self, claim: Claim) -> None:
        """Remove on condition of its rev; one that is gone is gone. Raises ConflictError."""
        ...
