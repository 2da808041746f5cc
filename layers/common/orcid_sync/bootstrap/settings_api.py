"""Builds what settings_api calls."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache

from orcid_sync.adapters.orcid_authorisation import OrcidAuthorisation
from orcid_sync.adapters.secrets_signing import HmacSigner
from orcid_sync.api.caller import CallerRules
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import SettingsApiConfig
from orcid_sync.services.answer_suggestions import AnswerSuggestions
from orcid_sync.services.connect import Connect
from orcid_sync.services.publications import Publications
from orcid_sync.services.remove_works import RemoveWorks
from orcid_sync.services.run_sync import RunSync
from orcid_sync.services.settings import Settings
from orcid_sync.services.single_works import SingleWorks


@dataclass(frozen=True, slots=True)
class SettingsApi:
    """What settings_api calls."""

    callers: CallerRules
    settings: Settings
    publications: Publications
    connect: Connect
    run_sync: RunSync
    single_works: SingleWorks
    remove_works: RemoveWorks
    suggestions: AnswerSuggestions
    public_api_url: str
    ris_url_template: str


def settings_api() -> SettingsApi:
    """Built once per environment."""
    return _settings_api(SettingsApiConfig.from_env(os.environ))


@cache
def _settings_api(config: SettingsApiConfig) -> SettingsApi:
    s = Stores(
        sync_table=config.sync_table,
        catalogue_table=config.catalogue_table,
        uploads_bucket=config.uploads_bucket,
        queue_urls=(config.normal_queue_url, config.high_priority_queue_url),
    )
    connect_ = Connect(
        find=s.find,
        authorisation=OrcidAuthorisation(config.orcid_auth_url, config.orcid_client_id, _no_secret, s.clock),
        states=s.states,
        signer=HmacSigner(s.secret(config.signing_secret_name)),
        clock=s.clock,
        new_id=lambda: secrets.token_urlsafe(24),
        origins=frozenset(origin.strip().rstrip("/") for origin in config.allowed_origins.split(",") if origin.strip()),
    )
    return SettingsApi(
        callers=CallerRules(config.user_id_claim, config.groups_claim, config.admin_group),
        settings=Settings(s.find, s.show, s.ownership, s.claims, s.writers, s.index, s.wake, s.audit, s.clock),
        publications=Publications(s.find, s.show, s.ledger, s.readings),
        connect=connect_,
        run_sync=RunSync(s.find, s.wake, s.audit, s.clock),
        single_works=SingleWorks(s.find, s.catalogue, s.claims, s.ledger, s.writers, s.wake, s.audit, s.clock),
        remove_works=s.remove_works,
        suggestions=AnswerSuggestions(s.find, s.catalogue, s.relationships, s.suggestions, s.offers, s.audit, s.clock),
        public_api_url=config.public_api_url,
        ris_url_template=config.ris_url_template,
    )


def _no_secret() -> str:
    """The settings page only builds addresses; it has no right to the client's secret."""
    raise RuntimeError("settings_api never exchanges or revokes a token")
