"""Erased users, and what else stands about a user in the tables (R48)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_audit import DynamoDbAuditTrail
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_erasures import DynamoDbErasures, DynamoDbPersonalData
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex
from orcid_sync.adapters.dynamodb_offers import DynamoDbOffers
from orcid_sync.adapters.dynamodb_suggestions import DynamoDbClaimLog
from orcid_sync.domain.claiming import ClaimMade
from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.domain.links import Claim
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer, OfferState
from orcid_sync.ports.audit import AuditEntry
from orcid_sync.ports.erasure import Erasures

from tests.fakes.clock import FakeClock
from tests.fakes.erasures import FakeErasures
from tests.moto_aws import Aws

ID, OTHER = "0000-0002-1825-0097", "0000-0001-5109-3700"
DAY_S = 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def erasures(backend: str, clock: FakeClock, request: pytest.FixtureRequest) -> Erasures:
    return FakeErasures() if backend == "fake" else DynamoDbErasures(request.getfixturevalue("aws").sync, clock)


def test_r48_an_erasure_comes_back_as_stored(erasures: Erasures) -> None:
    begun = Erasure("u1", 5, remove_works=True)
    erasures.put(begun)
    assert erasures.get("u1") == begun
    left = replace(begun, left={ID: (7, 9)})
    erasures.put(left)
    finished = replace(left, state=ErasureState.ERASED, finished_ms=8)
    erasures.put(finished)
    assert erasures.get("u1") == finished
    assert erasures.get("u2") is None


def test_r48_erased_users_are_told_from_others_until_they_are_taken_back(erasures: Erasures) -> None:
    erasures.put(Erasure("u1", 5, remove_works=False, left={ID: (7,)}))
    erasures.put(Erasure("u2", 5, remove_works=False, state=ErasureState.ERASED))
    assert erasures.among(["u1", "u2", "u3", "u10"]) == {"u1", "u2"}
    assert erasures.finished(["u1", "u2", "u3"]) == {"u2"}
    erasures.delete("u1")
    assert erasures.among(["u1", "u2"]) == {"u2"}
    assert erasures.get("u1") is None
    assert erasures.among([]) == frozenset()


def test_r48_nothing_names_an_erased_user_and_what_was_left_is_told_for_30_days(aws: Aws, clock: FakeClock) -> None:
    erasures = DynamoDbErasures(aws.sync, clock)
    erasures.put(Erasure("somebody", 5, remove_works=True, state=ErasureState.ERASED, left={ID: (7,)}))
    assert "somebody" not in str(list(aws.sync.query("ERASED", consistent=True)))
    clock.advance(31 * DAY_S)
    found = erasures.get("somebody")
    assert found is not None
    assert dict(found.left) == {}


@pytest.fixture
def data(aws: Aws, clock: FakeClock) -> DynamoDbPersonalData:
    return DynamoDbPersonalData(aws.sync, aws.catalogue, clock)


def test_r48_what_stands_about_a_user_goes_and_others_keep_theirs(
    aws: Aws, data: DynamoDbPersonalData, clock: FakeClock
) -> None:
    offers = DynamoDbOffers(aws.sync)
    index, log, claims = DynamoDbIdIndex(aws.catalogue), DynamoDbClaimLog(aws.sync), DynamoDbClaims(aws.sync)
    for user_id in ("u1", "u10"):
        claims.put(Claim(user_id, ID))
        aws.catalogue.put({"pk": f"U#{user_id}", "sk": "USER", "n": "Ada"})
        aws.catalogue.put_many([{"pk": f"U#{user_id}", "sk": f"R#p{n}"} for n in range(30)])
        log.add(ClaimMade(user_id, "p1", ID, clock.now_ms()))
        offer = Offer(user_id, "work:1", ("doi:10.5555/x",), "T", "crossref", "10.5555/x", "doi:10.5555/x", ID, 5)
        offers.add(offer, OfferedWork("crossref", "10.5555/x", "book", {"title": "T"}))
        offers.change(offer, replace(offer, state=OfferState.ACCEPTED, answered_ms=clock.now_ms()))
    for orcid_id, user_id in ((ID, "u10"), (ID, "u1"), (OTHER, "u1")):
        index.note_claimant(orcid_id, user_id)
    data.purge("u1", [ID, OTHER])
    for table in (aws.sync, aws.catalogue):
        assert list(table.query("U#u1", consistent=True)) == []
        assert list(table.query("U#u10", consistent=True)) != []
    assert [claim.user_id for claim in log.since(0, limit=9, cursor=None)[0]] == ["u10", "u10"]
    assert offers.holders(["doi:10.5555/x"]) == {"u10"}
    assert index.claimants([ID, OTHER]) == {ID: frozenset({"u10"})}
    item = aws.catalogue.get((f"A#{ID}", "USERS"), consistent=True)
    assert item is not None
    assert item["lu"] == "u10"
    data.purge("u1", [ID, OTHER])


def test_r48_the_trail_names_the_pseudonym_and_keeps_time_and_action(
    aws: Aws, data: DynamoDbPersonalData, clock: FakeClock
) -> None:
    trail, now_ms = DynamoDbAuditTrail(aws.sync), clock.now_ms()

    def record(at_ms: int, by: str, user_id: str | None) -> None:
        trail.record(at_ms=at_ms, by=by, action="x", user_id=user_id, orcid_id=ID, before={"a": 1}, after={"a": 2})

    record(now_ms - 400 * DAY_S * 1000, "u1", "u1")
    record(now_ms - 2, "boss", "u1")
    record(now_ms - 1, "u1", "u2")
    record(now_ms, "boss", "u2")
    assert data.orcid_ids("u1") == {ID}
    assert data.orcid_ids("u3") == frozenset()
    data.pseudonymise("u1", "erased-1")
    found, _ = trail.page(user_id=None, from_ms=0, to_ms=now_ms + 1, limit=9, cursor=None)
    assert found == [
        AuditEntry(now_ms, "boss", "x", "u2", ID, {"a": 1}, {"a": 2}),
        AuditEntry(now_ms - 1, "erased-1", "x", "u2", ID, {"a": 1}, {"a": 2}),
        AuditEntry(now_ms - 2, "boss", "x", "erased-1", None, None, None),
        AuditEntry(now_ms - 400 * DAY_S * 1000, "erased-1", "x", "erased-1", None, None, None),
    ]
