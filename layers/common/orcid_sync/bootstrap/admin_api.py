"""Builds what admin_api calls."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.api.caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import AdminApiConfig
from orcid_sync.services.administer import Administer
from orcid_sync.services.publication_types import AdministerPublicationTypes
from orcid_sync.services.type_mapping import AdministerTypeMapping


@dataclass(frozen=True, slots=True)
class AdminApi:
    """What admin_api calls."""

    callers: CallerRules
    administer: Administer
    type_mapping: AdministerTypeMapping
    publication_types: AdministerPublicationTypes


def admin_api() -> AdminApi:
    """Built once per environment."""
    return _admin_api(AdminApiConfig.from_env(os.environ))


@cache
def _admin_api(config: AdminApiConfig) -> AdminApi:
    s = Stores(sync_table=config.sync_table, catalogue_table=config.catalogue_table)
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    callers = CallerRules(config.user_id_claim, config.groups_claim, config.admin_group)
    events = s.events(config.event_bus)
    return AdminApi(
        callers=callers,
        administer=Administer(s.institution, gate, s.audit, events, s.clock),
        type_mapping=AdministerTypeMapping(
            s.type_mappings, s.catalogue, s.audit, events, s.clock, lambda: secrets.token_hex(4)
        ),
        publication_types=AdministerPublicationTypes(s.catalogue, s.audit, s.clock),
    )
