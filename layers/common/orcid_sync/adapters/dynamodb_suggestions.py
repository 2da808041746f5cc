"""Suggestions, and claims made here that the feed has not answered, in the sync table (R41)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.domain.claiming import ClaimMade, Origin, Suggestion, SuggestionState, WorkClaimed
from orcid_sync.domain.errors import FieldError, InvalidError

_CLAIMED = "CLAIMED"
# Commas for the key's `#`: in an address that would begin the fragment.
_CURSOR = re.compile(r"[0-9]{13},[A-Za-z0-9._~:@-]{1,64},!?[A-Za-z0-9._~:@-]{1,64}")
# Before an offer's id: no publication's id holds it.
_OFFER = "!"


class DynamoDbSuggestions:
    """Items `U#{user}` / `S#{suggestion}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_user(self, user_id: str) -> tuple[Suggestion, ...]:
        return tuple(_suggestion_of(item) for item in self._table.query(f"U#{user_id}", "S#", consistent=True))

    def some(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        keys = [(f"U#{user_id}", f"S#{suggestion_id}") for user_id, suggestion_id in wanted]
        found = map(_suggestion_of, self._table.get_many(keys, consistent=True))
        return {(suggestion.user_id, suggestion.suggestion_id): suggestion for suggestion in found}

    def add(self, suggestion: Suggestion) -> bool:
        try:
            self._table.put(_suggestion_item(suggestion), condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True

    def put(self, suggestion: Suggestion) -> None:
        self._table.put(_suggestion_item(suggestion))

    def withdraw(self, suggestion: Suggestion) -> None:
        item = _suggestion_item(suggestion)
        try:
            self._table.delete(
                (item["pk"], item["sk"]),
                condition="attribute_not_exists(pk) OR st <> :rejected",
                rejected=SuggestionState.REJECTED,
            )
        except ConditionFailed:
            return


def _suggestion_item(suggestion: Suggestion) -> Plain:
    return {
        "pk": f"U#{suggestion.user_id}",
        "sk": f"S#{suggestion.suggestion_id}",
        "st": suggestion.state,
        "from": suggestion.origin,
        "pub": suggestion.publication_id,
        "by": suggestion.matched_by,
        "at": suggestion.created_ms,
        "orcid": suggestion.searched or None,
    }


def _suggestion_of(item: Plain) -> Suggestion:
    return Suggestion(
        user_id=item["pk"][2:],
        suggestion_id=item["sk"][2:],
        publication_id=item["pub"],
        matched_by=item["by"],
        created_ms=item["at"],
        origin=Origin(item["from"]),
        state=SuggestionState(item["st"]),
        searched=item.get("orcid", ""),
    )


class DynamoDbClaimLog:
    """Items `CLAIMED` / `{time}#{user}#{publication}`: one partition, for claims are rare beside everything else.

    Those of works that the RIS lacks (`{time}#{user}#!{offer}`) are written with their offers (R42).
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, claim: ClaimMade) -> None:
        self._table.put({"pk": _CLAIMED, "sk": _log_key(claim), "orcid": claim.orcid_id})

    def holds(self, claim: ClaimMade) -> bool:
        return self._table.get((_CLAIMED, _log_key(claim)), consistent=True) is not None

    def remove(self, claim: ClaimMade) -> None:
        self._table.delete((_CLAIMED, _log_key(claim)))

    def since(
        self, since_ms: int, *, limit: int, cursor: str | None
    ) -> tuple[list[ClaimMade | WorkClaimed], str | None]:
        if cursor is not None and not _CURSOR.fullmatch(cursor):
            message = "Use the cursor that the page before gave as next."
            raise InvalidError("This cursor is not ours.", (FieldError("cursor", message),))
        # The bare time stands before every key that begins with it, so the time itself is included.
        after = max((cursor or "").replace(",", "#"), f"{since_ms:013d}")
        found = self._table.query(_CLAIMED, consistent=False, limit=limit + 1, after=after)
        items = list(islice(found, limit + 1))
        following = items[limit - 1]["sk"].replace("#", ",") if len(items) > limit else None
        return [_claim_of(item) for item in items[:limit]], following


def _log_key(claim: ClaimMade) -> str:
    return f"{claim.at_ms:013d}#{claim.user_id}#{claim.publication_id}"


def work_claimed_item(claim: WorkClaimed) -> Plain:
    """The log's item of a work that the RIS lacks."""
    sk = f"{claim.at_ms:013d}#{claim.user_id}#{_OFFER}{claim.offer_id}"
    return {"pk": _CLAIMED, "sk": sk, "orcid": claim.orcid_id}


def _claim_of(item: Plain) -> ClaimMade | WorkClaimed:
    at_ms, user_id, claimed = item["sk"].split("#")
    if claimed.startswith(_OFFER):
        return WorkClaimed(user_id, claimed.removeprefix(_OFFER), item["orcid"], int(at_ms))
    return ClaimMade(user_id, claimed, item["orcid"], int(at_ms))
