"""The sample institution says the same when it is read from Elements as when it is pushed (R44, R45)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from orcid_sync.adapters.elements_client import Credentials, HttpElementsServer
from orcid_sync.domain.catalogue import ClaimStatus, Header
from orcid_sync.domain.elements_items import Reading, UserIdFrom
from orcid_sync.feed_parsing import parse_item
from orcid_sync.services.compare_elements_user import CompareElementsUser, StoreItems
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.pull_elements import PullElements
from orcid_sync.services.take_elements_page import TakeElementsPage

from local.elements.app import ElementsApp, ElementsSettings
from local.elements.running import RunningElements
from local.sample_data import feed_items
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.elements import FakePullIndex, FakePullStates
from tests.fakes.telemetry import FakeTelemetry


@pytest.fixture(scope="module")
def elements() -> Iterator[RunningElements]:
    with RunningElements(ElementsApp.of(feed_items())) as running:
        yield running


def _pushed() -> FakeCatalogue:
    catalogue = FakeCatalogue()
    report = ImportFeed(catalogue).store([parse_item(item, now_ms=1) for item in feed_items()])
    assert not report.errors
    return catalogue


def _read(elements: RunningElements, version: str) -> FakeCatalogue:
    clock, telemetry, index, catalogue = FakeClock(), FakeTelemetry(), FakePullIndex(), FakeCatalogue()
    settings = ElementsSettings()
    server = HttpElementsServer(
        elements.api(version), Credentials(settings.username, settings.password), clock, pace_seconds=0
    )
    reading = Reading(UserIdFrom.USERNAME)
    store = StoreItems(
        catalogue, ImportFeed(catalogue), lambda item: parse_item(item, now_ms=clock.now_ms()), telemetry
    )
    take = TakeElementsPage(index, store, catalogue, lambda _new, _last: None, reading, clock, telemetry)
    compare = CompareElementsUser(server, catalogue, index, store, reading, clock)
    pull = PullElements(server, FakePullStates(), index, take, compare, clock, telemetry)
    report = pull.run(deadline_ms=clock.now_ms() + 10_000_000, now=True)
    assert report.complete, report
    assert report.problem is None, report
    return catalogue


def _says(header: Header) -> Any:
    """What of a publication decides what is sent, and is told by both; ids of records are each one's own."""
    records = [
        (one.key.source, one.verified, one.status, _ids(one.self_ids), one.defect is None) for one in header.records
    ]
    return header.title, header.type, records


def _ids(self_ids: Iterable[str]) -> list[str]:
    """Elements has no scheme for RFCs."""
    return sorted(one for one in self_ids if not one.startswith("rfc:"))


@pytest.mark.parametrize("version", ["5.5", "6.13"])
def test_r45_the_sample_institution_is_the_same_read_as_pushed(elements: RunningElements, version: str) -> None:
    pushed, read = _pushed(), _read(elements, version)
    left = {user.user_id for user in pushed.users.values() if not user.is_active}
    named = {str(number): name for name, number in elements.app.held.named.items()}
    for user_id, user in pushed.users.items():
        assert read.users[user_id].name == user.name
        assert [one.orcid_id for one in read.users[user_id].orcid_ids] == [one.orcid_id for one in user.orcid_ids]
        assert read.users[user_id].is_active == user.is_active
    claims = {
        key for key, tie in pushed.relationships.items() if tie.status is ClaimStatus.CLAIMED and key[0] not in left
    }
    assert {(user, named[publication]) for user, publication in read.relationships} == claims
    assert len(claims) > 400
    for publication_id in {publication for _, publication in claims}:
        number = str(elements.app.held.named[publication_id])
        assert _says(read.stored_headers[number]) == _says(pushed.stored_headers[publication_id]), publication_id
    for (user_id, number), tie in read.relationships.items():
        before = pushed.relationships[user_id, named[number]]
        assert tie.favourite == before.favourite
        if version == "6.13" and before.effective_privacy is not None:
            assert tie.effective_privacy == before.effective_privacy
