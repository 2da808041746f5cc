"""Headers: what deciding needs to know of a publication (DESIGN 6, R17, R56)."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from orcid_sync.domain.catalogue import (
    Header,
    Identifier,
    Metadata,
    PartialDate,
    Person,
    Publication,
    Record,
    RecordKey,
)
from orcid_sync.domain.digests import digest_publication, fold_status
from orcid_sync.domain.external_ids import self_ids
from orcid_sync.domain.work import BuiltWork
from orcid_sync.domain.work_builder import BUILDER_VERSION, build_work

DOI = Identifier("doi", "10.1234/A")


def _publication(*records: Record, type_id: str = "journal-article") -> Publication:
    return Publication("p1", 3, type_id, None, records)


def _record(source: str = "crossref", verified: bool = False, **fields: object) -> Record:
    return Record(RecordKey(source, "r1"), Metadata(**{"title": "Water", **fields}), verified)  # type: ignore[arg-type]  # any field


def _size(header: Header) -> int:
    """Return the bytes of a plain way to store it: texts as they are, each record as a JSON list of its values."""
    records = [list(dataclasses.asdict(record).values()) for record in header.records]
    stored = json.dumps([records, header.title, header.type, header.publication_id], ensure_ascii=False)
    return len(stored.encode("utf-8", "replace")) + 150


def test_r17_a_status_is_compared_without_case_spaces_hyphens_and_underscores() -> None:
    spellings = ("published-online", "Published Online", "PUBLISHED_ONLINE", "publishedonline", "published\u2010online")
    assert {fold_status(spelling) for spelling in spellings} == {"publishedonline"}


def test_a_header_names_content_and_takes_over_the_rest() -> None:
    publication = dataclasses.replace(_publication(_record()), deleted=True, merged_into="p2")
    header = digest_publication(publication)
    assert (header.publication_id, header.version, header.type, header.title) == ("p1", 3, "journal-article", "Water")
    assert (header.deleted, header.merged_into, header.builder_version) == (True, "p2", BUILDER_VERSION)


def test_r56_the_digest_changes_with_every_field_and_the_publications_type() -> None:
    base = _record()
    changed = (
        base,
        _record(title="Water."), _record(subtitle="x"), _record(publication_status="published"), _record(volume="1"),
        _record(publication_date=PartialDate(2024)), _record(authors=(Person("Jones"),)), _record(identifiers=(DOI,)),
    )  # fmt: skip
    digests = [digest_publication(_publication(record)).records[0].digest for record in changed]
    digests.append(digest_publication(_publication(base, type_id="book")).records[0].digest)
    assert len(set(digests)) == len(digests)
    assert digest_publication(_publication(base)).records[0].digest == digests[0]


def test_r12_only_manual_records_can_be_verified() -> None:
    header = digest_publication(
        _publication(_record("crossref", verified=True), _record("manual", verified=True), _record("manual"))
    )
    assert [record.verified for record in header.records] == [False, True, False]


def test_r29_a_record_without_title_has_its_defect_and_the_title_comes_from_the_first_that_has_one() -> None:
    header = digest_publication(
        _publication(_record(title="<i></i>"), _record(title="<i>Water</i> &amp; life " + "x" * 500))
    )
    assert [record.defect for record in header.records] == ["no_title", None]
    assert header.title.startswith("Water & life")
    assert len(header.title) <= 300


def test_r56_self_identifiers_are_those_that_the_work_is_sent_with() -> None:
    isbn = Identifier("isbn", "978-3-16-148410-0")
    issn = Identifier("issn", "2049-3630", "self")
    for publication_type, work_type in (("book", "book"), ("chapter", "book-chapter"), ("other", "other")):
        record = _record(identifiers=(DOI, isbn, issn), container_title="A book")
        built = build_work(
            record.metadata, publication_id="p1", publication_type=publication_type, work_type=work_type, own=None
        )
        assert isinstance(built, BuiltWork)
        header = digest_publication(_publication(record, type_id=publication_type))
        assert header.records[0].self_ids == self_ids(built.work.external_ids)
    assert digest_publication(_publication(record, type_id="book")).records[0].self_ids == (
        "doi:10.1234/a",
        "isbn:9783161484100",
    )


def test_r56_a_richer_record_counts_more() -> None:
    poor, rich = (
        _record(),
        _record(identifiers=(DOI,), publication_date=PartialDate(2024, 5), abstract="x", authors=(Person("J"),)),
    )
    header = digest_publication(_publication(poor, rich))
    assert header.records[0].richness < header.records[1].richness


def test_a_header_fits_4000_bytes_with_many_records_and_identifiers() -> None:
    identifiers = tuple(Identifier("other-id", f"{number}-" + "long " * 18) for number in range(60))
    records = tuple(
        Record(RecordKey("source-of-records", f"record-{number}"), Metadata(title="水" * 400, identifiers=identifiers))
        for number in range(12)
    )
    header = digest_publication(_publication(*records))
    assert _size(header) <= 4000
    assert all(record.self_ids for record in header.records[:8])


@given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=400))
@settings(deadline=None)
def test_a_header_fits_4000_bytes_whatever_the_texts(values: list[str], title: str) -> None:
    identifiers = tuple(Identifier("other-id", value) for value in values)
    records = tuple(
        _record(source, title=title, identifiers=identifiers) for source in ("manual", "crossref", "scopus")
    )
    assert _size(digest_publication(_publication(*records))) <= 4000
