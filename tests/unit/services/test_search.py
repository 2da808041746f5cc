"""Supplementary search: what stands on a record is suggested and offered, and what its answers lead to (R42)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import ClaimStatus, Identifier, Metadata, Person, Publication, Record, RecordKey
from orcid_sync.domain.erasure import Erasure
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.offers import OfferState
from orcid_sync.domain.settings import Claiming, Mode
from orcid_sync.services.list_claims import OfferedClaim

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_publication, a_relationship
from tests.unit.services.page import ADA, BOSS
from tests.unit.services.searching import Searching, a_work

DOI, PMID = ("doi", "10.5555/X"), ("pmid", "38000001")


@pytest.fixture
def search() -> Searching:
    return Searching()


def of_both(publication_id: str, version: int = 1) -> Publication:
    """A publication with DOI and PMID."""
    metadata = Metadata(title=f"On {publication_id}", identifiers=(Identifier(*DOI), Identifier(*PMID)))
    record = Record(RecordKey("crossref", "r1"), metadata)
    return Publication(publication_id, version, "journal-article", records=(record,))


# What is in the catalogue


def test_r42_a_work_that_the_catalogue_has_is_suggested_by_its_identifier(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.publishes("p2", "10.5555/other")
    search.reading()
    search.puts(a_work(DOI))
    report = search.run()
    assert (report.ended, report.read, report.suggested, report.offered) == ("done", 1, 1, 0)
    (shown,) = search.shown()
    assert (shown.suggestion_id, shown.matched_by) == ("pub:p1", "doi:10.5555/x")
    assert search.crossref.asked == []


@pytest.mark.parametrize("status", list(ClaimStatus))
def test_r42_what_the_user_has_decided_on_is_not_suggested(search: Searching, status: ClaimStatus) -> None:
    search.publishes("p1", "10.5555/x")
    search.world.feed(a_relationship("p1", status=status))
    search.reading()
    search.puts(a_work(DOI))
    search.run()
    assert search.suggested() == (["p1"] if status is ClaimStatus.PENDING else [])
    assert search.offered() == []


def test_r42_a_work_claimed_under_any_identifier_that_it_shares_is_none(search: Searching) -> None:
    """One publication has the DOI and is claimed, another has the PMID: the record says that both are one work."""
    search.publishes("p1", "10.5555/x")
    search.world.feed(a_relationship("p1"))
    pmid = Metadata(title="On p2", identifiers=(Identifier(*PMID),))
    search.world.feed(Publication("p2", 1, "journal-article", records=(Record(RecordKey("pubmed", "1"), pmid),)))
    search.reading()
    search.puts(a_work(DOI, PMID))
    search.run()
    assert search.shown() == []


def test_r42_two_publications_of_one_work_are_suggested_once(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.publishes("p2", "10.5555/X")
    search.reading()
    search.puts(a_work(DOI))
    search.run()
    search.run_next_week()
    assert search.suggested() == ["p1"]


def test_r42_an_accepted_suggestion_is_claimed_by_the_id_whose_record_it_stands_on(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.reading()
    search.puts(a_work(DOI))
    search.run()
    search.answer(accept=True)
    found = search.world.catalogue.relationships["u1", "p1"]
    assert found.status is ClaimStatus.CLAIMED
    assert found.made_here is not None
    assert found.made_here.orcid_id == ORCID_ID
    assert (search.shown(), search.for_the_ris()) == ([], ["p1"])
    assert search.page.audit.entries[-1].after == {"publication_id": "p1", "origin": "search"}
    search.run_next_week()
    assert search.shown() == []


def test_r42_what_was_rejected_does_not_come_back_under_another_publication_or_identifier(search: Searching) -> None:
    search.world.feed(of_both("p1"))
    search.reading()
    search.puts(a_work(DOI))
    search.run()
    search.answer(accept=False)
    search.world.feed(Publication("p1", 2, "", deleted=True), of_both("p2"))
    search.puts(a_work(PMID))
    search.europe_pmc.has(PMID, DOI)
    search.run_next_week()
    assert search.shown() == []


def test_r42_ignoring_the_id_in_metadata_is_no_word_on_what_stands_on_the_record(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.reading()
    search.page.settings.choose_claiming(ADA, "u1", ORCID_ID, Claiming.IGNORE)
    search.puts(a_work(DOI))
    search.run()
    search.world.follow()
    assert search.suggested() == ["p1"]


@pytest.mark.parametrize(
    "identifier", [("source-work-id", "4711"), ("issn", "2049-3630"), ("other-id", "4711"), ("uri", "https://x.org/1")]
)
def test_r42_what_identifies_no_work_leads_to_nothing(search: Searching, identifier: tuple[str, str]) -> None:
    metadata = Metadata(title="On p1", identifiers=(Identifier(*identifier),))
    search.world.feed(Publication("p1", 1, "book", records=(Record(RecordKey("manual", "1"), metadata),)))
    search.reading()
    search.puts(a_work(identifier))
    search.run()
    assert (search.shown(), search.crossref.asked) == ([], [])


def test_r42_a_publication_that_lost_its_identifier_or_went_is_found_no_longer(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.publishes("p2", "10.5555/y")
    search.world.feed(a_publication("p1", version=2), Publication("p2", 2, "", deleted=True))
    assert search.world.work_index.places == set()
    search.reading()
    search.puts(a_work(DOI), a_work(("doi", "10.5555/y")))
    search.run()
    assert search.shown() == []


# What this product wrote


def test_r42_works_of_ours_are_not_fed_back_nor_what_is_grouped_with_them(search: Searching) -> None:
    search.writing()
    search.world.publish(2)
    search.world.settle()
    assert len(search.world.on_record()) == 2
    search.publishes("p9", "10.5555/grouped")
    search.puts(a_work(("doi", "10.5555/p1"), ("doi", "10.5555/grouped")))
    search.crossref.has(("doi", "10.5555/grouped"))
    search.run()
    assert (search.shown(), search.crossref.asked) == ([], [])


def test_r42_a_work_of_ours_that_matches_no_publication_is_not_fed_back(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.reading()
    search.world.registry.put_from(search.world.registry.client_id, ORCID_ID, a_work(DOI))
    search.run()
    assert search.shown() == []


# What the catalogue lacks


def test_r42_what_the_catalogue_lacks_is_looked_up_and_offered(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI), a_work(("doi", "10.5281/zenodo.1")), a_work(PMID), a_work(("doi", "10.1/unknown")))
    search.crossref.has(("doi", "10.5555/x"))
    search.datacite.has(("doi", "10.5281/zenodo.1"))
    search.europe_pmc.has(PMID)
    report = search.run()
    assert report.offered == 3
    assert sorted(search.offered()) == ["doi:10.5281/zenodo.1", "doi:10.5555/x", "pmid:38000001"]
    assert search.crossref.asked == [(("doi", "10.5555/x"), ("doi", "10.5281/zenodo.1"), ("doi", "10.1/unknown"))]
    assert search.datacite.asked == [(("doi", "10.5281/zenodo.1"), ("doi", "10.1/unknown"))]
    assert search.europe_pmc.asked == [(PMID,)]


def test_r42_papers_of_arxiv_are_looked_up_by_the_dois_that_they_have_at_datacite(search: Searching) -> None:
    search.reading()
    search.puts(a_work(("arxiv", "2101.00001v2")))
    search.datacite.has(("doi", "10.48550/arxiv.2101.00001"))
    search.run()
    assert search.offered() == ["arxiv:arXiv:2101.00001v2"]


def test_r42_an_isbn_that_the_catalogue_lacks_leads_nowhere(search: Searching) -> None:
    search.reading()
    search.puts(a_work(("isbn", "9783161484100")))
    report = search.run()
    assert (report.ended, report.offered) == ("done", 0)
    assert search.page.readings.stored["u1", ORCID_ID].next_ms > search.world.clock.now_ms() + 6 * 86_400_000


def test_r42_the_second_identifier_is_asked_for_when_the_first_is_not_known(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI, PMID))
    search.europe_pmc.has(PMID)
    search.run()
    assert len(search.offered()) == 1
    assert search.europe_pmc.asked == [(PMID,)]


@pytest.mark.parametrize("together", [True, False])
def test_r42_a_work_with_two_identifiers_is_one_whichever_comes_first(search: Searching, together: bool) -> None:
    search.reading()
    search.crossref.has(("doi", "10.5555/x"))
    search.europe_pmc.has(PMID, DOI)
    search.puts(a_work(DOI))
    if not together:
        search.run()
    search.puts(a_work(PMID))
    search.run_next_week()
    assert search.offered() == ["doi:10.5555/x"]
    search.answer(accept=False)
    search.puts(a_work(PMID, ("pmc", "1234567")))
    search.europe_pmc.has(("pmc", "1234567"))
    search.run_next_week()
    assert search.shown() == []


def test_r42_what_proves_to_be_one_with_something_rejected_is_offered_no_longer(search: Searching) -> None:
    search.reading()
    search.crossref.has(("doi", "10.5555/x"))
    search.europe_pmc.has(PMID)
    search.puts(a_work(DOI), a_work(PMID))
    search.run()
    search.answer(accept=False, matched_by="doi:10.5555/x")
    assert search.offered() == ["pmid:38000001"]
    search.puts(a_work(DOI, PMID))
    search.run_next_week()
    assert search.shown() == []


def test_r42_a_source_that_knows_more_identifiers_leads_to_the_catalogue(search: Searching) -> None:
    search.publishes("p1", "10.5555/x")
    search.reading()
    search.puts(a_work(PMID))
    search.europe_pmc.has(PMID, DOI)
    search.run()
    assert (search.suggested(), search.offered()) == (["p1"], [])


def test_r42_what_a_source_says_without_title_is_not_offered(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI))
    search.crossref.has(("doi", "10.5555/x"), title="<i> </i>")
    search.run()
    assert search.shown() == []


# Answers


def test_r42_an_accepted_work_is_offered_to_the_ris_with_its_metadata(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI))
    work = search.crossref.has(("doi", "10.5555/x"))
    search.run()
    search.answer(accept=True)
    (item,) = search.claims.page(0, limit=5, cursor=None).items
    assert isinstance(item, OfferedClaim)
    assert (item.work, item.claim.user_id, item.claim.orcid_id) == (work, "u1", ORCID_ID)
    assert item.claim.at_ms == search.world.clock.now_ms()
    assert search.shown() == []
    with pytest.raises(NotFoundError):
        search.page.suggestions.answer(ADA, "u1", item.claim.offer_id, accept=False)


def test_r46_answers_to_offers_are_audited(search: Searching) -> None:
    search.reading()
    search.puts(a_work(DOI))
    search.crossref.has(("doi", "10.5555/x"))
    search.run()
    search.page.suggestions.answer(BOSS, "u1", search.shown()[0].suggestion_id, accept=False)
    entry = search.page.audit.entries[-1]
    assert (entry.by, entry.action, entry.user_id, entry.orcid_id) == ("boss", "suggestion_rejected", "u1", ORCID_ID)
    assert entry.after == {"publication_id": None, "origin": "search", "matched_by": "doi:10.5555/x"}


@pytest.mark.parametrize("suggestion_id", ["work:", "work:nothing", "pub:nothing", "x" * 4000])
def test_r42_an_answer_to_nothing_is_told(search: Searching, suggestion_id: str) -> None:
    with pytest.raises(NotFoundError):
        search.page.suggestions.answer(ADA, "u1", suggestion_id, accept=True)


def offered_and(search: Searching, *, accept: bool | None) -> None:
    """A work was offered, and answered unless `accept` is None."""
    search.reading()
    search.puts(a_work(DOI))
    search.crossref.has(("doi", "10.5555/x"))
    search.run()
    if accept is not None:
        search.answer(accept=accept)


def test_r42_an_offer_turns_into_a_suggestion_once_the_ris_has_the_publication(search: Searching) -> None:
    offered_and(search, accept=None)
    search.publishes("p1", "10.5555/x")
    assert (search.suggested(), search.offered()) == (["p1"], [])
    search.run_next_week()
    assert (search.suggested(), search.offered()) == (["p1"], [])


def test_r42_an_offer_ends_when_the_ris_brings_it_claimed_in_either_order(search: Searching) -> None:
    offered_and(search, accept=None)
    search.world.feed(a_relationship("p1"))
    assert len(search.offered()) == 1
    search.publishes("p1", "10.5555/x")
    assert search.shown() == []


def test_r42_an_accepted_work_is_claimed_once_the_ris_has_the_publication(search: Searching) -> None:
    offered_and(search, accept=True)
    assert search.for_the_ris() == ["10.5555/x"]
    search.publishes("p1", "10.5555/x")
    assert search.world.catalogue.relationships["u1", "p1"].status is ClaimStatus.CLAIMED
    assert search.for_the_ris() == ["p1"], "it is offered as any other claim made here"
    search.world.feed(a_relationship("p1"))
    assert (search.for_the_ris(), search.shown()) == ([], [])


@pytest.mark.parametrize("status", list(ClaimStatus))
@pytest.mark.parametrize("publication_first", [True, False])
def test_r42_whatever_the_feed_relates_ends_what_the_ris_is_offered(
    search: Searching, status: ClaimStatus, publication_first: bool
) -> None:
    offered_and(search, accept=True)
    items = [a_publication("p1", doi="10.5555/x"), a_relationship("p1", status=status)]
    search.world.feed(*(items if publication_first else reversed(items)))
    assert search.for_the_ris() == []
    assert search.world.catalogue.relationships["u1", "p1"].status is status
    search.run_next_week()
    assert search.offered() == []


def test_r42_a_relationship_of_another_user_ends_nothing(search: Searching) -> None:
    offered_and(search, accept=True)
    search.world.feed(a_relationship("p1", "u2"), a_publication("p9", doi="10.5555/other"), a_relationship("p9"))
    assert search.for_the_ris() == ["10.5555/x"]


def test_r42_a_rejected_work_is_not_suggested_nor_claimed_when_the_ris_gets_it(search: Searching) -> None:
    """R41 would: the user's iD stands in the metadata, and they claim automatically."""
    offered_and(search, accept=False)
    search.page.settings.choose_claiming(ADA, "u1", ORCID_ID, Claiming.AUTO)
    author = Person("Jones", "Ada", ORCID_ID)
    search.world.feed(a_publication("p1", doi="10.5555/x", authors=(author,)))
    search.run_next_week()
    assert (search.shown(), search.for_the_ris()) == ([], [])
    assert ("u1", "p1") not in search.world.catalogue.relationships
    assert search.states() == {"doi:10.5555/x": OfferState.REJECTED}


