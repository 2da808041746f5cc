"""What each function gets from its environment: one class per function, compared with template.yaml by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from orcid_sync.domain.errors import ConfigurationError
from orcid_sync.domain.links import Lane
from orcid_sync.domain.stage import check_stage

# May be empty: the feature behind it is then off, or a default applies.
_MAY_BE_EMPTY = frozenset(
    {
        "PUBLIC_API_URL",
        "RIS_URL_TEMPLATE",
        "WEB_CLIENT_ID",
        "WEB_CONNECT_ORIGINS",
        "WEB_FRAME_ANCESTORS",
        "INSTITUTION_NAME",
        "RIS_NAME",
        "HELP_URL",
        "CROSSREF_URL",
        "DATACITE_URL",
        "EUROPE_PMC_URL",
        "CONTACT_EMAIL",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfig:
    """Reads its fields from the variables of the same names in capitals."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """Raises ConfigurationError that names everything that is missing at once, or what contradicts R13."""
        names = {field.name: field.name.upper() for field in fields(cls)}
        missing = [
            name
            for name in names.values()
            if name not in environment or (not environment[name] and name not in _MAY_BE_EMPTY)
        ]
        if missing:
            raise ConfigurationError(f"These environment variables are missing or empty: {', '.join(missing)}.")
        config = cls(**{field: environment[name] for field, name in names.items()})
        config.check()
        return config

    def check(self) -> None:
        """Raise ConfigurationError when the values contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryConfig(FunctionConfig):
    """Of functions that know where the registry is (R13)."""

    stage: str
    orcid_api_url: str
    orcid_auth_url: str
    orcid_client_id: str

    def check(self) -> None:
        """R13: a stage reaches its own registry and no other."""
        check_stage(self.stage, self.orcid_api_url, self.orcid_auth_url, local=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig(FunctionConfig):
    """web. Lists are separated by blanks."""

    jwt_issuer: str
    jwt_audience: str
    user_id_claim: str
    groups_claim: str
    admin_group: str
    orcid_auth_url: str
    web_client_id: str
    web_scope: str
    web_connect_origins: str
    web_frame_ancestors: str
    institution_name: str
    ris_name: str
    help_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsApiConfig(RegistryConfig):
    """settings_api."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    normal_queue_url: str
    high_priority_queue_url: str
    event_bus: str
    signing_secret_name: str
    user_id_claim: str
    groups_claim: str
    admin_group: str
    allowed_origins: str
    public_api_url: str
    ris_url_template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectConfig(RegistryConfig):
    """connect."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    normal_queue_url: str
    high_priority_queue_url: str
    event_bus: str
    client_secret_name: str
    signing_secret_name: str
    vault_prefix: str
    user_id_claim: str
    groups_claim: str
    admin_group: str
    public_api_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedApiConfig(FunctionConfig):
    """feed_api."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    scope_claim: str
    feed_scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApiConfig(FunctionConfig):
    """admin_api."""

    catalogue_table: str
    sync_table: str
    normal_queue_url: str
    high_priority_queue_url: str
    event_bus: str
    orcid_client_id: str
    user_id_claim: str
    groups_claim: str
    admin_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightApiConfig(FunctionConfig):
    """oversight_api."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    normal_queue_url: str
    high_priority_queue_url: str
    rehearsal_queue_url: str
    event_bus: str
    orcid_client_id: str
    user_id_claim: str
    groups_claim: str
    admin_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFeedConfig(FunctionConfig):
    """import_feed."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    event_bus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTypeMappingConfig(FunctionConfig):
    """import_type_mapping."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    event_bus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChangesConfig(FunctionConfig):
    """notice_changes."""

    catalogue_table: str
    sync_table: str
    normal_queue_url: str
    high_priority_queue_url: str
    event_bus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSyncConfig(FunctionConfig):
    """schedule_sync."""

    sync_table: str
    normal_queue_url: str
    high_priority_queue_url: str
    orcid_client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactVaultsConfig(FunctionConfig):
    """compact_vaults."""

    sync_table: str
    vault_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteWorksConfig(RegistryConfig):
    """write_works, in both lanes."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    normal_queue_url: str
    high_priority_queue_url: str
    event_bus: str
    vault_prefix: str
    lane: Lane

    def __post_init__(self) -> None:
        object.__setattr__(self, "lane", Lane(self.lane))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecordsConfig(RegistryConfig):
    """read_records. An open source without an address is not asked, and none is without somebody to write to."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    event_bus: str
    vault_prefix: str
    crossref_url: str
    datacite_url: str
    europe_pmc_url: str
    contact_email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncConfig(FunctionConfig):
    """sync."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    normal_queue_url: str
    high_priority_queue_url: str
    rehearsal_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearseConfig(FunctionConfig):
    """rehearse."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    rehearsal_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullElementsConfig(FunctionConfig):
    """pull_elements. `elements_claims` are names of relationship types, separated by commas."""

    catalogue_table: str
    sync_table: str
    uploads_bucket: str
    event_bus: str
    orcid_client_id: str
    elements_api_url: str
    elements_secret_name: str
    elements_user_id: str
    elements_claims: str
