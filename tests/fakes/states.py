"""Authorisations under way, in memory; single use (R16)."""

from __future__ import annotations

from orcid_sync.ports.authorisation import Authorising


class FakeAuthorisationStates:
    """`under_way` is open to tests."""

    def __init__(self) -> None:
        self.under_way: dict[str, Authorising] = {}

    def put(self, authorising: Authorising) -> None:
        self.under_way[authorising.state_id] = authorising

    def get(self, state_id: str, *, now_ms: int) -> Authorising | None:
        found = self.under_way.get(state_id)
        return found if found is not None and found.expires_ms > now_ms else None

    def take(self, state_id: str, *, now_ms: int) -> Authorising | None:
        taken = self.under_way.pop(state_id, None)
        return taken if taken is not None and taken.expires_ms > now_ms else None