def test_r42_what_the_ris_rejected_does_not_come_back_with_another_publication(search: Searching) -> None:
    offered_and(search, accept=None)
    search.publishes("p1", "10.5555/x")
    search.world.feed(a_relationship("p1", status=ClaimStatus.REJECTED))
    search.world.feed(Publication("p1", 2, "", deleted=True))
    search.publishes("p2", "10.5555/x")
    search.run_next_week()
    assert search.shown() == []


def test_r42_a_publication_stored_while_the_work_was_being_offered_is_seen(search: Searching) -> None:
    """The stream was looked at before the offer stood."""
    search.reading()
    search.puts(a_work(DOI))
    search.crossref.has(("doi", "10.5555/x"))
    add = search.world.offers.add

    def slow(offer: object, work: object) -> bool:
        search.publishes("p1", "10.5555/x")
        return bool(add(offer, work))  # type: ignore[arg-type]  # handed on

    search.world.offers.add = slow  # type: ignore[method-assign]  # something happens in between
    search.run()
    assert (search.suggested(), search.offered()) == (["p1"], [])


def test_r48_an_erasure_that_came_between_leaves_nothing_behind(search: Searching) -> None:
    claim = search.reading()
    search.puts(a_work(DOI))
    search.crossref.has(("doi", "10.5555/x"))
    search.erasures.put(Erasure("u1", 0, remove_works=False))
    search.run()
    assert search.world.offers.of_user("u1") == ()
    assert claim.mode is Mode.READ


