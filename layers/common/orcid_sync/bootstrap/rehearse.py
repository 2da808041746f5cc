"""Builds what rehearse calls, and what begins rehearsals for the other functions."""

from __future__ import annotations

import os
import secrets
from functools import cache

from orcid_sync.adapters.dynamodb_listings import DynamoDbListings
from orcid_sync.adapters.dynamodb_rehearsals import DynamoDbRehearsals
from orcid_sync.adapters.s3_rehearsals import S3RehearsalFiles
from orcid_sync.adapters.sqs_rehearsals import SqsRehearsalQueue
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import RehearseConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.rehearse import Rehearse
from orcid_sync.services.request_rehearsal import RequestRehearsal


def rehearse() -> Rehearse:
    """Built once per environment."""
    return _rehearse(RehearseConfig.from_env(os.environ))


@cache
def _rehearse(config: RehearseConfig) -> Rehearse:
    s = Stores(
        sync_table=config.sync_table, catalogue_table=config.catalogue_table, uploads_bucket=config.uploads_bucket
    )
    return Rehearse(
        DynamoDbRehearsals(s.sync, s.clock),
        S3RehearsalFiles(s.aws.s3, config.uploads_bucket),
        SqsRehearsalQueue(s.aws.sqs, config.rehearsal_queue_url),
        DynamoDbListings(s.sync),
        s.claims,
        s.catalogue,
        s.ledger,
        s.clock,
        PowertoolsTelemetry(),
    )


def request_rehearsal(s: Stores, *, uploads_bucket: str, queue_url: str) -> RequestRehearsal:
    """For functions that begin rehearsals."""
    return RequestRehearsal(
        DynamoDbRehearsals(s.sync, s.clock),
        S3RehearsalFiles(s.aws.s3, uploads_bucket),
        SqsRehearsalQueue(s.aws.sqs, queue_url),
        s.institution,
        s.catalogue,
        s.audit,
        s.clock,
        lambda: secrets.token_hex(4),
    )
