"""Consent, codes, tokens, revocation."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.unit.registry.harness import CLIENT, ORCID, OTHER_CLIENT, OTHER_ORCID, Harness, Reply, work

BACK = "https://uni.example/back?x=1"
SCOPE = "/activities/update /read-limited"
REQUEST = {"client_id": CLIENT, "response_type": "code", "scope": SCOPE, "redirect_uri": BACK, "state": "s/&t"}


def _registry(**settings: Any) -> Harness:
    registry = Harness(**settings)
    registry.control("client", client_id=CLIENT, client_secret="secret", name="Uni <b>", redirect_uris=[BACK])
    registry.control("client", client_id=OTHER_CLIENT, client_secret="other", redirect_uris=[BACK])
    registry.control("record", orcid=ORCID, name="Ada Jones")
    return registry


def _consent(registry: Harness, **fields: str) -> Reply:
    return registry.form("/oauth/authorize", {**REQUEST, "orcid": ORCID, "decision": "allow", **fields})


def _code(registry: Harness, **fields: str) -> str:
    reply = _consent(registry, **fields)
    assert reply.status == 302, reply.text
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]


def _token(registry: Harness, grant: str = "authorization_code", **fields: str) -> Reply:
    form = {"client_id": CLIENT, "client_secret": "secret", "grant_type": grant, **fields}
    return registry.form("/oauth/token", {name: value for name, value in form.items() if value != "-"})


def _problem(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["error"]


def test_code_is_exchanged_for_a_token_that_works() -> None:
    registry = _registry()
    back = urlsplit(_consent(registry).headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://uni.example/back"
    query = parse_qs(back.query)
    assert (query["x"], query["state"], len(query["code"][0])) == (["1"], ["s/&t"], 6)
    reply = _token(registry, code=query["code"][0], redirect_uri=BACK)
    assert reply.status == 200
    assert (reply.headers["cache-control"], reply.headers["pragma"]) == ("no-store", "no-cache")
    body = reply.json
    assert (body["token_type"], body["orcid"], body["name"]) == ("bearer", ORCID, "Ada Jones")
    assert set(body["scope"].split()) == set(SCOPE.split())
    assert 631_138_500 < body["expires_in"] <= 631_138_518
    assert registry.works("POST", "/work", work(), token=body["access_token"]).status == 201


def test_consent_page_shows_who_asks_and_escapes_it() -> None:
    registry = _registry()
    page = registry.call("GET", f"/oauth/authorize?{urlencode({**REQUEST, 'orcid': ORCID})}")
    assert page.status == 200
    assert "Uni &lt;b&gt;" in page.text
    assert f'value="{ORCID}" checked' in page.text
    assert 'value="s/&amp;t"' in page.text
    typed = registry.call("GET", f"/oauth/authorize?{urlencode({**REQUEST, 'orcid': OTHER_ORCID})}")
    assert f'name="other_orcid" value="{OTHER_ORCID}"' in typed.text


def test_new_id_is_typed_and_checked() -> None:
    registry = _registry()
    assert _code(registry, orcid="", other_orcid=f"https://orcid.org/{OTHER_ORCID}")
    assert OTHER_ORCID in registry.app.state.records
    wrong = _consent(registry, orcid="0000-0001-5109-3701")
    assert (wrong.status, "not an ORCID iD" in wrong.text) == (400, True)


@pytest.mark.parametrize(
    ("change", "error"),
    [({"response_type": "token"}, "unsupported_response_type"), ({"scope": "/nonsense"}, "invalid_scope")],
)
def test_bad_requests_go_back_with_an_error(change: dict[str, str], error: str) -> None:
    reply = _registry().call("GET", f"/oauth/authorize?{urlencode({**REQUEST, **change})}")
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert (reply.status, query["error"], query["state"]) == (302, [error], ["s/&t"])


@pytest.mark.parametrize("change", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}])
def test_nobody_is_sent_to_an_address_that_is_not_registered(change: dict[str, str]) -> None:
    registry = _registry()
    for reply in (
        registry.call("GET", f"/oauth/authorize?{urlencode({**REQUEST, **change})}"),
        _consent(registry, **change),
    ):
        assert (reply.status, "location" in reply.headers) == (400, False)


def test_denial() -> None:
    reply = _consent(_registry(), decision="deny")
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert query["error"] == ["access_denied"]
    assert query["error_description"] == ["User denied access"]


def test_code_used_twice_kills_what_came_of_it() -> None:
    registry = _registry()
    code = _code(registry)
    access = _token(registry, code=code, redirect_uri=BACK).json["access_token"]
    again = _token(registry, code=code, redirect_uri=BACK)
    assert _problem(again) == (400, "invalid_grant")
    assert again.json["error_description"] == f"Reused authorization code: {code}"
    assert registry.works("GET", "/works", token=access).status == 401
    assert registry.works("GET", "/works").status == 200  # a token got otherwise lives on


def test_code_grows_old(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    registry = _registry(clock_file=clock)
    code = _code(registry)
    clock.write_text(str(1440 * 60 + 1))
    assert _problem(_token(registry, code=code, redirect_uri=BACK)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"grant_type": "-"}, (400, "unsupported_grant_type")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_id": "-"}, (401, "invalid_request")),
        ({"client_secret": "-"}, (401, "invalid_request")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"code": "nosuch"}, (400, "invalid_grant")),
        ({"redirect_uri": "https://uni.example/other"}, (400, "invalid_grant")),
        ({"client_id": OTHER_CLIENT, "client_secret": "other"}, (400, "invalid_grant")),
    ],
)
def test_refusals_of_the_code_exchange(fields: dict[str, str], problem: tuple[int, str]) -> None:
    registry = _registry()
    form = {"code": _code(registry), "redirect_uri": BACK, **fields}
    grant = form.pop("grant_type", "authorization_code")
    assert _problem(_token(registry, grant, **form)) == problem


@pytest.mark.parametrize("state", ["locked", "deactivated", "deprecated"])
def test_no_tokens_for_a_closed_record(state: str) -> None:
    registry = _registry()
    code = _code(registry)
    registry.control("record", orcid=ORCID, state=state, primary=OTHER_ORCID)
    assert _problem(_token(registry, code=code, redirect_uri=BACK)) == (400, "unauthorized_client")
    assert _consent(registry).status == 400


def test_basic_authentication_hides_the_form() -> None:
    registry = _registry()
    form = {"grant_type": "client_credentials", "scope": "/read-public", "client_id": "x", "client_secret": "y"}
    basic = base64.b64encode(f"{CLIENT}:secret".encode()).decode()
    reply = registry.form("/oauth/token", form, {"authorization": f"Basic {basic}"})
    assert (reply.status, reply.json["orcid"], reply.json["scope"]) == (200, None, "/read-public")
    bearer = registry.form(
        "/oauth/token", {**form, "client_id": CLIENT, "client_secret": "secret"}, {"authorization": "Bearer x"}
    )
    assert _problem(bearer) == (401, "invalid_client")


def test_two_legged_tokens_are_for_public_data_only() -> None:
    assert _problem(_token(_registry(), "client_credentials", scope=SCOPE)) == (400, "invalid_scope")


@pytest.mark.parametrize(("revokes", "old_lives"), [(False, 200), (True, 401)])
def test_refresh(revokes: bool, old_lives: int) -> None:
    registry = _registry(refresh_revokes_old=revokes)
    first = _token(registry, code=_code(registry), redirect_uri=BACK).json
    wider = _token(registry, "refresh_token", refresh_token=first["refresh_token"], scope="/person/update")
    assert _problem(wider) == (400, "invalid_scope")
    second = _token(registry, "refresh_token", refresh_token=first["refresh_token"], scope="/read-limited").json
    assert second["scope"] == "/read-limited"
    assert second["access_token"] != first["access_token"]
    assert registry.works("GET", "/works", token=second["access_token"]).status == 200
    assert registry.works("GET", "/works", token=first["access_token"]).status == old_lives


def test_refusals_of_a_refresh() -> None:
    registry = _registry()
    first = _token(registry, code=_code(registry), redirect_uri=BACK).json
    assert _problem(_token(registry, "refresh_token")) == (401, "invalid_request")
    assert _problem(_token(registry, "refresh_token", refresh_token="x")) == (400, "unauthorized_client")
    other = {"client_id": OTHER_CLIENT, "client_secret": "other", "refresh_token": first["refresh_token"]}
    assert _problem(_token(registry, "refresh_token", **other)) == (400, "invalid_request")
    registry.control("revocation", orcid=ORCID, client_id=CLIENT)
    dead = _token(registry, "refresh_token", refresh_token=first["refresh_token"])
    assert _problem(dead) == (400, "unauthorized_client")


def test_revoking_either_half_kills_that_pair_only() -> None:
    registry = _registry()
    pairs = [_token(registry, code=_code(registry), redirect_uri=BACK).json for _ in range(3)]
    form = {"client_id": CLIENT, "client_secret": "secret"}
    for token in (pairs[0]["access_token"], pairs[1]["refresh_token"], "unknown"):
        reply = registry.form("/oauth/revoke", {**form, "token": token})
        assert (reply.status, reply.body) == (200, b"")
    foreign = {"client_id": OTHER_CLIENT, "client_secret": "other", "token": pairs[2]["access_token"]}
    assert registry.form("/oauth/revoke", foreign).status == 200
    alive = [registry.works("GET", "/works", token=pair["access_token"]).status for pair in pairs]
    assert alive == [401, 401, 200]
    assert registry.works("DELETE", "/work/1", token=pairs[0]["access_token"]).status == 401
    assert registry.form("/oauth/revoke", form).status == 400
    assert registry.form("/oauth/revoke", {**form, "client_secret": "x", "token": "y"}).status == 401
