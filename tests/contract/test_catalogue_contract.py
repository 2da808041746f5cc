"""The catalogue's contract: versions, tombstones, payloads; the same on the fake and on DynamoDB (R44)."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.domain.catalogue import (
    ClaimedId,
    ClaimStatus,
    Header,
    Identifier,
    Metadata,
    PartialDate,
    Person,
    Privacy,
    Publication,
    PublicationType,
    Record,
    RecordDigest,
    RecordKey,
    Relationship,
    TranslatedTitle,
    User,
)
from orcid_sync.domain.feed_items import FeedItem
from orcid_sync.ports.catalogue import Catalogue, StoreResult, UserCatalogue

from tests.fakes.catalogue import FakeCatalogue
from tests.moto_aws import BUCKET, Aws

ADA = User(
    user_id="u1",
    version=1,
    name="Ada Jones",
    is_current=True,
    login_allowed=True,
    profile_privacy=Privacy.INTERNAL,
    orcid_ids=(ClaimedId("0000-0002-1825-0097", 100),),
)
FULL = Metadata(
    title="On <i>light</i> & air – 光",
    subtitle="A study",
    translated_title=TranslatedTitle("De la lumière", "fr"),
    container_title="Annals",
    publication_status="Published online",
    publication_date=PartialDate(2024, 5),
    authors=(Person("Jones", "Ada", "0000-0002-1825-0097"), Person("The Light Group"), Person("Roe", "", "x")),
    editors=(Person("Poe", "E. A."),),
    identifiers=(Identifier("doi", "10.1234/X"), Identifier("issn", "1234-5679", "part-of", "https://e.org/")),
    abstract="Much.",
    url="https://example.org/1",
    language="en",
    publisher="Example Press",
    volume="1",
    issue="2",
    pages="1-9",
)


@pytest.fixture
def catalogue(backend: str, request: pytest.FixtureRequest) -> Catalogue:
    if backend == "fake":
        return FakeCatalogue()
    aws: Aws = request.getfixturevalue("aws")
    return DynamoDbCatalogue(aws.catalogue, Payloads(aws.catalogue, aws.clients.s3, BUCKET))


def record(record_id: str = "10.1/x", metadata: Metadata = FULL, *, verified: bool = False) -> Record:
    return Record(RecordKey("crossref", record_id), metadata, verified=verified)


def publication(version: int, *records: Record, publication_id: str = "p1") -> tuple[Publication, Header]:
    """A publication and a header whose digests are the titles' lengths and first letters: enough to tell them apart."""
    digests = tuple(
        RecordDigest(
            key=one.key,
            digest=f"{one.metadata.title[:3]}{len(one.metadata.title)}",
            verified=one.verified,
            status="published",
            self_ids=("doi:10.1/x",),
            richness=7,
            defect=None if one.metadata.title else "no_title",
        )
        for one in records
    )
    header = Header(publication_id, version, "journal-article", "A title", Privacy.PUBLIC, digests, builder_version=3)
    return Publication(publication_id, version, "journal-article", Privacy.PUBLIC, tuple(records)), header


def key_of(header: Header, index: int = 0) -> tuple[str, str, str]:
    digest = header.records[index]
    return digest.key.source, digest.key.id, digest.digest


def test_r44_a_user_comes_back_as_stored(catalogue: Catalogue) -> None:
    assert catalogue.user("u1") is None
    assert catalogue.put_user(ADA) is StoreResult.STORED
    assert catalogue.user("u1", consistent=True) == ADA


@pytest.mark.parametrize("version", [1, 0])
def test_r44_an_older_or_equal_version_is_stale(catalogue: Catalogue, version: int) -> None:
    catalogue.put_user(ADA)
    assert catalogue.put_user(replace(ADA, name="Late", version=version)) is StoreResult.STALE
    assert catalogue.user("u1") == ADA


def test_r44_a_users_tombstone_keeps_late_items_stale(catalogue: Catalogue) -> None:
    tombstone = User("u1", 5, "", is_current=False, login_allowed=False, deleted=True)
    assert catalogue.put_user(tombstone) is StoreResult.STORED
    assert catalogue.put_user(ADA) is StoreResult.STALE
    assert catalogue.user("u1") == tombstone


def test_r14_since_when_an_id_is_claimed_is_kept_while_it_is_held(catalogue: Catalogue) -> None:
    catalogue.put_user(ADA)
    again = replace(
        ADA, version=2, orcid_ids=(ClaimedId("0000-0001-5109-3700", 900), ClaimedId("0000-0002-1825-0097", 900))
    )
    catalogue.put_user(again)
    stored = catalogue.user("u1")
    assert stored is not None
    assert stored.orcid_ids == (ClaimedId("0000-0001-5109-3700", 900), ClaimedId("0000-0002-1825-0097", 100))


