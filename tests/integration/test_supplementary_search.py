"""read_records on its tables: from what ORCID answers to the API, within what its role allows (R42, R49)."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.outcomes import Answer, ForeignWork, Outcome, RecordReading
from orcid_sync.domain.tokens import AccessToken

from tests.fakes.search import FakeOpenSource
from tests.integration.conftest import EVENTS, Context, Product
from tests.integration.test_claiming import follow  # noqa: F401 - a fixture
from tests.integration.test_other_functions import connect_for_writing
from tests.integration.test_permissions import Catalogue, _allows, _statements
from tests.integration.test_settings_api import LINK, ORCID_ID, a_publication, a_relationship, a_user

pytestmark = pytest.mark.moto_tables

Follow = Callable[[], None]
SUGGESTIONS, CLAIMS = "/v1/users/me/suggestions", "/v1/feed/claims"


class Hour(Context):
    """As long as the function may run."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 900_000


class Record:
    """Stands for the registry's client: one record with works of others."""

    longest_call_seconds = 1.0
    works: tuple[ForeignWork, ...] = ()
    tokens: tuple[str, ...] = ()

    def __init__(self, *_: object, **__: object) -> None:
        Record.tokens = ()

    def read_all_works(self, orcid_id: str, token: AccessToken) -> RecordReading:
        assert orcid_id == ORCID_ID
        Record.tokens = (*Record.tokens, token.reveal())
        return RecordReading(Answer(Outcome.READ, status=200), (), len(self.works), self.works)


