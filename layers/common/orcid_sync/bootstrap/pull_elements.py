"""Builds what pull_elements calls."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from orcid_sync.adapters.dynamodb_elements import DynamoDbPullIndex, DynamoDbPullStates
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.adapters.elements_client import Credentials, HttpElementsServer
from orcid_sync.bootstrap.feed import PARALLEL_WRITES
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import PullElementsConfig
from orcid_sync.domain.elements_items import Reading, UserIdFrom
from orcid_sync.domain.errors import ConfigurationError
from orcid_sync.feed_parsing import parse_item
from orcid_sync.observability import PowertoolsTelemetry
from orcid_sync.services.administer import Administer
from orcid_sync.services.compare_elements_user import CompareElementsUser, StoreItems
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.pull_elements import PullElements
from orcid_sync.services.take_elements_page import TakeElementsPage
from orcid_sync.services.take_precedence import TakePrecedence

# What is left of an invocation when its last call to the server has to be over.
_STORING_MS = 20_000


def pull_elements(remaining_ms: int) -> PullElements:
    """Built for each invocation, which has `remaining_ms` left, so that a changed password counts with the next one.

    Raises ConfigurationError.
    """
    config = PullElementsConfig.from_env(os.environ)
    s = Stores(
        sync_table=config.sync_table, catalogue_table=config.catalogue_table, uploads_bucket=config.uploads_bucket
    )
    telemetry = PowertoolsTelemetry()
    reading = Reading(UserIdFrom(config.elements_user_id), frozenset(config.elements_claims.split(",")))
    secret = _secret(s.secret(config.elements_secret_name).reveal())
    server = HttpElementsServer(
        config.elements_api_url,
        Credentials(secret["username"], secret["password"], dict(secret.get("headers", {}))),
        s.clock,
        ca_bundle=_file_of(str(secret.get("ca_bundle", ""))),
        until_ms=s.clock.now_ms() + remaining_ms - _STORING_MS,
    )
    index = DynamoDbPullIndex(s.sync)
    store = StoreItems(
        s.catalogue,
        ImportFeed(s.catalogue, PARALLEL_WRITES, s.erasures),
        lambda item: parse_item(item, now_ms=s.clock.now_ms()),
        telemetry,
    )
    gate = DynamoDbGate(s.sync, config.orcid_client_id)
    administer = Administer(s.institution, gate, s.audit, s.events(config.event_bus), s.clock)
    return PullElements(
        server=server,
        states=DynamoDbPullStates(s.sync),
        index=index,
        take=TakeElementsPage(
            index=index,
            store=store,
            catalogue=s.catalogue,
            take_precedence=TakePrecedence(s.institution, administer),
            reading=reading,
            clock=s.clock,
            telemetry=telemetry,
        ),
        compare=CompareElementsUser(server, s.catalogue, index, store, reading, s.clock),
        clock=s.clock,
        telemetry=telemetry,
    )


def _secret(text: str) -> dict[str, Any]:
    """The account: `username`, `password`, and if need be `headers` and `ca_bundle`; its text is never told (R47)."""
    problem = "The secret of the Elements API account must be a JSON object with username and password."
    try:
        secret = json.loads(text)
    except ValueError:
        raise ConfigurationError(problem) from None
    if not isinstance(secret, dict) or not secret.get("username") or not secret.get("password"):
        raise ConfigurationError(problem)
    return secret


def _file_of(certificates: str) -> str | None:
    """The certificates as a file, which is what the HTTP library takes; None where the public ones are meant."""
    if not certificates.strip():
        return None
    # One file for the same certificates, as an environment serves many invocations.
    name = f"elements-{hashlib.sha256(certificates.encode()).hexdigest()}.pem"
    file = Path(tempfile.gettempdir()) / name
    file.write_text(certificates, encoding="utf-8")
    return str(file)
