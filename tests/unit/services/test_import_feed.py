"""The feed: items of any kind in any order, one bad one never stops the others (R44, R52)."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.catalogue import (
    ClaimStatus,
    Header,
    PartialDate,
    Privacy,
    Publication,
    PublicationType,
    Relationship,
    User,
)
from orcid_sync.domain.feed_items import FeedItem, ParsedItem
from orcid_sync.feed_parsing import MOST_WARNINGS, parse_item
from orcid_sync.ports.catalogue import StoreResult
from orcid_sync.services.import_feed import ImportFeed

from tests.builders import ORCID_ID
from tests.fakes.catalogue import FakeCatalogue

NOW_MS = 1_000
USER = {"kind": "user", "id": "u1", "version": 1, "name": "Ada Jones", "is_current": True, "login_allowed": True}
RELATIONSHIP = {"kind": "relationship", "user_id": "u1", "publication_id": "p1", "version": 1, "status": "claimed"}
TYPE = {"kind": "publication-type", "id": "journal-article", "version": 1, "name": "Journal article"}


def a_publication(publication_id: str = "p1", version: int = 1, **data: object) -> dict[str, object]:
    record = {"source": "crossref", "id": "r1", "data": {"title": "On it", **data}}
    item = {"kind": "publication", "id": publication_id, "version": version, "type": "journal-article"}
    return {**item, "records": [record]}


def parsed(raw: object) -> ParsedItem:
    return parse_item(raw, now_ms=NOW_MS)


def stored_publication(**data: Any) -> Publication:
    item = parsed(a_publication(**data)).item
    assert isinstance(item, Publication)
    return item


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue()


def store(catalogue: FakeCatalogue, *items: object) -> tuple[int, int, list[int]]:
    """Accepted, stale, and the indexes of errors."""
    report = ImportFeed(catalogue).store([parsed(item) for item in items])
    return report.accepted, report.stale, [remark.index for remark in report.errors]


def test_r44_one_batch_takes_every_kind_and_one_bad_item_stops_nobody(catalogue: FakeCatalogue) -> None:
    bad: list[object] = [
        None,
        [],
        {"kind": "album"},
        {"kind": ["user"]},
        {**USER, "id": "no spaces"},
        {**USER, "version": "2"},
    ]
    assert store(catalogue, *bad, USER, a_publication(), RELATIONSHIP, TYPE) == (4, 0, [0, 1, 2, 3, 4, 5])
    assert catalogue.users.keys() == {"u1"}
    assert catalogue.stored_headers.keys() == {"p1"}
    assert catalogue.relationships.keys() == {("u1", "p1")}
    assert catalogue.types.keys() == {"journal-article"}


@given(st.permutations([1, 2, 3, 3, 2]))
def test_r44_late_twice_or_in_another_order_does_no_harm(versions: list[int]) -> None:
    catalogue = FakeCatalogue()
    accepted, stale, errors = store(catalogue, *({**USER, "version": v, "name": f"v{v}"} for v in versions))
    assert catalogue.users["u1"].name == "v3"
    assert accepted + stale == len(versions)
    assert errors == []


def test_r44_a_batch_stored_on_several_threads_ends_the_same(catalogue: FakeCatalogue) -> None:
    items = [{**USER, "id": f"u{n % 50}", "version": n} for n in range(400)]
    random.Random(1).shuffle(items)
    report = ImportFeed(catalogue, parallel=8).store([parsed(item) for item in items])
    assert report.accepted + report.stale == 400
    assert {user.version for user in catalogue.users.values()} == set(range(350, 400))


class CountingCatalogue(FakeCatalogue):
    """How many items it was asked to store; a version read from it may be an old one, as `behind` says."""

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0
        self.behind = False

    def known_versions(self, items: Sequence[FeedItem]) -> list[int | None]:
        known = super().known_versions(items)
        return [None if version is None else version - 1 for version in known] if self.behind else known

    def put_user(self, user: User) -> StoreResult:
        self.puts += 1
        return super().put_user(user)

    def put_publication(self, publication: Publication, header: Header) -> StoreResult:
        self.puts += 1
        return super().put_publication(publication, header)

    def put_relationship(self, relationship: Relationship) -> StoreResult:
        self.puts += 1
        return super().put_relationship(relationship)

    def put_publication_type(self, publication_type: PublicationType) -> StoreResult:
        self.puts += 1
        return super().put_publication_type(publication_type)


@pytest.mark.parametrize("parallel", [1, 8])
def test_r44_a_whole_catalogue_sent_again_costs_one_reading_and_what_changed(parallel: int) -> None:
    catalogue = CountingCatalogue()
    everything = [USER, *(a_publication(f"p{n}") for n in range(40)), RELATIONSHIP, TYPE, "no item"]
    service = ImportFeed(catalogue, parallel=parallel)
    assert service.store([parsed(item) for item in everything]).accepted == 43
    assert (catalogue.puts, catalogue.version_reads) == (43, [43])
    changed = [{**item, "version": 2} if item is RELATIONSHIP else item for item in everything]
    report = service.store([parsed(item) for item in changed])
    assert (report.accepted, report.stale, len(report.errors)) == (1, 42, 1)
    assert (catalogue.puts, catalogue.version_reads) == (44, [43, 43])
    assert catalogue.relationships["u1", "p1"].version == 2


def test_r44_a_version_read_too_early_changes_nothing(catalogue: FakeCatalogue) -> None:
    """Reading ahead may show what was there a moment ago; the store has the last word."""
    catalogue = CountingCatalogue()
    assert store(catalogue, USER, {**USER, "version": 7, "name": "Ada Roe"}) == (2, 0, [])
    catalogue.behind = True
    assert store(catalogue, {**USER, "version": 7}, {**USER, "version": 6}) == (0, 2, [])
    assert catalogue.puts == 3
    assert catalogue.users["u1"].name == "Ada Roe"


class SlowCatalogue(FakeCatalogue):
    """Lets other threads go first, as a table far away does."""

    def put_user(self, user: User) -> StoreResult:
        time.sleep(random.random() / 1000)
        return super().put_user(user)


def test_r44_items_of_one_key_in_one_batch_are_taken_in_their_order() -> None:
    up = [parsed({**USER, "version": n}) for n in range(1, 61)]
    report = ImportFeed(SlowCatalogue(), parallel=8).store([*up, *reversed(up)])
    assert (report.accepted, report.stale, report.errors) == (60, 60, ())


def test_r44_an_item_full_of_bad_identifiers_does_not_flood_the_answer() -> None:
    result = parsed(a_publication(identifiers=[{"type": "", "value": ""}] * 400))
    assert len(result.warnings) == MOST_WARNINGS + 1
    assert result.warnings[-1] == "380 more warnings of this item."


def test_r44_missing_and_null_fields_take_their_defaults_and_unknown_ones_are_ignored() -> None:
    item = parsed({**USER, "profile_privacy": None, "orcid_ids": None, "shoe_size": 39}).item
    assert item == User("u1", 1, "Ada Jones", is_current=True, login_allowed=True)
    assert parsed(RELATIONSHIP).item == Relationship("u1", "p1", 1, ClaimStatus.CLAIMED)
    assert stored_publication(volume=12).records[0].metadata.volume == "12", "numbers are taken for texts"


def test_r14_ids_of_the_ris_are_taken_in_url_form_and_a_bad_one_is_a_warning() -> None:
    result = parsed({**USER, "orcid_ids": [f"https://orcid.org/{ORCID_ID}", ORCID_ID, "0000-0002-1825-0098"]})
    assert isinstance(result.item, User)
    assert [(claimed.orcid_id, claimed.since_ms) for claimed in result.item.orcid_ids] == [(ORCID_ID, NOW_MS)]
    (warning,) = result.warnings
    assert warning.startswith("orcid_ids[2]: ")


def test_r44_deleted_items_need_nothing_but_their_key_and_version() -> None:
    user = parsed({"kind": "user", "id": "u1", "version": 2, "deleted": True}).item
    assert isinstance(user, User)
    assert not user.is_active
    relationship = parsed({**RELATIONSHIP, "status": None, "version": 2, "deleted": True}).item
    assert isinstance(relationship, Relationship)
    assert (relationship.status, relationship.deleted) == (ClaimStatus.REJECTED, True)
    gone = {"kind": "publication", "id": "p1", "version": 2, "deleted": True, "merged_into": "p2"}
    publication = parsed(gone).item
    assert isinstance(publication, Publication)
    assert (publication.deleted, publication.merged_into) == (True, "p2")
    kind = parsed({"kind": "publication-type", "id": "book", "version": 2, "deleted": True}).item
    assert isinstance(kind, PublicationType)
    assert kind.deleted


def test_r44_a_deleted_publication_is_stored_as_a_tombstone(catalogue: FakeCatalogue) -> None:
    store(catalogue, a_publication(), {"kind": "publication", "id": "p1", "version": 2, "deleted": True})
    assert catalogue.stored_headers["p1"].deleted
    assert store(catalogue, a_publication(version=1)) == (0, 1, [])


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({**USER, "is_current": None}, "is_current: Give a value; it is required."),
        ({**USER, "is_current": "yes"}, "is_current: Use true or false, without quotes."),
        ({**USER, "version": True}, "version: Use a whole number, without quotes."),
        ({**USER, "version": -1}, "version: Use 0 or more."),
        ({**USER, "profile_privacy": "secret"}, "profile_privacy: Use one of: 'public', 'internal', 'private'."),
        ({**USER, "name": "\ud800"}, "name: Use a text of valid Unicode; this one holds half of a surrogate pair."),
        ({**RELATIONSHIP, "status": "maybe"}, "status: Use one of: 'claimed', 'pending', 'rejected'."),
        ({**USER, "deleted": "true"}, "deleted: Use true or false, without quotes."),
        (
            {**a_publication(), "records": [{"source": "s" * 101, "id": "1"}]},
            "records[0].source: Use at most 100 characters.",
        ),
        ({**TYPE, "id": ""}, "id: Give a value; it is empty."),
        (
            {**a_publication(), "records": [{"source": "x", "id": "1", "data": {"authors": "Ada"}}]},
            "records[0].data.authors: Use a list.",
        ),
    ],
)
def test_errors_say_what_to_do(item: dict[str, object], message: str) -> None:
    assert parsed(item) == ParsedItem(None, message)


@pytest.mark.parametrize(
    ("given_date", "kept", "warned"),
    [
        ({"year": 2024}, PartialDate(2024), False),
        ({"year": 2024, "month": 5, "day": None}, PartialDate(2024, 5), False),
        ({"year": 2024, "month": 2, "day": 29}, PartialDate(2024, 2, 29), False),
        ({"year": 2023, "month": 2, "day": 29}, PartialDate(2023, 2), True),
        ({"year": 2023, "month": 13}, PartialDate(2023), True),
        ({"year": 2023, "day": 5}, PartialDate(2023), True),
        ({"month": 5}, None, True),
        ({"year": 0}, None, True),
        ({}, None, False),
        (None, None, False),
    ],
)
def test_r52_dates_keep_the_precision_they_have(given_date: object, kept: PartialDate | None, warned: bool) -> None:
    result = parsed(a_publication(publication_date=given_date))
    assert isinstance(result.item, Publication)
    assert result.item.records[0].metadata.publication_date == kept
    assert bool(result.warnings) is warned


def test_r28_identifiers_of_unknown_types_are_kept_and_reported() -> None:
    identifiers = [{"type": "doi", "value": "10.1/x"}, {"type": "shelf", "value": "7"}, {"type": "isbn", "value": " "}]
    result = parsed(a_publication(identifiers=identifiers))
    assert isinstance(result.item, Publication)
    assert [identifier.type for identifier in result.item.records[0].metadata.identifiers] == ["doi", "shelf"]
    assert [("'shelf'" in warning, "empty" in warning) for warning in result.warnings] == [(True, False), (False, True)]


def test_r28_ids_that_differ_only_in_case_are_reported(catalogue: FakeCatalogue) -> None:
    report = ImportFeed(catalogue).store([parsed(a_publication("P1")), parsed(a_publication("p1"))])
    assert report.accepted == 2
    assert [remark.index for remark in report.warnings] == [1]


def test_r26_of_two_records_with_one_key_the_first_is_kept() -> None:
    twice = a_publication()
    twice["records"] = [{"source": "manual", "id": "m", "data": {"title": title}} for title in ("first", "second")]
    result = parsed(twice)
    assert isinstance(result.item, Publication)
    assert [record.metadata.title for record in result.item.records] == ["first"]
    assert len(result.warnings) == 1


def test_r18_privacy_levels_that_are_missing_are_no_levels_of_their_own() -> None:
    item = parsed({**RELATIONSHIP, "privacy": "internal"}).item
    assert isinstance(item, Relationship)
    assert (item.privacy, item.effective_privacy) == (Privacy.INTERNAL, None)