@pytest.fixture
def read(product: Product, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Ada is connected and in mode `read`; returns what invokes the function."""
    bootstrap = importlib.import_module("orcid_sync.bootstrap.read_records")
    bootstrap._read_records.cache_clear()
    crossref = FakeOpenSource("crossref", frozenset({"doi"}))
    crossref.has(("doi", "10.1234/lacking"), title="A work that the RIS lacks")
    monkeypatch.setattr(bootstrap, "OrcidRegistry", Record)
    monkeypatch.setattr(bootstrap, "_sources", lambda _config, _clock: (crossref,))
    for name in ("CROSSREF_URL", "DATACITE_URL", "EUROPE_PMC_URL", "CONTACT_EMAIL"):
        monkeypatch.setenv(name, "")
    product.switch_on()
    product.feed(a_user(), a_publication("p1"))
    connect_for_writing(product)
    table = Table(boto3.client("dynamodb"), product.tables["SyncTable"])
    (item,) = table.query("U#u1", "C#", consistent=True)
    table.put({**item, "mode": "read", "ls": "links", "lk": ORCID_ID})
    tokens = json.dumps({f"u1#{ORCID_ID}": ["a-token", "/read-limited", 1]})
    boto3.client("secretsmanager").create_secret(Name="tokens/01", SecretString=tokens)
    Record.works = (
        ForeignWork(1, ("doi:10.1234/p1",), "On p1", 1, 2024),
        ForeignWork(2, ("doi:10.1234/lacking",), "A work", 2, 2024),
    )

    def invoke(event: dict[str, Any] | None = None) -> Any:
        given = event if event is not None else json.loads((EVENTS / "read_records" / "hour.json").read_text())
        return importlib.import_module("functions.read_records.app").handler(given, Hour())

    return invoke


def by_publication(product: Product) -> dict[str | None, dict[str, Any]]:
    found = product.user()(f"GET {SUGGESTIONS}")
    assert found.status == 200
    return {item["publication_id"]: item for item in found.body["items"]}


def test_r42_a_record_becomes_suggestions_and_offers_and_an_answer_reaches_the_ris(
    product: Product,
    read: Callable[..., Any],
    follow: Follow,  # noqa: F811 - the fixture
) -> None:
    follow()
    assert read() == {"ended": "done", "read": 1, "suggested": 1, "offered": 1}
    assert Record.tokens == ("a-token",)
    assert read()["read"] == 0
    found = by_publication(product)
    offer = found[None]
    assert offer.pop("created_at").endswith("Z")
    assert offer == {
        "suggestion_id": offer["suggestion_id"],
        "origin": "search",
        "publication_id": None,
        "title": "A work that the RIS lacks",
        "identifiers": [{"type": "doi", "value": "10.1234/lacking"}],
        "matched_by": "doi:10.1234/lacking",
        "source": "crossref",
    }
    assert (found["p1"]["origin"], found["p1"]["matched_by"]) == ("search", "doi:10.1234/p1")
    assert product.user()(f"POST {SUGGESTIONS}/{offer['suggestion_id']}", {"accept": True}).status == 204
    assert product.user()(f"POST {SUGGESTIONS}/{offer['suggestion_id']}", {"accept": True}).type == "not-found"
    (claim,) = product.ris(f"GET {CLAIMS}").body["items"]
    assert (claim["publication_id"], claim["orcid_id"], claim["user_id"]) == (None, ORCID_ID, "u1")
    taken = {**claim["publication"], "id": "p2", "version": 1}
    assert product.feed(taken, a_relationship("p2")).body == {
        "accepted": 2, "stale": 0, "errors": [], "warnings": [],
    }  # fmt: skip
    follow()
    assert product.ris(f"GET {CLAIMS}").body["items"] == []
    assert read({"users": ["u1"]}) == {"ended": "done", "read": 1, "suggested": 0, "offered": 0}
    assert list(by_publication(product)) == ["p1"]


def test_r49_reader_and_stream_keep_to_what_their_roles_allow_on_the_catalogue(
    product: Product,
    read: Callable[..., Any],
    follow: Follow,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = Catalogue(product.tables["CatalogueTable"], monkeypatch)
    follow()
    assert ("BatchWriteItem", ["X#doi:10.1234/p1"]) in catalogue.calls
    streamed, catalogue.calls[:] = list(catalogue.calls), []
    read()
    offer = by_publication(product)[None]
    product.user()(f"POST {SUGGESTIONS}/{offer['suggestion_id']}", {"accept": True})
    product.feed(a_publication("p9"))
    index = Table(boto3.client("dynamodb"), product.tables["CatalogueTable"])
    index.put({"pk": "X#doi:10.1234/lacking", "sk": "P#p9"})  # as the stream would, which is not handed on here
    catalogue.calls.clear()
    read({"orcid_ids": [ORCID_ID]})
    assert ("PutItem", ["U#u1"]) in catalogue.calls, "what was accepted is claimed"
    for role, calls in (("NoticeChangesRole", streamed), ("ReadRecordsRole", catalogue.calls)):
        for call in calls:
            if call[0] != "DescribeTable":
                assert any(_allows(statement, call) for statement in _statements(role)), (role, call)


def test_r49_the_reader_may_do_nothing_else_to_the_catalogue() -> None:
    for call in (("PutItem", ["P#p1"]), ("PutItem", ["X#doi:1"]), ("DeleteItem", ["U#u1"]), ("UpdateItem", ["A#1"])):
        assert not any(_allows(statement, call) for statement in _statements("ReadRecordsRole")), call


def test_c9_a_warning_stands_in_the_list(product: Product, read: Callable[..., Any]) -> None:
    read()
    table = Table(boto3.client("dynamodb"), product.tables["SyncTable"])
    product.feed(a_relationship("p1"))
    table.put({"pk": f"O#{ORCID_ID}", "sk": "WRITER", "own": "u1", "wake": 0, "seen": 0, "qwake": 0, "lane": "normal"})
    table.put({"pk": f"O#{ORCID_ID}", "sk": "W#p1", "rev": 1, "pc": 7, "fp": "x", "sent": 1})
    item = table.get(("U#u1", f"N#{ORCID_ID}"), consistent=True)
    assert item is not None
    table.put({**item, "alone": '{"p1":["pmid:7",1]}'})
    (listed,) = product.user()(f"GET {LINK}/publications").body["items"]
    assert any("PMID 7" in warning for warning in listed["warnings"])


@pytest.mark.parametrize("event", [{"users": "u1"}, {"orcid_ids": [7]}, {"users": [""]}])
def test_r42_an_event_that_names_nobody_is_refused(read: Callable[..., Any], event: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        read(event)
