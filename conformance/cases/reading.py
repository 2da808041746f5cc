"""Sections 4.2 and 4.3: bulk bodies, and a work as it is answered."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, contributor, contributors, date, update, work
from conformance.case import Case, Expect
from conformance.matching import AnInteger, Gone
from conformance.steps import case, get, post, post_bulk, put, read, refused, shows

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
_ORDER = [
    "created-date",
    "last-modified-date",
    "source",
    "put-code",
    "path",
    "title",
    "journal-title",
    "short-description",
    "citation",
    "type",
    "publication-date",
    "external-ids",
    "url",
    "contributors",
    "language-code",
    "country",
    "visibility",
]


def cases() -> list[Case]:
    return [*_bulk_bodies(), *_works(), *_xml()]


def _bulk_bodies() -> list[Case]:
    none = shows({"bulk.#": 0})
    error = {
        "response-code": 400,
        "developer-message": "mine",
        "user-message": "mine",
        "error-code": 9999,
        "more-info": "x",
    }
    return [
        case("bulk without its member", "4.2", post_bulk({}, none)),
        case("bulk null", "4.2", post_bulk({"bulk": None}, none)),
        case("bulk empty", "4.2", post_bulk({"bulk": []}, none)),
        case("an element that is not wrapped", "4.2", post_bulk({"bulk": [work()]}, refused(400, 9047))),
        case(
            "an element wrapped as something unknown",
            "4.2",
            post_bulk({"bulk": [{"novel": work()}]}, refused(400, 9047)),
        ),
        case("an unknown member beside bulk", "4.2", post_bulk({"bulk": [], "colour": 1}, refused(400, 9047))),
        case(
            "error elements are echoed",
            "4.2",
            post_bulk(
                {"bulk": [{"error": error}, {"work": work()}]},
                shows(
                    {
                        "bulk.#": 2,
                        "bulk.0.error.error-code": 9999,
                        "bulk.0.error.developer-message": "mine",
                        "bulk.1.work.put-code": AnInteger(),
                    }
                ),
            ),
        ),
    ]


def _works() -> list[Case]:
    keys = '.*"' + '":.*"'.join(_ORDER) + '":'
    shown = {path: value for path, value in _FULL.items() if path not in ("title", "contributors", "publication-date")}
    return [
        case(
            "members of a work come in order",
            "4.3",
            post(work(_FULL), put_code="a"),
            get("/work/$a", Expect(200, text=keys)),
        ),
        case(
            "what was written is read",
            "4.3",
            post(work(_FULL), put_code="a"),
            read(
                "a",
                {
                    **shown,
                    "title.title.value": "Conformance $case",
                    "title.subtitle.value": "Below",
                    "publication-date.day.value": "06",
                    "contributors.contributor.0.credit-name.value": "Ada Example",
                },
            ),
        ),
        case(
            "dates are epoch milliseconds",
            "4.3",
            post(put_code="a"),
            read("a", {"created-date.value": AnInteger(), "last-modified-date.value": AnInteger()}),
        ),
        case(
            "put-code is an integer, path names it",
            "4.3",
            post(put_code="a"),
            read("a", {"put-code": AnInteger(), "path": "/$orcid/work/$a"}),
        ),
        case(
            "what is absent is sent as null",
            "4.3",
            post(put_code="a"),
            read(
                "a",
                dict.fromkeys(
                    (
                        "journal-title",
                        "short-description",
                        "citation",
                        "publication-date",
                        "url",
                        "language-code",
                        "country",
                    ),
                    None,
                ),
            ),
        ),
        case(
            "no contributors are an empty list",
            "4.3",
            post(put_code="a"),
            read("a", {"contributors": {"contributor": []}}),
        ),
        case("no display-index in a work", "4.3", post(put_code="a"), read("a", {"display-index": Gone()})),
        case(
            "path is null in a PUT's answer",
            "4.3",
            post(put_code="a"),
            put("a", update("a", {"type": "book"}), shows({"path": None, "put-code": "$a"})),
        ),
        case("path is null in a bulk POST's answer", "4.3", post_bulk(bulk(work()), shows({"bulk.0.work.path": None}))),
        case(
            "path is filled in a bulk GET",
            "4.3",
            post(put_code="a"),
            get("/works/$a", shows({"bulk.0.work.path": "/$orcid/work/$a"})),
        ),
        case(
            "a bulk's created work carries source and dates",
            "4.3",
            post_bulk(
                bulk(work()),
                shows(
                    {
                        "bulk.0.work.source.source-client-id.path": "$client_id",
                        "bulk.0.work.created-date.value": AnInteger(),
                    }
                ),
            ),
        ),
    ]


def _xml() -> list[Case]:
    def as_xml(path: str, text: str) -> Any:
        return get(path, Expect(200, text=text), accept="application/xml")

    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return [
        case(
            "XML: root and namespace",
            "4.3",
            post(put_code="a"),
            as_xml("/work/$a", r"<(\w+:)?work [^>]*http://www\.orcid\.org/ns/work"),
        ),
        case(
            "XML: put-code, visibility and path are attributes",
            "4.3",
            post(put_code="a"),
            as_xml(
                "/work/$a", r'<(\w+:)?work (?=[^>]*put-code="$a")(?=[^>]*visibility=")(?=[^>]*path="/$orcid/work/$a")'
            ),
        ),
        case(
            "XML: dates are ISO 8601 with offset",
            "4.3",
            post(put_code="a"),
            as_xml("/work/$a", f"created-date>{stamp}<"),
        ),
        case("XML: title", "4.3", post(put_code="a"), as_xml("/work/$a", r"<(\w+:)?title>Conformance $case</")),
        case(
            "XML: display-index of a summary is an attribute",
            "4.4",
            post(put_code="a"),
            as_xml("/works", r'<(\w+:)?work-summary (?=[^>]*put-code="$a")(?=[^>]*display-index="\d+")'),
        ),
        case(
            "XML: error",
            "4.5",
            get(
                "/work/999999999999",
                Expect(404, text=r"<(\w+:)?error [^>]*http://www\.orcid\.org/ns/error.*<(\w+:)?response-code>404<"),
                accept="application/xml",
            ),
        ),
    ]
