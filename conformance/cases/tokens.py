"""Sections 2.3 to 2.5: refresh, refusals of the token endpoint, revocation."""

from __future__ import annotations

from conformance.case import Case, Control, Expect, Need, Request
from conformance.matching import Gone, Matches, OneOf
from conformance.steps import case, get, oauth_error, post, refused, shows, token

_CLIENT = {"client_id": "$client_id", "client_secret": "$client_secret"}
_BACK = "https://conformance.example/back"
_UUID = Matches(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFUSED_CLIENT = OneOf(("invalid_client", "unauthorized"))


def cases() -> list[Case]:
    return [*_refresh(), *_errors(), *_revoke()]


def _code(fields: dict[str, str] | None = None) -> dict[str, str]:
    return {**_CLIENT, "grant_type": "authorization_code", "code": "$code", "redirect_uri": _BACK, **(fields or {})}


def _refresh() -> list[Case]:
    def refresh(expect: Expect, **fields: str) -> Request:
        form = {**_CLIENT, "grant_type": "refresh_token", "refresh_token": "$parent", **fields}
        return token(form, expect, keep={"new": "access_token"} if expect.status == 200 else {})

    order = {"orcid": "$fresh", "client_id": "$client_id"}
    parent = Control("token", order, {"parent": "refresh_token", "old": "access_token"})
    fields = {"access_token": _UUID, "refresh_token": _UUID, "orcid": "$fresh"}
    return [
        case(
            "a refresh gives a new pair",
            "2.3",
            parent,
            refresh(shows(fields)),
            get("/works", orcid="$fresh", caller="new"),
            needs=Need.TOKENS,
        ),
        case(
            "a refresh without the old token in its header leaves that alive",
            "2.3",
            parent,
            refresh(shows(fields)),
            get("/works", orcid="$fresh", caller="old"),
            needs=Need.TOKENS,
        ),
        case(
            "a refresh with narrower scope",
            "2.3",
            parent,
            refresh(shows({"scope": "/read-limited"}), scope="/read-limited"),
            post(expect=refused(403, 9038), orcid="$fresh", caller="new"),
            needs=Need.TOKENS,
        ),
        case(
            "a refresh with wider scope",
            "2.4",
            Control("token", {**order, "scope": "/read-limited"}, {"parent": "refresh_token"}),
            refresh(oauth_error(400, "invalid_scope"), scope="/activities/update /read-limited"),
            needs=Need.TOKENS,
        ),
        case(
            "a refresh token of another client",
            "2.4",
            Control("token", {**order, "client_id": "APP-CONFORMOTHER0000"}, {"parent": "refresh_token"}),
            refresh(oauth_error(400, "invalid_request")),
            needs=Need.TOKENS,
        ),
        case(
            "a refresh of a revoked pair",
            "2.4",
            parent,
            Control("revocation", {**order, "by": "user"}),
            refresh(oauth_error(400, OneOf(("unauthorized_client", "invalid_grant")))),
            needs=Need.REVOCATION,
        ),
        *(
            case(
                f"a refresh on a {state} record",
                "2.4",
                parent,
                Control("record", {"orcid": "$fresh", "state": state, "primary": "$fresh2"}),
                refresh(oauth_error(400, "unauthorized_client")),
                needs=Need.RECORD_STATE,
            )
            for state in ("locked", "deactivated", "deprecated")
        ),
    ]


def _errors() -> list[Case]:
    refresh = {**_CLIENT, "grant_type": "refresh_token", "refresh_token": "none-$case"}
    return [
        case("grant_type missing", "2.4", token(_CLIENT, oauth_error(400, "unsupported_grant_type"))),
        case(
            "client_id missing",
            "2.4",
            token(
                {"client_secret": "x", "grant_type": "refresh_token", "refresh_token": "x"},
                oauth_error(401, "invalid_request"),
            ),
        ),
        case(
            "client_secret missing",
            "2.4",
            token(
                {"client_id": "$client_id", "grant_type": "refresh_token", "refresh_token": "x"},
                oauth_error(401, "invalid_request"),
            ),
        ),
        case(
            "refresh_token missing",
            "2.4",
            token({**_CLIENT, "grant_type": "refresh_token"}, oauth_error(401, "invalid_request")),
        ),
        case("an unknown code", "2.4", token({**_code(), "code": "zzzzzz"}, oauth_error(400, "invalid_grant"))),
        case(
            "an unknown refresh token",
            "2.4",
            token(refresh, oauth_error(400, OneOf(("unauthorized_client", "invalid_grant")))),
        ),
        case(
            "a wrong client secret",
            "2.4",
            token({**refresh, "client_secret": "wrong-$case"}, oauth_error((400, 401), _REFUSED_CLIENT)),
        ),
        case(
            "two-legged with a scope that only owners grant",
            "2.4",
            token(
                {**_CLIENT, "grant_type": "client_credentials", "scope": "/activities/update"},
                oauth_error((400, 401), "invalid_scope"),
            ),
        ),
        case(
            "errors carry a description",
            "2.4",
            token(refresh, Expect(400, fields={"error_description": Matches(".+"), "error-code": Gone()})),
        ),
        case(
            "a Bearer header counts as client authentication and hides the form's",
            "2.3",
            token(
                {**_CLIENT, "grant_type": "client_credentials", "scope": "/read-public"},
                Expect((400, 401), fields={"access_token": Gone()}),
                headers={"Authorization": "Bearer $writer"},
            ),
        ),
    ]


def _revoke() -> list[Case]:
    order = {"orcid": "$fresh", "client_id": "$client_id"}
    first = Control("token", order, {"one": "access_token", "one_refresh": "refresh_token"})
    second = Control("token", order, {"two": "access_token"})
    gone = oauth_error(401, "invalid_token")
    done = Expect(200, empty=True)

    def revoke(name: str, expect: Expect = done) -> Request:
        return token({**_CLIENT, "token": name}, expect, "/oauth/revoke")

    return [
        case(
            "revoking an access token ends it",
            "2.5",
            first,
            revoke("$one"),
            get("/works", gone, orcid="$fresh", caller="one"),
            needs=Need.TOKENS,
        ),
        case(
            "revoking a refresh token ends its pair",
            "2.5",
            first,
            revoke("$one_refresh"),
            get("/works", gone, orcid="$fresh", caller="one"),
            needs=Need.TOKENS,
        ),
        case(
            "other pairs stay",
            "2.5",
            first,
            second,
            revoke("$one"),
            get("/works", orcid="$fresh", caller="two"),
            needs=Need.TOKENS,
        ),
        case(
            "a token of another client is passed over",
            "2.5",
            Control("token", {**order, "client_id": "APP-CONFORMOTHER0000"}, {"one": "access_token"}),
            revoke("$one"),
            get("/works", orcid="$fresh", caller="one"),
            needs=Need.TOKENS,
        ),
        case("revoking an unknown token is no error", "2.5", revoke("none-$case")),
        case(
            "revoking nothing is one",
            "2.5",
            token(_CLIENT, Expect((400, 401), fields={"error": Matches(".+")}), "/oauth/revoke"),
        ),
    ]
