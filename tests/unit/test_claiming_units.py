"""What automatic claiming costs in DynamoDB's units, against docs/data-model.md (R41)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex, DynamoDbRelationships
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_suggestions import DynamoDbSuggestions
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.items_catalogue import ids_item
from orcid_sync.domain.catalogue_changes import CatalogueChange, ClaimantNoted, IdsChanged
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Claiming
from orcid_sync.services.claim_automatically import ClaimAutomatically
from orcid_sync.services.find_links import FindLinks

from tests.builders import ORCID_ID, a_user
from tests.fakes.clock import FakeClock
from tests.fakes.institution import FakeInstitution
from tests.fakes.telemetry import FakeTelemetry
from tests.metered_dynamodb import MeteredDynamoDb, Used
from tests.moto_aws import BUCKET, REGION, moto_aws

OTHERS = [f"0000-0000-0000-{number:04d}" for number in range(7)]


@dataclass
class Metered:
    """The service on DynamoDB, and the meter on both tables."""

    service: ClaimAutomatically
    claims: DynamoDbClaims
    meter: MeteredDynamoDb

    table: Table

    def cost(self, *changes: CatalogueChange) -> Used:
        for change in changes:
            if isinstance(change, IdsChanged):
                self.table.put(ids_item(change.publication_id, change.after))
        with self.meter.measuring() as used:
            self.service.notice(changes)
        return used[0]

    def choose(self, claiming: Claiming) -> None:
        self.claims.put(Claim("u1", ORCID_ID, claiming=claiming))


@pytest.fixture
def claiming(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metered]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with moto_aws() as aws:
        meter = MeteredDynamoDb(aws.clients.dynamodb)
        table = Table(meter, aws.table_names["CatalogueTable"])  # type: ignore[arg-type]  # stands for the client
        sync = Table(meter, aws.table_names["SyncTable"])  # type: ignore[arg-type]  # stands for the client
        catalogue = DynamoDbCatalogue(table, Payloads(table, aws.clients.s3, BUCKET))
        catalogue.put_user(a_user())
        index, claims = DynamoDbIdIndex(table), DynamoDbClaims(sync)
        index.note_claimant(ORCID_ID, "u1")
        find = FindLinks(catalogue, claims, FakeInstitution())
        relationships, suggestions = DynamoDbRelationships(table), DynamoDbSuggestions(sync)
        service = ClaimAutomatically(find, index, relationships, suggestions, FakeClock(), FakeTelemetry())
        yield Metered(service, claims, meter, table)


def test_r41_a_publication_of_nobodys_costs_its_ids_alone(claiming: Metered) -> None:
    used = claiming.cost(IdsChanged("p1", (), tuple(OTHERS)))
    assert (used.read, used.write) == (1 + len(OTHERS), len(OTHERS)), used


@pytest.mark.parametrize(("choice", "writes"), [(Claiming.SUGGEST, 1), (Claiming.AUTO, 2), (Claiming.IGNORE, 0)])
def test_r41_a_users_publication_costs_four_reads_more(claiming: Metered, choice: Claiming, writes: int) -> None:
    claiming.choose(choice)
    used = claiming.cost(IdsChanged("p1", (), (ORCID_ID, *OTHERS)))
    assert (used.read, used.write) == (1 + len(OTHERS) + 1 + 4, len(OTHERS) + 1 + writes), used


def test_r41_an_id_claimed_later_costs_about_a_read_for_each_publication(claiming: Metered) -> None:
    claiming.choose(Claiming.IGNORE)
    for number in range(50):
        claiming.cost(IdsChanged(f"p{number}", (), (ORCID_ID,)))
    (claim,) = claiming.claims.of_user("u1")
    claiming.claims.put(Claim("u1", ORCID_ID, claiming=Claiming.SUGGEST, rev=claim.rev))
    used = claiming.cost(ClaimantNoted(ORCID_ID, "u1"))
    assert (used.read, used.write) == (50 + 4, 50), used
    used = claiming.cost(ClaimantNoted(ORCID_ID, "u1"))
    assert used.write == 0, "nothing is left to be done"
