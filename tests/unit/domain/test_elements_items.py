"""What an Elements server tells becomes items of the feed, which the one way into the catalogue takes (R44, R45)."""

from __future__ import annotations

from typing import Any

import pytest
from orcid_sync.domain.catalogue import Privacy, Publication, RecordKey, Relationship, User
from orcid_sync.domain.elements import (
    ElementsDate,
    ElementsIdentifier,
    ElementsPages,
    ElementsPerson,
    ElementsPublication,
    ElementsRecord,
    ElementsRelationship,
    ElementsSource,
    ElementsUser,
    FieldValue,
)
from orcid_sync.domain.elements_items import (
    Reading,
    UserIdFrom,
    precedence_of,
    publication_item,
    relationship_item,
    user_item,
)
from orcid_sync.domain.elements_metadata import metadata_of
from orcid_sync.feed_parsing import parse_item


def record(
    source: str = "manual", record_id: str = "1", at_source: str = "", fields: dict[str, FieldValue] | None = None
) -> ElementsRecord:
    """Fields are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in (fields or {}).items()}
    return ElementsRecord(record_id, source, at_source, fields=named)


def data(publication_type: str = "journal-article", **fields: FieldValue) -> dict[str, Any]:
    return metadata_of(record(fields=fields), publication_type)


def test_r29_each_field_finds_its_place() -> None:
    assert data(
        title="Kelp",
        journal="Phycology",
        parent_title="not taken: there is a journal",
        publication_status="Published online",
        publication_date=ElementsDate(2024, 2),
        authors=(ElementsPerson("Ng", "Mei", "M", "0000-0002-1825-0097"), ElementsPerson("Kelp Group")),
        editors=(ElementsPerson("Ito", "", "K"),),
        abstract="Long.",
        public_url="https://example.org/1",
        language="en",
        publisher="Sea",
        volume="3",
        issue="2",
        pagination=ElementsPages("1", "9"),
    ) == {
        "title": "Kelp",
        "container_title": "Phycology",
        "publication_status": "Published online",
        "publication_date": {"year": 2024, "month": 2},
        "authors": [{"family": "Ng", "given": "Mei", "orcid_id": "0000-0002-1825-0097"}, {"family": "Kelp Group"}],
        "editors": [{"family": "Ito", "given": "K"}],
        "abstract": "Long.",
        "url": "https://example.org/1",
        "language": "en",
        "publisher": "Sea",
        "volume": "3",
        "issue": "2",
        "pages": "1-9",
    }


@pytest.mark.parametrize(
    ("publication_type", "name"),
    [
        ("journal-article", "online_publication_date"),
        ("conference", "start_date"),
        ("thesis-dissertation", "filed_date"),
        ("report", "acceptance_date"),
    ],
)
def test_r52_without_a_publication_date_the_one_of_the_type_counts(publication_type: str, name: str) -> None:
    assert data(publication_type, **{name: ElementsDate(2023)})["publication_date"] == {"year": 2023}
    both = data(publication_type, **{name: ElementsDate(2023), "publication_date": ElementsDate(2024)})
    assert both["publication_date"] == {"year": 2024}


def test_r52_no_other_date_stands_in() -> None:
    assert "publication_date" not in data("journal-article", acceptance_date=ElementsDate(2023))


@pytest.mark.parametrize("unknown", ["aa", "AA", "und"])
def test_r29_a_language_that_says_unknown_is_none(unknown: str) -> None:
    assert "language" not in data(language=unknown)


@pytest.mark.parametrize(
    ("begin", "end", "pages"), [("e12", "", "e12"), ("7", "7", "7"), ("", "9", "9"), ("1", "9", "1-9")]
)
def test_r29_pages_as_they_are(begin: str, end: str, pages: str) -> None:
    assert data(pagination=ElementsPages(begin, end))["pages"] == pages


def test_r28_all_identifiers_of_the_work_are_kept_and_none_of_another() -> None:
    found = data(
        doi="doi:10.1234/x",
        isbn_13="978-3-16-148410-0",
        issn="1234-5679, 2049-3630",
        eissn="2049-3630",
        external_identifiers=(
            ElementsIdentifier("pubmed", "123"),
            ElementsIdentifier("arxiv", "2401.00001"),
            ElementsIdentifier("dimensions-grant-id", "grant.1"),
        ),
        associated_identifiers=(ElementsIdentifier("doi", "10.1234/preprint"),),
        public_url="https://hdl.handle.net/1721.1/5",
    )["identifiers"]
    assert [(one["type"], one["value"]) for one in found] == [
        ("doi", "doi:10.1234/x"),
        ("isbn", "978-3-16-148410-0"),
        ("issn", "1234-5679, 2049-3630"),
        ("issn", "2049-3630"),
        ("pmid", "123"),
        ("arxiv", "2401.00001"),
        ("handle", "1721.1/5"),
    ]


@pytest.mark.parametrize(
    ("source", "at_source", "expected"),
    [
        ("pubmed", "123", [("pmid", "123")]),
        ("wos-lite", "WOS:000123", [("wosuid", "WOS:000123")]),
        ("scopus", "2-s2.0-85", [("eid", "2-s2.0-85")]),
        ("scopus", "85", []),
        ("crossref", "10.1234/x", [("doi", "10.1234/x")]),
        ("crossref", "a-number", []),
        ("manual", "00000000-0000", []),
        ("dblp", "journals/x/1", []),
    ],
)
def test_r28_the_id_at_the_source_counts_where_it_is_an_identifier(
    source: str, at_source: str, expected: list[tuple[str, str]]
) -> None:
    found = metadata_of(record(source, at_source=at_source), "journal-article").get("identifiers", [])
    assert [(one["type"], one["value"]) for one in found] == expected


def test_r28_what_two_fields_say_is_said_once() -> None:
    found = metadata_of(record("crossref", at_source="10.1234/x", fields={"doi": "10.1234/x"}), "journal-article")
    assert found["identifiers"] == [{"type": "doi", "value": "10.1234/x"}]


def publication(*records: ElementsRecord, privacy: str | None = "public") -> ElementsPublication:
    return ElementsPublication("77", "journal-article", privacy, whole=True, records=records)


def test_r45_a_publication_item_is_taken_by_the_feed_with_all_its_records() -> None:
    manual = ElementsRecord("5", "manual", "GUID", verified=True, fields={"title": "Kelp"})
    crossref = ElementsRecord("6", "crossref", "10.1/x", verified=True, fields={"title": "Kelp"})
    parsed = parse_item(publication_item(publication(manual, crossref), 9), now_ms=0)
    assert (parsed.error, parsed.warnings) == (None, ())
    assert isinstance(parsed.item, Publication)
    assert [(found.key, found.verified) for found in parsed.item.records] == [
        (RecordKey("manual", "5"), True),
        # Only manual records can be verified, whatever else is said of others.
        (RecordKey("crossref", "6"), False),
    ]


def test_r45_records_that_are_not_named_are_kept_and_told_apart() -> None:
    item = publication_item(
        publication(record("", "", fields={"title": "a"}), record("", "", fields={"title": "b"})), 1
    )
    assert [(found["source"], found["id"]) for found in item["records"]] == [("unknown", "#1"), ("unknown", "#2")]


def tie(
    *,
    visible: bool | None = None,
    privacy: str | None = None,
    effective: str | None = None,
    of: ElementsPublication | None = None,
) -> Relationship:
    found = ElementsRelationship(
        "1", "publication-user-authorship", visible, privacy, effective, publication=of or publication()
    )
    parsed = parse_item(relationship_item(found, "u1", 3), now_ms=0)
    assert parsed.error is None
    assert isinstance(parsed.item, Relationship)
    return parsed.item


def test_r18_the_effective_level_of_v6_is_taken_as_it_is() -> None:
    found = tie(privacy="public", effective="internal")
    assert (found.privacy, found.effective_privacy, found.hidden) == (Privacy.PUBLIC, Privacy.INTERNAL, False)


@pytest.mark.parametrize(("visible", "hidden"), [(True, False), (False, True), (None, False)])
def test_r45_what_v5_5_makes_invisible_is_hidden(visible: bool | None, hidden: bool) -> None:
    found = tie(visible=visible)
    assert (found.hidden, found.privacy, found.effective_privacy) == (hidden, None, None)


def test_r18_a_level_that_nobody_knows_counts_as_private() -> None:
    assert tie(privacy="embargoed").privacy is Privacy.PRIVATE
    assert tie(privacy="limited").privacy is Privacy.PRIVATE


def test_r26_the_preferred_record_is_the_users_own() -> None:
    chosen = ElementsRecord("6", "crossref", "10.1/x", preferred=True)
    assert tie(of=publication(record(), chosen)).preferred_record == RecordKey("crossref", "6")
    assert tie(of=publication(record())).preferred_record is None


@pytest.mark.parametrize(
    ("what", "user_id"),
    [(UserIdFrom.ID, "7"), (UserIdFrom.USERNAME, "mng"), (UserIdFrom.PROPRIETARY_ID, "E7")],
)
def test_r46_the_institution_says_what_of_a_user_is_their_id(what: UserIdFrom, user_id: str) -> None:
    user = ElementsUser("7", "mng", "E7", "Mei Ng", True, True, "public", ("https://orcid.org/0000-0002-1825-0097",))
    parsed = parse_item(user_item(user, Reading(what), 1), now_ms=5)
    assert parsed.error is None
    assert isinstance(parsed.item, User)
    assert (parsed.item.user_id, parsed.item.is_active) == (user_id, True)
    assert [claimed.orcid_id for claimed in parsed.item.orcid_ids] == ["0000-0002-1825-0097"]


def test_r45_only_some_ties_are_claims() -> None:
    def claims(name: str) -> bool:
        return Reading().is_claim(ElementsRelationship("1", name))

    assert claims("publication-user-editorship")
    assert not claims("publication-grant-funded")
    assert Reading(claims=frozenset({"c-tie"})).is_claim(ElementsRelationship("1", "c-tie"))


def test_r26_the_lowest_precedence_value_comes_first_and_none_last() -> None:
    sources = [ElementsSource("a", {}), ElementsSource("b", {"default": 3}), ElementsSource("c", {"default": 1})]
    assert precedence_of(sources) == ["c", "b", "a"]
