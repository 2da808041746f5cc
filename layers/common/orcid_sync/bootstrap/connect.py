"""Builds what connect calls: the only HTTP function that may touch the vaults (DESIGN 7)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.orcid_authorisation import OrcidAuthorisation
from orcid_sync.adapters.secrets_signing import HmacSigner
from orcid_sync.api_caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import ConnectConfig
from orcid_sync.services.complete_connection import CompleteConnection
from orcid_sync.services.disconnect import Disconnect


@dataclass(frozen=True, slots=True)
class ConnectApi:
    """What connect calls."""

    callers: CallerRules
    complete: CompleteConnection
    disconnect: Disconnect
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
            events=s.events(config.event_bus),
            clock=s.clock,
        ),
        disconnect=Disconnect(
            s.find, s.remove_works, authorisation, vault, s.claims, s.writers, s.index, s.audit, s.clock
        ),
        public_api_url=config.public_api_url,
    )
