"""What visits cost in DynamoDB's units, counted from real items by DynamoDB's rules, against the budgets of DESIGN 6.

The services run on the adapters over moto; emulators' own figures are wrong and not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import pack, to_json
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.adapters.items_catalogue import header_item, relationship_item, user_item
from orcid_sync.adapters.items_sync import claim_item, entry_item
from orcid_sync.domain.catalogue import (
    Identifier,
    Metadata,
    PartialDate,
    Person,
    Privacy,
    Publication,
    Record,
    RecordKey,
)
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING

from tests import world as world_module
from tests.builders import ORCID_ID, a_relationship
from tests.fakes.clock import FakeClock
from tests.item_size import item_size
from tests.metered_dynamodb import MeteredDynamoDb, Used
from tests.moto_aws import BUCKET, REGION, moto_aws
from tests.world import World

WORKS = 60
WEEK_SECONDS = 8 * 86_400


@dataclass
class Metered:
    """A world whose state lies in DynamoDB, and the meter on it."""

    world: World
    meter: MeteredDynamoDb


@pytest.fixture
def metered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metered]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with moto_aws() as aws:
        meter = MeteredDynamoDb(aws.clients.dynamodb)
        catalogue = Table(meter, aws.table_names["CatalogueTable"])  # type: ignore[arg-type]  # stands for the client
        sync = Table(meter, aws.table_names["SyncTable"])  # type: ignore[arg-type]  # stands for the client
        institution = DynamoDbInstitution(sync)
        institution.put_settings(InstitutionSettings(search_enabled=True, write_enabled=True))
        sync.put({"pk": "CONFIG", "sk": "MAPPING", "m": to_json(dict(DEFAULT_TYPE_MAPPING))})
        gate = DynamoDbGate(sync, "APP-0123456789ABCDEF")
        gate.allow_writing(True, config_rev=1)
        clock = FakeClock()
        made = {
            "FakeClock": clock,
            "FakeCatalogue": DynamoDbCatalogue(catalogue, Payloads(catalogue, aws.clients.s3, BUCKET)),
            "FakeClaims": DynamoDbClaims(sync),
            "FakeWriters": DynamoDbWriters(sync),
            "FakeLedger": DynamoDbLedger(sync, clock),
            "FakeInstitution": institution,
            "FakeGate": gate,
        }
        for name, adapter in made.items():
            monkeypatch.setattr(world_module, name, lambda *_, adapter=adapter, **__: adapter)
        yield Metered(World(), meter)


def a_usual_publication(number: int) -> Publication:
    """As an RIS has it: two sources, several identifiers, some authors, an abstract."""
    doi = f"10.1016/j.example.2024.{100_000 + number}"
    metadata = Metadata(
        title=f"Long-term effects of exposure number {number} on the growth of grassland communities in Europe",
        container_title="Journal of Ecological Examples",
        publication_status="Published",
        publication_date=PartialDate(2024, 5, 17),
        authors=tuple(Person(f"Family{n}", f"Given Name{n}") for n in range(8)),
        identifiers=(
            Identifier("doi", doi),
            Identifier("pmid", str(38_000_000 + number)),
            Identifier("issn", "1234-5679"),
        ),
        abstract=" ".join(f"word{number * n % 977}" for n in range(150)),
        volume="12",
        issue="3",
        pages="101-119",
    )
    records = (
        Record(RecordKey("crossref", doi), metadata),
        Record(RecordKey("scopus", f"2-s2.0-8500000{number:04d}"), metadata),
    )
    return Publication(f"pub-{number:07d}", 1_700_000_000, "journal-article", Privacy.PUBLIC, records)


def filled(metered: Metered) -> World:
    """A user in mode `write` with WORKS claimed publications, none sent yet."""
    world = metered.world
    world.connect()
    for number in range(WORKS):
        publication = a_usual_publication(number)
        world.catalogue.put_publication(publication, digest_publication(publication))
        world.catalogue.put_relationship(a_relationship(publication.publication_id, version=1_700_000_000))
    return world


def synced(metered: Metered) -> World:
    world = filled(metered)
    world.settle()
    assert len(world.on_record()) == WORKS
    return world


def tick_and_visit(metered: Metered) -> Used:
    """What one tick and the visit it leads to use, beyond what a tick with nothing due uses."""
    world, meter = metered.world, metered.meter
    with meter.measuring() as idle:
        world.schedule.tick()
    world.clock.advance(WEEK_SECONDS)
    with meter.measuring() as busy:
        world.schedule.tick()
        (report,) = world.deliver()
    assert report.calls == 0
    return Used(busy[0].read - idle[0].read, busy[0].write - idle[0].write, busy[0].by_operation)


def test_r36_a_check_that_finds_nothing_costs_what_design_6_allows(metered: Metered) -> None:
    synced(metered)
    used = tick_and_visit(metered)
    assert used.read <= 0.6 * WORKS + 5, used
    assert used.write <= 7, used


def test_a_woken_visit_costs_what_design_6_allows(metered: Metered) -> None:
    world = synced(metered)
    with metered.meter.measuring() as used:
        world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
        (report,) = world.deliver()
    assert report.calls == 0
    assert used[0].read <= 1.2 * WORKS + 5, used
    # As a check without the schedule's move of the due time, and the wake with its two index entries.
    assert used[0].write <= 9, used


def test_r36_an_add_costs_what_design_6_allows(metered: Metered) -> None:
    world = filled(metered)
    with metered.meter.measuring() as used:
        world.settle(ticks=1)
    assert len(world.on_record()) == WORKS
    ticks_and_visit = 17
    assert used[0].write <= 3 * WORKS + ticks_and_visit, used


def test_items_are_as_small_as_design_6_says(metered: Metered) -> None:
    world = synced(metered)
    publication = a_usual_publication(1)
    user = world.catalogue.user("u1")
    claim = world.claims.get("u1", ORCID_ID)
    entry = world.ledger.entry(ORCID_ID, publication.publication_id)
    relationship = a_relationship(
        publication.publication_id,
        version=1_700_000_000,
        privacy=Privacy.INTERNAL,
        effective_privacy=Privacy.INTERNAL,
        favourite=True,
        preferred_record=publication.records[1].key,
    )
    assert user is not None and claim is not None and entry is not None
    assert item_size(pack(user_item(user))) <= 200
    assert item_size(pack(relationship_item(relationship))) <= 150
    assert item_size(pack(header_item(digest_publication(publication)))) <= 550
    assert item_size(pack(claim_item(claim))) <= 600
    assert item_size(pack(entry_item(ORCID_ID, entry))) <= 350
