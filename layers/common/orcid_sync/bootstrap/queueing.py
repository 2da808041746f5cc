"""Builds what notice_changes and schedule_sync call."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_stream import changes
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import NoticeChangesConfig, ScheduleSyncConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.claim_automatically import ClaimAutomatically
from orcid_sync.services.notice_changes import NoticeChanges
from orcid_sync.services.notice_claims import NoticeClaims
from orcid_sync.services.notice_works import NoticeWorks
from orcid_sync.services.schedule import Schedule

__all__ = ["changes", "notice_changes", "schedule_sync"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What notice_changes calls with each batch, the most urgent first."""

    changes: NoticeChanges
    claims: NoticeClaims
    works: NoticeWorks
    claim_automatically: ClaimAutomatically


def notice_changes() -> Notice:
    """Built once per environment."""
    return _notice_changes(NoticeChangesConfig.from_env(os.environ))


@cache
def _notice_changes(config: NoticeChangesConfig) -> Notice:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    telemetry = PowertoolsTelemetry()
    return Notice(
        NoticeChanges(s.catalogue, s.claims, s.writers, s.wake, telemetry),
        NoticeClaims(s.suggestions, s.claim_log, s.events(config.event_bus), s.clock),
        NoticeWorks(s.catalogue, s.work_index, s.offers, s.settle_works, telemetry),
        ClaimAutomatically(s.find, s.index, s.relationships, s.suggestions, s.clock, telemetry),
    )


def schedule_sync() -> Schedule:
    """Built once per environment."""
    return _schedule_sync(ScheduleSyncConfig.from_env(os.environ))


@cache
def _schedule_sync(config: ScheduleSyncConfig) -> Schedule:
    s = Stores(sync_table=config.sync_table, queue_urls=(config.normal_queue_url, config.high_priority_queue_url))
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    return Schedule(s.writers, s.queues, s.institution, gate, s.wake, s.clock, PowertoolsTelemetry())
