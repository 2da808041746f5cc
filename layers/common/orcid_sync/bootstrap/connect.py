"""Builds what connect calls: the only HTTP function that may touch the vaults (DESIGN 7)."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_erasures import DynamoDbPersonalData
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.orcid_authorisation import OrcidAuthorisation
from orcid_sync.adapters.secrets_signing import HmacSigner
from orcid_sync.api.caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import ConnectConfig
from orcid_sync.services.complete_connection import CompleteConnection
from orcid_sync.services.disconnect import Disconnect
from orcid_sync.services.erase import Erase
from orcid_sync.services.release import Release


@dataclass(frozen=True, slots=True)
class ConnectApi:
    """What connect calls."""

    callers: CallerRules
    complete: CompleteConnection
    disconnect: Disconnect
    erase: Erase
    public_api_url: str


def connect() -> ConnectApi:
    """Built once per environment."""
    return _connect(ConnectConfig.from_env(os.environ))


@cache
def _connect(config: ConnectConfig) -> ConnectApi:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    secret = s.secret(config.client_secret_name)
    authorisation = OrcidAuthorisation(config.orcid_auth_url, config.orcid_client_id, secret.reveal, s.clock)
    vault = s.vault(config.vault_prefix)
    events = s.events(config.event_bus)
    release = Release(s.claims, s.writers, s.ledger, s.catalogue, s.audit, s.clock)
    disconnect = Disconnect(
        s.find, s.remove_works, authorisation, vault, s.claims, s.writers, s.index, s.audit, s.clock
    )
    catalogue_table = Table(s.aws.dynamodb, config.catalogue_table)
    return ConnectApi(
        callers=CallerRules(config.user_id_claim, config.groups_claim, config.admin_group),
        complete=CompleteConnection(
            find=s.find,
            show=s.show,
            ownership=s.ownership,
            authorisation=authorisation,
            states=s.states,
            signer=HmacSigner(s.secret(config.signing_secret_name)),
            vault=vault,
            claims=s.claims,
            index=s.index,
            wake=s.wake,
            audit=s.audit,
            events=events,
            clock=s.clock,
            merged=s.merged,
        ),
        disconnect=disconnect,
        erase=Erase(
            erasures=s.erasures,
            personal_data=DynamoDbPersonalData(s.sync, catalogue_table, s.clock),
            claims=s.claims,
            writers=s.writers,
            ledger=s.ledger,
            release=release,
            disconnect=disconnect,
            audit=s.audit,
            events=events,
            clock=s.clock,
            new_pseudonym=lambda: f"erased-{secrets.token_hex(6)}",
        ),
        public_api_url=config.public_api_url,
    )
