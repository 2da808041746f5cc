"""A world in which records are read: Ada's page, open sources, and what the owners of records do at ORCID (R42)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import PartialDate, Publication
from orcid_sync.domain.links import Claim
from orcid_sync.domain.offers import Offer, OfferState
from orcid_sync.domain.settings import InstitutionSettings, Mode
from orcid_sync.domain.work import ExternalId, IdRelationship, Work
from orcid_sync.services.answer_suggestions import ShownSuggestion
from orcid_sync.services.list_claims import ListClaims, OfferedClaim
from orcid_sync.services.look_up_works import LookUpWorks
from orcid_sync.services.offer_works import OfferWorks
from orcid_sync.services.read_record import ReadRecord
from orcid_sync.services.read_records import ReadRecords, WalkReport

from tests.builders import ORCID_ID, a_publication
from tests.fakes.erasures import FakeErasures
from tests.fakes.listings import FakeListings
from tests.fakes.search import FakeFindings, FakeOpenSource, FakeSearchWalk, FakeSourcePauses
from tests.unit.services.page import ADA, READ, WRITE, Page

RUN_MS = 890_000
WEEK_S = 7 * 86_400
ELSEWHERE = "APP-ELSEWHERE0000001"


def a_work(*identifiers: tuple[str, str], title: str = "A work found on a record", year: int | None = 2024) -> Work:
    """A work as another source puts it on a record."""
    ids = tuple(ExternalId(kind, value, IdRelationship.SELF, None) for kind, value in identifiers)
    date = PartialDate(year) if year is not None else None
    return Work(title=title, type="journal-article", external_ids=ids, publication_date=date)


@dataclass(frozen=True)
class Shown:
    """One thing that waits for Ada's answer; `publication_id` None: the catalogue lacks it."""

    suggestion_id: str
    publication_id: str | None
    matched_by: str


class Searching:
    """`page.world` holds everything else; `crossref`, `datacite` and `europe_pmc` are the sources."""

    def __init__(self, page: Page | None = None) -> None:
        self.page = page or Page()
        world = self.world = self.page.world
        self.crossref = FakeOpenSource("crossref", frozenset({"doi"}))
        self.datacite = FakeOpenSource("datacite", frozenset({"doi"}))
        self.europe_pmc = FakeOpenSource("europe-pmc", frozenset({"pmid", "pmc"}))
        self.sources = [self.crossref, self.datacite, self.europe_pmc]
        self.findings, self.pauses, self.walk = FakeFindings(), FakeSourcePauses(), FakeSearchWalk()
        self.erasures = FakeErasures()
        self.listings = FakeListings(world.claims, world.writers, world.ledger)  # type: ignore[arg-type]  # the fake's
        self.claims = ListClaims(world.claim_log, world.offers)

    def reader(self, deadline_ms: int) -> ReadRecord:
        world = self.world
        look_up = LookUpWorks(self.sources, self.findings, self.pauses, world.clock, world.telemetry, deadline_ms)
        return ReadRecord(
            find=self.page.find,
            claims=world.claims,
            writers=world.writers,
            ledger=world.ledger,
            registry=world.registry,
            gate=world.gate,
            vault=world.vault,
            readings=self.page.readings,
            offers=OfferWorks(world.work_index, world.offers, world.settle_works, look_up, world.clock),
            erasures=self.erasures,
            wake=world.wake,
            events=world.events,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    def run(self, *, run_ms: int = RUN_MS, users: tuple[str, ...] = (), orcid_ids: tuple[str, ...] = ()) -> WalkReport:
        """One run of the function, and what the stream tells after."""
        world = self.world
        service = ReadRecords(
            self.listings, self.page.find, self.page.readings, self.walk, self.reader, world.clock, world.telemetry
        )
        report = service.run(deadline_ms=world.clock.now_ms() + run_ms, users=users, orcid_ids=orcid_ids)
        world.follow()
        return report

    def run_next_week(self) -> WalkReport:
        self.world.clock.advance(WEEK_S)
        return self.run()

    # What people do

    def reading(self, orcid_id: str = ORCID_ID) -> Claim:
        """Ada connects for reading."""
        return self.page.granted(READ, orcid_id=orcid_id).link.claim

    def writing(self, orcid_id: str = ORCID_ID) -> None:
        """Ada connects and switches writing on."""
        self.page.granted(WRITE, orcid_id=orcid_id)
        self.world.change_claim(orcid_id=orcid_id, mode=Mode.WRITE)
        self.world.writers.acquire(orcid_id, "u1")

    def puts(self, *works: Work, orcid_id: str = ORCID_ID) -> list[int]:
        """Another source puts works on the record."""
        return self.world.registry.put_from(ELSEWHERE, orcid_id, *works)

    def publishes(self, publication_id: str, doi: str, *, version: int = 1) -> Publication:
        """The RIS gets a publication, related to nobody."""
        publication = a_publication(publication_id, doi=doi, version=version)
        self.world.feed(publication)
        return publication

    def switch(self, **changes: bool) -> None:
        before: InstitutionSettings = self.world.institution.settings()
        self.world.institution.put_settings(replace(before, **changes))  # type: ignore[arg-type]  # switches alone

    # What can be seen

    def shown(self, user_id: str = "u1") -> list[Shown]:
        """The whole list of what waits for an answer."""
        items = self.page.suggestions.page(user_id, limit=500, after=None).items
        return [
            Shown(one.offer_id, None, one.matched_by)
            if isinstance(one, Offer)
            else Shown(one.suggestion.suggestion_id, one.suggestion.publication_id, one.suggestion.matched_by)
            for one in items
            if isinstance(one, Offer | ShownSuggestion)
        ]

    def suggested(self) -> list[str]:
        """Publications suggested."""
        return [one.publication_id for one in self.shown() if one.publication_id is not None]

    def offered(self) -> list[str]:
        """What works were offered by."""
        return [one.matched_by for one in self.shown() if one.publication_id is None]

    def answer(self, *, accept: bool, matched_by: str | None = None) -> None:
        """Answer the only thing that waits, or the one found by an identifier."""
        (one,) = [shown for shown in self.shown() if matched_by in (None, shown.matched_by)]
        self.world.clock.advance(1)
        self.page.suggestions.answer(ADA, "u1", one.suggestion_id, accept=accept)
        self.world.follow()

    def for_the_ris(self) -> list[str]:
        """What the RIS is offered: publication ids, and ids of works that it lacks at their source."""
        items = self.claims.page(0, limit=500, cursor=None).items
        return [one.work.source_id if isinstance(one, OfferedClaim) else one.publication_id for one in items]

    def states(self) -> dict[str, OfferState]:
        return {offer.matched_by: offer.state for offer in self.world.offers.of_user("u1")}
