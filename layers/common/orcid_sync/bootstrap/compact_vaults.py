"""Builds what compact_vaults calls."""

from __future__ import annotations

import os
from functools import cache

from orcid_sync.adapters.secrets_tokens import SecretsTokenVault
from orcid_sync.adapters.secrets_vaults import SecretsVaults
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import CompactVaultsConfig
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.compact_vaults import CompactVaults


def compact_vaults() -> CompactVaults:
    """Built once per environment."""
    return _compact_vaults(CompactVaultsConfig.from_env(os.environ))


@cache
def _compact_vaults(config: CompactVaultsConfig) -> CompactVaults:
    s = Stores(sync_table=config.sync_table)
    counters = VaultCounters(s.sync)
    vault = SecretsTokenVault(s.aws.secretsmanager, counters, config.vault_prefix)
    vaults = SecretsVaults(s.aws.secretsmanager, counters, vault)
    return CompactVaults(vaults, vault, s.claims, s.clock, PowertoolsTelemetry())
