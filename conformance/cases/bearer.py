"""Section 2.6: what the security filter answers, before the API sees a request."""

from __future__ import annotations

from typing import Any

from conformance.bodies import update, work
from conformance.case import Case, Control, Expect, Need
from conformance.matching import Gone, Matches
from conformance.steps import case, delete, get, oauth_error, post, put, refused

_SERVED = Expect(200, fields={"path": "/$orcid/works"})
_UNKNOWN = {"Authorization": "Bearer none-$case"}
_JSON = Matches(r"application/json; ?charset=UTF-8")


def cases() -> list[Case]:
    return [*_unknown(), *_form(), *_revoked(), *_kinds()]


def _unknown() -> list[Case]:
    unknown = Expect(
        401,
        fields={
            "error": "invalid_token",
            "error_description": "Invalid access token: none-$case",
            "error-code": Gone(),
        },
    )
    as_json = Expect(401, headers={"Content-Type": _JSON}, fields={"error": "invalid_token"})
    forbidden = Expect(
        403, fields={"error": "forbidden", "error_description": Matches("Forbidden.*"), "error-code": Gone()}
    )
    return [
        case("no token, GET", "2.6", get("/works", forbidden, caller=None)),
        case("no token, POST", "2.6", post(expect=forbidden, caller=None)),
        case("an unknown token, GET", "2.6", get("/works", unknown, caller=None, headers=_UNKNOWN)),
        case("an unknown token, POST", "2.6", post(expect=unknown, caller=None, headers=_UNKNOWN)),
        case(
            "an unknown token is told in JSON whatever Accept says",
            "2.6",
            get("/works", as_json, caller=None, headers=_UNKNOWN, accept="application/xml"),
        ),
        case(
            "no token is told in JSON whatever Accept says",
            "2.6",
            get("/works", Expect(403, headers={"Content-Type": _JSON}), caller=None, accept="application/xml"),
        ),
        case("a token of another record is an ORCID error", "2.6", get("/works", refused(401, 9017), orcid="$fresh")),
        case("a token of another record does not write either", "2.6", post(expect=refused(401, 9017), orcid="$fresh")),
    ]


def _form() -> list[Case]:
    return [
        case(
            "the scheme's letter case is free",
            "2.6",
            get("/works", caller=None, headers={"Authorization": "bEARER $writer"}, expect=_SERVED),
        ),
        case("the token as a parameter", "2.6", get("/works?access_token=$writer", _SERVED, caller=None)),
        case(
            "another scheme is no token",
            "2.6",
            get(
                "/works",
                oauth_error((401, 403), Matches("forbidden|invalid_token")),
                caller=None,
                headers={"Authorization": "Basic $writer"},
            ),
        ),
    ]


def _revoked() -> list[Case]:
    mine: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    order = {"orcid": "$fresh", "client_id": "$client_id"}
    start = (Control("token", order, {"mine": "access_token"}), post(put_code="a", **mine))
    gone = oauth_error(401, "invalid_token")
    by_user = Control("revocation", {**order, "by": "user"})
    return [
        case(
            "revoked by its owner: no GET", "2.6", *start, by_user, get("/works", gone, **mine), needs=Need.REVOCATION
        ),
        case(
            "revoked by its owner: no POST", "2.6", *start, by_user, post(work(), gone, **mine), needs=Need.REVOCATION
        ),
        case(
            "revoked by its owner: no PUT",
            "2.6",
            *start,
            by_user,
            put("a", update("a"), gone, **mine),
            needs=Need.REVOCATION,
        ),
        case("revoked by its owner: still deletes", "2.6", *start, by_user, delete("a", **mine), needs=Need.REVOCATION),
        *(
            case(
                f"revoked by {by}: does not delete",
                "2.6",
                *start,
                Control("revocation", {**order, "by": by}),
                delete("a", gone, **mine),
                needs=Need.REVOCATION,
            )
            for by in ("client", "staff")
        ),
        case(
            "disabled with the record: does not delete",
            "2.6",
            *start,
            Control("record", {"orcid": "$fresh", "state": "deactivated", "disable_tokens": True}),
            delete("a", gone, **mine),
            needs=Need.RECORD_STATE,
        ),
    ]


def _kinds() -> list[Case]:
    public = {"client_id": "APP-CONFORMPUBLIC000", "client_secret": "x", "name": "Public", "public": True}
    order = {"orcid": "$fresh", "client_id": "APP-CONFORMPUBLIC000"}
    forbidden = Expect(403, fields={"error": "forbidden", "error_description": Matches("Forbidden.*: $theirs")})
    return [
        case(
            "a client of the Public API",
            "2.6",
            Control("client", public),
            Control("token", order, {"theirs": "access_token"}),
            get("/works", forbidden, orcid="$fresh", caller="theirs"),
            needs=Need.CLIENT_KIND,
        ),
        case(
            "an expired token",
            "2.6",
            Control("token", {"orcid": "$fresh", "client_id": "$client_id", "expires_in": -1}, {"old": "access_token"}),
            get("/works", oauth_error(401, "invalid_token"), orcid="$fresh", caller="old"),
            needs=Need.TOKENS,
        ),
    ]
