"""Claims in memory, guarded by their rev."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Claim


class FakeClaims:
    """`stored` is open to tests that need a claim to stand already."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Claim] = {}

    def get(self, user_id: str, orcid_id: str, *, consistent: bool = True) -> Claim | None:
        return self.stored.get((user_id, orcid_id))

    def of_user(self, user_id: str, *, consistent: bool = True) -> tuple[Claim, ...]:
        return tuple(self.stored[key] for key in sorted(self.stored) if key[0] == user_id)

    def put(self, claim: Claim) -> Claim:
        self._check(claim, absent_is=0)
        stored = replace(claim, rev=claim.rev + 1)
        self.stored[claim.user_id, claim.orcid_id] = stored
        return stored

    def delete(self, claim: Claim) -> None:
        self._check(claim, absent_is=claim.rev)
        self.stored.pop((claim.user_id, claim.orcid_id), None)

    def _check(self, claim: Claim, *, absent_is: int) -> None:
        stored = self.stored.get((claim.user_id, claim.orcid_id))
        if (stored.rev if stored else absent_is) != claim.rev:
            raise ConflictError("The link was changed meanwhile; look again.")
