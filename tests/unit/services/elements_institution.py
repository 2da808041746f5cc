"""An institution whose Elements server is read into the catalogue, all on fakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orcid_sync.domain.elements_items import Reading
from orcid_sync.feed_parsing import parse_item
from orcid_sync.services.compare_elements_user import CompareElementsUser, StoreItems
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.pull_elements import PullElements, PullReport
from orcid_sync.services.take_elements_page import TakeElementsPage

from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.elements import FakeElementsServer, FakePullIndex, FakePullStates
from tests.fakes.telemetry import FakeTelemetry


@dataclass
class Institution:
    """Its server, what the catalogue holds of it, and the service that reads it."""

    reading: Reading = field(default_factory=Reading)
    clock: FakeClock = field(default_factory=FakeClock)
    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    states: FakePullStates = field(default_factory=FakePullStates)
    index: FakePullIndex = field(default_factory=FakePullIndex)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    precedence: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    server: FakeElementsServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = FakeElementsServer(self.clock)

    def parse(self, item: dict[str, Any]) -> Any:
        return parse_item(item, now_ms=self.clock.now_ms())

    @property
    def pull(self) -> PullElements:
        store = StoreItems(self.catalogue, ImportFeed(self.catalogue), self.parse, self.telemetry)
        compare = CompareElementsUser(self.server, self.catalogue, self.index, store, self.reading, self.clock)
        take = TakeElementsPage(
            self.index,
            store,
            self.catalogue,
            lambda new, last: self.precedence.append((new, last)),
            self.reading,
            self.clock,
            self.telemetry,
        )
        return PullElements(self.server, self.states, self.index, take, compare, self.clock, self.telemetry)

    def run(self, seconds: float = 600, **how: bool) -> PullReport:
        """One invocation, a moment after the last."""
        self.clock.advance(1)
        return self.pull.run(deadline_ms=self.clock.now_ms() + round(seconds * 1000), **how)

    def read_all(self, **how: bool) -> None:
        """A run from its beginning to its end."""
        report = self.run(**(how or {"now": True}))
        assert report.complete, report

    def claims(self) -> dict[tuple[str, str], str | None]:
        """The claimed relationships of living users: privacy by user and publication."""
        return {
            key: tie.privacy.value if tie.privacy else None
            for key, tie in self.catalogue.relationships.items()
            if tie.status == "claimed" and not tie.deleted and self.catalogue.users[key[0]].is_active
        }

    def wanted(self) -> dict[tuple[str, str], str | None]:
        """The same, as the server has it."""
        active = {user.elements_id for user in self.server.users.values() if user.is_login_allowed}
        return {(tie.user, tie.publication): tie.privacy for tie in self.server.ties.values() if tie.user in active}
