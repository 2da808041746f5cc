"""The visits' scenarios once more with every store on DynamoDB and Secrets Manager: no fake may be kinder than AWS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.domain.settings import InstitutionSettings

from tests.moto_aws import BUCKET, REGION, Aws, aws_in_process, fill, tables_in_memory
from tests.unit.services import test_sync_record
from tests.world import Stores, World

# The same sentences as tests/unit/services/test_sync_record.py, on this module's `world`.
SCENARIOS = [
    "test_a_changed_title_costs_exactly_one_put",
    "test_r11_works_of_ours_found_at_first_contact_are_adopted_not_doubled",
    "test_r14_an_id_that_the_ris_drops_is_paused_and_its_works_stay",
    "test_r15_leaving_write_only_stops_sending",
    "test_r20_a_changed_setting_changes_the_set_at_once",
    "test_r23_removing_everything_leaves_other_sources_and_thaws",
    "test_r24_a_press_during_a_sync_brings_one_more_look",
    "test_r24_ten_presses_cost_one_look",
    "test_r25_a_revocation_is_confirmed_once_then_the_link_pauses_and_nothing_is_retried",
    "test_r31_an_urgent_removal_goes_before_the_rest_of_a_long_sync",
    "test_r31_hidden_rejected_or_private_is_deleted_through_the_high_lane_without_the_schedule",
    "test_r34_two_messages_at_once_make_one_visit",
    "test_r35_a_503_pauses_everybody_and_loses_nothing",
    "test_r37_a_lost_answer_to_a_bulk_is_repaired_from_the_record",
    "test_r37_a_writer_killed_after_the_bulk_was_stored_leads_to_no_second_work",
    "test_r39_a_work_that_its_owner_deleted_is_marked_and_not_put_back",
    "test_r39_our_own_interrupted_removal_is_not_taken_for_the_owners",
    "test_r54_a_parked_record_is_looked_at_again_daily_and_goes_on_when_it_is_back",
    "test_r55_a_mass_removal_is_held_and_adds_go_on",
    "test_r56_when_the_twin_goes_its_work_is_taken_over_by_one_put",
    "test_r60_an_unpublished_article_leaves_after_the_grace_period_by_itself",
    "test_r63_every_attempt_is_kept_with_its_outcome",
]
globals().update({name: getattr(test_sync_record, name) for name in SCENARIOS})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with aws_in_process(), tables_in_memory():
        yield fill(AwsClients())


@pytest.fixture
def world(aws: Aws) -> World:
    def stores(world: World) -> Stores:
        institution = DynamoDbInstitution(aws.sync)
        institution.put_settings(InstitutionSettings(search_enabled=True, write_enabled=True))
        gate = DynamoDbGate(aws.sync, "APP-TEST")
        gate.allow_writing(True, config_rev=1)
        return Stores(
            catalogue=DynamoDbCatalogue(aws.catalogue, Payloads(aws.catalogue, aws.clients.s3, BUCKET)),
            claims=DynamoDbClaims(aws.sync),
            writers=DynamoDbWriters(aws.sync),
            ledger=DynamoDbLedger(aws.sync, world.clock),
            institution=institution,
            gate=gate,
            vault=SecretsTokenVault(aws.clients.secretsmanager, VaultCounters(aws.sync), "test/tokens"),
        )

    world = World(stores)
    world.connect()
    return world
