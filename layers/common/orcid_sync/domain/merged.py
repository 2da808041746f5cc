"""Records that ORCID merged into another: which one they ended in, and what passes over to it (R54).

ORCID deletes what stood on a merged record, moves none of it, gives no permission for the primary one, and never undoes
it (https://support.orcid.org/hc/en-us/articles/360006896634). So what passes over are the owner's choices alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Claiming, LinkSettings, Mode


def chain(orcid_id: str, primaries: Mapping[str, str]) -> list[str]:
    """The iDs that a record went through, its own first: a primary record can be merged again."""
    went = [orcid_id]
    while (following := primaries.get(went[-1])) is not None and following not in went:
        went.append(following)
    return went


def merged_into(heir: str, orcid_ids: Iterable[str], primaries: Mapping[str, str]) -> list[str]:
    """Those of the iDs whose record ended in `heir`, sooner or later."""
    return sorted(i for i in orcid_ids if i != heir and heir in chain(i, primaries))


def inherited(heir: Claim, merged: Sequence[Claim]) -> Claim:
    """The link of the primary iD with what passes over to it from links of merged records, once for each of them.

    Not while it is written to or emptied, and settings only where it has none of its own yet: choices made for the
    primary iD stand, and nothing may appear there that its owner did not see coming. So what is left out on either
    record stays out (R62). The mode never passes over: connecting gives `read`, and `write` is the user's own word
    (R16).
    """
    fresh = sorted((c for c in merged if c.orcid_id not in heir.succeeds), key=_writing_first)
    if not fresh:
        return heir
    marked = replace(heir, succeeds=heir.succeeds | {claim.orcid_id for claim in fresh})
    if heir.mode is Mode.WRITE or heir.removing_since_ms is not None:
        return marked
    return replace(
        marked,
        settings=fresh[0].settings if heir.settings == LinkSettings() else heir.settings,
        excluded=heir.excluded.union(*(claim.excluded for claim in fresh)),
        claiming=fresh[0].claiming if heir.claiming is Claiming.SUGGEST else heir.claiming,
    )


def _writing_first(claim: Claim) -> tuple[bool, str]:
    return (claim.mode is not Mode.WRITE, claim.orcid_id)
