"""Erased users, and what else stands about a user, in both tables (R48)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from orcid_sync.adapters.dynamodb_audit import audit_pk
from orcid_sync.adapters.dynamodb_offers import forget_offers
from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain, maybe_json
from orcid_sync.adapters.items_catalogue import CLAIMANTS_KEY
from orcid_sync.adapters.items_catalogue import orcid_pk as id_index_pk
from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.ports.clock import Clock

_ERASED = "ERASED"
_CLAIMED = "CLAIMED"
_LEFT_SECONDS = 30 * 86_400
# So many months without an entry are taken for the beginning of the audit trail.
_EMPTY_MONTHS = 24


class DynamoDbErasures:
    """Items `ERASED` / digest of the user's id, and `ERASED` / `{digest}#LEFT`, which expires, of the sync table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def get(self, user_id: str) -> Erasure | None:
        found = {item["sk"]: item for item in self._table.query(_ERASED, _digest(user_id), consistent=True)}
        item = found.get(_digest(user_id))
        if item is None:
            return None
        left = found.get(_left_key(user_id), {})
        fresh = left.get("expires_at", 0) > self._clock.now_ms() // 1000
        return Erasure(
            user_id=user_id,
            requested_ms=item["at"],
            remove_works="rem" in item,
            state=ErasureState(item["st"]),
            finished_ms=item.get("fin"),
            left={i: tuple(codes) for i, codes in json.loads(left["left"]).items()} if fresh else {},
        )

    def put(self, erasure: Erasure) -> None:
        key = {"pk": _ERASED, "sk": _digest(erasure.user_id)}
        times = {"at": erasure.requested_ms, "fin": erasure.finished_ms}
        if erasure.left:
            expires_at = self._clock.now_ms() // 1000 + _LEFT_SECONDS
            left = {"left": maybe_json(erasure.left), "expires_at": expires_at}
            self._table.put({**key, "sk": _left_key(erasure.user_id), **left})
        self._table.put({**key, **times, "st": erasure.state, "rem": erasure.remove_works or None})

    def delete(self, user_id: str) -> None:
        for sk in (_left_key(user_id), _digest(user_id)):
            self._table.delete((_ERASED, sk))

    def among(self, user_ids: Iterable[str]) -> frozenset[str]:
        return self._in_state(user_ids, frozenset(ErasureState))

    def finished(self, user_ids: Iterable[str]) -> frozenset[str]:
        return self._in_state(user_ids, frozenset({ErasureState.ERASED}))

    def _in_state(self, user_ids: Iterable[str], states: frozenset[ErasureState]) -> frozenset[str]:
        """One query for all who ever were erased: there are few, and a batch of the feed names many users."""
        digests = {_digest(user_id): user_id for user_id in user_ids}
        found = {item["sk"] for item in self._table.query(_ERASED, consistent=True) if item.get("st") in states}
        return frozenset(digests[digest] for digest in digests.keys() & found)


class DynamoDbPersonalData:
    """Reads the whole audit trail for one user: rare, and some 75 read units for 2,000 entries."""

    def __init__(self, sync: Table, catalogue: Table, clock: Clock) -> None:
        self._sync = sync
        self._catalogue = catalogue
        self._clock = clock

    def orcid_ids(self, user_id: str) -> frozenset[str]:
        return frozenset(item["orcid"] for item in self._trail() if item.get("user") == user_id and "orcid" in item)

    def purge(self, user_id: str, orcid_ids: Iterable[str]) -> None:
        forget_offers(self._sync, user_id)
        for table in (self._sync, self._catalogue):
            pk = f"U#{user_id}"
            table.delete_many([(pk, item["sk"]) for item in table.query(pk, consistent=True)])
        log = self._sync.query(_CLAIMED, consistent=True)
        self._sync.delete_many([(_CLAIMED, item["sk"]) for item in log if item["sk"].split("#")[1] == user_id])
        for orcid_id in orcid_ids:
            self._forget_claimant(orcid_id, user_id)

    def _forget_claimant(self, orcid_id: str, user_id: str) -> None:
        """`lu`, the claimant last noted, has to be somebody for the stream; with nobody else left the item goes."""
        key = (id_index_pk(orcid_id), CLAIMANTS_KEY)
        item = self._catalogue.get(key, consistent=True)
        if item is None or user_id not in item.get("us", ()):
            return
        others = sorted(item["us"] - {user_id})
        try:
            if others:
                expression = "DELETE us :users SET lu = :other"
                condition = "contains(us, :other)"
                users = frozenset({user_id})
                self._catalogue.update(key, expression, condition=condition, users=users, other=others[0])
            else:
                self._catalogue.delete(key, condition="us = :users", users=item["us"])
        except ConditionFailed:
            self._forget_claimant(orcid_id, user_id)

    def pseudonymise(self, user_id: str, pseudonym: str) -> None:
        for item in self._trail():
            if item.get("user") == user_id:
                by = pseudonym if item["by"] == user_id else item["by"]
                kept = {name: item[name] for name in ("pk", "sk", "act")}
                self._sync.put({**kept, "by": by, "user": pseudonym})
            elif item["by"] == user_id:
                self._sync.put({**item, "by": pseudonym})

    def _trail(self) -> Iterator[Plain]:
        moment = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        empty = 0
        while empty < _EMPTY_MONTHS:
            empty += 1
            for item in self._sync.query(audit_pk(round(moment.timestamp() * 1000)), consistent=True):
                empty = 0
                yield item
            moment = moment.replace(day=1) - timedelta(days=1)


def _digest(user_id: str) -> str:
    """Ids of users are short and can be guessed: this hides them from who reads, not from who searches."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:32]


def _left_key(user_id: str) -> str:
    return f"{_digest(user_id)}#LEFT"
