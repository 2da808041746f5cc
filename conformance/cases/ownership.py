"""Sections 6.2 to 6.4: source, put-codes, visibility."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, identifier, update, work
from conformance.case import Case, Control, Need, Request
from conformance.matching import AnInteger, Matches, Not
from conformance.steps import case, delete, get, post, post_bulk, put, read, refused, shows

_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
_TOKEN = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})


def cases() -> list[Case]:
    return [*_sources(), *_put_codes(), *_visibility(), *_visibility_by_owner()]


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


def _visibility() -> list[Case]:
    """The body's visibility is ignored on create: two works that ask for different ones get the same, the default."""
    first = (
        post(work({"visibility": "public"}), put_code="a"),
        read("a", {"visibility": Not(None)}, keep={"default": "visibility"}),
    )
    return [
        *(
            case(
                f"POST with {level}: the owner's default all the same",
                "6.4",
                *first,
                post(work({"visibility": level}, identifier("$case-2")), put_code="b"),
                read("b", {"visibility": "$default"}),
            )
            for level in ("limited", "private", "registered-only")
        ),
        *(
            case(
                f"bulk with {level}: the owner's default all the same",
                "6.4",
                *first,
                post_bulk(
                    bulk(work({"visibility": level}, identifier("$case-2"))),
                    shows({"bulk.0.work.visibility": "$default"}),
                ),
            )
            for level in ("limited", "private")
        ),
        case(
            "PUT without visibility keeps it",
            "6.4",
            *first,
            put("a", update("a", _CHANGED), shows({"visibility": "$default"})),
        ),
        case(
            "PUT with the stored visibility",
            "6.4",
            *first,
            put("a", update("a", {**_CHANGED, "visibility": "$default"}), shows({"visibility": "$default"})),
        ),
        case(
            "PUT with another visibility",
            "6.4",
            *first,
            put("a", update("a", {**_CHANGED, "visibility": "registered-only"}), refused(403, 9035)),
            read("a", {"visibility": "$default", "title.title.value": "Conformance $case"}),
        ),
    ]


def _visibility_by_owner() -> list[Case]:
    def default(level: str) -> Control:
        return Control("record", {"orcid": "$fresh", "default_visibility": level})

    def changed(level: str) -> Control:
        return Control("works/visibility", {"orcid": "$fresh", "put_codes": ["$a"], "visibility": level})

    body = work({"visibility": "public"})
    stored = (_TOKEN, default("public"), post(put_code="a", **_THERE))
    return [
        *(
            case(f"owner's default {level}: {how}", "6.4", _TOKEN, default(level), *steps, needs=Need.OWNER)
            for level in ("public", "limited", "private")
            for how, steps in (
                ("POST", (post(body, put_code="a", **_THERE), get("/work/$a", shows({"visibility": level}), **_THERE))),
                (
                    "bulk",
                    (
                        post_bulk(
                            bulk(body),
                            shows({"bulk.0.work.visibility": level, "bulk.0.work.put-code": AnInteger()}),
                            **_THERE,
                        ),
                    ),
                ),
            )
        ),
        case(
            "the owner hid it: an older body's visibility no longer fits",
            "6.4",
            *stored,
            changed("private"),
            put("a", update("a", {**_CHANGED, "visibility": "public"}), refused(403, 9035), **_THERE),
            needs=Need.OWNER,
        ),
        case(
            "the owner hid it: PUT without visibility keeps that",
            "6.4",
            *stored,
            changed("private"),
            put("a", update("a", _CHANGED), shows({"visibility": "private"}), **_THERE),
            needs=Need.OWNER,
        ),
        case(
            "a later default does not touch what is stored",
            "6.4",
            *stored,
            default("private"),
            put("a", update("a", _CHANGED), shows({"visibility": "public"}), **_THERE),
            needs=Need.OWNER,
        ),
        case(
            "an unclaimed record takes the body's visibility",
            "6.4",
            _TOKEN,
            Control(
                "record",
                {"orcid": "$fresh", "state": "unclaimed", "creator": "$client_id", "default_visibility": "public"},
            ),
            post(work({"visibility": "limited"}), put_code="a", **_THERE),
            get("/work/$a", shows({"visibility": "limited"}), **_THERE),
            needs=Need.RECORD_STATE,
        ),
        case(
            "an unclaimed record without one in the body: private",
            "6.4",
            _TOKEN,
            Control(
                "record",
                {"orcid": "$fresh", "state": "unclaimed", "creator": "$client_id", "default_visibility": "public"},
            ),
            post(put_code="a", **_THERE),
            get("/work/$a", shows({"visibility": "private"}), **_THERE),
            needs=Need.RECORD_STATE,
        ),
    ]
