"""Sections 5.1 to 5.3: what reading a body refuses, what the schema, what the rules, and where a bulk differs."""

from __future__ import annotations

from conformance.bodies import Json, bulk, contributor, contributors, date, doi, identifier, title, update, work
from conformance.case import Case, Expect
from conformance.cases.xml import xml_bulk, xml_work
from conformance.matching import AnInteger
from conformance.steps import CREATED, case, post, post_bulk, put, read, refused, shows

_XML = "application/vnd.orcid+xml"


def cases() -> list[Case]:
    return [*_json(), *_xml(), *_bulk_skips_schema(), *_bulk_mapping(), *_rules(), *_oddities(), *_unchecked()]


def _json() -> list[Case]:
    def sent(name: str, body: object, expect: Expect, content_type: str = "application/json") -> Case:
        return case(f"JSON: {name}", "5.1", post(body, expect, content_type=content_type))

    mapping = refused(400, 9047)
    return [
        sent("text that does not parse", '{"title": ', Expect(400)),
        sent("not JSON at all", "<work/>", Expect(400)),
        sent("empty body", b"", mapping),
        sent("null", "null", mapping),
        sent("a string", '"work"', mapping),
        sent("unknown member", work({"colour": 1}), mapping),
        sent("list for an object", work({"title": []}), mapping),
        sent("text for identifiers", work({"external-ids": "x"}), mapping),
        sent("unknown enumerated value", work({"type": "novel"}), mapping),
        sent("limit of the schema", work({"title": title("x" * 1001)}), mapping),
        sent("unknown member, vendor's type", work({"colour": 1}), mapping, "application/vnd.orcid+json"),
        sent(
            "limit of the schema, vendor's type",
            work({"title": title("x" * 1001)}),
            mapping,
            "application/vnd.orcid+json",
        ),
        case(
            "JSON: PUT is checked the same way",
            "5.1",
            post(put_code="a"),
            put("a", update("a", {"colour": 1}), mapping),
        ),
        case(
            "JSON: PUT meets the schema",
            "5.1",
            post(put_code="a"),
            put("a", update("a", {"title": title("x" * 1001)}), mapping),
        ),
    ]


def _xml() -> list[Case]:
    def sent(name: str, body: object, expect: Expect) -> Case:
        return case(f"XML: {name}", "5.1", post(body, expect, content_type=_XML))

    schema, enumeration = refused(400, 9001), refused(400, 9051)
    return [
        sent("text that does not parse", "<work:work", schema),
        sent("empty body", b"", schema),
        sent("unknown element", xml_work(after_ids="<work:colour>blue</work:colour>"), schema),
        sent("no type", xml_work(with_type=False), schema),
        sent("title of 1001 characters", xml_work(title="x" * 1001), schema),
        sent("blank title", xml_work(title="  "), schema),
        sent("unknown type", xml_work(type_="novel"), enumeration),
        sent("unknown relationship", xml_work(relationship="same-as"), enumeration),
        sent("unknown language", xml_work(after_ids="<common:language-code>xx</common:language-code>"), enumeration),
        sent("unknown country", xml_work(after_ids="<common:country>ZZ</common:country>"), enumeration),
        sent("unknown visibility", xml_work(attributes=' visibility="secret"'), schema),
        sent("a put-code on create", xml_work(attributes=' put-code="1"'), refused(400, 9024)),
        case(
            "XML: taken",
            "5.1",
            post(xml_work(), put_code="a", content_type=_XML),
            read("a", {"external-ids.external-id.0.external-id-value": "$case"}),
        ),
    ]


def _item(name: str, section: str, item: Json, code: int, status: int = 400) -> Case:
    fields = {"bulk.#": 1, "bulk.0.error.error-code": code, "bulk.0.error.response-code": status}
    return case(f"bulk: {name}", section, post_bulk(bulk(item), shows(fields)))


def _bulk_skips_schema() -> list[Case]:
    def passes(name: str, item: Json, path: str, value: object) -> Case:
        return case(f"bulk, no schema: {name}", "5.2", post_bulk(bulk(item), shows({f"bulk.0.work.{path}": value})))

    long = "x" * 1001
    return [
        passes("title of 1001 characters", work({"title": title(long)}), "title.title.value", long),
        passes(
            "description of 5001 characters", work({"short-description": "x" * 5001}), "short-description", "x" * 5001
        ),
        passes("year 1899", work({"publication-date": date("1899")}), "publication-date.year.value", "1899"),
        passes("year 2101", work({"publication-date": date("2101")}), "publication-date.year.value", "2101"),
        passes(
            "journal title of 1001 characters", work({"journal-title": {"value": long}}), "journal-title.value", long
        ),
    ]


