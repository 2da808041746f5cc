"""Builds what sync calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_listings import DynamoDbListings
from orcid_sync.bootstrap.rehearse import request_rehearsal
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import SyncConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.on_demand import OnDemand
from orcid_sync.services.request_rehearsal import DryRun


@dataclass(frozen=True, slots=True)
class Sync:
    """What sync calls."""

    on_demand: OnDemand
    dry_run: DryRun


def sync() -> Sync:
    """Built once per environment."""
    return _sync(SyncConfig.from_env(os.environ))


@cache
def _sync(config: SyncConfig) -> Sync:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    telemetry = PowertoolsTelemetry()
    on_demand = OnDemand(
        s.catalogue,
        s.claims,
        s.writers,
        s.ledger,
        s.institution,
        DynamoDbListings(s.sync),
        s.wake,
        s.clock,
        telemetry,
    )
    rehearsals = request_rehearsal(s, uploads_bucket=config.uploads_bucket, queue_url=config.rehearsal_queue_url)
    return Sync(on_demand, DryRun(on_demand, rehearsals))
