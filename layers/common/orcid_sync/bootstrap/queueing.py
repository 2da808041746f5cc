"""Builds what notice_changes and schedule_sync call."""

from __future__ import annotations

import os
from functools import cache

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_stream import changes
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import NoticeChangesConfig, ScheduleSyncConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.notice_changes import NoticeChanges
from orcid_sync.services.schedule import Schedule

__all__ = ["changes", "notice_changes", "schedule_sync"]


def notice_changes() -> NoticeChanges:
    """Built once per environment."""
    return _notice_changes(NoticeChangesConfig.from_env(os.environ))


@cache
def _notice_changes(config: NoticeChangesConfig) -> NoticeChanges:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    return NoticeChanges(s.catalogue, s.claims, s.writers, s.wake, PowertoolsTelemetry())


def schedule_sync() -> Schedule:
    """Built once per environment."""
    return _schedule_sync(ScheduleSyncConfig.from_env(os.environ))


@cache
def _schedule_sync(config: ScheduleSyncConfig) -> Schedule:
    s = Stores(sync_table=config.sync_table, queue_urls=(config.normal_queue_url, config.high_priority_queue_url))
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    return Schedule(s.writers, s.queues, s.institution, gate, s.wake, s.clock, PowertoolsTelemetry())
