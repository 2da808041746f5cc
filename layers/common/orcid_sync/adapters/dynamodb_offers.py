"""Works offered to users, with their metadata and who has an offer under which identifier, in the sync table (R42)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable

from orcid_sync.adapters.dynamodb_suggestions import work_claimed_item
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Key, Table
from orcid_sync.adapters.dynamodb_values import Plain, to_json
from orcid_sync.domain.claiming import Origin, WorkClaimed
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer, OfferState

_HOLDERS = "OFFERED"
_EVER = "F"


class DynamoDbOffers:
    """Items `U#{user}` / `F#{offer}` and, with metadata, `G#{offer}`; `U#{user}` / `F` says that there ever were any;
    `X#{type:value}` / `OFFERED` names the users of an identifier.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_user(self, user_id: str) -> tuple[Offer, ...]:
        return tuple(map(_offer_of, self._table.query(_user_pk(user_id), "F#", consistent=True)))

    def one(self, user_id: str, offer_id: str) -> Offer | None:
        item = self._table.get((_user_pk(user_id), f"F#{offer_id}"), consistent=True)
        return _offer_of(item) if item is not None else None

    def known_users(self, user_ids: Iterable[str]) -> frozenset[str]:
        keys = [(_user_pk(user_id), _EVER) for user_id in user_ids]
        return frozenset(item["pk"][2:] for item in self._table.get_many(keys, consistent=True))

    def holders(self, ids: Iterable[str]) -> frozenset[str]:
        keys = [_holders_key(key) for key in ids]
        return frozenset[str]().union(*(i.get("us", ()) for i in self._table.get_many(keys, consistent=True)))

    def add(self, offer: Offer, work: OfferedWork | None) -> bool:
        """The offer last: what stands without it is a hint that leads nowhere."""
        self._table.put({"pk": _user_pk(offer.user_id), "sk": _EVER})
        self._note_holder(offer, offer.ids)
        if work is not None:
            self._table.put(_work_item(offer, work))
        try:
            self._table.put(_offer_item(offer), condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True

    def change(self, before: Offer, after: Offer) -> bool:
        self._note_holder(after, [key for key in after.ids if key not in before.ids])
        if before.state is OfferState.ACCEPTED and after.state is not OfferState.ACCEPTED:
            self._table.delete(_log_key(before))
        item, condition = _offer_item(after), "st = :seen"
        try:
            if after.state is OfferState.ACCEPTED:
                claimed = work_claimed_item(_claimed(after))
                self._table.put_together([item, claimed], condition=condition, seen=before.state)
            else:
                self._table.put(item, condition=condition, seen=before.state)
        except ConditionFailed:
            return False
        if not after.undecided:
            self._table.delete((_user_pk(after.user_id), f"G#{after.offer_id}"))
        return True

    def _note_holder(self, offer: Offer, ids: Iterable[str]) -> None:
        for key in ids:
            self._table.update(_holders_key(key), "ADD us :users", users=frozenset({offer.user_id}))

    def works(self, offers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OfferedWork]:
        keys = [(_user_pk(user_id), f"G#{offer_id}") for user_id, offer_id in offers]
        found = self._table.get_many(keys, consistent=True)
        return {(item["pk"][2:], item["sk"][2:]): packed_work(item) for item in found}

    def forget_user(self, user_id: str) -> None:
        forget_offers(self._table, user_id)


def forget_offers(table: Table, user_id: str) -> None:
    """Delete what searching has stored about a user; the offers last, for they name the rest."""
    items = list(table.query(_user_pk(user_id), consistent=True))
    offers = [_offer_of(item) for item in items if item["sk"].startswith("F#")]
    for offer in offers:
        for key in offer.ids:
            _forget_holder(table, key, user_id)
        if offer.answered_ms is not None:
            table.delete(_log_key(offer))
    mine = [item for item in items if item["sk"].startswith(("G#", "N#")) or item.get("from") == Origin.SEARCH]
    table.delete_many([(item["pk"], item["sk"]) for item in mine])
    table.delete_many([(_user_pk(user_id), f"F#{offer.offer_id}") for offer in offers])
    table.delete((_user_pk(user_id), _EVER))


def _forget_holder(table: Table, key: str, user_id: str) -> None:
    left = table.update(_holders_key(key), "DELETE us :users", users=frozenset({user_id}))
    if left is None or "us" not in left:
        try:
            table.delete(_holders_key(key), condition="attribute_not_exists(us)")
        except ConditionFailed:
            return  # somebody else has an offer by now


def pack_work(work: OfferedWork) -> Plain:
    """Attributes that hold the work."""
    packed = zlib.compress(to_json(dict(work.data)).encode("utf-8", "surrogatepass"), 9)
    return {"src": work.source, "sid": work.source_id, "t": work.type, "z": packed}


def packed_work(item: Plain) -> OfferedWork:
    """The work that `pack_work` packed."""
    data = json.loads(zlib.decompress(item["z"]).decode("utf-8", "surrogatepass"))
    return OfferedWork(item["src"], item["sid"], item["t"], data)


def _user_pk(user_id: str) -> str:
    return f"U#{user_id}"


def _holders_key(key: str) -> Key:
    return f"X#{key}", _HOLDERS


def _claimed(offer: Offer) -> WorkClaimed:
    assert offer.answered_ms is not None
    return WorkClaimed(offer.user_id, offer.offer_id, offer.orcid_id, offer.answered_ms)


def _log_key(offer: Offer) -> Key:
    item = work_claimed_item(_claimed(offer))
    return item["pk"], item["sk"]


def _work_item(offer: Offer, work: OfferedWork) -> Plain:
    return {"pk": _user_pk(offer.user_id), "sk": f"G#{offer.offer_id}", **pack_work(work)}


def _offer_item(offer: Offer) -> Plain:
    return {
        "pk": _user_pk(offer.user_id),
        "sk": f"F#{offer.offer_id}",
        "st": offer.state,
        "ids": to_json(offer.ids),
        "n": offer.title or None,
        "src": offer.source or None,
        "sid": offer.source_id or None,
        "by": offer.matched_by,
        "orcid": offer.orcid_id,
        "at": offer.created_ms,
        "ans": offer.answered_ms,
    }


def _offer_of(item: Plain) -> Offer:
    return Offer(
        user_id=item["pk"][2:],
        offer_id=item["sk"][2:],
        ids=tuple(json.loads(item["ids"])),
        title=item.get("n", ""),
        source=item.get("src", ""),
        source_id=item.get("sid", ""),
        matched_by=item["by"],
        orcid_id=item["orcid"],
        created_ms=item["at"],
        state=OfferState(item["st"]),
        answered_ms=item.get("ans"),
    )
