"""The stores of one function, each made when first needed."""

from __future__ import annotations

from functools import cached_property

from orcid_sync.adapters.aws_clients import AwsClients
from orcid_sync.adapters.dynamodb_audit import DynamoDbAuditTrail
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.adapters.dynamodb_erasures import DynamoDbErasures
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex, DynamoDbRelationships
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.adapters.dynamodb_ledger import DynamoDbLedger
from orcid_sync.adapters.dynamodb_offers import DynamoDbOffers
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_search import DynamoDbLinkReadings
from orcid_sync.adapters.dynamodb_states import DynamoDbAuthorisationStates
from orcid_sync.adapters.dynamodb_suggestions import DynamoDbClaimLog, DynamoDbSuggestions
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_type_mappings import DynamoDbTypeMappings
from orcid_sync.adapters.dynamodb_work_index import DynamoDbWorkIndex
from orcid_sync.adapters.dynamodb_writers import DynamoDbWriters
from orcid_sync.adapters.eventbridge_events import EventBridgeEvents
from orcid_sync.adapters.secrets_signing import LazySecret
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.sqs_queues import SqsQueues
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.domain.links import Lane
from orcid_sync.ports.clock import Clock
from orcid_sync.services.find_links import FindLinks
from orcid_sync.services.merged_records import MergedRecords
from orcid_sync.services.ownership import Ownership
from orcid_sync.services.plan_record import PlanRecord
from orcid_sync.services.remove_works import RemoveWorks
from orcid_sync.services.settle_works import SettleWorks
from orcid_sync.services.show_link import ShowLink
from orcid_sync.services.wake import Wake


class Stores:
    """An empty name stands for what the function never touches."""

    def __init__(
        self,
        *,
        sync_table: str,
        catalogue_table: str = "",
        uploads_bucket: str = "",
        queue_urls: tuple[str, str] = ("", ""),
        clock: Clock | None = None,
    ) -> None:
        self._sync_table = sync_table
        self._catalogue_table = catalogue_table
        self._uploads_bucket = uploads_bucket
        self._queue_urls = queue_urls
        self.aws = AwsClients()
        self.clock: Clock = SystemClock() if clock is None else clock

    @cached_property
    def sync(self) -> Table:
        return Table(self.aws.dynamodb, self._sync_table)

    @cached_property
    def _catalogue(self) -> Table:
        return Table(self.aws.dynamodb, self._catalogue_table)

    @cached_property
    def catalogue(self) -> DynamoDbCatalogue:
        return DynamoDbCatalogue(self._catalogue, Payloads(self._catalogue, self.aws.s3, self._uploads_bucket))

    @cached_property
    def index(self) -> DynamoDbIdIndex:
        return DynamoDbIdIndex(self._catalogue)

    @cached_property
    def relationships(self) -> DynamoDbRelationships:
        return DynamoDbRelationships(self._catalogue)

    @cached_property
    def suggestions(self) -> DynamoDbSuggestions:
        return DynamoDbSuggestions(self.sync)

    @cached_property
    def offers(self) -> DynamoDbOffers:
        return DynamoDbOffers(self.sync)

    @cached_property
    def work_index(self) -> DynamoDbWorkIndex:
        return DynamoDbWorkIndex(self._catalogue)

    @cached_property
    def settle_works(self) -> SettleWorks:
        return SettleWorks(self.catalogue, self.relationships, self.suggestions, self.offers, self.clock)

    @cached_property
    def readings(self) -> DynamoDbLinkReadings:
        return DynamoDbLinkReadings(self.sync)

    @cached_property
    def claim_log(self) -> DynamoDbClaimLog:
        return DynamoDbClaimLog(self.sync)

    @cached_property
    def claims(self) -> DynamoDbClaims:
        return DynamoDbClaims(self.sync)

    @cached_property
    def writers(self) -> DynamoDbWriters:
        return DynamoDbWriters(self.sync)

    @cached_property
    def ledger(self) -> DynamoDbLedger:
        return DynamoDbLedger(self.sync, self.clock)

    @cached_property
    def institution(self) -> DynamoDbInstitution:
        return DynamoDbInstitution(self.sync)

    @cached_property
    def type_mappings(self) -> DynamoDbTypeMappings:
        return DynamoDbTypeMappings(self.sync)

    @cached_property
    def audit(self) -> DynamoDbAuditTrail:
        return DynamoDbAuditTrail(self.sync)

    @cached_property
    def erasures(self) -> DynamoDbErasures:
        return DynamoDbErasures(self.sync, self.clock)

    @cached_property
    def states(self) -> DynamoDbAuthorisationStates:
        return DynamoDbAuthorisationStates(self.sync)

    @cached_property
    def queues(self) -> SqsQueues:
        normal, high = self._queue_urls
        return SqsQueues(self.aws.sqs, {Lane.NORMAL: normal, Lane.HIGH: high})

    @cached_property
    def wake(self) -> Wake:
        return Wake(self.writers, self.queues, self.clock)

    @cached_property
    def find(self) -> FindLinks:
        return FindLinks(self.catalogue, self.claims, self.institution)

    @cached_property
    def show(self) -> ShowLink:
        plan_record = PlanRecord(self.catalogue, self.ledger, self.institution)
        return ShowLink(plan_record, self.writers, self.institution, self.clock)

    @cached_property
    def ownership(self) -> Ownership:
        return Ownership(self.catalogue, self.claims, self.writers, self.ledger, self.clock)

    @cached_property
    def remove_works(self) -> RemoveWorks:
        return RemoveWorks(self.find, self.claims, self.ledger, self.writers, self.wake, self.audit, self.clock)

    @cached_property
    def merged(self) -> MergedRecords:
        return MergedRecords(self.claims, self.writers, self.ledger, self.audit, self.clock)

    def events(self, bus: str) -> EventBridgeEvents:
        return EventBridgeEvents(self.aws.events, bus)

    def secret(self, name: str) -> LazySecret:
        return LazySecret(self.aws.secretsmanager, name)

    def vault(self, prefix: str) -> SecretsTokenVault:
        return SecretsTokenVault(self.aws.secretsmanager, VaultCounters(self.sync), prefix)
