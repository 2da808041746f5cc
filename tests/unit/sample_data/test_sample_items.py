"""Every sample item keeps the contract of the feed (API.md), apart from the oddities that the folder's README lists."""

import datetime as dt
import json
import re
import unicodedata
from collections import Counter
from typing import Any

import pytest

from local.sample_data import FEED_FILES, FOLDER, feed_items

Item = dict[str, Any]

# The identifiers of R1, written out: the test must not learn them from the data that it checks.
R1_TYPES = {
    *("artefact", "book", "chapter", "composition", "conference", "dataset", "design", "exhibition", "figure"),
    *("fileset", "internet-publication", "journal-article", "media", "other", "patent", "performance", "poster"),
    *("presentation", "report", "scholarly-edition", "software", "thesis-dissertation"),
}
ID_PATTERN = re.compile(r"[A-Za-z0-9._~:@-]{1,64}")
IDENTIFIER_TYPES = {"doi", "pmid", "pmc", "arxiv", "issn", "isbn", "handle", "pat", "rfc"}
PRIVACY_LEVELS = {"public", "internal", "private"}
DATA_FIELDS = {
    *("title", "subtitle", "translated_title", "container_title", "publication_status", "publication_date", "authors"),
    *("editors", "identifiers", "abstract", "url", "language", "publisher", "volume", "issue", "pages"),
}

ODD_YEARS = {"x-odd-year", "p-darwin-1859", "p-mendeleev-1869", "p-minard-1869", "p-bell-1876"}
ODD_CHECK_DIGITS = {"x-odd-isbn"}
ODD_IDENTIFIER_TYPES = {"inventory-number"}
WITHOUT_TITLE = {"x-odd-no-title"}
WITHOUT_DATE = {"p-keeling-scripps"}
GONE_PREFERRED_RECORD = {("u-hoang", "p-vaswani-2017")}


def items_of(kind: str) -> list[Item]:
    return [item for item in feed_items() if item["kind"] == kind]


def records() -> list[tuple[str, Item]]:
    return [(item["id"], record) for item in items_of("publication") for record in item["records"]]


def isbn_or_issn_is_sound(text: str) -> bool:
    digits = re.sub(r"[^0-9X]", "", text.upper().replace("ISBN", ""))
    values = [10 if character == "X" else int(character) for character in digits]
    if len(values) == 13:
        return sum(value * (3 if place % 2 else 1) for place, value in enumerate(values)) % 10 == 0
    return len(values) in (8, 10) and sum(value * (len(values) - place) for place, value in enumerate(values)) % 11 == 0


def test_r1_the_types_told_are_the_22_and_each_of_them_is_used() -> None:
    assert {item["id"] for item in items_of("publication-type")} == R1_TYPES
    assert {item["type"] for item in items_of("publication")} == R1_TYPES


def test_the_counts_are_those_that_the_readme_promises() -> None:
    kinds = Counter(item["kind"] for item in feed_items())
    assert kinds == {"publication-type": 22, "user": 20, "publication": 364, "relationship": 524}
    statuses = Counter(item["status"] for item in items_of("relationship"))
    assert statuses == {"claimed": 492, "pending": 20, "rejected": 12}
    types = Counter(item["type"] for item in items_of("publication"))
    assert (types["journal-article"], types["conference"]) == (167, 41)


def test_every_key_is_well_formed_and_given_once_whatever_its_case() -> None:
    for kind in ("publication-type", "user", "publication"):
        ids = [item["id"] for item in items_of(kind)]
        assert all(ID_PATTERN.fullmatch(item_id) for item_id in ids)
        assert len({item_id.lower() for item_id in ids}) == len(ids)
    pairs = [(item["user_id"], item["publication_id"]) for item in items_of("relationship")]
    assert len(set(pairs)) == len(pairs)


def test_every_item_has_a_version() -> None:
    assert all(type(item["version"]) is int and item["version"] >= 1 for item in feed_items())


def test_every_end_of_a_relationship_exists() -> None:
    users = {item["id"] for item in items_of("user")}
    publications = {item["id"] for item in items_of("publication")}
    for item in items_of("relationship"):
        assert item["user_id"] in users
        assert item["publication_id"] in publications
    assert {item["publication_id"] for item in items_of("relationship")} == publications


def test_privacy_levels_are_of_the_three() -> None:
    for item in feed_items():
        for field in ("privacy", "profile_privacy", "effective_privacy"):
            assert item.get(field, "public") in PRIVACY_LEVELS


def test_r26_a_preferred_record_exists_but_for_the_one_that_is_gone() -> None:
    known = {(publication_id, record["source"], record["id"]) for publication_id, record in records()}
    missing = {
        (item["user_id"], item["publication_id"])
        for item in items_of("relationship")
        if (wish := item.get("preferred_record")) and (item["publication_id"], wish["source"], wish["id"]) not in known
    }
    assert missing == GONE_PREFERRED_RECORD


def test_each_publication_has_one_to_three_records_that_differ_in_key() -> None:
    for item in items_of("publication"):
        keys = [(record["source"], record["id"]) for record in item["records"]]
        assert 1 <= len(keys) == len(set(keys)) <= 3


def test_records_hold_only_fields_of_the_contract_and_only_manual_ones_are_verified() -> None:
    for _, record in records():
        assert set(record) == {"source", "id", "verified", "data"}
        assert set(record["data"]) <= DATA_FIELDS
        assert record["source"] == "manual" or not record["verified"]


def test_r29_only_one_item_lacks_a_title_and_no_text_is_blank() -> None:
    assert {item_id for item_id, record in records() if "title" not in record["data"]} == WITHOUT_TITLE
    for _, record in records():
        assert all(value.strip() for value in record["data"].values() if isinstance(value, str))


@pytest.mark.parametrize("role", ["authors", "editors"])
def test_everybody_named_has_a_family_name(role: str) -> None:
    for _, record in records():
        for person in record["data"].get(role, []):
            assert person["family"].strip()
            assert set(person) <= {"family", "given", "orcid_id"}


def test_r52_dates_are_real_days_with_no_gap_in_their_precision() -> None:
    without = set()
    for item_id, record in records():
        date = record["data"].get("publication_date")
        if date is None:
            without.add(item_id)
            continue
        assert list(date) in (["year"], ["year", "month"], ["year", "month", "day"])
        dt.date(date["year"], date.get("month", 1), date.get("day", 1))
        assert (not 1900 <= date["year"] <= 2100) == (item_id in ODD_YEARS)
    assert without == WITHOUT_DATE


def test_r28_identifiers_are_of_known_types_and_their_check_digits_hold() -> None:
    unknown, unsound = set(), set()
    for item_id, record in records():
        for identifier in record["data"].get("identifiers", []):
            kind, value = identifier["type"], identifier["value"]
            if kind not in IDENTIFIER_TYPES:
                unknown.add(kind)
            if kind in ("isbn", "issn") and not isbn_or_issn_is_sound(value):
                unsound.add(item_id)
            if kind == "doi":
                assert re.search(r"10\.\d{4,}/\S+$", value)
            if kind == "pmid":
                assert re.fullmatch(r"\d{5,8}", value)
    assert unknown == ODD_IDENTIFIER_TYPES
    assert unsound == ODD_CHECK_DIGITS


def test_the_files_can_be_read_by_people() -> None:
    for name in FEED_FILES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert text.endswith("\n")
        for line in text.splitlines():
            assert line == json.dumps(json.loads(line), ensure_ascii=False)
