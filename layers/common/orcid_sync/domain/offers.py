"""Works that a user may have forgotten to tell the institution of: what is offered, and what was answered (R42)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from orcid_sync.domain.offered_work import OfferedWork

_OF_NO_CATALOGUE = "work:"
# Thousands of authors are told of some papers; an item of the table has an end.
MOST_AUTHORS = 3000
LONGEST_ABSTRACT = 20_000


class OfferState(StrEnum):
    """OPEN waits for the user's answer; ACCEPTED is offered to the RIS; REJECTED never comes again under any of its
    identifiers; TAKEN: the RIS has the work, and what there is to decide is decided about its publication.
    """

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Offer:
    """A work offered to a user. All of its known identifiers stand in `ids`, so that it is known again by any of them.

    `matched_by` is the identifier on the ORCID record `orcid_id` that led to it; `source` and `source_id` say where it
    is described. `answered_ms` (epoch ms) counts once it is accepted. Kept for ever: what is known is never offered
    again.
    """

    user_id: str
    offer_id: str
    ids: tuple[str, ...]
    title: str
    source: str
    source_id: str
    matched_by: str
    orcid_id: str
    created_ms: int
    state: OfferState = OfferState.OPEN
    answered_ms: int | None = None

    @property
    def undecided(self) -> bool:
        """Whether something can still come of it."""
        return self.state in (OfferState.OPEN, OfferState.ACCEPTED)


def offer_id_of(matched_by: str) -> str:
    """The id of an offer: a user has one at most with this identifier."""
    return _OF_NO_CATALOGUE + hashlib.sha256(matched_by.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def is_offer_id(suggestion_id: str) -> bool:
    """Whether a suggestion of this id is of a work that the catalogue lacks."""
    return suggestion_id.startswith(_OF_NO_CATALOGUE)


def sharing(offers: Iterable[Offer], ids: Collection[str]) -> list[Offer]:
    """Those of the offers that are of a work with one of the identifiers."""
    wanted = set(ids)
    return [offer for offer in offers if not wanted.isdisjoint(offer.ids)]


def bounded(work: OfferedWork) -> OfferedWork:
    """The work with no more than can be stored and handed on."""
    data = dict(work.data)
    for people in ("authors", "editors"):
        if len(data.get(people, ())) > MOST_AUTHORS:
            data[people] = list(data[people])[:MOST_AUTHORS]
    if isinstance(data.get("abstract"), str):
        data["abstract"] = data["abstract"][:LONGEST_ABSTRACT]
    return OfferedWork(work.source, work.source_id, work.type, data)
