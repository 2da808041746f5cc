"""One suite for the Authorisation port: the fake, and the adapter on the registry's emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from orcid_sync.adapters.orcid_authorisation import OrcidAuthorisation
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.domain.outcomes import Outcome
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.ports.authorisation import Authorisation, AuthorisationError

from local.registry import RegistrySettings, RunningRegistry
from tests.contract.registry_stages import new_orcid_id
from tests.fakes.authorisation import FakeAuthorisation
from tests.fakes.clock import FakeClock

US = "APP-0000000000000001"
SECRET = "the-secret"
BACK = "https://example.org/back"
SCOPES = ("/activities/update", "/read-limited")


class Stage(Protocol):
    """An authorisation server, and researchers at it."""

    @property
    def authorisation(self) -> Authorisation: ...

    def agree(self, orcid_id: str) -> str:
        """The researcher agrees to SCOPES; returns the code."""
        ...

    def is_alive(self, orcid_id: str, token: AccessToken) -> bool: ...


class FakeStage:
    def __init__(self) -> None:
        self.authorisation = FakeAuthorisation(US)

    def agree(self, orcid_id: str) -> str:
        token = AccessToken(f"token of {orcid_id}")
        self.authorisation.grant(f"code-{orcid_id}", orcid_id, SCOPES, token, redirect_uri=BACK)
        return f"code-{orcid_id}"

    def is_alive(self, orcid_id: str, token: AccessToken) -> bool:
        return token not in self.authorisation.revoked


class EmulatorStage:
    def __init__(self, running: RunningRegistry) -> None:
        self._url = running.url
        client = {"client_id": US, "client_secret": SECRET, "redirect_uris": [BACK]}
        requests.post(f"{running.url}/_control/client", json=client, timeout=10).raise_for_status()
        self.authorisation = OrcidAuthorisation(running.url, US, lambda: SECRET, FakeClock())
        self._registry = OrcidRegistry(running.url, US, FakeClock(), orcid_host="sandbox.orcid.org")

    def agree(self, orcid_id: str) -> str:
        """Go to the address that we give out, as a browser would, and press the button."""
        url = self.authorisation.authorize_url(scopes=SCOPES, redirect_uri=BACK, state="st", orcid_id=orcid_id)
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        form = {**query, "decision": "allow"}
        response = requests.post(url.partition("?")[0], data=form, timeout=10, allow_redirects=False)
        answer = parse_qs(urlsplit(response.headers["Location"]).query)
        assert answer["state"] == ["st"]
        return answer["code"][0]

    def is_alive(self, orcid_id: str, token: AccessToken) -> bool:
        return self._registry.read_works(orcid_id, token).answer.outcome is Outcome.READ


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningRegistry]:
    with RunningRegistry(RegistrySettings(rate_limit=False)) as running:
        yield running


@pytest.fixture(params=["fake", "adapter"])
def stage(request: pytest.FixtureRequest, emulator: RunningRegistry) -> Stage:
    return FakeStage() if request.param == "fake" else EmulatorStage(emulator)


def test_r16_a_code_brings_the_record_the_scopes_and_a_living_token(stage: Stage) -> None:
    orcid_id = new_orcid_id()
    grant = stage.authorisation.exchange(stage.agree(orcid_id), BACK)
    assert (grant.orcid_id, grant.scopes, grant.may_write) == (orcid_id, frozenset(SCOPES), True)
    assert stage.is_alive(orcid_id, grant.token)


def test_a_code_used_twice_is_refused_and_ends_its_token(stage: Stage) -> None:
    orcid_id = new_orcid_id()
    code = stage.agree(orcid_id)
    grant = stage.authorisation.exchange(code, BACK)
    with pytest.raises(AuthorisationError) as caught:
        stage.authorisation.exchange(code, BACK)
    assert not caught.value.passing
    assert not stage.is_alive(orcid_id, grant.token)


def test_an_unknown_code_is_refused_for_good(stage: Stage) -> None:
    with pytest.raises(AuthorisationError) as caught:
        stage.authorisation.exchange("zzzzzz", BACK)
    assert not caught.value.passing


def test_a_code_belongs_to_the_address_it_was_asked_for(stage: Stage) -> None:
    with pytest.raises(AuthorisationError) as caught:
        stage.authorisation.exchange(stage.agree(new_orcid_id()), "https://elsewhere.example/")
    assert not caught.value.passing


def test_r61_a_revoked_token_is_dead_and_revoking_it_again_is_no_error(stage: Stage) -> None:
    orcid_id = new_orcid_id()
    grant = stage.authorisation.exchange(stage.agree(orcid_id), BACK)
    stage.authorisation.revoke(grant.token)
    stage.authorisation.revoke(grant.token)
    stage.authorisation.revoke(AccessToken("11111111-2222-4333-8444-555555555555"))
    assert not stage.is_alive(orcid_id, grant.token)


def test_the_consent_page_is_asked_for_with_the_same_parameters(stage: Stage) -> None:
    orcid_id = new_orcid_id()
    url = stage.authorisation.authorize_url(scopes=SCOPES, redirect_uri=BACK, state="st", orcid_id=orcid_id)
    assert urlsplit(url).path == "/oauth/authorize"
    assert parse_qs(urlsplit(url).query) == {
        "client_id": [US],
        "response_type": ["code"],
        "scope": [" ".join(SCOPES)],
        "redirect_uri": [BACK],
        "state": ["st"],
        "orcid": [orcid_id],
    }
