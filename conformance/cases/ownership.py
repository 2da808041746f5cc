"""Sections 6.2 and 6.3: source and put-codes."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, update, work
from conformance.case import Case, Control, Need, Request
from conformance.matching import Matches, Not
from conformance.steps import case, delete, get, post, post_bulk, put, read, refused, shows

_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
_TOKEN = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})


def cases() -> list[Case]:
    return [*_sources(), *_put_codes()]


def _sources() -> list[Case]:
    source = {
        "source.source-client-id.path": "$client_id",
        "source.source-client-id.uri": Matches(r"https?://[^/]*orcid\.org/client/$client_id"),
        "source.source-client-id.host": Matches(r"[^/]*orcid\.org"),
        "source.source-orcid": None,
        "source.source-name.value": Matches(".+"),
    }
    claimed = {"source": {"source-client-id": {"path": "APP-SOMEBODYELSE0000"}, "source-name": {"value": "Somebody"}}}
    wizard = {"client_id": "APP-CONFORMWIZARD000", "client_secret": "x", "acts_for_user": True}
    by_owner = Control("works", {"orcid": "$fresh", "source": "owner", "works": [work()]}, {"a": "put_codes.0"})
    return [
        case("the client is the source", "6.2", post(put_code="a"), read("a", source)),
        case(
            "the client is the source in the list",
            "6.2",
            post(put_code="a"),
            get("/works", shows({"group($a).work-summary($a).source.source-client-id.path": "$client_id"})),
        ),
        case(
            "no assertion origin for a client by itself",
            "6.2",
            post(put_code="a"),
            read("a", {"source.assertion-origin-orcid": None, "source.assertion-origin-client-id": None}),
        ),
        case("a source in the request is dropped", "6.2", post(work(claimed), put_code="a"), read("a", source)),
        case(
            "a source in a PUT is dropped",
            "6.2",
            post(put_code="a"),
            put("a", update("a", {**claimed, **_CHANGED}), shows(source)),
        ),
        case(
            "a source in a bulk is dropped",
            "6.2",
            post_bulk(bulk(work(claimed)), shows({"bulk.0.work.source.source-client-id.path": "$client_id"})),
        ),
        case(
            "the owner's item names the owner",
            "6.2",
            by_owner,
            _TOKEN,
            get("/work/$a", shows({"source.source-orcid.path": "$fresh", "source.source-client-id": None}), **_THERE),
            needs=Need.OTHER_SOURCE,
        ),
        case(
            "a client that acts for the user names it as origin",
            "6.2",
            Control("client", wizard),
            Control("token", {"orcid": "$fresh", "client_id": "APP-CONFORMWIZARD000"}, {"mine": "access_token"}),
            post(put_code="a", **_THERE),
            get(
                "/work/$a",
                shows(
                    {
                        "source.source-client-id.path": "APP-CONFORMWIZARD000",
                        "source.assertion-origin-orcid.path": "$fresh",
                    }
                ),
                **_THERE,
            ),
            put("a", update("a", _CHANGED), **_THERE),
            delete("a", **_THERE),
            needs=Need.CLIENT_KIND,
        ),
    ]


def _put_codes() -> list[Case]:
    elsewhere = (_TOKEN, post(put_code="a", **_THERE))
    return [
        case(
            "a put-code is not given twice",
            "6.3",
            post(put_code="a"),
            delete("a"),
            post(put_code="b"),
            read("b", {"put-code": Not("$a")}),
        ),
        case(
            "a put-code of another record: GET",
            "6.3",
            *elsewhere,
            get("/work/$a", refused(404, 9016)),
            needs=Need.TOKENS,
        ),
        case(
            "a put-code of another record: summary",
            "6.3",
            *elsewhere,
            get("/work/summary/$a", refused(404, 9016)),
            needs=Need.TOKENS,
        ),
        case(
            "a put-code of another record: PUT",
            "6.3",
            *elsewhere,
            put("a", update("a", _CHANGED), refused(404, 9016)),
            needs=Need.TOKENS,
        ),
        case(
            "a put-code of another record: DELETE",
            "6.3",
            *elsewhere,
            delete("a", refused(404, 9016)),
            needs=Need.TOKENS,
        ),
        case(
            "a put-code of another record: bulk read",
            "6.3",
            *elsewhere,
            get("/works/$a", shows({"bulk.0.error.error-code": 9034})),
            needs=Need.TOKENS,
        ),
        *(
            case(
                f"the owner deleted it: {step.method}",
                "6.3",
                *elsewhere,
                Control("works/delete", {"orcid": "$fresh", "put_codes": ["$a"]}),
                step,
                needs=Need.OWNER,
            )
            for step in (
                put("a", update("a", _CHANGED), refused(404, 9016), **_THERE),
                delete("a", refused(404, 9016), **_THERE),
            )
        ),
        case(
            "PUT with another put-code in the body",
            "6.3",
            post(put_code="a"),
            put("a", {**work(_CHANGED), "put-code": 1}, refused(400, 9019)),
        ),
        case(
            "PUT with a path that is no number",
            "6.3",
            Request("PUT", "/work/12x", refused(400, 9034), {**work(), "put-code": 12}),
        ),
    ]
