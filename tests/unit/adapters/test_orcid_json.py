"""A work as the Member API's JSON (R30, ORCID_API 4)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types
from orcid_sync.adapters.orcid_json import bulk_to_json, work_to_json
from orcid_sync.domain.catalogue import Identifier, Metadata, PartialDate, Person, Publication, Record, RecordKey
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.external_ids import self_ids
from orcid_sync.domain.type_mapping import work_type_for
from orcid_sync.domain.work import Citation, Contributor, ExternalId, IdRelationship, Unbuildable, Work
from orcid_sync.domain.work_builder import OwnEntry, build_work

from tests.unit.adapters.work_xml import work_xml
from tests.unit.domain.registry_rules import faults
from tests.unit.domain.shared_facts import shared_file

FULL = Work(
    title="Water",
    type="journal-article",
    external_ids=(
        ExternalId("source-work-id", "p1", IdRelationship.SELF),
        ExternalId("doi", "10.1234/ab", IdRelationship.SELF, "https://doi.org/10.1234/ab"),
    ),
    subtitle="A history",
    translated_title="Eau",
    translated_title_language="fr",
    journal_title="Rivers",
    short_description="Wet.",
    citation=Citation("bibtex", "@article{x}"),
    publication_date=PartialDate(2024, 5, 3),
    url="https://example.org/",
    contributors=(Contributor("Ada Jones", "author", "0000-0002-1825-0097"), Contributor("Rivers Ltd", "editor")),
    language="en",
    country="GB",
)
SMALL = Work(
    "Water", "book", (ExternalId("source-work-id", "p1", IdRelationship.SELF),), publication_date=PartialDate(2024)
)


def test_r30_a_full_work_has_the_documented_shape() -> None:
    assert work_to_json(FULL) == {
        "title": {
            "title": {"value": "Water"},
            "subtitle": {"value": "A history"},
            "translated-title": {"value": "Eau", "language-code": "fr"},
        },
        "journal-title": {"value": "Rivers"},
        "short-description": "Wet.",
        "citation": {"citation-type": "bibtex", "citation-value": "@article{x}"},
        "type": "journal-article",
        "publication-date": {"year": {"value": "2024"}, "month": {"value": "05"}, "day": {"value": "03"}},
        "external-ids": {
            "external-id": [
                {"external-id-type": "source-work-id", "external-id-value": "p1", "external-id-relationship": "self"},
                {
                    "external-id-type": "doi",
                    "external-id-value": "10.1234/ab",
                    "external-id-relationship": "self",
                    "external-id-url": {"value": "https://doi.org/10.1234/ab"},
                },
            ]
        },
        "url": {"value": "https://example.org/"},
        "contributors": {
            "contributor": [
                {
                    "contributor-orcid": {
                        "uri": "https://orcid.org/0000-0002-1825-0097",
                        "path": "0000-0002-1825-0097",
                        "host": "orcid.org",
                    },
                    "credit-name": {"value": "Ada Jones"},
                    "contributor-attributes": {"contributor-sequence": "first", "contributor-role": "author"},
                },
                {
                    "credit-name": {"value": "Rivers Ltd"},
                    "contributor-attributes": {"contributor-sequence": "additional", "contributor-role": "editor"},
                },
            ]
        },
        "language-code": "en",
        "country": {"value": "GB"},
    }


def test_r30_what_is_not_known_is_left_out_and_visibility_is_never_sent() -> None:
    body = work_to_json(SMALL)
    assert set(body) == {"title", "type", "publication-date", "external-ids"}
    assert body["publication-date"] == {"year": {"value": "2024"}}
    assert "null" not in json.dumps(body)


def test_r30_the_put_code_goes_with_updates_only() -> None:
    assert work_to_json(SMALL, 12)["put-code"] == 12
    assert bulk_to_json([SMALL, FULL]) == {"bulk": [{"work": work_to_json(SMALL)}, {"work": work_to_json(FULL)}]}


def test_r13_the_sandboxs_ids_carry_its_own_host() -> None:
    body: Any = work_to_json(FULL, orcid_host="sandbox.orcid.org")
    contributor = body["contributors"]["contributor"][0]["contributor-orcid"]
    assert contributor["uri"] == "https://sandbox.orcid.org/0000-0002-1825-0097"


def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shared_file("orcid/schemas/record_3.0/work-3.0.xsd"))))


def test_r30_the_shapes_above_validate_against_orcids_schema() -> None:
    schema = _schema()
    for work in (FULL, SMALL):
        schema.assertValid(work_xml(work_to_json(work, 7)))


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _person(raw: dict[str, str]) -> Person:
    suffix = f", {raw['suffix']}" if raw.get("suffix") else ""
    return Person(raw.get("family") or raw.get("name") or "", (raw.get("given") or "") + suffix, raw.get("orcid"))


def _metadata(raw: dict[str, Any]) -> Metadata:
    date = raw.get("date") or {}
    return Metadata(
        title=_text(raw.get("title")),
        subtitle=_text(raw.get("subtitle")),
        container_title=_text(raw.get("container_title")),
        publication_date=PartialDate(date["year"], date.get("month"), date.get("day")) if date.get("year") else None,
        authors=tuple(map(_person, raw.get("authors", ()))),
        editors=tuple(map(_person, raw.get("editors", ()))),
        identifiers=tuple(Identifier(found["type"], str(found["value"])) for found in raw.get("identifiers", ())),
        url=_text(raw.get("url")),
        language=_text(raw.get("language")),
        publisher=_text(raw.get("publisher")),
        volume=_text(raw.get("volume")),
        issue=_text(raw.get("issue")),
        pages=_text(raw.get("pages")),
    )


def _real_publications() -> Iterator[Publication]:
    with gzip.open(shared_file("data/works.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            record = Record(RecordKey("crossref", "r1"), _metadata(raw))
            yield Publication(raw["id"], 1, raw["elements_type_guess"], None, (record,))


def test_r30_all_real_publications_validate_against_orcids_schema_and_rules() -> None:
    schema, own = _schema(), OwnEntry("0000-0002-1825-0097", "Josiah Carberry")
    wrong: list[tuple[str, str]] = []
    built_count = 0
    for publication in _real_publications():
        built = build_work(
            publication.records[0].metadata,
            publication_id=publication.publication_id,
            publication_type=publication.type,
            work_type=work_type_for(publication.type, None),
            own=own,
        )
        (record,) = digest_publication(publication).records
        if isinstance(built, Unbuildable):
            assert record.defect == built.code
            continue
        built_count += 1
        found = faults(built.work)
        if not schema.validate(work_xml(work_to_json(built.work))):
            found.append(str(schema.error_log))
        if record.self_ids != self_ids(built.work.external_ids)[: len(record.self_ids)]:
            found.append("the header's identifiers are not those sent")
        wrong += [(publication.publication_id, fault) for fault in found]
    assert wrong == []
    assert built_count > 4500
