"""Signing in on this machine keeps to OpenID Connect: authorization code with PKCE, each code once."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.identity.pages import Person
from local.identity.people import people
from local.identity.provider import IdentityProvider
from local.identity.sign_in import CODE_LIVES_SECONDS, SignIn, challenge_of

PAGE = "http://127.0.0.1:8000/"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
REQUEST = {
    "client_id": "page",
    "redirect_uri": PAGE,
    "response_type": "code",
    "scope": "openid profile",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def provider() -> IdentityProvider:
    return IdentityProvider("http://127.0.0.1:8000/_local/identity", "orcid-sync", None)


@pytest.fixture
def sign_in(provider: IdentityProvider) -> SignIn:
    return SignIn(provider, "page", [PAGE], [Person("u1", "Ada <Jones>", ("staff",))])


def _code(sign_in: SignIn, **changes: str) -> str:
    answer = sign_in.decide({**REQUEST, "decision": "sign-in", "sub": "u1", **changes})
    assert answer.location is not None
    query = parse_qs(urlsplit(answer.location).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def _exchange(sign_in: SignIn, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": PAGE, "client_id": "page"}
    answer = sign_in.exchange({**form, "code_verifier": VERIFIER, **changes})
    return answer.status, answer.body


def _claims(token: object) -> dict[str, Any]:
    part = str(token).split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_challenge_is_that_of_the_standards_own_example() -> None:
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B


def test_a_code_becomes_tokens_for_whoever_was_chosen(sign_in: SignIn) -> None:
    status, body = _exchange(sign_in, _code(sign_in))
    assert status == 200
    access, identity = _claims(body["access_token"]), _claims(body["id_token"])
    assert (access["sub"], access["aud"], access["groups"]) == ("u1", "orcid-sync", ["staff"])
    assert (identity["sub"], identity["aud"], identity["nonce"]) == ("u1", "page", "n1")
    assert identity["exp"] - identity["iat"] == body["expires_in"]


def test_somebody_not_on_the_list_can_be_named(sign_in: SignIn) -> None:
    _, body = _exchange(sign_in, _code(sign_in, sub="", other=" u-new "))
    assert _claims(body["access_token"])["sub"] == "u-new"


def test_a_code_works_once(sign_in: SignIn) -> None:
    code = _code(sign_in)
    assert _exchange(sign_in, code)[0] == 200
    assert _exchange(sign_in, code)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "another"},
        {"code_verifier": ""},
        {"client_id": "other"},
        {"redirect_uri": "http://127.0.0.1:8000/other"},
        {"grant_type": "password"},
    ],
)
def test_a_code_is_for_the_client_that_began_alone(sign_in: SignIn, changes: dict[str, str]) -> None:
    code = _code(sign_in)
    status, body = _exchange(sign_in, code, **changes)
    assert status == 400
    assert body["error"] in ("invalid_grant", "unsupported_grant_type")
    assert "access_token" not in body


def test_a_guessed_code_is_worth_nothing(sign_in: SignIn) -> None:
    _code(sign_in)
    assert _exchange(sign_in, "guessed")[0] == 400


def test_a_failed_try_uses_the_code_up(sign_in: SignIn) -> None:
    code = _code(sign_in)
    _exchange(sign_in, code, code_verifier="another")
    assert _exchange(sign_in, code)[0] == 400


def test_a_code_lives_for_a_minute(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _code(sign_in)
    later = time.time() + CODE_LIVES_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert _exchange(sign_in, code)[0] == 400


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "https://evil.example/"}])
def test_a_stranger_gets_no_redirection(sign_in: SignIn, changes: dict[str, str]) -> None:
    for answer in (sign_in.show({**REQUEST, **changes}), sign_in.decide({**REQUEST, "sub": "u1", **changes})):
        assert (answer.status, answer.location) == (400, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_client(sign_in: SignIn, changes: dict[str, str], error: str) -> None:
    answer = sign_in.show({**REQUEST, **changes})
    assert answer.location is not None
    query = parse_qs(urlsplit(answer.location).query)
    assert (query["error"], query["state"]) == ([error], ["s1"])


def test_cancelling_goes_back_without_a_code(sign_in: SignIn) -> None:
    answer = sign_in.decide({**REQUEST, "decision": "cancel", "sub": "u1"})
    assert answer.location is not None
    assert parse_qs(urlsplit(answer.location).query)["error"] == ["access_denied"]


def test_names_are_no_markup(sign_in: SignIn) -> None:
    page = sign_in.show({**REQUEST, "state": '"><script>'}).html
    assert "Ada &lt;Jones&gt;" in page
    assert "<script>" not in page


def test_signing_out_leads_back_to_the_page_alone(sign_in: SignIn) -> None:
    assert sign_in.sign_out({"post_logout_redirect_uri": PAGE}).location == PAGE
    assert sign_in.sign_out({"post_logout_redirect_uri": "https://evil.example/"}).status == 400


def test_what_discovery_names_is_what_there_is(provider: IdentityProvider) -> None:
    told = provider.discovery()
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri"):
        assert told[name].startswith(told["issuer"] + "/")


def test_the_administrator_can_sign_in_with_and_without_sample_data() -> None:
    (admin,) = people(sample_data=False)
    assert admin.groups == ("orcid-admins",)
    assert len(people(sample_data=True)) == 21