def _bulk_mapping() -> list[Case]:
    def whole(name: str, item: object) -> Case:
        """One bad item fails all: the good one before it is not stored, so it can be created afterwards."""
        return case(
            f"bulk: {name} fails the whole request",
            "5.2",
            post_bulk(bulk(work(), item), refused(400, 9047)),
            post(expect=CREATED),
        )

    own = identifier("$case-2")
    return [
        whole("unknown type", work({"type": "novel"}, own)),
        whole("unknown relationship", work({}, identifier("$case-2", "same-as"))),
        whole("unknown language", work({"language-code": "xx"}, own)),
        whole("unknown member", work({"colour": 1}, own)),
        whole("wrong shape", work({"title": "x"}, own)),
        case(
            "XML bulk: an unknown type is read as none",
            "5.2",
            post_bulk(
                xml_bulk(xml_work(type_="novel"), xml_work(value="$case-2")),
                shows({"bulk.0.error.error-code": 9037, "bulk.1.work.put-code": AnInteger()}),
                content_type=_XML,
            ),
        ),
        case(
            "XML bulk: an unknown relationship is read as none",
            "5.2",
            post_bulk(
                xml_bulk(xml_work(relationship="same-as")), shows({"bulk.0.error.error-code": 9023}), content_type=_XML
            ),
        ),
        case(
            "XML bulk: an unknown element is skipped",
            "5.2",
            post_bulk(
                xml_bulk(xml_work(after_ids="<work:colour>blue</work:colour>")),
                shows({"bulk.0.work.put-code": AnInteger()}),
                content_type=_XML,
            ),
        ),
    ]


def _rules() -> list[Case]:
    translated = {"title": {"value": "Conformance $case"}}
    own, second = identifier(), "$case-2"

    def rule(name: str, changes: Json, code: int, *items: object, without: str = "") -> Case:
        return _item(name, "5.3", work(changes, *items, without=without), code)

    return [
        rule("no title", {}, 9022, without="title"),
        rule("blank title", {"title": title("  ")}, 9022),
        rule("country without value", {"country": {"value": None}}, 9037),
        rule(
            "translated title blank with language",
            {"title": {**translated, "translated-title": {"value": "", "language-code": "fr"}}},
            9020,
        ),
        rule(
            "translated title without language", {"title": {**translated, "translated-title": {"value": "Titre"}}}, 9037
        ),
        rule("no type", {}, 9037, without="type"),
        rule("30 February", {"publication-date": date("2020", "02", "30")}, 9049),
        rule("month of one digit", {"publication-date": date("2020", "5")}, 9049),
        rule("day without month", {"publication-date": date("2020", None, "05")}, 9049),
        rule("month without year", {"publication-date": date(None, "05")}, 9049),
        rule("citation without type", {"citation": {"citation-value": "x"}}, 9037),
        rule("blank citation", {"citation": {"citation-type": "ris", "citation-value": " "}}, 9020),
        rule("no identifiers", {}, 9023, without="external-ids"),
        rule("an empty list of identifiers", {"external-ids": {"external-id": []}}, 9023),
        rule("isbn as funded-by", {}, 9020, own, identifier(second, "funded-by", "isbn")),
        rule(
            "contributor iD with http",
            {
                "contributors": contributors(
                    contributor(contributor_orcid={"uri": "http://orcid.org/0000-0002-1825-0097"})
                )
            },
            9020,
        ),
        rule(
            "malformed contributor iD",
            {"contributors": contributors(contributor(contributor_orcid={"uri": None, "path": "0000-0002"}))},
            9020,
        ),
        rule("blank credit name", {"contributors": contributors(contributor("  "))}, 9020),
        rule(
            "blank contributor e-mail",
            {"contributors": contributors(contributor(contributor_email={"value": " "}))},
            9020,
        ),
        rule("put-code", {"put-code": 1}, 9024),
        rule("unknown identifier type", {}, 9023, own, identifier(second, kind="colour")),
        rule("blank identifier value", {}, 9023, own, identifier("  ")),
        rule("identifier without relationship", {}, 9023, own, identifier(second, None)),
        rule("no self identifier", {}, 9023, identifier(relationship="part-of")),
        rule("unknown contributor role", {"contributors": contributors(contributor(role="cook"))}, 9058),
    ]


def _oddities() -> list[Case]:
    no_type = {"external-id-value": "$case", "external-id-relationship": "self"}
    return [
        _item(
            "a date part that is null inside (inferred)",
            "5.3",
            work({"publication-date": {**date("2020"), "month": {"value": None}}}),
            9037,
        ),
        _item("an identifier without type is an internal error (inferred)", "5.3", work({}, no_type), 9008, 500),
        _item("an empty date is an internal error (inferred)", "5.3", work({"publication-date": {}}), 9008, 500),
        case(
            "bulk: a null element fails the whole request (inferred)",
            "5.3",
            post_bulk({"bulk": [{"work": work()}, None]}, refused(500, 9008)),
        ),
    ]


def _unchecked() -> list[Case]:
    def passes(name: str, changes: Json, *items: object) -> Case:
        return case(f"not checked: {name}", "5.3", post(work(changes, *items)))

    ghost = {"uri": "https://orcid.org/0000-0000-0000-0000", "path": "0000-0000-0000-0000", "host": "orcid.org"}
    return [
        passes("whether a DOI exists", {}, doi()),
        passes("what a DOI looks like", {}, identifier("not a doi $case", kind="doi")),
        passes("an ISBN's check digit", {"type": "book"}, identifier("97831614$digits", kind="isbn")),
        passes("a contributor iD's check digit", {"contributors": contributors(contributor(contributor_orcid=ghost))}),
        passes(
            "which identifier fits which type", {"type": "data-set"}, identifier("$digits", kind="isbn"), identifier()
        ),
    ]
