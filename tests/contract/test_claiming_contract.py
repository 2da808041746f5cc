"""The contracts behind automatic claiming: who claims an iD, where it stands, claims made here, suggestions (R41)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex, DynamoDbRelationships
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_suggestions import DynamoDbClaimLog, DynamoDbSuggestions
from orcid_sync.domain.catalogue import ClaimStatus, MadeHere, Relationship
from orcid_sync.domain.claiming import ClaimMade, Suggestion, SuggestionState, claimed_here
from orcid_sync.domain.errors import InvalidError
from orcid_sync.ports.catalogue import Catalogue, StoreResult
from orcid_sync.ports.claiming import ClaimLog, IdIndex, Relationships, Suggestions

from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.claiming import FakeClaimLog, FakeIdIndex, FakeRelationships, FakeSuggestions
from tests.moto_aws import BUCKET, Aws

ADA, BEN = "0000-0002-1825-0097", "0000-0001-5109-3700"
HERE = MadeHere(1_793_606_400_000, ADA)
PENDING = Relationship("u1", "p1", 5, ClaimStatus.PENDING, hidden=True)
OPEN = Suggestion("u1", "pub:p1", "p1", ADA, 1_793_606_400_000)


@pytest.fixture
def index(backend: str, request: pytest.FixtureRequest) -> IdIndex:
    return FakeIdIndex([], {}) if backend == "fake" else DynamoDbIdIndex(request.getfixturevalue("aws").catalogue)


@pytest.fixture
def stores(backend: str, request: pytest.FixtureRequest) -> tuple[Catalogue, Relationships]:
    if backend == "fake":
        catalogue = FakeCatalogue()
        return catalogue, FakeRelationships(catalogue, [])
    aws: Aws = request.getfixturevalue("aws")
    payloads = Payloads(aws.catalogue, aws.clients.s3, BUCKET)
    return DynamoDbCatalogue(aws.catalogue, payloads), DynamoDbRelationships(aws.catalogue)


@pytest.fixture
def suggestions(backend: str, request: pytest.FixtureRequest) -> Suggestions:
    return FakeSuggestions() if backend == "fake" else DynamoDbSuggestions(request.getfixturevalue("aws").sync)


@pytest.fixture
def log(backend: str, request: pytest.FixtureRequest) -> ClaimLog:
    return FakeClaimLog() if backend == "fake" else DynamoDbClaimLog(request.getfixturevalue("aws").sync)


def test_r41_claimants_are_found_by_their_ids_all_at_once(index: IdIndex) -> None:
    index.note_claimant(ADA, "u1")
    index.note_claimant(ADA, "u2")
    index.note_claimant(ADA, "u1")
    assert index.claimants([ADA, BEN]) == {ADA: frozenset({"u1", "u2"})}
    assert index.claimants([]) == {}


def test_r41_publications_are_found_by_the_ids_in_their_metadata(index: IdIndex) -> None:
    index.add({"p1": [ADA, BEN]})
    index.add({"p2": [ADA]})
    index.add({"p2": [ADA]})
    index.note_claimant(ADA, "u1")
    assert index.publications(ADA) == ("p1", "p2")
    index.remove({"p1": [ADA]})
    index.remove({"p1": [ADA]})
    assert (index.publications(ADA), index.publications(BEN)) == (("p2",), ("p1",))


def test_r41_a_publication_with_two_thousand_ids_is_indexed(index: IdIndex) -> None:
    ids = [f"0000-0000-0000-{number:04d}" for number in range(2084)]
    index.add({"p1": ids})
    assert index.publications(ids[-1]) == ("p1",)
    assert index.claimants(ids) == {}


def test_r41_a_claim_made_here_stands_where_there_was_no_relationship(
    stores: tuple[Catalogue, Relationships],
) -> None:
    catalogue, relationships = stores
    claim = claimed_here("u1", "p1", None, HERE)
    assert relationships.some("u1", ["p1"]) == {}
    assert relationships.claim_here(claim, seen=None)
    assert not relationships.claim_here(replace(claim, made_here=MadeHere(9, BEN)), seen=None)
    assert relationships.some("u1", ["p1", "p2"]) == {"p1": claim}
    assert relationships.some("u2", ["p1"]) == {}
    assert catalogue.user_catalogue("u1", consistent=True).relationships == (claim,)
    assert catalogue.users_of(["p1"]) == {"p1": ("u1",)}


@pytest.mark.parametrize("version", [0, 1, 7])
@pytest.mark.parametrize("status", list(ClaimStatus))
def test_r41_a_claim_made_here_yields_to_whatever_version_the_feed_gives(
    stores: tuple[Catalogue, Relationships], version: int, status: ClaimStatus
) -> None:
    catalogue, relationships = stores
    relationships.claim_here(claimed_here("u1", "p1", None, HERE), seen=None)
    told = Relationship("u1", "p1", version, status)
    assert catalogue.put_relationship(told) is StoreResult.STORED
    assert relationships.some("u1", ["p1"]) == {"p1": told}


def test_r41_a_pending_relationship_is_claimed_here_and_keeps_what_the_ris_said_of_it(
    stores: tuple[Catalogue, Relationships],
) -> None:
    catalogue, relationships = stores
    catalogue.put_relationship(PENDING)
    claim = claimed_here("u1", "p1", PENDING, HERE)
    assert not relationships.claim_here(claim, seen=None)
    assert not relationships.claim_here(claim, seen=replace(PENDING, version=4))
    assert relationships.claim_here(claim, seen=PENDING)
    assert not relationships.claim_here(claim, seen=PENDING), "claimed once"
    assert relationships.some("u1", ["p1"])["p1"] == replace(PENDING, status=ClaimStatus.CLAIMED, made_here=HERE)
    assert catalogue.put_relationship(PENDING) is StoreResult.STALE, "what was known when it was claimed"
    assert catalogue.put_relationship(replace(PENDING, version=6)) is StoreResult.STORED


def test_r41_a_suggestion_is_kept_once(suggestions: Suggestions) -> None:
    assert suggestions.add(OPEN)
    assert not suggestions.add(replace(OPEN, matched_by=BEN))
    suggestions.add(replace(OPEN, suggestion_id="pub:p0", publication_id="p0"))
    suggestions.add(replace(OPEN, user_id="u10"))
    assert [found.publication_id for found in suggestions.of_user("u1")] == ["p0", "p1"]
    assert suggestions.some([("u1", "pub:p1"), ("u1", "pub:p9")]) == {("u1", "pub:p1"): OPEN}


def test_r41_a_rejected_suggestion_stays_whatever_else_happens_to_it(suggestions: Suggestions) -> None:
    suggestions.add(OPEN)
    rejected = replace(OPEN, state=SuggestionState.REJECTED)
    suggestions.put(rejected)
    suggestions.withdraw(OPEN)
    assert not suggestions.add(OPEN)
    assert suggestions.of_user("u1") == (rejected,)


def test_r41_a_suggestion_withdrawn_is_gone(suggestions: Suggestions) -> None:
    suggestions.add(replace(OPEN, state=SuggestionState.YIELDED))
    suggestions.withdraw(OPEN)
    suggestions.withdraw(OPEN)
    assert suggestions.of_user("u1") == ()


def test_r41_claims_are_offered_by_time_in_pages(log: ClaimLog) -> None:
    claims = [ClaimMade("u1", f"p{number}", ADA, 1_793_606_400_000 + number // 2) for number in range(5)]
    for claim in (*reversed(claims), claims[0]):
        log.add(claim)
        assert log.holds(claim)
    first, cursor = log.since(0, limit=3, cursor=None)
    assert "#" not in (cursor or ""), "it goes into an address as it is"
    second, end = log.since(0, limit=3, cursor=cursor)
    assert (first + second, end) == (claims, None)
    assert log.since(1_793_606_400_001, limit=9, cursor=None)[0] == claims[2:], "the time itself is included"
    assert log.since(1_793_606_400_009, limit=9, cursor=None) == ([], None)
    log.remove(claims[1])
    log.remove(claims[1])
    assert log.since(0, limit=5, cursor=None) == ([claims[0], *claims[2:]], None)


def test_r41_a_cursor_that_is_not_ours_is_refused(log: ClaimLog) -> None:
    with pytest.raises(InvalidError):
        log.since(0, limit=5, cursor="zebra")
