"""Erased users, and what else stands about a user, in memory (R48)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orcid_sync.domain.erasure import Erasure, ErasureState

from tests.fakes.audit import FakeAuditTrail
from tests.fakes.catalogue import FakeCatalogue


class FakeErasures:
    """`stored` is open to tests."""

    def __init__(self) -> None:
        self.stored: dict[str, Erasure] = {}

    def get(self, user_id: str) -> Erasure | None:
        return self.stored.get(user_id)

    def put(self, erasure: Erasure) -> None:
        self.stored[erasure.user_id] = erasure

    def delete(self, user_id: str) -> None:
        self.stored.pop(user_id, None)

    def finished(self, user_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(u for u in self.among(user_ids) if self.stored[u].state is ErasureState.ERASED)

    def among(self, user_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(self.stored.keys() & set(user_ids))


class FakePersonalData:
    """What the fakes of catalogue and audit trail hold."""

    def __init__(self, catalogue: FakeCatalogue, audit: FakeAuditTrail) -> None:
        self.catalogue, self.audit = catalogue, audit

    def orcid_ids(self, user_id: str) -> frozenset[str]:
        return frozenset(e.orcid_id for e in self.audit.entries if e.user_id == user_id and e.orcid_id is not None)

    def purge(self, user_id: str, orcid_ids: Iterable[str]) -> None:
        self.catalogue.forget_user(user_id)

    def pseudonymise(self, user_id: str, pseudonym: str) -> None:
        for number, entry in enumerate(self.audit.entries):
            by = pseudonym if entry.by == user_id else entry.by
            changed = replace(entry, by=by)
            if entry.user_id == user_id:
                changed = replace(changed, user_id=pseudonym, orcid_id=None, before=None, after=None)
            self.audit.entries[number] = changed
