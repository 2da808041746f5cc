"""In whatever order readings, feeds and answers come: nothing is offered twice, nothing rejected comes back (R42)."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from orcid_sync.domain.catalogue import ClaimStatus, Identifier, Metadata, Person, Publication, Record, RecordKey
from orcid_sync.domain.offers import Offer
from orcid_sync.domain.settings import Claiming

from tests.builders import ORCID_ID, a_relationship
from tests.unit.services.page import ADA
from tests.unit.services.searching import Searching, a_work

# Three works with two identifiers each; sources and publications know one of them or both.
WORKS = [(("doi", f"10.5555/{n}"), ("pmid", f"3800000{n}")) for n in range(3)]
NUMBERS = st.integers(0, 2)
PARTS = st.sampled_from([(0,), (1,), (0, 1)])


class Searches(RuleBasedStateMachine):
    """The identifiers of a work lead to it once Ada has seen both together, or a source says so; so each source here
    knows both. What is remembered: which works were rejected or accepted, and whether by her or by the RIS.
    """

    def __init__(self) -> None:
        super().__init__()
        self.search = Searching()
        self.rejected: set[int] = set()
        self.rejected_ids: set[str] = set()
        self.versions: dict[str, int] = {}
        self.offered_before: dict[str, str] = {}

    @initialize()
    def connect(self) -> None:
        self.search.reading()
        for doi, pmid in WORKS:
            self.search.crossref.has(doi, pmid)
            self.search.europe_pmc.has(pmid, doi)

    def version(self, key: str) -> int:
        self.versions[key] = self.versions.get(key, 0) + 1
        return self.versions[key]

    @rule(number=NUMBERS, parts=PARTS)
    def a_source_puts_a_work_on_the_record(self, number: int, parts: tuple[int, ...]) -> None:
        self.search.puts(a_work(*(WORKS[number][part] for part in parts), title=f"A found work {number}"))

    @rule(busy=st.booleans())
    def the_record_is_read(self, busy: bool) -> None:
        self.search.crossref.busy = int(busy)
        self.search.run_next_week()
        self.search.crossref.busy = 0

    @rule(number=NUMBERS, copy=st.integers(0, 1), with_id=st.booleans())
    def the_ris_stores_a_publication(self, number: int, copy: int, with_id: bool) -> None:
        publication_id = f"p{number}{'ab'[copy]}"
        identifiers = tuple(Identifier(*one) for one in WORKS[number])
        authors = (Person("Jones", "Ada", ORCID_ID),) if with_id else ()
        metadata = Metadata(title=f"On {number}", identifiers=identifiers, authors=authors)
        record = Record(RecordKey("crossref", "r1"), metadata)
        version = self.version(publication_id)
        self.search.world.feed(Publication(publication_id, version, "journal-article", records=(record,)))

    @rule(number=NUMBERS, copy=st.integers(0, 1))
    def the_ris_deletes_a_publication(self, number: int, copy: int) -> None:
        publication_id = f"p{number}{'ab'[copy]}"
        self.search.world.feed(Publication(publication_id, self.version(publication_id), "", deleted=True))

    @rule(number=NUMBERS, copy=st.integers(0, 1), status=st.sampled_from([ClaimStatus.CLAIMED, ClaimStatus.PENDING]))
    def the_ris_relates(self, number: int, copy: int, status: ClaimStatus) -> None:
        publication_id = f"p{number}{'ab'[copy]}"
        version = self.version(f"r-{publication_id}")
        self.search.world.feed(a_relationship(publication_id, status=status, version=version))

    @rule(choice=st.sampled_from(list(Claiming)))
    def she_chooses(self, choice: Claiming) -> None:
        self.search.page.settings.choose_claiming(ADA, "u1", ORCID_ID, choice)
        self.search.world.follow()

    @rule(accept=st.booleans(), which=st.integers(0, 5))
    def she_answers(self, accept: bool, which: int) -> None:
        shown = self.search.shown()
        if not shown:
            return
        one = shown[which % len(shown)]
        number = self.number_of(one.suggestion_id)
        self.search.world.clock.advance(1)
        self.search.page.suggestions.answer(ADA, "u1", one.suggestion_id, accept=accept)
        self.search.world.follow()
        if not accept:
            self.rejected.add(number)
            self.rejected_ids.add(one.suggestion_id)

    def number_of(self, suggestion_id: str) -> int:
        if suggestion_id.startswith("pub:p"):
            return int(suggestion_id[5])
        offer = self.search.world.offers.one("u1", suggestion_id)
        assert offer is not None
        return self.number_of_offer(offer)

    @staticmethod
    def number_of_offer(offer: Offer) -> int:
        (number,) = {n for n, ids in enumerate(WORKS) if {f"{kind}:{value}" for kind, value in ids} & set(offer.ids)}
        return number

    @invariant()
    def nothing_is_offered_twice(self) -> None:
        offers = self.search.world.offers.of_user("u1")
        numbers = [self.number_of_offer(offer) for offer in offers]
        assert len(numbers) == len(set(numbers)), offers

    @invariant()
    def nothing_rejected_comes_back(self) -> None:
        """By searching not even as another publication of the work; one with her iD in it is another matter (R41)."""
        shown = self.search.shown()
        searched = {self.number_of(one.suggestion_id) for one in shown if one.matched_by != ORCID_ID}
        assert not searched & self.rejected, (shown, self.search.states())
        assert not {one.suggestion_id for one in shown} & self.rejected_ids, (shown, self.search.states())

    @invariant()
    def a_work_waits_once_and_not_in_two_guises(self) -> None:
        offers = {self.number_of(one.suggestion_id) for one in self.search.shown() if one.publication_id is None}
        index = self.search.world.work_index
        for number in offers:
            found = index.publications(f"{kind}:{value}" for kind, value in WORKS[number])
            assert not found, "the catalogue has it"

    @invariant()
    def the_index_is_what_the_catalogue_holds(self) -> None:
        headers = self.search.world.catalogue.headers([f"p{n}{c}" for n in range(3) for c in "ab"], consistent=True)
        living = {p for p, header in headers.items() if not header.deleted}
        assert {p for _, p in self.search.world.work_index.places} == living


Searches.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestSearchInAnyOrder = Searches.TestCase
