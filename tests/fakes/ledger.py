"""The ledger in memory, with intents and attempts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.ledger import LedgerEntry, UnmatchedWork
from orcid_sync.domain.links import Attempt, Intent
from orcid_sync.ports.clock import Clock

from tests.fakes.clock import FakeClock

YEAR_MS = 365 * 86_400_000


class FakeLedger:
    """Open to tests: `rows`, `intents`, `strangers` (unmatched works), `history` by iD and user, oldest first."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.rows: dict[str, dict[str, LedgerEntry]] = defaultdict(dict)
        self.intents: dict[str, Intent] = {}
        self.strangers: dict[str, dict[int, UnmatchedWork]] = defaultdict(dict)
        self.history: dict[tuple[str, str], list[Attempt]] = defaultdict(list)

    def entries(self, orcid_id: str, *, consistent: bool) -> dict[str, LedgerEntry]:
        return dict(self.rows[orcid_id])

    def entry(self, orcid_id: str, publication_id: str) -> LedgerEntry | None:
        return self.rows[orcid_id].get(publication_id)

    def put(self, orcid_id: str, entry: LedgerEntry) -> LedgerEntry:
        self._check(orcid_id, entry, absent_is=0)
        self.rows[orcid_id][entry.publication_id] = stored = replace(entry, rev=entry.rev + 1)
        return stored

    def delete(self, orcid_id: str, entry: LedgerEntry) -> None:
        self._check(orcid_id, entry, absent_is=-1)
        del self.rows[orcid_id][entry.publication_id]

    def _check(self, orcid_id: str, entry: LedgerEntry, *, absent_is: int) -> None:
        stored = self.rows[orcid_id].get(entry.publication_id)
        if (stored.rev if stored else absent_is) != entry.rev:
            raise ConflictError("The ledger row was changed meanwhile; look again.")

    def intent(self, orcid_id: str) -> Intent | None:
        return self.intents.get(orcid_id)

    def put_intent(self, orcid_id: str, intent: Intent) -> None:
        self.intents[orcid_id] = intent

    def clear_intent(self, orcid_id: str) -> None:
        self.intents.pop(orcid_id, None)

    def record_attempts(self, orcid_id: str, user_id: str, attempts: Sequence[Attempt]) -> None:
        self.history[orcid_id, user_id].extend(attempts)

    def forget_history(self, orcid_id: str, user_id: str) -> None:
        self.history.pop((orcid_id, user_id), None)

    def forget_all(self, orcid_id: str) -> None:
        for store in (self.rows, self.strangers, self.intents):
            store.pop(orcid_id, None)

    def note_unmatched(self, orcid_id: str, works: Sequence[UnmatchedWork]) -> None:
        known = self.strangers[orcid_id]
        self.strangers[orcid_id] = {work.put_code: known.get(work.put_code, work) for work in works}

    def unmatched(self, orcid_id: str) -> list[UnmatchedWork]:
        return [self.strangers[orcid_id][put_code] for put_code in sorted(self.strangers[orcid_id])]

    def attempts(
        self, orcid_id: str, user_id: str, publication_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Attempt], str | None]:
        oldest_ms = self.clock.now_ms() - YEAR_MS
        mine = [
            attempt
            for attempt in self.history[orcid_id, user_id]
            if attempt.publication_id == publication_id and attempt.at_ms > oldest_ms
        ]
        newest_first = sorted(mine, key=lambda attempt: attempt.at_ms)[::-1]
        begin = int(cursor) if cursor else 0
        end = begin + limit
        return newest_first[begin:end], str(end) if end < len(newest_first) else None
