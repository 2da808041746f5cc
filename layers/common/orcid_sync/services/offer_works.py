"""Suggests and offers to a user what stands on their ORCID record and is not theirs in the RIS (R42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.foreign_works import FoundWork
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import MOST_IDS, Offer, OfferState, offer_id_of, sharing
from orcid_sync.domain.titles import clean_title
from orcid_sync.domain.work_identifiers import keys_of, look_up_keys
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import Offers, WorkIndex
from orcid_sync.services.look_up_works import LookUpWorks
from orcid_sync.services.settle_works import SettleWorks, WorkSeen

TITLE_LENGTH = 300
# Of an offer, however many readings it goes through.
_IDS_KEPT = 4 * MOST_IDS


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of a record's works; `unfinished` are those that a source is still to be asked about, from `again_ms`
    on (epoch ms; 0: as soon as may be).
    """

    works: int
    suggested: int
    offered: int
    unfinished: int = 0
    again_ms: int = 0


@dataclass(slots=True)
class OfferWorks:
    """For one run, as its `look_up`. Whatever comes twice finds what the first time left behind."""

    index: WorkIndex
    offers: Offers
    settle: SettleWorks
    look_up: LookUpWorks
    clock: Clock

    def offer(self, user_id: str, orcid_id: str, works: Sequence[FoundWork]) -> Searched:
        """Settle each work of a record; `works` are those that this product did not write."""
        known = {offer.offer_id: offer for offer in self.offers.of_user(user_id)}
        catalogue = self._publications([key for work in works for key in work.ids])
        suggested = 0
        unknown: list[FoundWork] = []
        for work in works:
            seen = WorkSeen(user_id, orcid_id, work.ids[0])
            step = self._settle(seen, work.ids, known, catalogue)
            suggested += step is True
            if step is None:
                unknown.append(work)
        looked = self.look_up.look_up([look_up_keys(work.ids) for work in unknown])
        offered = 0
        for work, found in zip(unknown, looked.works, strict=True):
            if found is not None:
                at_once, new = self._found(user_id, orcid_id, work, found, known)
                suggested, offered = suggested + at_once, offered + new
        return Searched(len(works), suggested, offered, len(looked.unfinished), looked.again_ms)

    def _publications(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Living publications by identifier."""
        found = self.index.publications(ids) if ids else {}
        living = set(self.settle.living(sorted({p for some in found.values() for p in some})))
        return {key: tuple(p for p in some if p in living) for key, some in found.items()}

    def _settle(
        self,
        seen: WorkSeen,
        ids: Sequence[str],
        known: dict[str, Offer],
        catalogue: Mapping[str, tuple[str, ...]],
    ) -> bool | None:
        """True: suggested (or claimed) now; False: there is nothing to do; None: nobody knows the work yet."""
        offers = sharing(known.values(), ids)
        everything = dict.fromkeys([*ids, *(key for offer in offers for key in offer.ids)])
        publications = sorted({p for key in everything for p in catalogue.get(key, ())})
        if publications:
            done = self.settle.settle(seen.user_id, publications, offers, seen)
            self._reread(seen.user_id, offers, known)
            return done
        if not offers:
            return None
        self._join(offers, ids, known)
        return False

    def _reread(self, user_id: str, offers: Sequence[Offer], known: dict[str, Offer]) -> None:
        for offer in offers:
            if (now := self.offers.one(user_id, offer.offer_id)) is not None:
                known[offer.offer_id] = now

    def _join(self, offers: Sequence[Offer], ids: Sequence[str], known: dict[str, Offer]) -> None:
        """Remember the identifiers learnt; what turns out to be one with something answered is offered no longer."""
        answered = [offer.state for offer in offers if offer.state is not OfferState.OPEN]
        for number, offer in enumerate(offers):
            state = offer.state
            if state is OfferState.OPEN and (answered or number):
                state = OfferState.REJECTED if OfferState.REJECTED in answered else OfferState.TAKEN
            after = replace(offer, state=state, ids=tuple(dict.fromkeys((*offer.ids, *ids)))[:_IDS_KEPT])
            if after != offer and self.offers.change(offer, after):
                known[offer.offer_id] = after

    def _found(
        self, user_id: str, orcid_id: str, work: FoundWork, found: OfferedWork, known: dict[str, Offer]
    ) -> tuple[bool, bool]:
        """(suggested, offered): the source may know identifiers that the record does not."""
        ids = tuple(dict.fromkeys((*work.ids, *keys_of(found.identifiers())[:MOST_IDS])))
        seen = WorkSeen(user_id, orcid_id, work.ids[0])
        step = self._settle(seen, ids, known, self._publications(ids))
        if step is not None:
            return step, False
        title = clean_title(found.title, TITLE_LENGTH)
        if not title:
            return False, False
        offer = Offer(
            user_id, offer_id_of(work.ids[0]), ids, title, found.source, found.source_id, work.ids[0], orcid_id,
            self.clock.now_ms(),
        )  # fmt: skip
        offered = self.offers.add(offer, found)
        known[offer.offer_id] = offer
        # Whoever stores a publication of it meanwhile looks for offers after, this looks for publications after:
        # one of both sees the other.
        return bool(self._settle(seen, ids, known, self._publications(ids))), offered
