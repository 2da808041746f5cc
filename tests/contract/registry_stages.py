"""What the contract of the Registry port is tried on: the registry in memory, and the adapter on the emulator."""

from __future__ import annotations

import itertools
from typing import Any, Protocol

import requests
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.adapters.orcid_json import work_to_json
from orcid_sync.domain.orcid_id import check_digit
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Work
from orcid_sync.ports.registry import Registry

from local.registry import RunningRegistry
from tests.fakes.clock import FakeClock
from tests.fakes.registry import FakeRegistry

US = "APP-0000000000000001"
ANOTHER_CLIENT = "APP-0000000000000002"
CAPACITY = 120
WRITE = "/activities/update /read-limited"

_PATHS = {
    Operation.READ: ("GET", "/v3.0/{orcid}/works"),
    Operation.ADD: ("POST", "/v3.0/{orcid}/work"),
    Operation.ADD_BULK: ("POST", "/v3.0/{orcid}/works"),
    Operation.UPDATE: ("PUT", "/v3.0/{orcid}/work/{put-code}"),
    Operation.REMOVE: ("DELETE", "/v3.0/{orcid}/work/{put-code}"),
}
_STATES = {
    None: "ok",
    Outcome.LOCKED: "locked",
    Outcome.DEACTIVATED: "deactivated",
    Outcome.UNCLAIMED: "unclaimed",
    Outcome.DEPRECATED: "deprecated",
}


class Stage(Protocol):
    """A registry, and what other people do at it."""

    @property
    def registry(self) -> Registry: ...

    def grant(self, orcid_id: str, scopes: str = WRITE) -> AccessToken: ...

    def owner_adds(self, orcid_id: str, work: Work) -> int: ...

    def another_client_adds(self, orcid_id: str, work: Work) -> int: ...

    def owner_deletes(self, orcid_id: str, put_code: int) -> None: ...

    def owner_revokes(self, orcid_id: str) -> None: ...

    def set_state(self, orcid_id: str, state: Outcome | None, primary: str | None = None) -> None: ...

    def be_busy(self, orcid_id: str, operation: Operation, retry_after: int) -> None:
        """The next such call is answered 503."""
        ...

    def lose_the_answer(self, orcid_id: str, operation: Operation) -> None:
        """The next such call takes effect, and nobody hears of it."""
        ...


class FakeStage:
    """On the registry in memory."""

    def __init__(self) -> None:
        self.registry = FakeRegistry(US)
        self.registry.capacity = CAPACITY

    def grant(self, orcid_id: str, scopes: str = WRITE) -> AccessToken:
        return self.registry.grant(orcid_id, frozenset(scopes.split()))

    def owner_adds(self, orcid_id: str, work: Work) -> int:
        return self.registry.put_from(orcid_id, orcid_id, work)[0]

    def another_client_adds(self, orcid_id: str, work: Work) -> int:
        return self.registry.put_from(ANOTHER_CLIENT, orcid_id, work)[0]

    def owner_deletes(self, orcid_id: str, put_code: int) -> None:
        self.registry.owner_deletes(orcid_id, put_code)

    def owner_revokes(self, orcid_id: str) -> None:
        self.registry.owner_revokes(orcid_id)

    def set_state(self, orcid_id: str, state: Outcome | None, primary: str | None = None) -> None:
        self.registry.set_state(orcid_id, state, primary=primary)

    def be_busy(self, orcid_id: str, operation: Operation, retry_after: int) -> None:
        answer = Answer(Outcome.SLOW_DOWN, status=503, retry_after_seconds=float(retry_after))
        self.registry.plan(answer, operation=operation)

    def lose_the_answer(self, orcid_id: str, operation: Operation) -> None:
        self.registry.plan(Outcome.NO_ANSWER, operation=operation, takes_effect=True)


class EmulatorStage:
    """The adapter over HTTP, at an emulator that shares no code with it."""

    def __init__(self, running: RunningRegistry) -> None:
        self._url = running.url
        self.registry = OrcidRegistry(running.url, US, FakeClock(), orcid_host="sandbox.orcid.org")

    def grant(self, orcid_id: str, scopes: str = WRITE) -> AccessToken:
        issued = self._order("token", {"orcid": orcid_id, "client_id": US, "scope": scopes})
        return AccessToken(issued["access_token"])

    def owner_adds(self, orcid_id: str, work: Work) -> int:
        return self._put(orcid_id, "owner", work)

    def another_client_adds(self, orcid_id: str, work: Work) -> int:
        return self._put(orcid_id, ANOTHER_CLIENT, work)

    def we_added(self, orcid_id: str, work: Work) -> int:
        """A work of ours from before."""
        return self._put(orcid_id, US, work)

    def owner_deletes(self, orcid_id: str, put_code: int) -> None:
        self._order("works/delete", {"orcid": orcid_id, "put_codes": [put_code]})

    def owner_revokes(self, orcid_id: str) -> None:
        self._order("revocation", {"orcid": orcid_id, "by": "user"})

    def set_state(self, orcid_id: str, state: Outcome | None, primary: str | None = None) -> None:
        self._order("record", {"orcid": orcid_id, "state": _STATES[state], "primary": primary})

    def be_busy(self, orcid_id: str, operation: Operation, retry_after: int) -> None:
        self._fault(orcid_id, operation, {"kind": "status", "status": 503, "retry_after": str(retry_after)})

    def lose_the_answer(self, orcid_id: str, operation: Operation) -> None:
        self._fault(orcid_id, operation, {"kind": "lost_after"})

    def _put(self, orcid_id: str, source: str, work: Work) -> int:
        order = {"orcid": orcid_id, "source": source, "works": [work_to_json(work)]}
        put_code = self._order("works", order)["put_codes"][0]
        assert isinstance(put_code, int)
        return put_code

    def _fault(self, orcid_id: str, operation: Operation, fault: dict[str, Any]) -> None:
        method, path = _PATHS[operation]
        self._order("faults", {"method": method, "path": path, "orcid": orcid_id, **fault})

    def _order(self, name: str, order: dict[str, Any]) -> dict[str, Any]:
        response = requests.post(f"{self._url}/_control/{name}", json=order, timeout=10)
        assert response.ok, response.text
        result: dict[str, Any] = response.json()
        return result


_numbers = itertools.count(1)


def new_orcid_id() -> str:
    """An iD that no other test uses."""
    digits = f"{next(_numbers):015d}"
    whole = digits + check_digit(digits)
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))
