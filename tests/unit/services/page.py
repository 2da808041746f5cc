"""The use cases of the settings page, built on a world of fakes."""

from __future__ import annotations

from itertools import count

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.settings import Mode
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.services.answer_suggestions import AnswerSuggestions
from orcid_sync.services.complete_connection import CompleteConnection
from orcid_sync.services.connect import Access, Connect
from orcid_sync.services.disconnect import Disconnect
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.merged_records import MergedRecords
from orcid_sync.services.ownership import Ownership
from orcid_sync.services.plan_record import PlanRecord
from orcid_sync.services.publications import Publications
from orcid_sync.services.remove_works import RemoveWorks
from orcid_sync.services.run_sync import RunSync
from orcid_sync.services.settings import Settings, SettingsChange
from orcid_sync.services.show_link import LinkView, ShowLink
from orcid_sync.services.single_works import SingleWorks

from tests.builders import ORCID_ID, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.authorisation import FakeAuthorisation
from tests.fakes.search import FakeLinkReadings
from tests.fakes.states import FakeAuthorisationStates
from tests.fakes.vault import FakeSigner
from tests.world import World

ORIGIN = "https://ris.example.org"
CALLBACK = "https://api.example.org/v1/orcid/callback"
READ = ("/read-limited",)
WRITE = ("/activities/update", "/read-limited")
ADA = Actor("u1")
BOSS = Actor("boss", administrator=True)


class Page:
    """`world` with Ada (`u1`), who claims ORCID_ID in the RIS, and everything that her page calls."""

    def __init__(self) -> None:
        self.world = World()
        world = self.world
        self.audit, self.authorisation = FakeAuditTrail(), FakeAuthorisation()
        self.states, self.signer = FakeAuthorisationStates(), FakeSigner()
        self.find = FindLinks(world.catalogue, world.claims, world.institution)
        plan_record = PlanRecord(world.catalogue, world.ledger, world.institution)
        self.show = ShowLink(plan_record, world.writers, world.institution, world.clock)
        self.ownership = Ownership(world.catalogue, world.claims, world.writers, world.ledger, world.clock)
        acting = (world.wake, self.audit, world.clock)
        self.settings = Settings(
            self.find, self.show, self.ownership, world.claims, world.writers, world.index, *acting
        )
        self.suggestions = AnswerSuggestions(
            self.find, world.catalogue, world.relationships, world.suggestions, world.offers, self.audit, world.clock
        )
        self.readings = FakeLinkReadings()
        self.publications = Publications(self.find, self.show, world.ledger, self.readings)
        self.run_sync = RunSync(self.find, *acting)
        self.single_works = SingleWorks(self.find, world.catalogue, world.claims, world.ledger, world.writers, *acting)
        self.remove_works = RemoveWorks(self.find, world.claims, world.ledger, world.writers, *acting)
        self.connect = Connect(
            self.find, self.authorisation, self.states, self.signer, world.clock, self._new_id, frozenset({ORIGIN})
        )
        self.complete = CompleteConnection(
            self.find,
            self.show,
            self.ownership,
            self.authorisation,
            self.states,
            self.signer,
            world.vault,
            world.claims,
            world.index,
            world.wake,
            self.audit,
            world.events,
            world.clock,
            MergedRecords(world.claims, world.writers, world.ledger, self.audit, world.clock),
        )
        self.disconnect = Disconnect(
            self.find,
            self.remove_works,
            self.authorisation,
            world.vault,
            world.claims,
            world.writers,
            world.index,
            self.audit,
            world.clock,
        )
        self._ids = count(1)
        world.feed(a_user())

    def _new_id(self) -> str:
        return f"state-{next(self._ids)}"

    def link(self, user_id: str = "u1", orcid_id: str = ORCID_ID) -> LinkView:
        return self.settings.one(user_id, orcid_id)

    def begin(self, access: Access = Access.WRITE, actor: Actor = ADA, orcid_id: str | None = None) -> str:
        """Start connecting; returns the state that comes back from ORCID."""
        url = self.connect.start(actor, actor.subject, access, f"{ORIGIN}/orcid", orcid_id, CALLBACK)
        return url.split("state=")[1].split("&")[0]

    def granted(
        self,
        scopes: tuple[str, ...] = WRITE,
        *,
        access: Access = Access.WRITE,
        actor: Actor = ADA,
        orcid_id: str = ORCID_ID,
        asked: str | None = None,
    ) -> LinkView:
        """Go through ORCID's page as `orcid_id` and complete the connection."""
        state = self.begin(access, actor, asked)
        code = f"code-{state}"
        token = self.world.registry.grant(orcid_id, frozenset(scopes))
        self.authorisation.grant(code, orcid_id, scopes, token)
        return self.complete.complete(actor, actor.subject, code, state, CALLBACK)

    def writing(self, actor: Actor = ADA, orcid_id: str = ORCID_ID) -> LinkView:
        """Connect and switch writing on."""
        self.granted(actor=actor, orcid_id=orcid_id)
        return self.settings.change(actor, actor.subject, orcid_id, SettingsChange(mode=Mode.WRITE))

    def token(self, user_id: str = "u1", orcid_id: str = ORCID_ID) -> AccessToken | None:
        """The token that the vault holds for a link."""
        claim = self.world.claims.get(user_id, orcid_id)
        assert claim is not None
        return self.world.vault.read(user_id, orcid_id, claim.token) if claim.token is not None else None
