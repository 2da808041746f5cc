"""What was claimed here and is for the RIS to take over: publications it has, and works that it lacks (R41, R42)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from orcid_sync.domain.claiming import ClaimMade, WorkClaimed
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.ports.claiming import ClaimLog
from orcid_sync.ports.search import Offers

# An answer holds at most 6 MB, and a work with thousands of authors has some 300 KB.
MOST_CHARACTERS = 2_000_000
_WORKS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class OfferedClaim:
    """A claim of a work that the RIS lacks, with its metadata."""

    claim: WorkClaimed
    work: OfferedWork


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """The oldest first; a page with a cursor may be shorter than asked for."""

    items: tuple[ClaimMade | OfferedClaim, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListClaims:
    """Lists the log of claims with what describes them."""

    log: ClaimLog
    offers: Offers

    def page(self, since_ms: int, *, limit: int, cursor: str | None) -> ClaimsPage:
        """Claims made at `since_ms` or later. Raises InvalidError for a cursor that is not ours."""
        claims, following = self.log.since(since_ms, limit=limit, cursor=cursor)
        if sum(isinstance(claim, WorkClaimed) for claim in claims) > _WORKS_A_PAGE:
            claims, following = self.log.since(since_ms, limit=_WORKS_A_PAGE, cursor=cursor)
        items = self._items(claims)
        while len(items) > 1 and _characters(items) > MOST_CHARACTERS:
            limit = max(1, len(claims) // 2)
            claims, following = self.log.since(since_ms, limit=limit, cursor=cursor)
            items = self._items(claims)
        return ClaimsPage(items, following)

    def _items(self, claims: list[ClaimMade | WorkClaimed]) -> tuple[ClaimMade | OfferedClaim, ...]:
        """One whose metadata have gone was answered while this was read."""
        wanted = [(c.user_id, c.offer_id) for c in claims if isinstance(c, WorkClaimed)]
        works = self.offers.works(wanted) if wanted else {}
        items: list[ClaimMade | OfferedClaim] = []
        for claim in claims:
            if isinstance(claim, ClaimMade):
                items.append(claim)
            elif (work := works.get((claim.user_id, claim.offer_id))) is not None:
                items.append(OfferedClaim(claim, work))
        return tuple(items)


def _characters(items: tuple[ClaimMade | OfferedClaim, ...]) -> int:
    return sum(len(json.dumps(dict(item.work.data))) for item in items if isinstance(item, OfferedClaim))