def test_r42_each_of_a_users_records_is_read_and_a_work_on_both_is_offered_once(search: Searching) -> None:
    search.page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    search.reading()
    search.reading(OTHER_ORCID_ID)
    search.puts(a_work(DOI))
    search.puts(a_work(DOI), orcid_id=OTHER_ORCID_ID)
    search.crossref.has(("doi", "10.5555/x"))
    assert search.run().read == 2
    assert search.offered() == ["doi:10.5555/x"]
    assert len(search.crossref.asked) == 1


def test_r42_offers_and_suggestions_are_paged_together_newest_first(search: Searching) -> None:
    search.reading()
    search.publishes("p1", "10.5555/y")
    search.puts(a_work(DOI), a_work(("doi", "10.5555/y")))
    search.crossref.has(("doi", "10.5555/x"))
    search.run()
    first = search.page.suggestions.page("u1", limit=1, after=None)
    second = search.page.suggestions.page("u1", limit=1, after=first.next)
    assert [len(first.items), len(second.items), second.next] == [1, 1, None]
    assert first.items != second.items


def test_r42_a_long_page_of_claims_is_cut_to_what_an_answer_holds(search: Searching) -> None:
    search.reading()
    dois = [("doi", f"10.5555/long{number}") for number in range(10)]
    search.puts(*(a_work(doi) for doi in dois))
    for doi in dois:
        work = search.crossref.has(doi)
        authors = [{"family": f"{number:060d}"} for number in range(3000)]
        search.crossref.works[doi] = replace(work, data={**work.data, "authors": authors})
    search.run()
    for shown in search.shown():
        search.page.suggestions.answer(ADA, "u1", shown.suggestion_id, accept=True)
    found: list[object] = []
    cursor: str | None = None
    for _ in range(10):
        page = search.claims.page(0, limit=500, cursor=cursor)
        found += page.items
        cursor = page.next
        assert 0 < len(page.items) < 10
        if cursor is None:
            break
    assert len(found) == 10
