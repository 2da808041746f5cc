"""Sections 2.1 to 2.3: consent, scopes, codes. Statuses as far as the reference fixes them."""

from __future__ import annotations

from conformance.bodies import identifier, update, work
from conformance.case import Case, Control, Expect, Need, Request
from conformance.matching import AnInteger, Gone, Matches, OneOf
from conformance.steps import case, delete, get, oauth_error, post, post_bulk, put, refused, shows, token

_CLIENT = {"client_id": "$client_id", "client_secret": "$client_secret"}
_BACK = "https://conformance.example/back"
_ASK = {
    "client_id": "$client_id",
    "response_type": "code",
    "scope": "/activities/update /read-limited",
    "redirect_uri": _BACK,
    "state": "s $case",
}
_UUID = Matches(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def cases() -> list[Case]:
    return [*_consent(), *_scopes(), *_exchange()]


def _allow(keep: str = "code", orcid: str = "$fresh") -> Request:
    expect = Expect(302, headers={"Location": Matches(r"https://conformance\.example/back\?.*code=\w+.*")})
    return token(
        {**_ASK, "orcid": orcid, "decision": "allow"},
        expect,
        "/oauth/authorize",
        keep={keep: r"@location [?&]code=(\w*[A-Za-z]\w*|\w+)"},
    )


def _code(fields: dict[str, str] | None = None) -> dict[str, str]:
    return {**_CLIENT, "grant_type": "authorization_code", "code": "$code", "redirect_uri": _BACK, **(fields or {})}


def _exchanged(expect: Expect | None = None, keep: dict[str, str] | None = None) -> Request:
    return token(_code(), expect or Expect(200), keep=keep or {})


def _consent() -> list[Case]:
    location = r"https://conformance\.example/back\?"
    return [
        case(
            "the code is short and the state comes back",
            "2.1",
            token(
                {**_ASK, "orcid": "$fresh", "decision": "allow"},
                Expect(
                    302, headers={"Location": Matches(location + r"(?=.*code=\w{6}(&|\Z))(?=.*state=s(\+|%20)$case).*")}
                ),
                "/oauth/authorize",
            ),
            needs=Need.CONSENT,
        ),
        case(
            "the owner says no",
            "2.1",
            token(
                {**_ASK, "orcid": "$fresh", "decision": "deny"},
                Expect(
                    302,
                    headers={
                        "Location": Matches(
                            location + r"(?=.*error=access_denied)(?=.*error_description=User(\+|%20)denied).*"
                        )
                    },
                ),
                "/oauth/authorize",
            ),
            needs=Need.CONSENT,
        ),
    ]


def _scoped(scope: str, post_: Expect, put_: Expect, delete_: Expect, read_: Expect) -> Case:
    """What one scope allows on the caller's own work of a record."""
    changed = {"title": {"title": {"value": "Changed"}}}
    order = {"orcid": "$fresh", "client_id": "$client_id"}
    with_it = {"orcid": "$fresh", "caller": "scoped"}
    return case(
        f"scope {scope}",
        "2.2",
        Control("token", order, {"full": "access_token"}),
        Control("token", {**order, "scope": scope}, {"scoped": "access_token"}),
        post(put_code="a", orcid="$fresh", caller="full"),
        post(work({}, identifier("$case-2")), post_, **with_it),
        get("/work/$a", read_, **with_it),
        get("/works", read_, **with_it),
        put("a", update("a", changed), put_, **with_it),
        delete("a", delete_, **with_it),
        needs=Need.TOKENS,
    )


def _scopes() -> list[Case]:
    no, made, ok, gone = refused(403, 9038), Expect(201), Expect(200), Expect(204)
    return [
        _scoped("/activities/update", made, ok, gone, ok),
        _scoped("/orcid-works/create", made, no, no, ok),
        _scoped("/orcid-works/update", made, ok, gone, ok),
        _scoped("/orcid-works/read-limited", no, no, no, ok),
        _scoped("/read-limited", no, no, no, ok),
        _scoped("/authenticate", no, no, no, ok),
        case(
            "create by bulk also needs a writing scope",
            "2.2",
            post_bulk({"bulk": [{"work": work()}]}, no, caller="reader"),
            needs=Need.READER,
        ),
    ]


def _exchange() -> list[Case]:
    body = {
        "access_token": _UUID,
        "refresh_token": _UUID,
        "token_type": "bearer",
        "orcid": "$fresh",
        "expires_in": AnInteger(),
        "scope": Matches("(/activities/update /read-limited|/read-limited /activities/update)"),
    }
    headers = {"Cache-Control": Matches(".*no-store.*"), "Pragma": "no-cache"}
    good = Expect(200, fields=body, headers=headers)
    basic = {**_code()}
    return [
        case("a code becomes tokens", "2.3", _allow(), _exchanged(good), needs=Need.CONSENT),
        case(
            "the new token writes",
            "2.3",
            _allow(),
            _exchanged(keep={"new": "access_token"}),
            post(orcid="$fresh", caller="new"),
            needs=Need.CONSENT,
        ),
        case(
            "a code used twice",
            "2.4",
            _allow(),
            _exchanged(keep={"new": "access_token"}),
            _exchanged(oauth_error(400, "invalid_grant")),
            needs=Need.CONSENT,
        ),
        case(
            "a code used twice kills the tokens it gave",
            "2.4",
            _allow(),
            _exchanged(keep={"new": "access_token"}),
            get("/works", orcid="$fresh", caller="new"),
            _exchanged(oauth_error(400, "invalid_grant")),
            get("/works", oauth_error(401, "invalid_token"), orcid="$fresh", caller="new"),
            needs=Need.CONSENT,
        ),
        case(
            "another redirect URI than was asked with",
            "2.4",
            _allow(),
            token(
                basic | {"redirect_uri": "https://conformance.example/other"},
                Expect((400, 500), fields={"access_token": Gone()}),
            ),
            needs=Need.CONSENT,
        ),
        case(
            "a token of the client alone",
            "2.3",
            token(
                {**_CLIENT, "grant_type": "client_credentials", "scope": "/read-public"},
                shows(
                    {"token_type": "bearer", "access_token": _UUID, "orcid": OneOf((None,)), "scope": "/read-public"}
                ),
            ),
            needs=Need.CLIENT_ALONE,
        ),
    ]
