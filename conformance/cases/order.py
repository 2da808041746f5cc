"""Section 3.1: which check comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.bodies import bulk, contributor, contributors, date, identifier, update, work
from conformance.case import Case, Control, Expect, Need, Request
from conformance.steps import case, get, oauth_error, post, post_bulk, put, read, refused, shows

_BAD = {"colour": "blue"}
_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_NOWHERE = "/work/999999999999"


def cases() -> list[Case]:
    return [*_order(), *_order_by_controls(), *_order_of_rules()]


def _put(path: str, body: object, expect: Expect, **options: object) -> Request:
    return Request("PUT", path, expect, body, **options)  # type: ignore[arg-type]  # members of Request


def _order() -> list[Case]:
    unknown: dict[str, Any] = {"caller": None, "headers": {"Authorization": "Bearer none-$case"}}
    other = {"orcid": "$fresh"}
    return [
        case("token before path", "3.1", get("/nothing", oauth_error(401, "invalid_token"), **unknown)),
        case(
            "token before media type",
            "3.1",
            post("x", oauth_error(401, "invalid_token"), content_type="text/plain", **unknown),
        ),
        case("path before record of the token", "3.1", get("/nothing", refused(404, 9001), **other)),
        case("method before record of the token", "3.1", get("/work", refused(405, 9001), **other)),
        case(
            "media type before record of the token",
            "3.1",
            post("x", refused(415, 9001), content_type="text/plain", **other),
        ),
        case("record of the token before body", "3.1", post(_BAD, refused(401, 9017), **other)),
        case("body before put-code in the path", "3.1", _put("/work/abc", _BAD, refused(400, 9047))),
        case("body before scope", "3.1", post(_BAD, refused(400, 9047), caller="reader"), needs=Need.READER),
        case(
            "put-code in the path before scope",
            "3.1",
            _put("/work/abc", work(), refused(400, 9034), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "scope before equality of put-codes",
            "3.1",
            _put("/work/1", work(), refused(403, 9038), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "scope before existence",
            "3.1",
            Request("DELETE", _NOWHERE, refused(403, 9038), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "equality of put-codes before existence",
            "3.1",
            _put(_NOWHERE, {**work(), "put-code": 1}, refused(400, 9019)),
        ),
        case(
            "existence before rules",
            "3.1",
            _put(_NOWHERE, {**work({}, identifier(kind="colour")), "put-code": 999999999999}, refused(404, 9016)),
        ),
        case(
            "schema before existence",
            "3.1",
            _put(_NOWHERE, {**work(without="type"), "put-code": 999999999999}, refused(400, 9047)),
        ),
        case(
            "no such record, by a client's own token",
            "3.1",
            get("/works", refused(404, 9016), orcid="$fresh", caller="client_alone"),
            needs=Need.CLIENT_ALONE,
        ),
        case(
            "a client's own token reads what is public",
            "3.1",
            get("/works", caller="client_alone"),
            needs=Need.CLIENT_ALONE,
        ),
        case(
            "a client's own token does not write",
            "3.1",
            post(expect=refused(403, 9038), caller="client_alone"),
            needs=Need.CLIENT_ALONE,
        ),
    ]


def _order_by_controls() -> list[Case]:
    order = {"orcid": "$fresh", "client_id": "$client_id"}
    reader = Control("token", {**order, "scope": "/read-limited"}, {"their_reader": "access_token"})
    lock = Control("record", {"orcid": "$fresh", "state": "locked"})
    theirs: dict[str, Any] = {"orcid": "$fresh", "caller": "their_reader"}
    foreign = Control("works", {"orcid": "$orcid", "source": "owner", "works": [work()]}, {"b": "put_codes.0"})
    away = Control("works/delete", {"orcid": "$orcid", "put_codes": ["$b"]})
    bad = update("b", _CHANGED, identifier(kind="colour"))
    clash = update("b", _CHANGED, identifier("$case-2"))
    return [
        case(
            "body before record state",
            "3.1",
            reader,
            lock,
            post(_BAD, refused(400, 9047), **theirs),
            needs=Need.RECORD_STATE,
        ),
        case(
            "put-code in the path before record state",
            "3.1",
            reader,
            lock,
            _put("/work/abc", work(), refused(400, 9034), **theirs),
            needs=Need.RECORD_STATE,
        ),
        case(
            "record state before scope",
            "3.1",
            reader,
            lock,
            post(work(), refused(409, 9018), **theirs),
            needs=Need.RECORD_STATE,
        ),
        case(
            "PUT: rules before source", "3.1", foreign, put("b", bad, refused(400, 9023)), away, needs=Need.OTHER_SOURCE
        ),
        case(
            "PUT: duplicates before source",
            "3.1",
            foreign,
            post(work({}, identifier("$case-2"))),
            put("b", clash, refused(409, 9021)),
            away,
            needs=Need.OTHER_SOURCE,
        ),
        case(
            "PUT: source before roles",
            "3.1",
            foreign,
            put(
                "b",
                update("b", {**_CHANGED, "contributors": contributors(contributor(role="cook"))}),
                refused(403, 9010),
            ),
            away,
            needs=Need.OTHER_SOURCE,
        ),
    ]


def _first(
    name: str, code: int, changes: Mapping[str, object], *items: object, without: str = "", status: int = 400
) -> Case:
    """An item with two faults; the code tells which rule was asked first. In a bulk, where no schema comes before."""
    fields = {"bulk.0.error.error-code": code, "bulk.0.error.response-code": status}
    return case(
        name,
        "3.1",
        post(work({}, identifier("$case-2"))),
        post_bulk(bulk(work(changes, *items, without=without)), shows(fields)),
    )


def _order_of_rules() -> list[Case]:
    taken, unknown = identifier("$case-2"), identifier(kind="colour")
    roles = {"contributors": contributors(contributor(role="cook"))}
    return [
        _first("title before type", 9022, {"title": {"title": {"value": " "}}}, without="type"),
        _first("type before date", 9037, {"publication-date": date("2020", "02", "30")}, without="type"),
        _first(
            "translated title before type",
            9020,
            {"title": {**work_title(), "translated-title": {"value": "", "language-code": "en"}}},
            without="type",
        ),
        _first(
            "date before citation",
            9049,
            {"publication-date": date("2020", "02", "30"), "citation": {"citation-value": "x"}},
        ),
        _first(
            "citation before identifiers",
            9020,
            {"citation": {"citation-type": "bibtex", "citation-value": " "}, "external-ids": None},
        ),
        _first("no identifiers before a put-code", 9023, {"external-ids": None, "put-code": 1}),
        _first("funded-by before a put-code", 9020, {"put-code": 1}, identifier(), identifier("$case-3", "funded-by")),
        _first("contributors before a put-code", 9020, {"put-code": 1, "contributors": contributors(contributor(" "))}),
        _first("a put-code before bad identifiers", 9024, {"put-code": 1}, unknown),
        _first("bad identifiers before duplicates", 9023, {}, taken, unknown),
        _first("duplicates before roles", 9021, roles, taken, status=409),
        case(
            "PUT: visibility before identifiers",
            "3.1",
            post(put_code="a"),
            read("a", {}, keep={"seen": "visibility"}),
            put("a", update("a", {**_CHANGED, "visibility": "registered-only"}, unknown), refused(403, 9035)),
        ),
    ]


def work_title() -> dict[str, object]:
    return {"title": {"value": "Conformance $case"}}
