"""Section 3: the calls, and their success."""

from __future__ import annotations

from conformance.bodies import bulk, update, work
from conformance.case import Case, Request
from conformance.matching import AnInteger
from conformance.steps import CREATED, OK, case, delete, get, post, post_bulk, put, read, refused, shows

_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_NOWHERE = "/work/999999999999"


def cases() -> list[Case]:
    return [*_success(), *_none_such()]


def _success() -> list[Case]:
    return [
        case("POST work: 201, Location, empty", "3", post(expect=CREATED)),
        case("GET work", "3", post(put_code="a"), read("a", {"put-code": "$a", "path": "/$orcid/work/$a"})),
        case("GET summary", "3", post(put_code="a"), get("/work/summary/$a", shows({"put-code": "$a"}))),
        case(
            "GET works",
            "3",
            post(put_code="a"),
            get("/works", shows({"path": "/$orcid/works", "group($a).work-summary.#": 1})),
        ),
        case(
            "GET works by put-codes",
            "3",
            post(put_code="a"),
            get("/works/$a", shows({"bulk.#": 1, "bulk.0.work.put-code": "$a"})),
        ),
        case(
            "PUT work: 200, the stored work without path",
            "3",
            post(put_code="a"),
            put(
                "a",
                update("a", _CHANGED),
                shows({"put-code": "$a", "path": None, "title.title.value": "Changed $case"}),
            ),
        ),
        case("DELETE work: 204, empty", "3", post(put_code="a"), delete("a")),
        case("a second DELETE", "3", post(put_code="a"), delete("a"), delete("a", refused(404, 9016))),
        case("a deleted work is gone", "3", post(put_code="a"), delete("a"), get("/work/$a", refused(404, 9016))),
        case(
            "POST works: 200, same length",
            "3",
            post_bulk(bulk(work()), shows({"bulk.#": 1, "bulk.0.work.put-code": AnInteger()})),
        ),
        case(
            "POST works: 200 though every item failed",
            "3",
            post_bulk(bulk({"type": "book"}, {"type": "book"}), shows({"bulk.*.error.response-code": [400, 400]})),
        ),
        case(
            "POST works: stored for good",
            "3",
            post_bulk(bulk(work()), OK, keep={"a": "bulk.0.work.put-code"}),
            read("a", {"title.title.value": "Conformance $case"}),
        ),
    ]


def _none_such() -> list[Case]:
    def call(method: str, path: str) -> Request:
        return Request(method, path, refused(405, 9001), work())

    return [
        case("no bulk PUT", "3", call("PUT", "/works")),
        case("no bulk DELETE", "3", call("DELETE", "/works")),
        case("no PATCH", "3", call("PATCH", "/work/1")),
        case("no POST on a put-code", "3", call("POST", "/work/1")),
        case("GET of an unknown put-code", "3", get(_NOWHERE, refused(404, 9016))),
        case("summary of an unknown put-code", "3", get("/work/summary/999999999999", refused(404, 9016))),
        case("GET of something not a number", "3", get("/work/abc", refused(400, 9034))),
        case("DELETE of something not a number", "3", Request("DELETE", "/work/abc", refused(400, 9034))),
    ]
