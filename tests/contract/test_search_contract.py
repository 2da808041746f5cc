"""The contracts behind supplementary search: identifiers, offers, readings, findings, pauses, the walk (R42)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_offers import DynamoDbOffers
from orcid_sync.adapters.dynamodb_search import (
    DynamoDbFindings,
    DynamoDbLinkReadings,
    DynamoDbSearchWalk,
    DynamoDbSourcePauses,
)
from orcid_sync.adapters.dynamodb_suggestions import DynamoDbClaimLog
from orcid_sync.adapters.dynamodb_work_index import DynamoDbWorkIndex
from orcid_sync.domain.claiming import ClaimMade, WorkClaimed
from orcid_sync.domain.grouping import Ungrouped
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer, OfferState, offer_id_of
from orcid_sync.ports.claiming import ClaimLog
from orcid_sync.ports.search import (
    Finding,
    Findings,
    LinkReading,
    LinkReadings,
    Offers,
    SearchWalk,
    SourcePauses,
    WorkIndex,
)

from tests.fakes.claiming import FakeClaimLog
from tests.fakes.search import (
    FakeFindings,
    FakeLinkReadings,
    FakeOffers,
    FakeSearchWalk,
    FakeSourcePauses,
    FakeWorkIndex,
)
from tests.moto_aws import Aws

ADA = "0000-0002-1825-0097"
NOW = 1_793_606_400_000
DAY_MS = 86_400_000
DOI, PMID = "doi:10.1234/x", "pmid:38000001"
WORK = OfferedWork(
    "crossref", "10.1234/x", "journal-article", {"title": "On \u00e9 and \ud800", "authors": [{"family": "J"}]}
)
OFFER = Offer("u1", offer_id_of(DOI), (DOI, PMID), "On x", "crossref", "10.1234/x", DOI, ADA, NOW)
ACCEPTED = replace(OFFER, state=OfferState.ACCEPTED, answered_ms=NOW + 5)
REJECTED = replace(OFFER, state=OfferState.REJECTED)


@pytest.fixture
def stores(backend: str, request: pytest.FixtureRequest) -> tuple[Offers, ClaimLog]:
    if backend == "fake":
        log = FakeClaimLog()
        return FakeOffers(log), log
    aws: Aws = request.getfixturevalue("aws")
    return DynamoDbOffers(aws.sync), DynamoDbClaimLog(aws.sync)


@pytest.fixture
def offers(stores: tuple[Offers, ClaimLog]) -> Offers:
    return stores[0]


@pytest.fixture
def index(backend: str, request: pytest.FixtureRequest) -> WorkIndex:
    return FakeWorkIndex() if backend == "fake" else DynamoDbWorkIndex(request.getfixturevalue("aws").catalogue)


@pytest.fixture
def readings(backend: str, request: pytest.FixtureRequest) -> LinkReadings:
    return FakeLinkReadings() if backend == "fake" else DynamoDbLinkReadings(request.getfixturevalue("aws").sync)


@pytest.fixture
def findings(backend: str, request: pytest.FixtureRequest) -> Findings:
    return FakeFindings() if backend == "fake" else DynamoDbFindings(request.getfixturevalue("aws").sync)


@pytest.fixture
def pauses(backend: str, request: pytest.FixtureRequest) -> SourcePauses:
    return FakeSourcePauses() if backend == "fake" else DynamoDbSourcePauses(request.getfixturevalue("aws").sync)


@pytest.fixture
def walk(backend: str, request: pytest.FixtureRequest) -> SearchWalk:
    return FakeSearchWalk() if backend == "fake" else DynamoDbSearchWalk(request.getfixturevalue("aws").sync)


def test_r42_publications_are_found_by_any_of_their_identifiers(index: WorkIndex) -> None:
    index.add({"p2": [DOI]})
    index.add({"p1": [DOI, PMID]})
    index.add({"p1": [DOI, PMID]})
    index.add({"p1": []})
    assert index.publications([DOI, PMID, "doi:10.1/none"]) == {DOI: ("p1", "p2"), PMID: ("p1",)}
    index.remove({"p1": [DOI]})
    index.remove({"p1": [DOI]})
    assert index.publications([DOI]) == {DOI: ("p2",)}
    assert index.publications([]) == {}


def test_r42_many_identifiers_are_asked_for_at_once(index: WorkIndex) -> None:
    ids = [f"doi:10.1234/{number}" for number in range(40)]
    index.add({"p1": ids})
    assert index.publications(ids) == dict.fromkeys(ids, ("p1",))


def test_r42_a_work_is_offered_once_and_known_by_all_its_identifiers(offers: Offers) -> None:
    assert (offers.of_user("u1"), offers.one("u1", OFFER.offer_id)) == ((), None)
    assert offers.known_users(["u1"]) == frozenset()
    assert offers.add(OFFER, WORK)
    assert not offers.add(replace(OFFER, title="Another"), WORK)
    assert offers.of_user("u1") == (OFFER,)
    assert offers.one("u1", OFFER.offer_id) == OFFER
    assert offers.known_users(["u1", "u10"]) == {"u1"}
    assert offers.holders([PMID, "doi:10.1/none"]) == {"u1"}
    assert offers.holders(["doi:10.1/none"]) == offers.holders([]) == frozenset()
    key = ("u1", OFFER.offer_id)
    assert offers.works([key, ("u1", "work:none")]) == {key: WORK}


def test_r42_identifiers_learnt_later_count_as_well(offers: Offers) -> None:
    offers.add(OFFER, WORK)
    more = replace(OFFER, ids=(*OFFER.ids, "pmc:1234567"))
    assert offers.change(OFFER, more)
    assert offers.of_user("u1") == (more,)
    assert offers.holders(["pmc:1234567"]) == {"u1"}


def test_r42_what_is_accepted_enters_the_log_at_once_and_leaves_it_when_taken(
    stores: tuple[Offers, ClaimLog],
) -> None:
    offers, log = stores
    log.add(ClaimMade("u1", "p1", ADA, NOW))
    offers.add(OFFER, WORK)
    assert offers.change(OFFER, ACCEPTED)
    claims, cursor = log.since(0, limit=1, cursor=None)
    assert claims == [ClaimMade("u1", "p1", ADA, NOW)]
    assert log.since(0, limit=1, cursor=cursor) == ([WorkClaimed("u1", OFFER.offer_id, ADA, NOW + 5)], None)
    assert log.since(NOW + 6, limit=1, cursor=None) == ([], None)
    assert offers.works([("u1", OFFER.offer_id)]) != {}
    assert offers.change(ACCEPTED, replace(ACCEPTED, state=OfferState.TAKEN))
    assert log.since(0, limit=9, cursor=None) == (claims, None)
    assert offers.works([("u1", OFFER.offer_id)]) == {}, "the RIS describes it by now"


def test_r42_the_cursor_of_a_work_is_taken_back(stores: tuple[Offers, ClaimLog]) -> None:
    offers, log = stores
    offers.add(OFFER, WORK)
    offers.change(OFFER, ACCEPTED)
    log.add(ClaimMade("u2", "p1", ADA, NOW + 9))
    _, cursor = log.since(0, limit=1, cursor=None)
    assert cursor is not None
    assert "#" not in cursor
    assert log.since(0, limit=1, cursor=cursor) == ([ClaimMade("u2", "p1", ADA, NOW + 9)], None)


@pytest.mark.parametrize("answered", [ACCEPTED, REJECTED])
def test_r42_of_two_answers_at_once_one_counts(stores: tuple[Offers, ClaimLog], answered: Offer) -> None:
    offers, log = stores
    offers.add(OFFER, WORK)
    assert offers.change(OFFER, answered)
    for late in (ACCEPTED, REJECTED, replace(OFFER, state=OfferState.TAKEN)):
        assert not offers.change(OFFER, late)
    assert offers.of_user("u1") == (answered,)
    assert len(log.since(0, limit=9, cursor=None)[0]) == (answered is ACCEPTED)


def test_r48_nothing_of_an_erased_user_stays_and_others_keep_theirs(stores: tuple[Offers, ClaimLog]) -> None:
    offers, log = stores
    others = replace(OFFER, user_id="u10")
    for offer in (OFFER, others):
        offers.add(offer, WORK)
        offers.change(offer, replace(ACCEPTED, user_id=offer.user_id))
    offers.forget_user("u1")
    offers.forget_user("u1")
    assert (offers.of_user("u1"), offers.works([("u1", OFFER.offer_id)])) == ((), {})
    assert offers.known_users(["u1", "u10"]) == offers.holders([DOI]) == {"u10"}
    assert [claim.user_id for claim in log.since(0, limit=9, cursor=None)[0]] == ["u10"]
    assert len(offers.works([("u10", OFFER.offer_id)])) == 1
    offers.forget_user("u10")
    assert offers.holders([DOI, PMID]) == frozenset()


def test_c9_a_reading_is_kept_with_what_will_not_be_grouped(readings: LinkReadings) -> None:
    assert readings.some([("u1", ADA)]) == {}
    hints = {"p1": Ungrouped(DOI, lacking_here=True), "p2": Ungrouped(PMID, lacking_here=False)}
    reading = LinkReading("u1", ADA, NOW, NOW + 5, 2, hints)
    readings.put(replace(reading, failures=0))
    readings.put(reading)
    assert readings.some([("u1", ADA), ("u2", ADA)]) == {("u1", ADA): reading}
    first = LinkReading("u1", ADA, None, NOW)
    readings.put(first)
    assert readings.some([("u1", ADA)]) == {("u1", ADA): first}


def test_r42_answers_of_sources_are_kept_for_thirty_days(findings: Findings) -> None:
    doi, other = ("doi", "10.1234/x"), ("doi", "10.1234/y")
    found = {doi: Finding(WORK, frozenset({"crossref"})), other: Finding(None, frozenset({"crossref", "datacite"}))}
    findings.put(found, now_ms=NOW)
    assert findings.some([doi, other, ("pmid", "1")], now_ms=NOW + 30 * DAY_MS - 1) == found
    assert findings.some([doi, other], now_ms=NOW + 30 * DAY_MS) == {}
    findings.put({doi: Finding(None, frozenset({"crossref"}))}, now_ms=NOW)
    assert findings.some([doi], now_ms=NOW)[doi].work is None


def test_r42_pauses_of_a_source_double_and_end_with_an_answer(pauses: SourcePauses) -> None:
    assert pauses.until("crossref") == 0
    waits = [pauses.pause("crossref", now_ms=NOW, wait_seconds=None) - NOW for _ in range(11)]
    assert waits[:3] == [60_000, 120_000, 240_000]
    assert waits[-1] == 6 * 3_600_000
    assert pauses.until("datacite") == 0
    pauses.answered("crossref")
    assert pauses.until("crossref") == 0
    assert pauses.pause("crossref", now_ms=NOW, wait_seconds=90_000) == NOW + 90_000_000
    assert pauses.until("crossref") == NOW + 90_000_000


def test_r42_one_walk_goes_at_a_time_and_the_next_goes_on_where_it_stopped(walk: SearchWalk) -> None:
    assert walk.begin(now_ms=NOW, until_ms=NOW + 900) == ""
    assert walk.begin(now_ms=NOW + 1, until_ms=NOW + 901) is None
    walk.end(cursor="abc", until_ms=NOW + 900)
    assert walk.begin(now_ms=NOW + 2, until_ms=NOW + 902) == "abc"
    assert walk.begin(now_ms=NOW + 902, until_ms=NOW + 1802) == "abc", "the one before was killed"
    walk.end(cursor="late", until_ms=NOW + 902)
    assert walk.begin(now_ms=NOW + 903, until_ms=NOW + 1803) is None, "only its own walk can be given back"
    walk.end(cursor="", until_ms=NOW + 1802)
    assert walk.begin(now_ms=NOW + 904, until_ms=NOW + 1804) == ""
