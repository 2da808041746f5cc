"""The registry: ORCID's Member API for works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orcid_sync.domain.outcomes import Answer, RecordReading
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Work


class Registry(Protocol):
    """ORCID's Member API for works. Calls never raise for what the registry or the network does: the Answer says it.

    The caller has taken a slot of the Gate before each call.
    """

    def read_works(self, orcid_id: str, token: AccessToken) -> RecordReading: ...

    def add_work(self, orcid_id: str, token: AccessToken, work: Work) -> Answer: ...

    def add_works(self, orcid_id: str, token: AccessToken, works: Sequence[Work]) -> Answer | list[Answer]:
        """At most 100 works: a list in the order of `works`, or one Answer for the whole request if it failed."""
        ...

    def update_work(self, orcid_id: str, token: AccessToken, put_code: int, work: Work) -> Answer: ...

    def remove_work(self, orcid_id: str, token: AccessToken, put_code: int) -> Answer: ...

    def body_size(self, work: Work) -> int:
        """Bytes of the work in a bulk body (a bulk stays below 1 MB, DESIGN 3.5)."""
        ...

    @property
    def longest_call_seconds(self) -> float:
        """The most that one call can take, time-outs included; no call starts that could outlive the lease."""
        ...
