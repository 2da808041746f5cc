"""Section 4.1: the members of a work on write, and their limits."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.bodies import Json, date, identifier, identifiers, title, update, work
from conformance.case import Case, Expect
from conformance.matching import Not, OneOf
from conformance.steps import case, post, put, read, refused

_SCHEMA_OR_DATE = (9047, 9049)


def cases() -> list[Case]:
    return [*_titles(), *_texts(), *_dates(), *_identifiers(), *_enumerations(), *_whole()]


def _takes(name: str, changes: Mapping[str, object], shown: Mapping[str, object], *items: object) -> Case:
    return case(f"{name}: taken", "4.1", post(work(changes, *items), put_code="a"), read("a", shown))


def _refuses(name: str, changes: Json, *items: object, codes: tuple[int, ...] = (9047,), without: str = "") -> Case:
    """Refused with one of the codes; several where schema and rules both forbid it."""
    return case(f"{name}: refused", "4.1", post(work(changes, *items, without=without), _one_of(codes)))


def _one_of(codes: tuple[int, ...]) -> Expect:
    if len(codes) == 1:
        return refused(400, codes[0])
    return Expect(400, fields={"error-code": OneOf(codes)})


def _titled(**parts: object) -> Json:
    return {
        "title": {
            "title": {"value": "Conformance $case"},
            **{name.replace("_", "-"): part for name, part in parts.items()},
        }
    }


def _titles() -> list[Case]:
    french = {"value": "Titre", "language-code": "fr"}
    return [
        _takes("title of 1000 characters", {"title": title("x" * 1000)}, {"title.title.value": "x" * 1000}),
        _refuses("title of 1001 characters", {"title": title("x" * 1001)}),
        _refuses("empty title", {"title": title("")}),
        _refuses("blank title", {"title": title("  ")}),
        _refuses("title null", {"title": {"title": None}}),
        _refuses("no title", {}, without="title"),
        _refuses("title as plain string", {"title": "Conformance"}),
        _refuses("title without its value object", {"title": {"title": "Conformance"}}),
        _takes("subtitle", _titled(subtitle={"value": "Below"}), {"title.subtitle.value": "Below"}),
        _takes("empty subtitle", _titled(subtitle={"value": ""}), {"title.title.value": "Conformance $case"}),
        _takes(
            "subtitle of 1000 characters", _titled(subtitle={"value": "x" * 1000}), {"title.subtitle.value": "x" * 1000}
        ),
        _refuses("subtitle of 1001 characters", _titled(subtitle={"value": "x" * 1001})),
        _takes("translated title", _titled(translated_title=french), {"title.translated-title": french}),
        _refuses("translated title without language", _titled(translated_title={"value": "Titre"}), codes=(9047, 9037)),
        _refuses(
            "translated title in an unknown language",
            _titled(translated_title={"value": "Titre", "language-code": "xx"}),
        ),
        _refuses(
            "translated title of a language alone",
            _titled(translated_title={"value": "", "language-code": "fr"}),
            codes=(9047, 9020),
        ),
        _takes("journal title", {"journal-title": {"value": "x" * 1000}}, {"journal-title.value": "x" * 1000}),
        _refuses("journal title of 1001 characters", {"journal-title": {"value": "x" * 1001}}),
        _refuses("empty journal title", {"journal-title": {"value": ""}}),
        _refuses("blank journal title", {"journal-title": {"value": "  "}}),
        _takes("journal title null", {"journal-title": None}, {"journal-title": None}),
    ]


def _texts() -> list[Case]:
    def cited(kind: object, value: object) -> Json:
        return {"citation": {"citation-type": kind, "citation-value": value}}

    return [
        _takes("description of 5000 characters", {"short-description": "x" * 5000}, {"short-description": "x" * 5000}),
        _refuses("description of 5001 characters", {"short-description": "x" * 5001}),
        _refuses("description as object", {"short-description": {"value": "x"}}),
        _takes(
            "citation", cited("bibtex", "@a{b}"), {"citation": {"citation-type": "bibtex", "citation-value": "@a{b}"}}
        ),
        _takes("citation of 20000 characters", cited("ris", "x" * 20000), {"citation.citation-value": "x" * 20000}),
        _refuses("citation of an unknown type", cited("endnote", "x")),
        _refuses("citation without type", {"citation": {"citation-value": "x"}}, codes=(9047, 9037)),
        _refuses("blank citation", cited("bibtex", "  "), codes=(9047, 9020)),
        _takes("url", {"url": {"value": "https://example.org/a?b=c#d"}}, {"url.value": "https://example.org/a?b=c#d"}),
        _takes(
            "url of 3000 characters",
            {"url": {"value": "https://example.org/" + "a" * 2980}},
            {"url.value": "https://example.org/" + "a" * 2980},
        ),
        _refuses("url as plain string", {"url": "https://example.org/"}),
        _refuses("url with null inside", {"url": {"value": None}}),
    ]


def _dates() -> list[Case]:
    def dated(*parts: object) -> Json:
        return {"publication-date": date(*parts)}

    return [
        _takes("year", dated("2020"), {"publication-date.year.value": "2020", "publication-date.month": None}),
        _takes(
            "whole date",
            dated("2020", "02", "29"),
            {"publication-date.month.value": "02", "publication-date.day.value": "29"},
        ),
        _takes("year as a number", dated(2020), {"publication-date.year.value": "2020"}),
        _takes("year 1900", dated("1900"), {"publication-date.year.value": "1900"}),
        _takes("year 2100", dated("2100"), {"publication-date.year.value": "2100"}),
        _refuses("year 1899", dated("1899")),
        _refuses("year 2101", dated("2101")),
        _refuses("year of two digits", dated("20")),
        _refuses("month of one digit", dated("2020", "5"), codes=_SCHEMA_OR_DATE),
        _refuses("day of one digit", dated("2020", "05", "5"), codes=_SCHEMA_OR_DATE),
        _refuses("month 13", dated("2020", "13"), codes=_SCHEMA_OR_DATE),
        _refuses("month 00", dated("2020", "00"), codes=_SCHEMA_OR_DATE),
        _refuses("day 32", dated("2020", "01", "32"), codes=_SCHEMA_OR_DATE),
        _refuses("30 February", dated("2020", "02", "30"), codes=(9049,)),
        _refuses("29 February 2021", dated("2021", "02", "29"), codes=(9049,)),
        _refuses("31 April", dated("2021", "04", "31"), codes=(9049,)),
        _refuses("day without month", dated("2020", None, "05"), codes=_SCHEMA_OR_DATE),
        _refuses("month without year", dated(None, "05"), codes=_SCHEMA_OR_DATE),
        _refuses("date as plain string", {"publication-date": "2020-05-01"}),
        _refuses("year as plain string", {"publication-date": {"year": "2020"}}),
        _refuses("month with null inside", {"publication-date": {**date("2020"), "month": {"value": None}}}),
    ]


def _identifiers() -> list[Case]:
    own, second = identifier(), "$case-2"
    return [
        _refuses("no identifiers", {}, codes=(9023,), without="external-ids"),
        _refuses("an empty list of identifiers", {"external-ids": identifiers()}, codes=(9023,)),
        *(
            _refuses(f"{kind} alone", {}, identifier(relationship=kind), codes=(9023,))
            for kind in ("part-of", "version-of")
        ),
        _refuses("funded-by alone", {}, identifier(relationship="funded-by", kind="uri"), codes=(9023,)),
        *(
            _takes(
                f"{kind} beside self",
                {},
                {"external-ids.external-id.1.external-id-relationship": kind},
                own,
                identifier(second, kind),
            )
            for kind in ("self", "part-of", "version-of")
        ),
        *(
            _takes(
                f"{kind} as funded-by",
                {},
                {"external-ids.external-id.1.external-id-type": kind},
                own,
                identifier(second, "funded-by", kind),
            )
            for kind in ("grant_number", "proposal-id", "uri", "doi")
        ),
        _refuses("isbn as funded-by", {}, own, identifier(second, "funded-by", "isbn"), codes=(9020,)),
        _refuses("unknown identifier type", {}, own, identifier(second, kind="colour"), codes=(9023,)),
        _refuses("identifier type in upper case", {}, identifier("10.5555/$case", kind="DOI"), codes=(9023,)),
        _refuses("grant-number with a hyphen", {}, own, identifier(second, kind="grant-number"), codes=(9023,)),
        _refuses("identifier without type", {}, identifier(kind=None)),
        _refuses("identifier without value", {}, {"external-id-type": "doi", "external-id-relationship": "self"}),
        _refuses("blank identifier value", {}, own, identifier("  "), codes=(9023, 9047)),
        _refuses("identifier without relationship", {}, identifier(relationship=None), codes=(9023,)),
        _refuses("unknown relationship", {}, own, identifier(second, "same-as")),
        _refuses("relationship in upper case", {}, own, identifier(second, "SELF")),
        _takes(
            "identifier of 2500 characters",
            {},
            {"external-ids.external-id.0.external-id-value": "$case-" + "x" * 2500},
            identifier("$case-" + "x" * 2500),
        ),
        _takes(
            "identifier's url",
            {},
            {"external-ids.external-id.0.external-id-url.value": "https://example.org/1"},
            {**own, "external-id-url": {"value": "https://example.org/1"}},
        ),
        _takes(
            "normalised value in the request: ignored",
            {},
            {"external-ids.external-id.0.external-id-normalized.value": "$case"},
            {**own, "external-id-normalized": {"value": "other", "transient": True}},
        ),
        _takes(
            "one object for the list",
            {"external-ids": identifiers() | {"external-id": own}},
            {"external-ids.external-id.#": 1},
        ),
    ]


def _enumerations() -> list[Case]:
    return [
        _refuses("unknown type", {"type": "novel"}),
        _refuses("type in upper case", {"type": "BOOK"}),
        _refuses("type as object", {"type": {"value": "book"}}),
        _refuses("no type", {}, without="type"),
        *(
            _takes(f"language {code}", {"language-code": code}, {"language-code": code})
            for code in ("en", "iw", "zh_CN")
        ),
        *(_refuses(f"language {code}", {"language-code": code}) for code in ("he", "zh-CN", "xx")),
        *(_takes(f"country {code}", {"country": {"value": code}}, {"country.value": code}) for code in ("DE", "XK")),
        *(_refuses(f"country {code}", {"country": {"value": code}}) for code in ("EU", "ZZ")),
        _refuses("country as plain string", {"country": "DE"}),
        _refuses("country with null inside", {"country": {"value": None}}),
        *(
            _takes(f"visibility {level}", {"visibility": level}, {"put-code": "$a"})
            for level in ("public", "limited", "private", "registered-only")
        ),
        _refuses("unknown visibility", {"visibility": "secret"}),
    ]


def _whole() -> list[Case]:
    dropped = {
        "source": {"source-name": {"value": "Somebody"}},
        "path": "/somewhere",
        "created-date": {"value": 1},
        "last-modified-date": {"value": 1},
    }
    nothing = {
        "journal-title": None,
        "short-description": None,
        "citation": None,
        "publication-date": None,
        "url": None,
    }
    return [
        _takes(
            "source, path and dates: ignored",
            dropped,
            {"path": "/$orcid/work/$a", "source.source-name.value": Not("Somebody"), "created-date.value": Not(1)},
        ),
        _takes("null for what is not there", nothing, {"journal-title": None, "url": None}),
        _refuses("unknown member", {"colour": "blue"}),
        _refuses("unknown member of an identifier", {}, {**identifier(), "colour": "blue"}),
        _refuses("display-index", {"display-index": "1"}),
        case("put-code on POST: refused", "4.1", post(work({"put-code": 1}), refused(400, 9024))),
        case("put-code missing on PUT: refused", "4.1", post(put_code="a"), put("a", work(), refused(400, 9019))),
        case(
            "put-code as a numeric string",
            "4.1",
            post(put_code="a"),
            put("a", json.dumps(update("a", {"type": "book"}))),
        ),
        case(
            "a read body can be sent back",
            "4.1",
            post(put_code="a"),
            read("a", {}, keep={"whole": ""}),
            put("a", "$whole"),
        ),
        case("a work within a list: refused", "4.1", post([work()], refused(400, 9047))),
    ]
