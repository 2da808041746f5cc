"""The functions as the gateway calls them, on moto's AWS made from template.yaml; each test has a fresh one."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.adapters.secrets_tokens import SecretsTokenVault

from tests.description import check_answer
from tests.from_template import create_queues, create_tables
from tests.moto_aws import aws_in_process, tables_in_memory

EVENTS = Path(__file__).parents[2] / "events"
ORIGIN = "https://ris.example.org"


class Context(LambdaContext):
    """What Lambda tells a handler of its invocation."""

    def __init__(self) -> None:
        self._aws_request_id = "invocation-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


@dataclass(frozen=True)
class Reply:
    """An answer of the HTTP API."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def type(self) -> str:
        """The type of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return str(self.body["type"])


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@dataclass
class Caller:
    """Somebody with a token; `claims` as the gateway hands them on: lists turned into text."""

    handlers: dict[str, Callable[[Any, Any], Any]]
    payload: dict[str, Any]
    routes: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        route: str,
        body: object = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        raw: str | bytes | None = None,
    ) -> Reply:
        """`route` is `PATCH /v1/...` with the values in it; a raw body of bytes comes in base64."""
        method, path = route.split(" ")
        event = json.loads((EVENTS / "settings_api" / "get_link.json").read_text())
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        event["rawQueryString"] = urlencode(query or {})
        event["queryStringParameters"] = query or {}
        token = f"{_segment({'alg': 'RS256'})}.{_segment(self.payload)}.signature"
        event["headers"] = {"content-type": "application/json", "authorization": f"Bearer {token}", **(headers or {})}
        claims = {name: _as_text(value) for name, value in self.payload.items()}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        if not self.payload:
            del event["requestContext"]["authorizer"]
            del event["headers"]["authorization"]
        if body is not None or raw is not None:
            event["body"] = raw if raw is not None else json.dumps(body)
        if isinstance(raw, bytes):
            event |= {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
        answer = self.handlers[_function_of(method, path)](event, Context())
        text = answer.get("body") or ""
        is_json = "json" in answer["headers"].get("Content-Type", "")
        reply = Reply(answer["statusCode"], answer["headers"], json.loads(text) if text and is_json else text or None)
        check_answer(method, path, reply.status, reply.headers, reply.body)
        return reply


def _as_text(value: object) -> str:
    return "[" + " ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)


def _function_of(method: str, path: str) -> str:
    if path.startswith("/v1/admin"):
        configures = path.split("/")[3] in ("configuration", "type-mapping", "publication-types")
        return "admin_api" if configures else "oversight_api"
    if path.startswith("/v1/feed"):
        return "feed_api"
    if path.endswith("/connect/complete") or (method == "DELETE" and path.split("/")[-2] == "orcid"):
        return "connect"
    return "settings_api"


@dataclass
class Product:
    """The product as callers see it."""

    handlers: dict[str, Callable[[Any, Any], Any]]
    tables: dict[str, str]
    queues: dict[str, str]

    def user(self, user_id: str = "u1") -> Caller:
        return Caller(self.handlers, {"sub": user_id, "groups": ["staff"]})

    @property
    def administrator(self) -> Caller:
        return Caller(self.handlers, {"sub": "boss", "groups": ["staff", "orcid-admins"]})

    @property
    def ris(self) -> Caller:
        return Caller(self.handlers, {"sub": "ris", "scope": "openid orcid-feed"})

    @property
    def stranger(self) -> Caller:
        return Caller(self.handlers, {})

    def feed(self, *items: dict[str, Any]) -> Reply:
        return self.ris("POST /v1/feed/batch", {"items": list(items)})

    def switch_on(self) -> None:
        change = {"search_enabled": True, "write_enabled": True, "batch_create_used": "no"}
        assert self.administrator("PATCH /v1/admin/configuration", change).status == 200

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take what waits in a queue."""
        sqs = boto3.client("sqs")
        found: list[dict[str, Any]] = []
        while received := sqs.receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10).get("Messages"):
            found.extend(json.loads(message["Body"]) for message in received)
            for message in received:
                sqs.delete_message(QueueUrl=self.queues[queue], ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Product]:
    """Its tables are in memory, but where a test asks for those of moto, which have a stream."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OrcidSync")
    # Secrets Manager shows here at once what was stored: nothing is gained by asking it again seconds later.
    defaults: Any = SecretsTokenVault.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "sleep", lambda _: None)
    on_moto = request.node.get_closest_marker("moto_tables") is not None
    with aws_in_process(), nullcontext() if on_moto else tables_in_memory():
        yield _deployed(monkeypatch)
        # What the test laid over ours goes first, or it would be put back when ours are gone.
        monkeypatch.undo()


def _deployed(monkeypatch: pytest.MonkeyPatch) -> Product:
    tables = create_tables(boto3.client("dynamodb"))
    queues = create_queues(boto3.client("sqs"))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    # As in template.yaml: of two files of one name each has an id of its own.
    s3.put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": "Enabled"})
    boto3.client("events").create_event_bus(Name="product")
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="signing-key", SecretString="a key for tests")
    secrets.create_secret(Name="client-secret", SecretString="a secret for tests")
    environment = {
        "CATALOGUE_TABLE": tables["CatalogueTable"],
        "SYNC_TABLE": tables["SyncTable"],
        "UPLOADS_BUCKET": "uploads",
        "NORMAL_QUEUE_URL": queues["NormalQueue"],
        "HIGH_PRIORITY_QUEUE_URL": queues["HighPriorityQueue"],
        "REHEARSAL_QUEUE_URL": queues["RehearsalQueue"],
        "EVENT_BUS": "product",
        "CLIENT_SECRET_NAME": "client-secret",
        "SIGNING_SECRET_NAME": "signing-key",
        "VAULT_PREFIX": "tokens",
        "STAGE": "test",
        "ORCID_API_URL": "http://127.0.0.1:1",
        "ORCID_AUTH_URL": "http://127.0.0.1:1",
        "ORCID_CLIENT_ID": "APP-0000000000000001",
        "USER_ID_CLAIM": "sub",
        "GROUPS_CLAIM": "groups",
        "ADMIN_GROUP": "orcid-admins",
        "SCOPE_CLAIM": "scope",
        "FEED_SCOPE": "orcid-feed",
        "ALLOWED_ORIGINS": ORIGIN,
        "PUBLIC_API_URL": "",
        "RIS_URL_TEMPLATE": "https://ris.example.org/publications/{publication_id}",
        "LANE": "normal",
        "TEST_WORLD": os.urandom(4).hex(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Product(_handlers(), tables, queues)


def _handlers() -> dict[str, Callable[[Any, Any], Any]]:
    """The handlers with nothing kept from an earlier test: builders keep clients, which know an earlier AWS."""
    import importlib  # noqa: PLC0415 - what is imported has to be made anew

    handlers: dict[str, Callable[[Any, Any], Any]] = {}
    for name in ("settings_api", "connect", "feed_api", "admin_api", "oversight_api"):
        builder = importlib.import_module(f"orcid_sync.bootstrap.{'feed' if name == 'feed_api' else name}")
        getattr(builder, f"_{name}").cache_clear()
        handlers[name] = importlib.import_module(f"functions.{name}.app").handler
    return handlers
