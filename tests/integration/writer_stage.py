"""The writer function as Lambda calls it, on moto's AWS, with the registry's emulator behind a relay."""

from __future__ import annotations

import functools
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import orcid_sync.bootstrap.write_works as bootstrap
import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.bootstrap.write_works import WriteWorks, build
from orcid_sync.config import WriteWorksConfig
from orcid_sync.domain.catalogue import ClaimedId
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim, WriterState
from orcid_sync.domain.settings import Connection, InstitutionSettings, Mode
from orcid_sync.domain.tokens import AccessToken, TokenGrant
from orcid_sync.domain.work import ExternalId, IdRelationship, Work
from orcid_sync.services.visit import VisitStores

from functions.write_works import app
from local.registry import RegistrySettings, RunningRegistry
from tests.builders import a_publication, a_relationship, a_user
from tests.contract.registry_stages import EmulatorStage, new_orcid_id
from tests.fakes.clock import FakeClock
from tests.integration.conftest import EVENTS, Context, Product, _deployed
from tests.integration.relay import Relay, operation_of, relay_to
from tests.moto_aws import aws_in_process, tables_in_memory

WRITE_SCOPES = "/activities/update /read-limited"
HASTY = TimeLimits(connect=1, read=0.1, total=0.15)
PATIENT = TimeLimits(connect=5, read=8, total=10)
# An institution's own type that ORCID may not know yet: such works go by themselves (R5).
ODD_TYPE = "dataset"


@dataclass
class Stage:
    """One for a whole module: each case has a researcher of its own. `writing` is what the handler finds."""

    product: Product
    relay: Relay
    emulator: EmulatorStage
    running: RunningRegistry
    clock: FakeClock
    patient: WriteWorks
    hasty: WriteWorks
    writing: WriteWorks = field(init=False)
    invocations: int = 0
    researchers: int = 0

    def __post_init__(self) -> None:
        self.writing = self.patient

    @property
    def stores(self) -> VisitStores:
        return self.patient.sync_record.stores

    def begin(self) -> None:
        """Let pauses of the case before pass, and everything be well."""
        self.relay.faults.clear()
        self.running.app.faults.clear()
        self.writing = self.patient
        self.clock.advance(6 * 3600)
        clock_file = self.running.app.settings.clock_file
        assert clock_file is not None
        clock_file.write_text(str(self.clock.now_ms() / 1000 - time.time()), encoding="ascii")
        self.heard()

    def researcher(self, *, scopes: str = WRITE_SCOPES) -> Researcher:
        """Somebody who writes to a record of their own."""
        self.researchers += 1
        user_id, orcid_id = f"w{self.researchers}", new_orcid_id()
        token = self.emulator.grant(orcid_id, scopes)
        self.stores.catalogue.put_user(a_user(user_id, orcid_ids=(ClaimedId(orcid_id, 0),)))
        found = Researcher(self, user_id, orcid_id, token)
        found.connect(token)
        return found

    def heard(self) -> list[dict[str, Any]]:
        """The events on the product's bus since this was last asked."""
        messages = self.product.messages("heard")
        return [{"type": message["detail-type"], **message["detail"]} for message in messages]


