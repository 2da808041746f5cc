"""Sections 4.4 and 4.5: summaries of works, and errors."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, contributor, contributors, date, identifier, work
from conformance.case import Case, Control, Expect, Need
from conformance.matching import AnInteger, Gone, Matches, Not
from conformance.steps import case, get, post, post_bulk, shows

_FULL = {
    "title": {"title": {"value": "Conformance $case"}, "subtitle": {"value": "Below"}},
    "journal-title": {"value": "Journal"},
    "short-description": "About",
    "citation": {"citation-type": "bibtex", "citation-value": "@a{b}"},
    "publication-date": date("2020", "05", "06"),
    "url": {"value": "https://example.org/1"},
    "contributors": contributors(contributor("Ada Example", "author", "first")),
    "language-code": "en",
    "country": {"value": "DE"},
}


def cases() -> list[Case]:
    return [*_summaries(), *_errors()]


def _summaries() -> list[Case]:
    mine = "group($a).work-summary($a)"
    keys = (
        "put-code",
        "created-date",
        "last-modified-date",
        "source",
        "title",
        "external-ids",
        "url",
        "type",
        "publication-date",
        "journal-title",
        "visibility",
        "path",
        "display-index",
    )
    full = (post(work(_FULL), put_code="a"),)
    order = {"orcid": "$fresh", "client_id": "$client_id"}
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    token = Control("token", order, {"mine": "access_token"})
    return [
        case(
            "members of a summary",
            "4.4",
            *full,
            get("/works", Expect(200, fields={f"{mine}.{key}": Not("") for key in keys})),
        ),
        case(
            "what a summary shows",
            "4.4",
            *full,
            get(
                "/works",
                shows(
                    {
                        f"{mine}.title.title.value": "Conformance $case",
                        f"{mine}.type": "journal-article",
                        f"{mine}.journal-title.value": "Journal",
                        f"{mine}.url.value": "https://example.org/1",
                        f"{mine}.publication-date.month.value": "05",
                        f"{mine}.path": "/$orcid/work/$a",
                    }
                ),
            ),
        ),
        case("a summary's subtitle is null", "4.4", *full, get("/works", shows({f"{mine}.title.subtitle": None}))),
        case(
            "a summary has no contributors, citation, description, language, country",
            "4.4",
            *full,
            get(
                "/works",
                shows(
                    {
                        f"{mine}.{key}": Gone()
                        for key in ("contributors", "citation", "short-description", "language-code", "country")
                    }
                ),
            ),
        ),
        case(
            "display-index is a string",
            "4.4",
            post(put_code="a"),
            get("/works", shows({f"{mine}.display-index": Matches(r"\d+")})),
        ),
        case(
            "one summary by itself",
            "4.4",
            *full,
            get(
                "/work/summary/$a",
                shows(
                    {
                        "put-code": "$a",
                        "title.title.value": "Conformance $case",
                        "title.subtitle": None,
                        "contributors": Gone(),
                        "path": "/$orcid/work/$a",
                    }
                ),
            ),
        ),
        case(
            "the list names its path and its newest date",
            "4.4",
            post(put_code="a"),
            get(
                "/works",
                shows(
                    {
                        "path": "/$orcid/works",
                        "last-modified-date.value": AnInteger(),
                        "group($a).last-modified-date.value": AnInteger(),
                    }
                ),
            ),
        ),
        case(
            "an empty record",
            "4.4",
            token,
            get("/works", shows({"group": [], "last-modified-date": None, "path": "/$fresh/works"}), **there),
            needs=Need.TOKENS,
        ),
        case(
            "the newest dates of list and group are those of the newest work",
            "4.4",
            token,
            post(put_code="a", **there),
            post(work({}, identifier("$case-2")), put_code="b", **there),
            get("/work/$b", keep={"newest": "last-modified-date.value"}, **there),
            get(
                "/works",
                shows({"last-modified-date.value": "$newest", "group($b).last-modified-date.value": "$newest"}),
                **there,
            ),
            needs=Need.TOKENS,
        ),
    ]


def _errors() -> list[Case]:
    shape = {
        "response-code": 404,
        "developer-message": Matches(".+"),
        "user-message": Matches(".+"),
        "error-code": 9016,
        "more-info": Matches("https?://.+"),
    }
    return [
        case("an error's members", "4.5", get("/work/999999999999", shows(shape, 404))),
        case(
            "an error within a bulk has the same",
            "4.5",
            post_bulk(
                bulk(work(without="type")),
                shows(
                    {
                        "bulk.0.error.response-code": 400,
                        "bulk.0.error.error-code": 9037,
                        "bulk.0.error.developer-message": Matches(".+"),
                        "bulk.0.error.user-message": Matches(".+"),
                        "bulk.0.error.more-info": Matches("https?://.+"),
                    }
                ),
            ),
        ),
        case(
            "an error is one with its status",
            "4.5",
            post({"colour": 1}, shows({"response-code": 400, "error-code": 9047}, 400)),
        ),
    ]
