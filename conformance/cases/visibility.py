"""Section 6.4: who decides who sees a work."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, identifier, update, work
from conformance.case import Case, Control, Need
from conformance.matching import AnInteger, Not
from conformance.steps import case, get, post, post_bulk, put, read, refused, shows

_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
_TOKEN = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})


def cases() -> list[Case]:
    return [*_visibility(), *_visibility_by_owner()]


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
