"""Section 1: hosts, versions in the path, media types."""

from __future__ import annotations

from conformance.bodies import identifier, update, work
from conformance.case import Case, Expect
from conformance.cases.xml import xml_work
from conformance.matching import Gone, Matches
from conformance.steps import CREATED, case, get, post, put, read, refused

_XML = ("application/vnd.orcid+xml", "application/orcid+xml", "application/xml")
_JSON = ("application/vnd.orcid+json", "application/orcid+json", "application/json")
_CHANGED = {"title": {"title": {"value": "Changed $case"}}}


def cases() -> list[Case]:
    return [*_answers(), *_bodies(), *_choices(), *_refusals(), *_versions()]


def _typed(name: str, text: str | None = None, without: str | None = None) -> Expect:
    content_type = Matches(name.replace("+", r"\+").replace(".", r"\.") + "(;.*)?")
    return Expect(200, headers={"Content-Type": content_type}, text=text, without=without)


def _answers() -> list[Case]:
    return [
        *(case(f"Accept {name}", "1", get("/works", _typed(name, text="^<"), accept=name)) for name in _XML),
        *(case(f"Accept {name}", "1", get("/works", _typed(name, text="^{"), accept=name)) for name in _JSON),
        case("JSON under ORCID's name is pretty-printed", "1", get("/works", Expect(200, text="\n"), accept=_JSON[0])),
        case(
            "JSON under ORCID's older name is pretty-printed",
            "1",
            get("/works", Expect(200, text="\n"), accept=_JSON[1]),
        ),
        case("application/json is compact", "1", get("/works", Expect(200, text="^{", without="\n"), accept=_JSON[2])),
        case(
            "no ETag", "1", get("/works", Expect(200, headers={"ETag": Gone(), "Last-Modified": Gone()}, text="^{.+}"))
        ),
    ]


def _bodies() -> list[Case]:
    shown = {"title.title.value": "Conformance $case", "type": "journal-article"}
    return [
        *(
            case(f"body as {name}", "1", post(put_code="a", content_type=name), read("a", shown))
            for name in (*_JSON, "application/json; charset=utf-8")
        ),
        *(
            case(f"body as {name}", "1", post(xml_work(), put_code="a", content_type=name), read("a", shown))
            for name in _XML
        ),
        case(
            "title in many scripts, as UTF-8",
            "1",
            post(work({"title": {"title": {"value": "Über 東京 \U0001d6fc $case"}}}), put_code="a"),
            read("a", {"title.title.value": "Über 東京 \U0001d6fc $case"}),
        ),
    ]


def _choices() -> list[Case]:
    both = "application/json, application/xml"
    return [
        case("no Accept: ORCID's XML", "1", get("/works", _typed(_XML[0]), accept=None)),
        case("Accept */*: ORCID's XML", "1", get("/works", _typed(_XML[0]), accept="*/*")),
        case(
            "no Accept: follows Content-Type",
            "1",
            get("/works", _typed("application/json"), accept=None, content_type="application/json"),
        ),
        case(
            "Accept */*: follows Content-Type",
            "1",
            get("/works", _typed("application/orcid+json"), accept="*/*", content_type="application/orcid+json"),
        ),
        case(
            "no Accept: a Content-Type with charset is not recognised, so XML",
            "1",
            get("/works", _typed(_XML[0]), accept=None, content_type="application/json; charset=utf-8"),
        ),
        case(
            "no Accept on PUT: JSON in, JSON out",
            "1",
            post(put_code="a"),
            put("a", update("a", _CHANGED), _typed("application/json"), accept=None),
        ),
        case("equal preference: XML wins", "1", get("/works", _typed("application/xml"), accept=both)),
        case(
            "the better quality wins",
            "1",
            get("/works", _typed("application/json"), accept="application/json, application/xml;q=0.5"),
        ),
        case(
            "errors come in the form asked for: XML",
            "1",
            get("/work/1", Expect(404, text=r"^<.*error-code>9016<"), accept="application/vnd.orcid+xml"),
        ),
        case("errors come in the form asked for: JSON", "1", get("/work/1", refused(404, 9016))),
        case("a created work answers without a body, also to XML", "1", post(expect=CREATED, accept="application/xml")),
    ]


def _refusals() -> list[Case]:
    return [
        case("body of another type", "1", post("text", refused(415, 9001), content_type="text/plain")),
        case("body as form", "1", post("a=b", refused(415, 9001), content_type="application/x-www-form-urlencoded")),
        case("Accept that cannot be met", "1", get("/works", Expect(406, text="9001"), accept="text/html")),
        case("Accept that cannot be met, on POST", "1", post(expect=Expect(406, text="9001"), accept="text/csv")),
        case("wrong method", "1", get("/work", refused(405, 9001))),
        case("unknown path", "1", get("/nothing-of-the-kind", refused(404, 9001))),
    ]


def _versions() -> list[Case]:
    works = "/$orcid/works"
    return [
        case(
            "GET without version is sent to v3.0",
            "1",
            get(works, Expect(302, headers={"Location": Matches(r".*/v3\.0/$orcid/works")}), server="host"),
        ),
        case(
            "POST without version",
            "1",
            post(work({}, identifier()), refused(400, 9012), server="host-record"),
        ),
        case(
            "a release candidate is sent to the release",
            "1",
            get(
                "/v3.0_rc2/$orcid/works",
                Expect(308, 9056, headers={"Location": Matches(r".*/v3\.0/$orcid/works")}),
                server="host",
            ),
        ),
    ]
