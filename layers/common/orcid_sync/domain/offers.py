"""Works that a user may have forgotten to tell the institution of: what is offered, and what was answered (R42)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from orcid_sync.domain.offered_work import OfferedWork

_OF_NO_CATALOGUE = "work:"
# What a work may hold, whatever its source says: an item of the table ends at 400 KB, an id of a record in the feed at
# 500 characters. Papers with 3,000 authors have some 240 KB.
MOST_AUTHORS = 3000
LONGEST_ABSTRACT = 20_000
LONGEST_TEXT = 2000
LONGEST_ID = 500
MOST_BYTES = 350_000
_FEW_AUTHORS = 100
# Identifiers of one work that are taken into account.
MOST_IDS = 50


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
    data = {
        name: _cut(value, LONGEST_ABSTRACT if name == "abstract" else LONGEST_TEXT) for name, value in work.data.items()
    }
    if len(json.dumps(data).encode()) > MOST_BYTES:
        few = {"authors": _FEW_AUTHORS, "editors": _FEW_AUTHORS, "abstract": LONGEST_TEXT, "identifiers": MOST_IDS}
        data |= {name: data[name][:most] for name, most in few.items() if name in data}
    return OfferedWork(work.source, work.source_id[:LONGEST_ID], work.type, data)


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, Mapping):
        return {name: _cut(one, LONGEST_ID) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(one, LONGEST_ID) for one in value[:MOST_AUTHORS]]
    return value