@dataclass
class Researcher:
    """What they publish, what the writer does about it, and what they see."""

    stage: Stage
    user_id: str
    orcid_id: str
    token: AccessToken
    calls_seen: int = 0

    def connect(self, token: AccessToken, connection: Connection = Connection.WRITE) -> None:
        """As the connect function leaves a link."""
        stores, now_ms = self.stage.stores, self.stage.clock.now_ms()
        self.token = token
        before = stores.claims.get(self.user_id, self.orcid_id) or Claim(self.user_id, self.orcid_id)
        grant = TokenGrant(self.orcid_id, frozenset(WRITE_SCOPES.split()), token)
        ref = stores.vault.store(self.user_id, self.orcid_id, grant, replacing=before.token, now_ms=now_ms)
        stores.claims.put(replace(before, mode=Mode.WRITE, connection=connection, token=ref))
        assert stores.writers.acquire(self.orcid_id, self.user_id)

    def id_of(self, name: str) -> str:
        return f"{self.user_id}-{name}"

    def was_read(self) -> None:
        """The record was read before: no first contact any more (R11)."""
        writers, now_ms = self.stage.stores.writers, self.stage.clock.now_ms()
        leased = writers.lease(self.orcid_id, lease_id="before", now_ms=now_ms, until_ms=now_ms + 1)
        assert leased is not None
        writers.abandon(replace(leased[0], adopted_ms=now_ms), due_ms=now_ms)

    def has_on_orcid(self, name: str, *, ours: bool = True) -> int:
        """A work sent earlier, of what the publication was then; not `ours`: the ledger is wrong about that."""
        emulator = self.stage.emulator
        own = ExternalId("source-work-id", self.id_of(name), IdRelationship.SELF)
        work = Work(title="Of old", type="journal-article", external_ids=(own,))
        put_code = (emulator.we_added if ours else emulator.another_client_adds)(self.orcid_id, work)
        entry = LedgerEntry(self.id_of(name), put_code=put_code, fingerprint="of old", sent_ms=1)
        self.stage.stores.ledger.put(self.orcid_id, entry)
        return put_code

    def is_about_to(self, operation: Operation, *, ours: bool = True) -> None:
        """The next sync begins with this call, for publication p1; not `ours`: the ledger is wrong about its work."""
        if operation is not Operation.READ:
            self.was_read()
        if operation in (Operation.UPDATE, Operation.REMOVE):
            self.has_on_orcid("p1", ours=ours)
        self.publishes("p1", type=ODD_TYPE if operation is Operation.ADD else "journal-article")
        if operation is Operation.REMOVE:
            self.relates("p1", version=2, hidden=True)

    def publishes(self, name: str, *, version: int = 1, type: str = "journal-article", **changes: object) -> None:
        publication_id = self.id_of(name)
        publication = a_publication(publication_id, doi=f"10.5555/{publication_id}", version=version, **changes)
        publication = replace(publication, type=type)
        self.stage.stores.catalogue.put_publication(publication, digest_publication(publication))
        self.relates(name)

    def relates(self, name: str, **changes: object) -> None:
        """`version` 2 and later are changes."""
        self.stage.stores.catalogue.put_relationship(a_relationship(self.id_of(name), self.user_id, **changes))

    def sync(self) -> dict[str, Any]:
        """One message through the handler; what it returned, with the calls that it made in `made`."""
        event = json.loads((EVENTS / "write_works" / "message.json").read_text())
        (record,) = event["Records"]
        record["body"] = json.dumps({**json.loads(record["body"]), "orcid_id": self.orcid_id})
        record["attributes"]["MessageGroupId"] = self.orcid_id
        context = Context()
        self.stage.invocations += 1
        context._aws_request_id = f"invocation-{self.stage.invocations}"
        line = self.stage.relay.line
        begin = len(line.seen)
        report: dict[str, Any] = app.handler(event, context)
        report["made"] = [operation_of(seen).value for seen in line.seen[begin:]]
        return report

    def sync_when_due(self) -> dict[str, Any] | None:
        """The next sync when its time has come and everything is well again; None: none is due, ever."""
        self.stage.relay.faults.clear()
        self.stage.writing = self.stage.patient
        due_ms = self.writer.due_ms
        if due_ms is None:
            return None
        self.stage.clock.time_ms = max(self.stage.clock.time_ms, due_ms)
        return self.sync()

    def asks_for_removal(self) -> None:
        """*Remove from ORCID* (R23), as the settings page leaves the link."""
        claims = self.stage.stores.claims
        claim = claims.get(self.user_id, self.orcid_id)
        assert claim is not None
        claims.put(replace(claim, removing_since_ms=self.stage.clock.now_ms()))

    def put_code(self, name: str) -> int:
        entry = self.entry(name)
        assert entry is not None
        assert entry.put_code is not None
        return entry.put_code

    @property
    def writer(self) -> WriterState:
        state = self.stage.stores.writers.get(self.orcid_id)
        assert state is not None
        return state

    def entry(self, name: str) -> LedgerEntry | None:
        return self.stage.stores.ledger.entry(self.orcid_id, self.id_of(name))

    def works(self) -> dict[str, Any]:
        """What stands on their record, by put-code."""
        record = self.stage.running.app.control.record(self.orcid_id)
        assert record is not None
        return {work["put-code"]: work for work in record["works"]}

    def attempts(self, name: str) -> list[dict[str, Any]]:
        """As `history`, without the API."""
        found, _ = self.stage.stores.ledger.attempts(
            self.orcid_id, self.user_id, self.id_of(name), limit=20, cursor=None
        )
        return [{"operation": a.operation, "outcome": a.outcome, "message": a.message} for a in found]

    def link(self) -> dict[str, Any]:
        return self._get("")

    def publication(self, name: str) -> dict[str, Any] | None:
        """As the list shows it; None: it is not listed."""
        items = self._get("/publications")["items"]
        return next((item for item in items if item["publication_id"] == self.id_of(name)), None)

    def history(self, name: str) -> list[dict[str, Any]]:
        """Newest first."""
        items: list[dict[str, Any]] = self._get(f"/publications/{self.id_of(name)}/history")["items"]
        return items

    def _get(self, path: str) -> dict[str, Any]:
        answer = self.stage.product.user(self.user_id)(f"GET /v1/users/me/orcid/{self.orcid_id}{path}")
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.body
        return body


@contextmanager
def writer_stage() -> Iterator[Stage]:
    """The whole stage; everything is gone at the end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        RunningRegistry(RegistrySettings(rate_limit=False, clock_file=Path(folder) / "clock")) as running,
        relay_to(running.url) as relay,
    ):
        for name, value in {"DEFAULT_REGION": "eu-central-1", "ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t"}.items():
            patch.setenv(f"AWS_{name}", value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrcidSync")
        with aws_in_process(), tables_in_memory():
            product = _deployed(patch)
            patch.setenv("ORCID_API_URL", relay.line.url)
            _listen(product)
            clock = FakeClock(int(time.time() * 1000))
            config = WriteWorksConfig.from_env(os.environ)
            make = functools.partial(build, config, clock=clock)
            stage = Stage(
                product,
                relay,
                EmulatorStage(running),
                running,
                clock,
                make(single=PATIENT, large=PATIENT),
                make(single=HASTY, large=HASTY),
            )
            patch.setattr(bootstrap, "_write_works", lambda _config: stage.writing)
            _switch_on(stage)
            yield stage


def _listen(product: Product) -> None:
    """Everything on the product's bus goes to a queue, too."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    product.queues["heard"] = url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="product", EventPattern=json.dumps({"source": ["orcid-sync"]}))
    events.put_targets(Rule="all", EventBusName="product", Targets=[{"Id": "heard", "Arn": arn}])


def _switch_on(stage: Stage) -> None:
    stores = stage.stores
    stores.institution.put_settings(InstitutionSettings(search_enabled=True, write_enabled=True))
    stores.gate.allow_writing(True, config_rev=1)
    mapping = {"journal-article": "journal-article", ODD_TYPE: "newest-type"}
    table = Table(boto3.client("dynamodb"), stage.product.tables["SyncTable"])
    table.put({"pk": "CONFIG", "sk": "MAPPING", "m": json.dumps(mapping)})
