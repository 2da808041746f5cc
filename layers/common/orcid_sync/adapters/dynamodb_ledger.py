"""The ledger in DynamoDB: rows guarded by their rev, intents, and a history that expires after 12 months (R63)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.items_sync import (
    INTENT_KEY,
    attempt_item,
    attempt_of,
    attempts_prefix,
    entry_item,
    entry_of,
    intent_item,
    intent_of,
    orcid_pk,
    unmatched_item,
    unmatched_of,
    unmatched_sk,
)
from orcid_sync.domain.errors import ConflictError, InvalidError
from orcid_sync.domain.ledger import LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Attempt, Intent
from orcid_sync.ports.clock import Clock

HISTORY_SECONDS = 365 * 86_400
_CHANGED = "The ledger row was changed meanwhile; look again."
# A comma for the key's `#`: in an address that would begin the fragment.
_CURSOR = re.compile(r"[0-9]{13},[0-9]{4}")


class DynamoDbLedger:
    """Items `O#{iD}` / `W#{publication}`, `INTENT` and `H#{user}#{publication}#{time}#{number}` of the
    sync table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._numbers = itertools.count()

    def entries(self, orcid_id: str, *, consistent: bool) -> dict[str, LedgerEntry]:
        rows = map(entry_of, self._table.query(orcid_pk(orcid_id), "W#", consistent=consistent))
        return {entry.publication_id: entry for entry in rows}

    def entry(self, orcid_id: str, publication_id: str) -> LedgerEntry | None:
        item = self._table.get((orcid_pk(orcid_id), f"W#{publication_id}"), consistent=True)
        return entry_of(item) if item is not None else None

    def put(self, orcid_id: str, entry: LedgerEntry) -> LedgerEntry:
        stored = replace(entry, rev=entry.rev + 1)
        try:
            if entry.rev:
                self._table.put(entry_item(orcid_id, stored), condition="rev = :rev", rev=entry.rev)
            else:
                self._table.put(entry_item(orcid_id, stored), condition="attribute_not_exists(pk)")
        except ConditionFailed as failed:
            raise ConflictError(_CHANGED) from failed
        return stored

    def delete(self, orcid_id: str, entry: LedgerEntry) -> None:
        key = (orcid_pk(orcid_id), f"W#{entry.publication_id}")
        try:
            self._table.delete(key, condition="rev = :rev", rev=entry.rev)
        except ConditionFailed as failed:
            raise ConflictError(_CHANGED) from failed

    def intent(self, orcid_id: str) -> Intent | None:
        item = self._table.get((orcid_pk(orcid_id), INTENT_KEY), consistent=True)
        return intent_of(item) if item is not None else None

    def put_intent(self, orcid_id: str, intent: Intent) -> None:
        self._table.put(intent_item(orcid_id, intent))

    def clear_intent(self, orcid_id: str) -> None:
        self._table.delete((orcid_pk(orcid_id), INTENT_KEY))

    def record_attempts(self, orcid_id: str, user_id: str, attempts: Sequence[Attempt]) -> None:
        self._table.put_many(
            [
                attempt_item(
                    orcid_id,
                    user_id,
                    attempt,
                    number=next(self._numbers) % 10_000,
                    expires_at=attempt.at_ms // 1000 + HISTORY_SECONDS,
                )
                for attempt in attempts
            ]
        )

    def forget_history(self, orcid_id: str, user_id: str) -> None:
        self._forget(orcid_id, attempts_prefix(user_id))

    def forget_all(self, orcid_id: str) -> None:
        for prefix in ("W#", "X#"):
            self._forget(orcid_id, prefix)
        self.clear_intent(orcid_id)

    def _forget(self, orcid_id: str, prefix: str) -> None:
        pk = orcid_pk(orcid_id)
        self._table.delete_many([(pk, item["sk"]) for item in self._table.query(pk, prefix, consistent=True)])

    def note_unmatched(self, orcid_id: str, works: Sequence[UnmatchedWork]) -> None:
        """A work known already keeps since when, so that nothing is written for it."""
        known = {work.put_code for work in self.unmatched(orcid_id)}
        found = {work.put_code for work in works}
        for put_code in known - found:
            self._table.delete((orcid_pk(orcid_id), unmatched_sk(put_code)))
        self._table.put_many([unmatched_item(work) for work in works if work.put_code not in known])

    def unmatched(self, orcid_id: str) -> list[UnmatchedWork]:
        return [unmatched_of(item) for item in self._table.query(orcid_pk(orcid_id), "X#", consistent=True)]

    def attempts(
        self, orcid_id: str, user_id: str, publication_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Attempt], str | None]:
        """Expiry is checked here, for DynamoDB deletes late. Raises InvalidError for a bad cursor."""
        if cursor is not None and not _CURSOR.fullmatch(cursor):
            raise InvalidError("This cursor is not one that the history gave.")
        prefix = attempts_prefix(user_id, publication_id)
        found = self._table.query(
            orcid_pk(orcid_id),
            prefix,
            consistent=False,
            newest_first=True,
            limit=limit + 1,
            after=f"{prefix}{cursor.replace(',', '#')}" if cursor else None,
        )
        now_seconds = self._clock.now_ms() // 1000
        living = itertools.takewhile(lambda item: item["expires_at"] > now_seconds, found)
        page = list(itertools.islice(living, limit + 1))
        following = page[limit - 1]["sk"].removeprefix(prefix).replace("#", ",") if len(page) > limit else None
        return [attempt_of(item) for item in page[:limit]], following