def test_r14_an_id_dropped_and_claimed_again_is_claimed_anew(catalogue: Catalogue) -> None:
    catalogue.put_user(ADA)
    catalogue.put_user(replace(ADA, version=2, orcid_ids=()))
    catalogue.put_user(replace(ADA, version=3, orcid_ids=(ClaimedId("0000-0002-1825-0097", 900),)))
    stored = catalogue.user("u1")
    assert stored is not None and stored.orcid_ids[0].since_ms == 900


def test_r44_relationships_come_back_with_their_user_in_order(catalogue: Catalogue) -> None:
    plain = Relationship("u1", "p2", 1, ClaimStatus.CLAIMED)
    rich = Relationship(
        user_id="u1",
        publication_id="p1",
        version=4,
        status=ClaimStatus.PENDING,
        hidden=True,
        privacy=Privacy.PRIVATE,
        effective_privacy=Privacy.INTERNAL,
        favourite=True,
        preferred_record=RecordKey("manual", "m#1"),
    )
    for relationship in (plain, rich, replace(plain, user_id="u2")):
        assert catalogue.put_relationship(relationship) is StoreResult.STORED
    assert catalogue.user_catalogue("u1", consistent=False).user is None
    catalogue.put_user(ADA)
    found = catalogue.user_catalogue("u1", consistent=True)
    assert found.user == ADA
    assert found.relationships == (rich, plain)


def test_r44_a_late_relationship_is_stale_after_its_tombstone(catalogue: Catalogue) -> None:
    tombstone = Relationship("u1", "p1", 3, ClaimStatus.REJECTED, deleted=True)
    catalogue.put_relationship(tombstone)
    assert catalogue.put_relationship(Relationship("u1", "p1", 2, ClaimStatus.CLAIMED)) is StoreResult.STALE
    assert catalogue.user_catalogue("u1", consistent=True).relationships == (tombstone,)


def test_users_of_a_publication_are_found_by_index(catalogue: Catalogue) -> None:
    for user_id in ("u1", "u2"):
        catalogue.put_relationship(Relationship(user_id, "p1", 1, ClaimStatus.CLAIMED))
    catalogue.put_relationship(Relationship("u3", "p10", 1, ClaimStatus.CLAIMED))
    assert {p: sorted(users) for p, users in catalogue.users_of(["p1", "p7", "p1"]).items()} == {
        "p1": ["u1", "u2"],
        "p7": [],
    }
    assert catalogue.users_of([]) == {}


def test_a_publication_comes_back_whole(catalogue: Catalogue) -> None:
    stored, header = publication(1, record(), record("m1", Metadata(title="Bare"), verified=True))
    assert catalogue.put_publication(stored, header) is StoreResult.STORED
    assert catalogue.headers(["p1", "p9", "p1"], consistent=True) == {"p1": header}
    assert catalogue.publication(header) == stored
    assert catalogue.records({"p1": key_of(header, 1)}) == {"p1": stored.records[1]}


def test_r28_a_record_with_2927_authors_is_storable(catalogue: Catalogue) -> None:
    # Unlike each other, so that compressing does not make it small.
    authors = tuple(Person(*(sha256(f"{part}{n}".encode()).hexdigest()[:12] for part in "fg")) for n in range(2927))
    stored, header = publication(1, record(metadata=replace(FULL, authors=authors)))
    catalogue.put_publication(stored, header)
    assert catalogue.publication(header) == stored


def test_r44_an_older_publication_is_stale_and_leaves_the_newer_whole(catalogue: Catalogue) -> None:
    newer, newer_header = publication(2, record(metadata=replace(FULL, title="Newer")))
    older, older_header = publication(1, record(metadata=replace(FULL, title="Older")))
    catalogue.put_publication(newer, newer_header)
    assert catalogue.put_publication(older, older_header) is StoreResult.STALE
    assert catalogue.publication(newer_header) == newer


def test_a_replaced_payload_is_gone_and_a_kept_one_stays(catalogue: Catalogue) -> None:
    first, first_header = publication(1, record("a"), record("b"))
    changed = replace(FULL, title="Changed")
    second, second_header = publication(2, record("a"), record("b", changed, verified=True))
    catalogue.put_publication(first, first_header)
    assert catalogue.put_publication(second, second_header) is StoreResult.STORED
    assert catalogue.publication(first_header) is None
    assert catalogue.records({"p1": key_of(first_header, 1)}) == {}
    assert catalogue.publication(second_header) == second


def test_r12_a_record_that_is_verified_now_is_stored_so_though_its_content_is_the_same(catalogue: Catalogue) -> None:
    before, before_header = publication(1, record())
    after, after_header = publication(2, record(verified=True))
    catalogue.put_publication(before, before_header)
    catalogue.put_publication(after, after_header)
    assert catalogue.publication(after_header) == after


