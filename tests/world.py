"""A whole institution on fakes: feed, links, queues, schedule and writer, so that rules are tried through real
visits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from orcid_sync.domain.appearances import orcid_ids_of
from orcid_sync.domain.catalogue import ClaimedId, Publication, Relationship, User
from orcid_sync.domain.catalogue_changes import (
    CatalogueChange,
    IdsChanged,
    PublicationChanged,
    RelationshipChanged,
    UserChanged,
)
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.settings import Connection, InstitutionSettings, Mode
from orcid_sync.domain.tokens import TokenGrant
from orcid_sync.domain.work import Work
from orcid_sync.ports.catalogue import Catalogue, StoreResult
from orcid_sync.ports.gate import Gate
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.vaults import TokenVault
from orcid_sync.ports.writers import Writers
from orcid_sync.services.claim_automatically import ClaimAutomatically
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.merged_records import MergedRecords
from orcid_sync.services.notice_changes import NoticeChanges
from orcid_sync.services.notice_claims import NoticeClaims
from orcid_sync.services.notice_works import NoticeWorks
from orcid_sync.services.schedule import Schedule
from orcid_sync.services.settle_works import SettleWorks
from orcid_sync.services.sync_record import SyncRecord
from orcid_sync.services.visit import VisitReport, VisitStores
from orcid_sync.services.wake import Wake

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.claiming import FakeClaimLog, FakeIdIndex, FakeRelationships, FakeSuggestions
from tests.fakes.claims import FakeClaims
from tests.fakes.clock import FakeClock
from tests.fakes.events import FakeEvents
from tests.fakes.gate import FakeGate
from tests.fakes.institution import FakeInstitution
from tests.fakes.ledger import FakeLedger
from tests.fakes.queues import FakeQueues
from tests.fakes.registry import WRITE_SCOPES, FakeRegistry
from tests.fakes.search import FakeOffers, FakeWorkIndex
from tests.fakes.telemetry import FakeTelemetry
from tests.fakes.vault import FakeTokenVault
from tests.fakes.writers import FakeWriters

MINUTES_MS = 60_000
INVOCATION_MS = 300_000


@dataclass(frozen=True, slots=True)
class Stores:
    """What may be a fake or the real adapter."""

    catalogue: Catalogue
    claims: Claims
    writers: Writers
    ledger: Ledger
    institution: Institution
    gate: Gate
    vault: TokenVault


def fake_stores(world: World) -> Stores:
    return Stores(
        FakeCatalogue(),
        FakeClaims(),
        FakeWriters(),
        FakeLedger(),
        FakeInstitution(InstitutionSettings(rev=1, search_enabled=True, write_enabled=True)),
        FakeGate(writing=True),
        FakeTokenVault(),
    )


class World:
    """`registry`, `ledger`, `writers` ... are open to tests; `settle()` lets everything due happen."""

    def __init__(self, make_stores: Callable[[World], Stores] = fake_stores) -> None:
        self.clock = FakeClock()
        stores = make_stores(self)
        # Tests that look inside run on the fakes; for the type checker they are what they are there.
        self.catalogue: Any = stores.catalogue
        self.claims = stores.claims
        self.writers: Any = stores.writers
        self.ledger: Any = stores.ledger
        self.institution: Any = stores.institution
        self.gate: Any = stores.gate
        self.vault = stores.vault
        self.queues = FakeQueues()
        self.registry = FakeRegistry(now_ms=self.clock.now_ms)
        self.events = FakeEvents()
        self.telemetry = FakeTelemetry()
        self.disconnected: list[tuple[str, str]] = []
        self.wake = Wake(self.writers, self.queues, self.clock)
        self.schedule = Schedule(
            self.writers, self.queues, self.institution, self.gate, self.wake, self.clock, self.telemetry
        )
        self.notice = NoticeChanges(self.catalogue, self.claims, self.writers, self.wake, self.telemetry)
        # What the catalogue's stream tells beside what `feed` does.
        self.stream: list[CatalogueChange] = []
        self.ids_in_metadata: dict[str, tuple[str, ...]] = {}
        self.index = FakeIdIndex(self.stream, self.ids_in_metadata)
        self.suggestions, self.claim_log = FakeSuggestions(), FakeClaimLog()
        self.relationships = FakeRelationships(self.catalogue, self.stream)
        self.find = FindLinks(self.catalogue, self.claims, self.institution)
        self.claim_automatically = ClaimAutomatically(
            self.find, self.index, self.relationships, self.suggestions, self.clock, self.telemetry
        )
        self.notice_claims = NoticeClaims(self.suggestions, self.claim_log, self.events, self.clock)
        self.work_index, self.offers = FakeWorkIndex(), FakeOffers(self.claim_log)
        self.settle_works = SettleWorks(self.catalogue, self.relationships, self.suggestions, self.offers, self.clock)
        self.notice_works = NoticeWorks(self.catalogue, self.work_index, self.offers, self.settle_works, self.telemetry)
        self.sync = SyncRecord(
            VisitStores(
                catalogue=self.catalogue,
                claims=self.claims,
                writers=self.writers,
                ledger=self.ledger,
                institution=self.institution,
                gate=self.gate,
                queues=self.queues,
                registry=self.registry,
                vault=self.vault,
                events=self.events,
                clock=self.clock,
                telemetry=self.telemetry,
                merged=MergedRecords(self.claims, self.writers, self.ledger, FakeAuditTrail(), self.clock),
                finish_disconnect=lambda user_id, orcid_id: self.disconnected.append((user_id, orcid_id)),
            )
        )
        self.visits = 0

    @classmethod
    def synced(cls, works: int = 3) -> World:
        """After a first sync: works of `p1` and so on are on the record of `u1`, and no call is remembered."""
        world = cls()
        world.connect()
        world.publish(works)
        world.settle()
        world.calls()
        return world

    # What the RIS says: stored, then noticed as the stream would.

    def feed(self, *items: User | Publication | Relationship) -> None:
        changes: list[CatalogueChange] = []
        known: dict[tuple[str, str], Relationship] = {}
        for user_id in {item.user_id for item in items if isinstance(item, Relationship)}:
            for relationship in self.catalogue.user_catalogue(user_id, consistent=True).relationships:
                known[user_id, relationship.publication_id] = relationship
        for item in items:
            if isinstance(item, User):
                before_user = self.catalogue.user(item.user_id)
                if self.catalogue.put_user(item) is StoreResult.STALE:
                    continue
                changes.append(UserChanged(item.user_id, before_user, item))
            elif isinstance(item, Publication):
                before_header = self.catalogue.headers([item.publication_id], consistent=True).get(item.publication_id)
                header = digest_publication(item)
                if self.catalogue.put_publication(item, header) is StoreResult.STALE:
                    continue
                changes.append(PublicationChanged(item.publication_id, before_header, header))
                was, now = self.ids_in_metadata.get(item.publication_id, ()), orcid_ids_of(item)
                if was != now:
                    self.ids_in_metadata[item.publication_id] = now
                    changes.append(IdsChanged(item.publication_id, was, now))
            else:
                before = known.get((item.user_id, item.publication_id))
                if self.catalogue.put_relationship(item) is StoreResult.STALE:
                    continue
                changes.append(RelationshipChanged(item.user_id, item.publication_id, before, item))
        self.stream.extend(changes)
        self.follow()

    def follow(self) -> None:
        """Let the catalogue's stream be noticed, and what follows from it."""
        while self.stream:
            changes, self.stream[:] = list(self.stream), []
            self.notice.notice(changes)
            self.notice_claims.notice(changes)
            self.notice_works.notice(changes)
            self.claim_automatically.notice(changes)

    def publish(self, count: int, *, user_id: str = "u1", start: int = 1) -> list[str]:
        """Feed `count` claimed publications with DOIs; returns their ids."""
        ids = [f"p{n}" for n in range(start, start + count)]
        self.feed(*(a_publication(p, doi=f"10.5555/{p}") for p in ids))
        self.feed(*(a_relationship(p, user_id) for p in ids))
        return ids

    # Links

    def connect(self, user_id: str = "u1", orcid_id: str = ORCID_ID, *, scopes: frozenset[str] = WRITE_SCOPES) -> Claim:
        """A user in mode `write` with a token, owner of the iD, due now."""
        if self.catalogue.user(user_id) is None:
            self.feed(a_user(user_id, orcid_ids=(ClaimedId(orcid_id, 0),)))
        token = self.registry.grant(orcid_id, scopes)
        ref = self.vault.store(
            user_id, orcid_id, TokenGrant(orcid_id, scopes, token), replacing=None, now_ms=self.clock.now_ms()
        )
        before = self.claims.get(user_id, orcid_id) or Claim(user_id, orcid_id)
        claim = self.claims.put(replace(before, mode=Mode.WRITE, connection=Connection.WRITE, token=ref))
        assert self.writers.acquire(orcid_id, user_id)
        self.wake.link(user_id, orcid_id, lane=Lane.NORMAL)
        return claim

    def change_claim(self, user_id: str = "u1", orcid_id: str = ORCID_ID, **changes: object) -> Claim:
        claim = self.claims.get(user_id, orcid_id)
        assert claim is not None
        changed = self.claims.put(replace(claim, **changes))  # type: ignore[arg-type]  # tests name the fields
        self.wake.link(user_id, orcid_id, lane=Lane.NORMAL)
        return changed

    # Time and work

    def visit(
        self, orcid_id: str = ORCID_ID, lane: Lane = Lane.NORMAL, *, invocation_ms: int = INVOCATION_MS
    ) -> VisitReport:
        self.visits += 1
        deadline_ms = self.clock.now_ms() + invocation_ms
        return self.sync.visit(orcid_id, lane=lane, deadline_ms=deadline_ms, visit_id=f"visit-{self.visits}")

    def deliver(self) -> list[VisitReport]:
        """Hand every waiting message to a writer, the high lane first."""
        self.follow()
        reports: list[VisitReport] = []
        while (message := self.queues.receive(Lane.HIGH)) is not None:
            reports.append(self.visit(message[0], Lane.HIGH))
        while (message := self.queues.receive(Lane.NORMAL)) is not None:
            reports.append(self.visit(message[0], Lane.NORMAL))
        return reports

    def settle(self, *, ticks: int = 5) -> list[VisitReport]:
        """A few minutes: schedule, messages, visits."""
        reports = self.deliver()
        for _ in range(ticks):
            self.schedule.tick()
            reports += self.deliver()
            self.clock.advance(60)
        return reports

    # What came of it

    def on_record(self, orcid_id: str = ORCID_ID) -> dict[str, Work]:
        """Our works on the record by the publication they are of."""
        found: dict[str, Work] = {}
        for work in self.registry.ours(orcid_id).values():
            (own,) = [i.value for i in work.external_ids if i.type == "source-work-id"]
            assert own not in found, f"{own} stands twice on the record"
            found[own] = work
        return found

    def entry(self, publication_id: str, orcid_id: str = ORCID_ID) -> LedgerEntry | None:
        entry: LedgerEntry | None = self.ledger.entry(orcid_id, publication_id)
        return entry

    def calls(self) -> list[str]:
        """The operations called since the last time this was asked."""
        made = [call.operation.value for call in self.registry.calls]
        self.registry.calls.clear()
        return made
