"""The contract of authorisations under way: single use, ten minutes (R16)."""

from __future__ import annotations

import pytest
from orcid_sync.adapters.dynamodb_states import DynamoDbAuthorisationStates
from orcid_sync.ports.authorisation import AuthorisationStates, Authorising

from tests.fakes.states import FakeAuthorisationStates

BEGUN = Authorising("s-1", "u1", "write", "https://ris.example.org/x?y=1", "0000-0002-1825-0097", 600_000)


@pytest.fixture
def states(backend: str, request: pytest.FixtureRequest) -> AuthorisationStates:
    if backend == "fake":
        return FakeAuthorisationStates()
    return DynamoDbAuthorisationStates(request.getfixturevalue("aws").sync)


def test_r16_a_state_is_taken_once(states: AuthorisationStates) -> None:
    states.put(BEGUN)
    assert states.get("s-1", now_ms=1) == BEGUN
    assert states.take("s-1", now_ms=599_999) == BEGUN
    assert states.take("s-1", now_ms=599_999) is None
    assert states.get("s-1", now_ms=1) is None


def test_r16_a_state_without_an_id_asked_for_comes_back_so(states: AuthorisationStates) -> None:
    anyone = Authorising("s-2", "u1", "read", "https://ris.example.org/", None, 600_000)
    states.put(anyone)
    assert states.take("s-2", now_ms=0) == anyone


def test_r16_an_expired_state_is_worth_nothing(states: AuthorisationStates) -> None:
    states.put(BEGUN)
    assert states.get("s-1", now_ms=600_000) is None
    assert states.take("s-1", now_ms=600_000) is None


def test_r16_an_unknown_state_is_none(states: AuthorisationStates) -> None:
    assert states.take("s-9", now_ms=0) is None
