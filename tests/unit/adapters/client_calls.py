"""The five calls of the registry's client, each with the same record, token and work, for the tests of the wire."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.domain.outcomes import Answer
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Contributor, ExternalId, IdRelationship, Work

from tests.fakes.clock import FakeClock

RECORD = "0000-0002-1825-0097"
PRIMARY = "0000-0001-5109-3700"
US = "APP-0000000000000001"
TOKEN = AccessToken("7b1e7a5e-8d2b-4f0a-9a38-2f6f5a3c1d44")
WORK = Work(
    title="On Bats — Über Fledermäuse",
    type="journal-article",
    external_ids=(ExternalId("source-work-id", "pub-1", IdRelationship.SELF),),
    contributors=(Contributor("Ada", "author", RECORD),),
)
EMPTY_RECORD = b'{"last-modified-date":null,"group":[],"path":"/works"}'
SHORT = TimeLimits(connect=1, read=0.25, total=0.4)

Play = Callable[[BaseHTTPRequestHandler], None]


def registry_at(url: str, clock: FakeClock | None = None, limits: TimeLimits = SHORT) -> OrcidRegistry:
    return OrcidRegistry(url, US, clock or FakeClock(), orcid_host="sandbox.orcid.org", single=limits, large=limits)


def read(registry: OrcidRegistry) -> Answer:
    return registry.read_works(RECORD, TOKEN).answer


def add(registry: OrcidRegistry) -> Answer:
    return registry.add_work(RECORD, TOKEN, WORK)


def add_bulk(registry: OrcidRegistry) -> Answer:
    answer = registry.add_works(RECORD, TOKEN, [WORK])
    return answer if isinstance(answer, Answer) else answer[0]


def update(registry: OrcidRegistry) -> Answer:
    return registry.update_work(RECORD, TOKEN, 17, WORK)


def remove(registry: OrcidRegistry) -> Answer:
    return registry.remove_work(RECORD, TOKEN, 17)


ALL = [read, add, add_bulk, update, remove]
every_call = pytest.mark.parametrize("call", ALL)
