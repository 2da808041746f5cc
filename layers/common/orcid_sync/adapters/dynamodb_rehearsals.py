"""How far each rehearsal is, in the sync table (R57)."""

from __future__ import annotations

import json
from typing import Any

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain, to_json
from orcid_sync.domain.rehearsal import Division, Rehearsal, Result
from orcid_sync.ports.clock import Clock

REHEARSALS = "REHEARSALS"


class DynamoDbRehearsals:
    """Items `REHEARSALS` / `{rehearsal id}`; the ids sort by time. Each change is one update, so none can be lost."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def put(self, rehearsal: Rehearsal) -> None:
        self._table.put(
            {
                "pk": REHEARSALS,
                "sk": rehearsal.rehearsal_id,
                "at": rehearsal.requested_ms,
                "by": rehearsal.requested_by,
                "try": to_json(dict(rehearsal.tried)),
                "expires_at": rehearsal.expires_ms // 1000,
            }
        )

    def get(self, rehearsal_id: str) -> Rehearsal | None:
        return self._living(self._table.get((REHEARSALS, rehearsal_id), consistent=True))

    def since(self, from_ms: int) -> list[Rehearsal]:
        found: list[Rehearsal] = []
        for item in self._table.query(REHEARSALS, consistent=True, newest_first=True, limit=20):
            if item["at"] < from_ms:
                break
            rehearsal = self._living(item)
            if rehearsal is not None:
                found.append(rehearsal)
        return found

    def divide(self, rehearsal_id: str, division: Division) -> Rehearsal | None:
        values = {"file": division.links_file, "users": division.users, "links": division.links}
        expression = "SET lf = :file, nu = :users, nl = :links"
        condition = "attribute_exists(pk) AND attribute_not_exists(lf)"
        try:
            return self._update(rehearsal_id, expression, condition, **values)
        except ConditionFailed as failed:
            return self._living(failed.item)

    def note_done(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        expression = "ADD done :part DELETE lost :part"
        try:
            return self._update(rehearsal_id, expression, "attribute_exists(pk)", part=_numbers(part))
        except ConditionFailed:
            return None

    def note_lost(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        condition = "attribute_exists(pk) AND NOT contains(done, :number)"
        try:
            return self._update(rehearsal_id, "ADD lost :part", condition, part=_numbers(part), number=_number(part))
        except ConditionFailed as failed:
            return self._living(failed.item)

    def finish(self, seen: Rehearsal, result: Result) -> None:
        text = [result.finished_ms, dict(result.totals), result.csv_file, result.failed, result.missing_users]
        as_seen = "size(done) = :done" if seen.done else "attribute_exists(pk) AND attribute_not_exists(done)"
        values: dict[str, Any] = {"done": len(seen.done)} if seen.done else {}
        try:
            self._update(seen.rehearsal_id, "SET res = :result", as_seen, result=to_json(text), **values)
        except ConditionFailed:
            return  # another part is done by now, and whoever did it joins

    def _update(self, rehearsal_id: str, expression: str, condition: str, **values: Any) -> Rehearsal | None:
        after = self._table.update((REHEARSALS, rehearsal_id), expression, condition=condition, **values)
        return self._living(after)

    def _living(self, item: Plain | None) -> Rehearsal | None:
        """Expiry is lazy: whoever reads looks at the time."""
        if item is None or item["expires_at"] <= self._clock.now_ms() // 1000:
            return None
        return _rehearsal_of(item)


def _rehearsal_of(item: Plain) -> Rehearsal:
    return Rehearsal(
        rehearsal_id=item["sk"],
        requested_ms=item["at"],
        requested_by=item["by"],
        tried=json.loads(item["try"]),
        division=Division(item["lf"], item["nu"], item["nl"]) if "lf" in item else None,
        done=frozenset(map(int, item.get("done", ()))),
        lost=frozenset(map(int, item.get("lost", ()))),
        result=_result_of(item["res"]) if "res" in item else None,
    )


def _result_of(text: str) -> Result:
    finished_ms, totals, csv_file, failed, missing = json.loads(text)
    return Result(finished_ms, totals, csv_file, failed, tuple(missing))


def _number(part: int) -> str:
    return str(part)


def _numbers(part: int) -> frozenset[str]:
    return frozenset({_number(part)})
