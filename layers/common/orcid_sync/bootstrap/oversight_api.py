"""Builds what oversight_api calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_listings import DynamoDbListings
from orcid_sync.api.caller import CallerRules
from orcid_sync.bootstrap.rehearse import request_rehearsal
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import OversightApiConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.services.all_links import AllLinks
from orcid_sync.services.all_works import AllWorks
from orcid_sync.services.held_removals import HeldRemovals
from orcid_sync.services.on_demand import OnDemand
from orcid_sync.services.release import Release
from orcid_sync.services.request_erasure import RequestErasure
from orcid_sync.services.request_rehearsal import DryRun, RequestRehearsal
from orcid_sync.services.request_sync import RequestSync
from orcid_sync.services.status import ShowStatus


@dataclass(frozen=True, slots=True)
class OversightApi:
    """What oversight_api calls."""

    callers: CallerRules
    held_removals: HeldRemovals
    all_links: AllLinks
    release: Release
    all_works: AllWorks
    request_sync: RequestSync
    dry_run: DryRun
    rehearsals: RequestRehearsal
    status: ShowStatus
    erasures: RequestErasure
    audit: AuditTrail
    clock: Clock


def oversight_api() -> OversightApi:
    """Built once per environment."""
    return _oversight_api(OversightApiConfig.from_env(os.environ))


@cache
def _oversight_api(config: OversightApiConfig) -> OversightApi:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    listings = DynamoDbListings(s.sync)
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    on_demand = OnDemand(
        s.catalogue, s.claims, s.writers, s.ledger, s.institution, listings, s.wake, s.clock, PowertoolsTelemetry()
    )
    rehearsals = request_rehearsal(s, uploads_bucket=config.uploads_bucket, queue_url=config.rehearsal_queue_url)
    return OversightApi(
        callers=CallerRules(config.user_id_claim, config.groups_claim, config.admin_group),
        held_removals=HeldRemovals(listings, s.ledger, s.claims, s.writers, s.catalogue, s.wake, s.audit, s.clock),
        all_links=AllLinks(listings, s.catalogue, s.institution, s.clock),
        release=Release(s.claims, s.writers, s.ledger, s.catalogue, s.audit, s.clock),
        all_works=AllWorks(listings, s.ledger, s.catalogue),
        request_sync=RequestSync(on_demand, s.catalogue, s.events(config.event_bus), s.audit, s.clock),
        dry_run=DryRun(on_demand, rehearsals),
        rehearsals=rehearsals,
        status=ShowStatus(listings, s.writers, s.queues, gate, s.institution, s.clock),
        erasures=RequestErasure(
            s.find, s.remove_works, s.claims, s.writers, s.erasures, s.events(config.event_bus), s.audit, s.clock
        ),
        audit=s.audit,
        clock=s.clock,
    )
