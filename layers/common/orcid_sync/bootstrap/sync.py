"""Builds what sync calls."""

from __future__ import annotations

import os
from functools import cache

from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import SyncConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.on_demand import OnDemand


def sync() -> OnDemand:
    """Built once per environment."""
    return _sync(SyncConfig.from_env(os.environ))


@cache
def _sync(config: SyncConfig) -> OnDemand:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    telemetry = PowertoolsTelemetry()
    return OnDemand(s.catalogue, s.claims, s.writers, s.ledger, s.institution, s.wake, s.clock, telemetry)
