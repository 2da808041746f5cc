"""Builds what feed_api and import_feed call."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.s3_feed_files import S3FeedFiles
from orcid_sync.api.caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import FeedApiConfig, ImportFeedConfig
from orcid_sync.feed_parsing import parse_line
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.ports.clock import Clock
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.import_file import ImportFile
from orcid_sync.services.list_claims import ListClaims

# Nobody else waits for what a call of the API computes.
PARALLEL_WRITES = 8
# Of a file: as many as the DynamoDB client keeps connections for (adapters/aws_clients.py); computing is the limit then
PARALLEL_FILE_WRITES = 16


@dataclass(frozen=True, slots=True)
class FeedApi:
    """What feed_api calls."""

    callers: CallerRules
    import_feed: ImportFeed
    claims: ListClaims
    clock: Clock


def feed_api() -> FeedApi:
    """Built once per environment."""
    return _feed_api(FeedApiConfig.from_env(os.environ))


@cache
def _feed_api(config: FeedApiConfig) -> FeedApi:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
    )
    callers = CallerRules(scope_claim=config.scope_claim, feed_scope=config.feed_scope)
    importing = ImportFeed(s.catalogue, PARALLEL_WRITES, s.erasures)
    return FeedApi(callers, importing, ListClaims(s.claim_log, s.offers), s.clock)


def import_feed() -> ImportFile:
    """Built once per environment."""
    return _import_feed(ImportFeedConfig.from_env(os.environ))


@cache
def _import_feed(config: ImportFeedConfig) -> ImportFile:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
    )
    files = S3FeedFiles(s.aws.s3, config.uploads_bucket)
    return ImportFile(
        files=files,
        import_feed=ImportFeed(s.catalogue, PARALLEL_FILE_WRITES, s.erasures),
        parse_line=lambda line: parse_line(line, now_ms=s.clock.now_ms()),
        events=s.events(config.event_bus),
        clock=s.clock,
        telemetry=PowertoolsTelemetry(),
        new_run=lambda: secrets.token_hex(8),
    )
