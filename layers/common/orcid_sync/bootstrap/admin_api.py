"""Builds what admin_api calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.api_caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import AdminApiConfig
from orcid_sync.services.administer import Administer


@dataclass(frozen=True, slots=True)
class AdminApi:
    """What admin_api calls."""

    callers: CallerRules
    administer: Administer


def admin_api() -> AdminApi:
    """Built once per environment."""
    return _admin_api(AdminApiConfig.from_env(os.environ))


@cache
def _admin_api(config: AdminApiConfig) -> AdminApi:
    s = Stores(sync_table=config.sync_table, catalogue_table=config.catalogue_table)
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    callers = CallerRules(config.user_id_claim, config.groups_claim, config.admin_group)
    return AdminApi(callers, Administer(s.institution, gate, s.audit, s.events(config.event_bus), s.clock))
