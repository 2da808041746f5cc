"""Builds what read_records calls."""

from __future__ import annotations

import os
from functools import cache
from urllib.parse import urlsplit

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.dynamodb_listings import DynamoDbListings
from orcid_sync.adapters.dynamodb_search import DynamoDbFindings, DynamoDbSearchWalk, DynamoDbSourcePauses
from orcid_sync.adapters.open_sources import CROSSREF, DATACITE, EUROPE_PMC, HttpOpenSource
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import ReadRecordsConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.search import OpenSource
from orcid_sync.services.look_up_works import LookUpWorks
from orcid_sync.services.offer_works import OfferWorks
from orcid_sync.services.read_record import ReadRecord
from orcid_sync.services.read_records import ReadRecords


def read_records() -> ReadRecords:
    """Built once per environment."""
    return _read_records(ReadRecordsConfig.from_env(os.environ))


@cache
def _read_records(config: ReadRecordsConfig) -> ReadRecords:
    s = Stores(
        sync_table=config.sync_table, catalogue_table=config.catalogue_table, uploads_bucket=config.uploads_bucket
    )
    telemetry = PowertoolsTelemetry()
    sources = _sources(config, s.clock)
    registry = OrcidRegistry(
        config.orcid_api_url, config.orcid_client_id, s.clock, orcid_host=urlsplit(config.orcid_auth_url).netloc
    )

    def reader(deadline_ms: int) -> ReadRecord:
        look_up = LookUpWorks(
            sources, DynamoDbFindings(s.sync), DynamoDbSourcePauses(s.sync), s.clock, telemetry, deadline_ms
        )
        return ReadRecord(
            find=s.find,
            claims=s.claims,
            writers=s.writers,
            ledger=s.ledger,
            registry=registry,
            gate=DynamoDbGate(s.sync, config.orcid_client_id),
            vault=s.vault(config.vault_prefix),
            readings=s.readings,
            offers=OfferWorks(s.work_index, s.offers, s.settle_works, look_up, s.clock),
            erasures=s.erasures,
            wake=s.wake,
            events=s.events(config.event_bus),
            clock=s.clock,
            telemetry=telemetry,
        )

    walk = DynamoDbSearchWalk(s.sync)
    return ReadRecords(DynamoDbListings(s.sync), s.find, s.readings, walk, reader, s.clock, telemetry)


def _sources(config: ReadRecordsConfig, clock: Clock) -> tuple[OpenSource, ...]:
    """Those with an address, in the order of asking; nobody is asked without saying who asks."""
    given = ((CROSSREF, config.crossref_url), (DATACITE, config.datacite_url), (EUROPE_PMC, config.europe_pmc_url))
    contact = config.contact_email
    return tuple(HttpOpenSource(shape, url, contact, clock) for shape, url in given if url and contact)
