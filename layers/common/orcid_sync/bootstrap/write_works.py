"""Builds what write_works calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.orcid_client import LARGE, SINGLE, OrcidRegistry
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import WriteWorksConfig
from orcid_sync.domain.links import Lane
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.ports.clock import Clock
from orcid_sync.services.sync_record import SyncRecord
from orcid_sync.services.visit import VisitStores


@dataclass(frozen=True, slots=True)
class WriteWorks:
    """What write_works calls, and the lane that this deployment of it serves."""

    sync_record: SyncRecord
    lane: Lane
    clock: Clock


def write_works() -> WriteWorks:
    """Built once per environment."""
    return _write_works(WriteWorksConfig.from_env(os.environ))


@cache
def _write_works(config: WriteWorksConfig) -> WriteWorks:
    return build(config)


def build(
    config: WriteWorksConfig, *, clock: Clock | None = None, single: TimeLimits = SINGLE, large: TimeLimits = LARGE
) -> WriteWorks:
    """Build everything anew; another clock and other time limits of the registry's calls are for tests."""
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
        clock=clock,
    )
    events = s.events(config.event_bus)

    def finish_disconnect(user_id: str, orcid_id: str) -> None:
        """A writer has no right to the client's secret: the connect function hears this and does it (R61)."""
        events.publish("Removal Finished", [{"at_ms": s.clock.now_ms(), "user_id": user_id, "orcid_id": orcid_id}])

    stores = VisitStores(
        catalogue=s.catalogue,
        claims=s.claims,
        writers=s.writers,
        ledger=s.ledger,
        institution=s.institution,
        gate=DynamoDbGate(s.sync, config.orcid_client_id),
        queues=s.queues,
        registry=OrcidRegistry(
            config.orcid_api_url,
            config.orcid_client_id,
            s.clock,
            orcid_host=urlsplit(config.orcid_auth_url).netloc,
            single=single,
            large=large,
        ),
        vault=s.vault(config.vault_prefix),
        events=events,
        clock=s.clock,
        telemetry=PowertoolsTelemetry(),
        merged=s.merged,
        finish_disconnect=finish_disconnect,
    )
    return WriteWorks(SyncRecord(stores), config.lane, s.clock)
