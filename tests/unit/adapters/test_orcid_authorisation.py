"""ORCID's OAuth over a real connection: what is sent, and what its refusals mean (ORCID_API 2)."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.orcid_authorisation import OrcidAuthorisation
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.ports.authorisation import AuthorisationError

from tests.fakes.clock import FakeClock
from tests.fakes.wire import Wire, raw, reply, wire

US = "APP-0000000000000001"
SECRET = "a-secret with+odd&characters"
RECORD = "0000-0002-1825-0097"
TOKEN = "7b1e7a5e-8d2b-4f0a-9a38-2f6f5a3c1d44"
REDIRECT = "https://example.org/back?x=1"
GRANT = {
    "access_token": TOKEN,
    "token_type": "bearer",
    "refresh_token": "11111111-2222-4333-8444-555555555555",
    "expires_in": 631138518,
    "scope": "/read-limited /activities/update",
    "name": "Ada Lovelace",
    "orcid": RECORD,
}


@pytest.fixture
def line() -> Iterator[Wire]:
    with wire(reply(200, json.dumps(GRANT).encode())) as running:
        yield running


def authorisation_at(url: str) -> OrcidAuthorisation:
    limits = TimeLimits(connect=1, read=0.3, total=0.5)
    return OrcidAuthorisation(url, US, lambda: SECRET, FakeClock(), limits=limits)


def refusal(line: Wire, status: int, body: bytes) -> AuthorisationError:
    line.play = reply(status, body)
    with pytest.raises(AuthorisationError) as caught:
        authorisation_at(line.url).exchange("Ab3dEf", REDIRECT)
    return caught.value


def test_r16_the_consent_page_is_asked_for_what_is_needed_without_fetching_the_secret() -> None:
    def never() -> str:
        raise AssertionError("the secret is not needed for an address")

    authorisation = OrcidAuthorisation("https://sandbox.orcid.org/", US, never, FakeClock())
    scopes = ["/activities/update", "/read-limited"]
    url = authorisation.authorize_url(scopes=scopes, redirect_uri=REDIRECT, state="a+b&c", orcid_id=RECORD)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "sandbox.orcid.org", "/oauth/authorize")
    assert "scope=%2Factivities%2Fupdate%20%2Fread-limited" in parts.query
    assert parse_qs(parts.query) == {
        "client_id": [US],
        "response_type": ["code"],
        "scope": ["/activities/update /read-limited"],
        "redirect_uri": [REDIRECT],
        "state": ["a+b&c"],
        "orcid": [RECORD],
    }
    assert "&orcid=" not in authorisation.authorize_url(scopes=scopes, redirect_uri=REDIRECT, state="s", orcid_id=None)


def test_a_code_is_exchanged_with_credentials_in_the_form_alone(line: Wire) -> None:
    grant = authorisation_at(line.url).exchange("Ab3dEf", REDIRECT)
    assert (grant.orcid_id, grant.name, grant.may_write) == (RECORD, "Ada Lovelace", True)
    assert grant.token == AccessToken(TOKEN)
    assert TOKEN not in repr(grant)
    (seen,) = line.seen
    assert (seen.method, seen.path) == ("POST", "/oauth/token")
    assert "Authorization" not in seen.headers
    assert seen.headers["Accept"] == "application/json"
    assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(seen.body.decode()) == {
        "client_id": [US],
        "client_secret": [SECRET],
        "grant_type": ["authorization_code"],
        "code": ["Ab3dEf"],
        "redirect_uri": [REDIRECT],
    }


def test_a_hidden_name_is_no_name(line: Wire) -> None:
    for name in (None, "", 7):
        line.play = reply(200, json.dumps({**GRANT, "name": name}).encode())
        assert authorisation_at(line.url).exchange("Ab3dEf", REDIRECT).name is None


def test_r61_a_token_is_revoked_and_an_unknown_one_is_no_error(line: Wire) -> None:
    line.play = reply(200)
    authorisation_at(line.url).revoke(AccessToken(TOKEN))
    (seen,) = line.seen
    assert (seen.method, seen.path) == ("POST", "/oauth/revoke")
    assert parse_qs(seen.body.decode()) == {"client_id": [US], "client_secret": [SECRET], "token": [TOKEN]}


@pytest.mark.parametrize(
    ("status", "error", "passing"),
    [
        (400, "unsupported_grant_type", False),
        (400, "invalid_request", False),
        (401, "invalid_request", False),
        (401, "server_error", True),
        (400, "invalid_grant", False),
        (400, "unauthorized_client", False),
        (400, "invalid_scope", False),
        (401, "invalid_scope", False),
        (401, "invalid_client", False),
        (401, "unauthorized", False),
        (500, "server_error", True),
        (503, "anything", True),
        (429, "anything", True),
        (400, "something_new", False),
    ],
)
def test_each_row_of_the_token_endpoints_errors_says_whether_waiting_helps(
    line: Wire, status: int, error: str, passing: bool
) -> None:
    caught = refusal(line, status, json.dumps({"error": error, "error_description": "why"}).encode())
    assert caught.passing is passing
    assert str(caught)


@pytest.mark.parametrize(
    ("status", "body", "passing"),
    [
        (502, b"<html>Bad gateway</html>", True),
        (403, b"<html>Forbidden</html>", False),
        (302, b"", False),
        (200, b"<html>Maintenance</html>", True),
        (200, b"", True),
        (200, b"[]", True),
        (200, json.dumps({**GRANT, "access_token": ""}).encode(), True),
        (200, json.dumps({**GRANT, "orcid": None}).encode(), True),
        (200, json.dumps({**GRANT, "orcid": "0000-0002-1825-0098"}).encode(), True),
        (200, json.dumps({**GRANT, "scope": None}).encode(), True),
    ],
)
def test_a_page_or_half_an_answer_is_no_grant(line: Wire, status: int, body: bytes, passing: bool) -> None:
    assert refusal(line, status, body).passing is passing


def test_no_answer_is_passing_and_a_code_is_sent_once(line: Wire) -> None:
    line.play = raw(b"")
    with pytest.raises(AuthorisationError) as caught:
        authorisation_at(line.url).exchange("Ab3dEf", REDIRECT)
    assert caught.value.passing
    assert len(line.seen) == 1
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(AuthorisationError):
            authorisation_at(f"http://127.0.0.1:{closed.getsockname()[1]}").revoke(AccessToken(TOKEN))


def test_r47_neither_secret_nor_code_nor_token_is_in_an_error_or_a_log(
    line: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"Reused authorization code: Ab3dEf; {SECRET} {TOKEN}"
    errors = [refusal(line, 400, json.dumps({"error": "invalid_grant", "error_description": said}).encode())]
    line.play = raw(b"nonsense")
    with pytest.raises(AuthorisationError) as caught:
        authorisation_at(line.url).revoke(AccessToken(TOKEN))
    errors.append(caught.value)
    for error in errors:
        assert error.__context__ is None
        for hidden in (SECRET, "Ab3dEf", TOKEN):
            assert hidden not in repr(error) + caplog.text
