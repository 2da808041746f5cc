"""An institution on the stage: people, what the RIS says of them, what they press, and what stands on their records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from orcid_sync.domain.orcid_id import check_digit

from local.registry.state import StoredWork
from tests.crashes.cloud import HOUR_MS, Cloud
from tests.crashes.interruptions import Around, Call, _as_it_is
from tests.crashes.stage import CLIENT, Moment, Stage
from tests.integration.conftest import ORIGIN, Caller, Reply, _function_of

WRITE_SCOPES = "/activities/update /read-limited"
# Whatever was stopped is made good within this: a lost message or a moved due time counts an hour.
HORIZON_MS = 4 * HOUR_MS


@dataclass
class World:
    """The institution. `versions` counts what the RIS has said of each key."""

    stage: Stage
    cloud: Cloud = field(init=False)
    versions: dict[str, int] = field(default_factory=dict)
    began_put_code: int = 0
    calls_at_rest: int = 0

    def __post_init__(self) -> None:
        self.cloud = Cloud(self.stage)

    # The registry

    def order(self, command: str, /, **order: Any) -> dict[str, Any]:
        """An order to the registry's emulator."""
        with self.stage.tap.unseen():
            response = requests.post(f"{self.stage.running.url}/_control/{command}", json=order, timeout=10)
        assert response.ok, response.text
        found: dict[str, Any] = response.json()
        return found

    def works(self, orcid_id: str, *, ours: bool = True) -> dict[int, str]:
        """Put-code -> our own id of each work of ours on a record, or the titles of the others."""
        record = self.stage.running.app.state.records.get(orcid_id)
        found: dict[int, str] = {}
        for work in record.works.values() if record is not None else ():
            if (work.source.client_id == CLIENT) is ours:
                own = [i.value for i in work.content.identifiers if i.type == "source-work-id"]
                found[work.put_code] = own[0] if ours and own and own[0] else title_of(work)
        return found

    def titles(self, orcid_id: str) -> list[str]:
        """The titles on a record, in order."""
        record = self.stage.running.app.state.records.get(orcid_id)
        return sorted(title_of(work) for work in record.works.values()) if record is not None else []

    @property
    def created(self) -> int:
        """Works that the registry stored since `begin`, of anybody."""
        return self.stage.running.app.state.next_put_code - self.began_put_code

    def registry_calls(self, method: str = "") -> list[Call]:
        """Calls that the product made to records since `begin`."""
        return [c for c in self.stage.tap.seen if c.to_registry and "/v3.0/" in c.name and c.name.startswith(method)]

    # What happens

    def begin(self, moment: Moment | None = None, around: Around = _as_it_is) -> None:
        """Return to a moment, and count from here."""
        if moment is not None:
            self.stage.return_to(moment)
        self.cloud = Cloud(self.stage)
        self.began_put_code = self.stage.running.app.state.next_put_code
        self.stage.tap.begin(around)

    def settle(self, horizon_ms: int = HORIZON_MS) -> None:
        """Let AWS do what it does by itself."""
        self.cloud.settle(horizon_ms)

    def http(self, who: str, route: str, body: object = None, **kwargs: Any) -> Reply | None:
        """A call of the API; None: it was stopped. `who` is `boss`, `ris`, or a user."""
        method, path = route.split(" ")
        product = self.stage.product
        caller = {"boss": product.administrator, "ris": product.ris}.get(who) or product.user(who)
        with self.stage.call(_function_of(method, path)):
            return self._answered(caller, route, body, kwargs)
        return None

    @staticmethod
    def _answered(caller: Caller, route: str, body: object, kwargs: Mapping[str, Any]) -> Reply:
        reply = caller(route, body, **kwargs)
        assert reply.status != 500, f"{route}: {reply.body}"
        return reply

    def feed(self, *items: dict[str, Any]) -> Reply | None:
        """The RIS sends a batch; versions are filled in."""
        return self.http("ris", "POST /v1/feed/batch", {"items": [self.versioned(item) for item in items]})

    def versioned(self, item: dict[str, Any]) -> dict[str, Any]:
        if "version" in item:
            return item
        key = json.dumps([item.get(name) for name in ("kind", "id", "user_id", "publication_id")])
        self.versions[key] = self.versions.get(key, 0) + 1
        return {**item, "version": self.versions[key]}

    def consent(self, user_id: str, orcid_id: str | None, access: str = "write") -> dict[str, str] | None:
        """Begin connecting and sign in at ORCID: what the front end completes with. None: stopped."""
        wish = {"access": access, "return_url": f"{ORIGIN}/", **({"orcid_id": orcid_id} if orcid_id else {})}
        started = self.http(user_id, "POST /v1/users/me/orcid/connect", wish)
        if started is None:
            return None
        assert started.status == 200, started.body
        url = urlsplit(started.body["authorize_url"])
        form = {name: values[0] for name, values in parse_qs(url.query).items()} | {"decision": "allow"}
        with self.stage.tap.unseen():
            back = requests.post(
                f"{self.stage.running.url}/oauth/authorize", data=form, allow_redirects=False, timeout=10
            )
        query = parse_qs(urlsplit(back.headers["Location"]).query)
        return {"code": query["code"][0], "state": query["state"][0]}

    def complete(self, user_id: str, consent: dict[str, str]) -> Reply | None:
        return self.http(user_id, "POST /v1/users/me/orcid/connect/complete", consent)

    # What is stored

    def sync_items(self, sk: str = "") -> list[dict[str, Any]]:
        """Items of the sync table whose sort key begins so."""
        return [item for item in self.stage.items("SyncTable") if item["sk"].startswith(sk)]

    def claim(self, user_id: str, orcid_id: str) -> dict[str, Any] | None:
        wanted = (f"U#{user_id}", f"C#{orcid_id}")
        return next((i for i in self.sync_items("C#") if (i["pk"], i["sk"]) == wanted), None)

    def ledger(self, orcid_id: str) -> dict[int, str]:
        """Put-code -> publication, as the ledger has it."""
        rows = (item for item in self.sync_items("W#") if item["pk"] == f"O#{orcid_id}" and "pc" in item)
        return {item["pc"]: item["sk"][2:] for item in rows}


def title_of(work: StoredWork) -> str:
    title = work.content.title
    return title.title.value or "" if title is not None and title.title is not None else ""


def an_orcid_id(number: int) -> str:
    digits = f"{number:015d}"
    whole = digits + check_digit(digits)
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))


def a_user(user_id: str, *orcid_ids: str, **changes: Any) -> dict[str, Any]:
    item = {"kind": "user", "id": user_id, "name": "Ada Jones", "is_current": True, "login_allowed": True}
    return {**item, "orcid_ids": list(orcid_ids), **changes}


def a_publication(publication_id: str, *, title: str = "", doi: str = "", **changes: Any) -> dict[str, Any]:
    data = {
        "title": title or f"On {publication_id}",
        "publication_status": "published",
        "publication_date": {"year": 2024},
        "identifiers": [{"type": "doi", "value": doi or f"10.1234/{publication_id}"}],
        "authors": [{"family": "Jones", "given": "Ada"}],
    }
    data.update(changes.pop("data", {}))
    item = {"kind": "publication", "id": publication_id, "type": "journal-article"}
    return {**item, "records": [{"source": "crossref", "id": "r1", "data": data}], **changes}


def a_relationship(user_id: str, publication_id: str, **changes: Any) -> dict[str, Any]:
    item = {"kind": "relationship", "user_id": user_id, "publication_id": publication_id, "status": "claimed"}
    return {**item, **changes}
