"""Which form bodies take; XML in and out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.registry.harness import SHARED, Harness, bulk, date, identifier, work

XML = "application/vnd.orcid+xml"
_SCHEMAS = SHARED / "schemas" / "record_3.0"


@pytest.mark.parametrize(
    ("accept", "content_type", "answered"),
    [
        ("application/json", None, "application/json"),
        ("application/vnd.orcid+json", None, "application/vnd.orcid+json"),
        (None, None, XML),
        ("*/*", None, XML),
        ("*/*", "application/json", "application/json"),
        ("*/*", "application/json; charset=utf-8", XML),
        ("application/json, application/xml", None, "application/xml"),
        ("application/json, application/xml;q=0.9", None, "application/json"),
        ("application/json, */*", None, "application/json"),
        ("application/*", None, XML),
    ],
)
def test_form_of_the_answer(accept: str | None, content_type: str | None, answered: str) -> None:
    reply = Harness().works("GET", "/works", accept=accept, content_type=content_type)
    assert (reply.status, reply.headers["content-type"]) == (200, answered)


def test_json_is_pretty_under_orcids_names_only() -> None:
    registry = Harness()
    assert b"\n" in registry.works("GET", "/works", accept="application/orcid+json").body
    assert b"\n" not in registry.works("GET", "/works", accept="application/json").body


def test_unknown_forms_are_refused() -> None:
    registry = Harness()
    assert registry.works("GET", "/works", accept="text/html").status == 406
    assert registry.works("POST", "/work", work(), content_type="text/plain").refusal == (415, 9001)
    assert registry.works("POST", "/work", work(), content_type=None).refusal == (415, 9001)


def test_errors_come_in_the_form_asked_for() -> None:
    reply = Harness().works("GET", "/work/7", accept="application/xml")
    assert reply.status == 404
    assert "<error:error-code>9016</error:error-code>" in reply.text


WORK = """<work:work xmlns:work="http://www.orcid.org/ns/work" xmlns:common="http://www.orcid.org/ns/common"{attribute}>
<work:title><common:title>{title}</common:title></work:title>{extra}
<work:type>{type}</work:type>
<common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type>
<common:external-id-value>10.1/{value}</common:external-id-value>
<common:external-id-relationship>{relationship}</common:external-id-relationship>
</common:external-id></common:external-ids></work:work>"""


def _xml(**parts: str) -> str:
    defaults = {"attribute": "", "title": "T", "extra": "", "type": "book", "value": "a", "relationship": "self"}
    return WORK.format(**{**defaults, **parts})


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, (201, None)),
        ({"type": "nonsense"}, (400, 9051)),
        ({"relationship": "nonsense"}, (400, 9051)),
        ({"attribute": ' visibility="nonsense"'}, (400, 9001)),
        ({"title": " "}, (400, 9001)),
        ({"extra": "<work:colour>red</work:colour>"}, (400, 9001)),
        ({"extra": "<work:broken>"}, (400, 9001)),
        ({"relationship": "part-of"}, (400, 9023)),
    ],
)
def test_xml_body_of_one_work(parts: dict[str, str], expected: tuple[int, int | None]) -> None:
    reply = Harness().works("POST", "/work", _xml(**parts).encode(), content_type="application/vnd.orcid+xml")
    assert (reply.status, reply.json["error-code"] if reply.body else None) == expected


def test_xml_bulk_reads_bad_values_as_missing_and_skips_unknown_elements() -> None:
    registry = Harness()
    works = "".join(
        _xml(value=str(number), **parts)
        for number, parts in enumerate(
            [{}, {"type": "nonsense"}, {"relationship": "nonsense"}, {"extra": "<work:colour>red</work:colour>"}]
        )
    )
    body = f'<bulk:bulk xmlns:bulk="http://www.orcid.org/ns/bulk">{works}</bulk:bulk>'
    answer = registry.works("POST", "/works", body.encode(), content_type="application/xml").json["bulk"]
    assert ["ok" if "work" in item else item["error"]["error-code"] for item in answer] == ["ok", 9037, 9023, "ok"]


@pytest.mark.skipif(not _SCHEMAS.exists(), reason="ORCID's schemas are not beside the repository")
def test_xml_answers_fit_orcids_schemas() -> None:
    etree = pytest.importorskip("lxml.etree")

    def check(schema: str, body: bytes) -> None:
        document = etree.fromstring(body)
        etree.XMLSchema(etree.parse(str(_SCHEMAS / schema))).assertValid(document)

    registry = Harness()
    client = "APP-AAAAAAAAAAAAAAAA"
    registry.control("client", client_id=client, name="Uni & co")
    full: dict[str, Any] = work(
        {**identifier(value="10.1/<a>"), "external-id-url": {"value": "https://doi.org/10.1"}},
        identifier("isbn", "nonsense", "part-of"),
        title={"title": {"value": "A & <b>"}, "translated-title": {"value": "B", "language-code": "de"}},
        citation={"citation-type": "ris", "citation-value": "x"},
        publication_date=date("2020", "05"),
        country={"value": "DE"},
        contributors={
            "contributor": [{"credit-name": {"value": "Ada"}, "contributor-orcid": {"path": "0000-0002-1825-0097"}}]
        },
    )
    put_code = registry.add(full)
    check("work-3.0.xsd", registry.works("GET", f"/work/{put_code}", accept=XML).body)
    check("work-3.0.xsd", registry.works("GET", f"/work/summary/{put_code}", accept=XML).body)
    check("activities-3.0.xsd", registry.works("GET", "/works", accept=XML).body)
    check("bulk-3.0.xsd", registry.works("GET", f"/works/{put_code},7", accept=XML).body)
    check("error-3.0.xsd", registry.works("GET", "/work/7", accept=XML).body)


@pytest.mark.skipif(not _SCHEMAS.exists(), reason="ORCID's samples are not beside the repository")
def test_orcids_own_samples_are_taken() -> None:
    samples = _SCHEMAS / "samples" / "write_samples"
    for name in (
        "work-full-3.0.json",
        "work-51-contributors-3.0.json",
        "work-with-NISO-roles-51-contributors-3.0.json",
    ):
        reply = Harness().works("POST", "/work", (samples / name).read_bytes())
        assert reply.status == 201, reply.text
    for name in ("work-full-3.0.xml", "work-simple-3.0.xml"):
        reply = Harness().works("POST", "/work", (samples / name).read_bytes(), content_type=XML)
        assert reply.status == 201, reply.text
    hundred = Harness().works("POST", "/works", (samples / "bulk-works-100-works-3.0.json").read_bytes())
    assert sum("work" in item for item in hundred.json["bulk"]) == 100
    for name, form in (("bulk-work-3.0.json", "application/json"), ("bulk-work-3.0.xml", XML)):
        items = Harness().works("POST", "/works", (samples / name).read_bytes(), content_type=form).json["bulk"]
        assert "work" in items[0]
    # The second item of ORCID's JSON sample has no self identifier.
    items = Harness().works("POST", "/works", (samples / "bulk-work-3.0.json").read_bytes()).json["bulk"]
    assert items[1]["error"]["error-code"] == 9023


def test_characters_beyond_ascii_come_back_as_they_were() -> None:
    registry = Harness()
    title = {"title": {"value": "Größe 𝛼 中"}}
    (item,) = registry.works("POST", "/works", bulk(work(title=title))).json["bulk"]
    assert registry.stored(item["work"]["put-code"])["title"]["title"]["value"] == "Größe 𝛼 中"
