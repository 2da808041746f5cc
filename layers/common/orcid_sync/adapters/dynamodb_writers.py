"""Writer items in DynamoDB: who may write to an iD, what woke it, who is writing, when it is due (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.adapters.items_writer import SHARDS, due_lane, visit_values, writer_key, writer_of
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Lane, WriterState

# Causes, schedule and visit of one iD meet here; each round some other write has won, so rounds are few.
_TRIES = 10
_MOVED = "The writer item is being changed by others again and again; repeat later."
# What a new owner must not inherit: adoption, the last rules, the guard, pauses and errors belong to the link before.
_OF_THE_VISITS = (
    "adopted",
    "rec",
    "pause",
    "pausewhy",
    "prim",
    "applied",
    "guard",
    "backoff",
    "synced",
    "again",
    "err",
)


class DynamoDbWriters:
    """Items `O#{iD}` / `WRITER` of the sync table; only those to be visited carry `due_lane` and `due_at`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, orcid_id: str) -> WriterState | None:
        item = self._table.get(writer_key(orcid_id), consistent=True)
        return writer_of(item) if item is not None and "own" in item else None

    def acquire(self, orcid_id: str, owner: str, *, replacing: str | None = None) -> bool:
        """With `replacing` the visits' own memory is cleared: the next owner adopts the works anew (R22)."""
        expression = "SET own = :own, wake = if_not_exists(wake, :zero), seen = if_not_exists(seen, :zero), "
        expression += "lane = if_not_exists(lane, :normal)"
        condition = "attribute_not_exists(own) OR own = :own"
        values: Plain = {"own": owner, "zero": 0, "normal": Lane.NORMAL}
        gone = ["expires_at"]
        if replacing is not None:
            gone += _OF_THE_VISITS
            condition += " OR own = :before"
            values["before"] = replacing
        expression += f" REMOVE {', '.join(gone)}"
        return self._changed(orcid_id, expression, condition, values) is not None

    def _changed(self, orcid_id: str, expression: str, condition: str, values: Mapping[str, Any]) -> Plain | None:
        """The item after the change, or None when the condition did not hold."""
        try:
            return self._table.update(writer_key(orcid_id), expression, condition=condition, **values)
        except ConditionFailed:
            return None

    def wake(
        self,
        orcid_id: str,
        owner: str,
        *,
        lane: Lane,
        due_ms: int,
        reconcile: bool = False,
        again_ms: int | None = None,
    ) -> WriterState | None:
        """Usually one write. When the item is due earlier or in the faster lane, that is kept, by a second write on
        condition of what was seen: a release in between must not leave the wake without its due time."""
        also: Plain = ({"rec": True} if reconcile else {}) | ({"again": again_ms} if again_ms is not None else {})
        first = "own = :own AND (attribute_not_exists(due_at) OR due_at >= :due)"
        try:
            if lane is Lane.HIGH:
                return self._woken(orcid_id, owner, lane, due_ms, also, condition=first)
            return self._woken(orcid_id, owner, lane, due_ms, also, condition=f"{first} AND lane = :lane")
        except ConditionFailed as failed:
            seen = failed.item
        for _ in range(_TRIES):
            if seen is None or seen.get("own") != owner:
                return None
            kept_lane = Lane.HIGH if Lane.HIGH in (lane, seen["lane"]) else Lane.NORMAL
            kept_due = min(due_ms, seen.get("due_at", due_ms))
            condition = f"own = :own AND lane = :seenlane AND {_due_as(seen)}"
            extra = {"seenlane": seen["lane"]} | _due_value(seen)
            try:
                return self._woken(orcid_id, owner, kept_lane, kept_due, also, condition=condition, extra=extra)
            except ConditionFailed as failed:
                seen = failed.item
        raise ConflictError(_MOVED)

    def _woken(
        self,
        orcid_id: str,
        owner: str,
        lane: Lane,
        due_ms: int,
        also: Plain,
        *,
        condition: str,
        extra: Mapping[str, Any] | None = None,
    ) -> WriterState:
        expression = "SET wake = wake + :one, lane = :lane, due_lane = :duelane, due_at = :due"
        values: Plain = {
            "own": owner,
            "one": 1,
            "lane": lane,
            "duelane": due_lane(orcid_id, lane),
            "due": due_ms,
            **also,
            **(extra or {}),
        }
        expression += "".join(f", {name} = :{name}" for name in also)
        item = self._table.update(writer_key(orcid_id), expression, condition=condition, **values)
        assert item is not None
        return writer_of(item)

    def mark_queued(self, orcid_id: str, *, wake: int, lane: Lane, now_ms: int, due_ms: int | None) -> None:
        """An item that was taken out of the due index meanwhile is not put back by the schedule."""
        expression = "SET qwake = :wake, qms = :now, qlane = :lane"
        values: Plain = {"wake": wake, "now": now_ms, "lane": lane}
        if due_ms is None:
            self._changed(orcid_id, expression, "attribute_exists(pk)", values)
        else:
            self._changed(
                orcid_id, f"{expression}, due_at = :due", "attribute_exists(due_at)", values | {"due": due_ms}
            )

    def lease(self, orcid_id: str, *, lease_id: str, now_ms: int, until_ms: int) -> tuple[WriterState, bool] | None:
        try:
            before = self._table.update(
                writer_key(orcid_id),
                "SET lid = :lid, lend = :until",
                condition="attribute_exists(own) AND (attribute_not_exists(lid) OR lend <= :now)",
                returning="ALL_OLD",
                lid=lease_id,
                until=until_ms,
                now=now_ms,
            )
        except ConditionFailed:
            return None
        assert before is not None
        leased = replace(writer_of(before), lease_id=lease_id, lease_until_ms=until_ms)
        return leased, "lid" in before

    def release(self, state: WriterState) -> bool:
        values = (
            visit_values(state)
            | {"seen": state.wake, "again": state.again_ms}
            | _due(state.orcid_id, state.lane, state.due_ms)
        )
        condition = "lid = :ourlid AND wake = :ourwake AND own = :ourown"
        ours = {"ourlid": state.lease_id, "ourwake": state.wake, "ourown": state.owner}
        return self._settle(state.orcid_id, values, condition, ours)

    def abandon(self, state: WriterState, *, due_ms: int) -> None:
        """Reads the item first: what woke it may have brought it forward, raised its lane, asked to reconcile."""
        for _ in range(_TRIES):
            stored = self._table.get(writer_key(state.orcid_id), consistent=True)
            if stored is None or stored.get("lid") != state.lease_id:
                return
            if stored["own"] != state.owner:
                ours = {"ourlid": state.lease_id, "ourown": state.owner}
                self._changed(state.orcid_id, "REMOVE lid, lend", "lid = :ourlid AND own <> :ourown", ours)
                return
            woken = stored["wake"] > state.wake
            due = _sooner(due_ms, stored) if woken else due_ms
            lane = Lane.HIGH if Lane.HIGH in (state.lane, stored["lane"]) else Lane.NORMAL
            values = visit_values(state) | _due(state.orcid_id, lane, due)
            values["rec"] = True if state.reconcile or (woken and "rec" in stored) else None
            if stored.get("qwake", 0) <= state.wake:
                values["qwake"] = stored["seen"]
            condition = f"lid = :ourlid AND wake = :ourwake AND own = :ourown AND {_due_as(stored)}"
            ours = {"ourlid": state.lease_id, "ourwake": stored["wake"], "ourown": state.owner} | _due_value(stored)
            if self._settle(state.orcid_id, values, condition, ours):
                return
        raise ConflictError(_MOVED)

    def _settle(self, orcid_id: str, values: Plain, condition: str, ours: Mapping[str, Any]) -> bool:
        """Store a visit's end and clear its lease, on condition."""
        kept = {name: value for name, value in values.items() if value is not None}
        gone = [name for name, value in values.items() if value is None]
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in kept)
        expression += " REMOVE " + ", ".join(["lid", "lend", *gone])
        return self._changed(orcid_id, expression, condition, kept | dict(ours)) is not None

    def postpone(self, orcid_id: str, *, due_ms: int) -> None:
        looked_at = "SET qwake = seen"
        if self._changed(orcid_id, f"{looked_at}, due_at = :due", "due_at > :due", {"due": due_ms}) is None:
            self._changed(orcid_id, looked_at, "attribute_exists(pk)", {})

    def disown(self, orcid_id: str, owner: str) -> None:
        expression = "SET wake = wake + :one REMOVE due_at, due_lane"
        self._changed(orcid_id, expression, "own = :own", {"own": owner, "one": 1})

    def drop(self, orcid_id: str, *, lease_id: str, now_ms: int) -> None:
        """The count of wakes stays for an hour: begun anew, a message of the next owner's could bear the deduplication
        id of one of this one's, and SQS would swallow it.
        """
        gone = ("own", "lid", "lend", "due_at", "due_lane", "qwake", "qms", "qlane", *_OF_THE_VISITS)
        expression = f"SET seen = wake, lane = :normal, expires_at = :expires REMOVE {', '.join(gone)}"
        values = {"lid": lease_id, "normal": Lane.NORMAL, "expires": now_ms // 1000 + 3600}
        if self._changed(orcid_id, expression, "lid = :lid", values) is None:
            raise ConflictError("Somebody else took the lease of this record meanwhile; repeat.")

    def due(self, lane: Lane, *, now_ms: int, limit: int) -> list[tuple[str, int]]:
        found: list[tuple[int, str]] = []
        for shard in range(SHARDS):
            items = self._table.query_index(
                "due", "due_lane = :lane AND due_at <= :now", limit=limit, lane=f"{lane}#{shard}", now=now_ms
            )
            found.extend((item["due_at"], item["pk"][2:]) for _, item in zip(range(limit), items, strict=False))
        return [(orcid_id, due_ms) for due_ms, orcid_id in sorted(found)[:limit]]


def _sooner(due_ms: int, woken: Plain) -> int | None:
    """When a visit that something woke is due; what took the item out of the due index meanwhile holds."""
    return min(due_ms, woken["due_at"]) if "due_at" in woken else None


def _due(orcid_id: str, lane: Lane, due_ms: int | None) -> Plain:
    """Lane and due time as attributes; without a due time the item leaves the index."""
    return {"lane": lane, "due_at": due_ms, "due_lane": None if due_ms is None else due_lane(orcid_id, lane)}


def _due_as(seen: Plain) -> str:
    return "due_at = :seendue" if "due_at" in seen else "attribute_not_exists(due_at)"


def _due_value(seen: Plain) -> Plain:
    return {"seendue": seen["due_at"]} if "due_at" in seen else {}
