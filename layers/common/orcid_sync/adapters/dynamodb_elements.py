"""What is remembered of reading an Elements server, in the sync table (R45)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Key, Table
from orcid_sync.domain.elements_pull import KnownUser, Listing, PullState, UserToCompare
from orcid_sync.domain.errors import ConflictError

_STATE: Key = ("ELEMENTS", "PULL")
_USERS_PK = "ELEMENTS"
_USER_PREFIX = "U#"
_MARKS_PK = "ELEMENTS#COMPARE"


class DynamoDbPullStates:
    """Item `ELEMENTS` / `PULL`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self) -> PullState:
        item = self._table.get(_STATE, consistent=True)
        if item is None:
            return PullState()
        values: dict[str, Any] = {name: value for name, value in item.items() if name not in ("pk", "sk")}
        listing = values.get("listing")
        return PullState(
            **{
                **values,
                "listing": Listing(listing) if listing else None,
                "precedence": tuple(json.loads(values.get("precedence", "[]"))),
            }
        )

    def put(self, state: PullState) -> PullState:
        stored = replace(state, rev=state.rev + 1)
        values = asdict(stored) | {"precedence": json.dumps(stored.precedence)}
        item = {name: value for name, value in values.items() if value is not None}
        condition = "rev = :seen" if state.rev else "attribute_not_exists(pk)"
        seen = {"seen": state.rev} if state.rev else {}
        try:
            self._table.put({"pk": _STATE[0], "sk": _STATE[1], **item}, condition=condition, **seen)
        except ConditionFailed as exc:
            raise ConflictError("Elements is being read by another invocation.") from exc
        return stored


class DynamoDbPullIndex:
    """Items `ELEMENTS` / `U#{id}`, `ELEMENTS#T#{id}` / `TIE` and `ELEMENTS#COMPARE` / `{id}`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_users(self, users: Iterable[KnownUser]) -> None:
        self._table.put_many(
            [
                {"pk": _USERS_PK, "sk": _user_sk(user.elements_id), "u": user.user_id, "run": user.run_id}
                for user in users
            ]
        )

    def users(self, elements_ids: Iterable[str]) -> dict[str, KnownUser]:
        keys = [(_USERS_PK, _user_sk(elements_id)) for elements_id in elements_ids]
        found = map(_user, self._table.get_many(keys, consistent=True))
        return {user.elements_id: user for user in found}

    def all_users(self) -> tuple[KnownUser, ...]:
        return tuple(map(_user, self._table.query(_USERS_PK, _USER_PREFIX, consistent=True)))

    def forget_user(self, user: KnownUser) -> None:
        self._table.delete((_USERS_PK, _user_sk(user.elements_id)))

    def note_ties(self, ties: Mapping[str, str]) -> None:
        self._table.put_many([{"pk": _tie_pk(tie), "sk": "TIE", "e": user} for tie, user in ties.items()])

    def ties(self, relationship_ids: Iterable[str]) -> dict[str, str]:
        keys = [(_tie_pk(tie), "TIE") for tie in relationship_ids]
        found = self._table.get_many(keys, consistent=True)
        return {item["pk"].removeprefix(_tie_pk("")): item["e"] for item in found}

    def mark(self, users: Iterable[UserToCompare]) -> None:
        """Without a condition: only the one run under way marks, and time goes on."""
        latest = {user.elements_id: user for user in users}
        self._table.put_many(
            [
                {"pk": _MARKS_PK, "sk": user.elements_id, "u": user.user_id, "t": user.marked_ms}
                for user in latest.values()
            ]
        )

    def marked(self, *, limit: int) -> tuple[UserToCompare, ...]:
        """In the order of their ids: all of them are compared before a run ends."""
        found = []
        for item in self._table.query(_MARKS_PK, consistent=True, limit=limit):
            found.append(UserToCompare(item["u"], item["sk"], item["t"]))
            if len(found) == limit:
                break
        return tuple(found)

    def unmark(self, user: UserToCompare) -> None:
        try:
            self._table.delete(
                (_MARKS_PK, user.elements_id), condition="t = :t AND u = :u", t=user.marked_ms, u=user.user_id
            )
        except ConditionFailed:
            return


def _user_sk(elements_id: str) -> str:
    return f"{_USER_PREFIX}{elements_id}"


def _tie_pk(relationship_id: str) -> str:
    return f"ELEMENTS#T#{relationship_id}"


def _user(item: Mapping[str, Any]) -> KnownUser:
    return KnownUser(item["u"], str(item["sk"]).removeprefix(_USER_PREFIX), item["run"])