def test_r44_a_publications_tombstone_is_kept_and_says_where_it_went(catalogue: Catalogue) -> None:
    stored, header = publication(1, record())
    catalogue.put_publication(stored, header)
    gone = replace(header, version=2, records=(), deleted=True, merged_into="p2", privacy=None)
    tombstone = replace(stored, version=2, records=(), deleted=True, merged_into="p2", privacy=None)
    assert catalogue.put_publication(tombstone, gone) is StoreResult.STORED
    assert catalogue.headers(["p1"], consistent=True) == {"p1": gone}
    assert catalogue.publication(header) is None
    assert catalogue.put_publication(stored, header) is StoreResult.STALE


def test_more_headers_than_one_batch_takes_are_read(catalogue: Catalogue) -> None:
    ids = [f"p{n}" for n in range(230)]
    for publication_id in ids:
        catalogue.put_publication(*publication(1, publication_id=publication_id))
    assert set(catalogue.headers(ids, consistent=False)) == set(ids)


def test_a_header_made_anew_replaces_only_the_one_it_was_made_from(catalogue: Catalogue) -> None:
    stored, header = publication(1, record())
    catalogue.put_publication(stored, header)
    anew = replace(header, builder_version=4, title="Cleaner")
    assert catalogue.put_header(anew, expected=header)
    assert not catalogue.put_header(replace(header, builder_version=5), expected=header)
    assert not catalogue.put_header(replace(anew, publication_id="p2"), expected=anew)
    assert catalogue.headers(["p1", "p2"], consistent=True) == {"p1": anew}


def test_a_header_made_anew_never_hides_a_newer_publication(catalogue: Catalogue) -> None:
    stored, header = publication(1, record())
    catalogue.put_publication(stored, header)
    catalogue.put_publication(*publication(2, record()))
    assert not catalogue.put_header(replace(header, builder_version=4), expected=header)


def test_r4_publication_types_are_kept_with_their_tombstones(catalogue: Catalogue) -> None:
    article = PublicationType("journal-article", 2, "Journal article")
    gone = PublicationType("artefact", 3, "Artefact", deleted=True)
    assert catalogue.publication_types() == ()
    catalogue.put_publication_type(article)
    catalogue.put_publication_type(gone)
    assert catalogue.put_publication_type(replace(article, version=2, name="Late")) is StoreResult.STALE
    assert catalogue.publication_types() == (gone, article)


def test_r4_what_an_administrator_says_of_a_type_yields_to_any_later_feed_item(catalogue: Catalogue) -> None:
    article = PublicationType("journal-article", 2, "Journal article")
    catalogue.put_publication_type(article)
    renamed, new = replace(article, name="Paper"), PublicationType("grant", -1, "Grant")
    assert catalogue.replace_publication_type(renamed, article)
    assert catalogue.replace_publication_type(new, None)
    assert catalogue.publication_types() == (new, renamed)
    assert catalogue.put_publication_type(replace(article, name="Late")) is StoreResult.STALE
    assert catalogue.put_publication_type(replace(article, version=3)) is StoreResult.STORED
    assert catalogue.put_publication_type(replace(new, version=0)) is StoreResult.STORED
    assert not catalogue.replace_publication_type(renamed, renamed), "the feed was faster"
    assert not catalogue.replace_publication_type(new, None)


def test_r48_a_user_is_forgotten_with_all_relationships_whatever_their_versions(catalogue: Catalogue) -> None:
    catalogue.put_user(ADA)
    catalogue.put_user(replace(ADA, user_id="u10"))
    for number in range(60):
        catalogue.put_relationship(Relationship("u1", f"p{number}", 9, ClaimStatus.CLAIMED))
    catalogue.put_relationship(Relationship("u10", "p1", 1, ClaimStatus.CLAIMED))
    for _ in range(2):
        catalogue.forget_user("u1")
    assert catalogue.user_catalogue("u1", consistent=True) == UserCatalogue(None, ())
    assert len(catalogue.user_catalogue("u10", consistent=True).relationships) == 1


def test_r44_versions_are_known_of_all_kinds_at_once_tombstones_included(catalogue: Catalogue) -> None:
    body, header = publication(3, record())
    relationship = Relationship("u1", "p1", 4, ClaimStatus.CLAIMED)
    kind = PublicationType("book", 5, "Book")
    catalogue.put_user(ADA)
    catalogue.put_publication(body, header)
    catalogue.put_relationship(replace(relationship, deleted=True))
    catalogue.put_publication_type(kind)
    elsewhere = replace(relationship, user_id="u2")
    unknown: list[FeedItem] = [replace(ADA, user_id="p1"), elsewhere, replace(kind, type_id="p1")]
    others: list[FeedItem] = [replace(body, publication_id="u1"), replace(ADA, version=9)]
    asked: list[FeedItem] = [body, *unknown, ADA, relationship, *others, kind]
    assert catalogue.known_versions(asked) == [3, None, None, None, 1, 4, None, 1, 5]
