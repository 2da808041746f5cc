"""The reader of an Elements server on the tables of template.yaml, before the stand-in: what is there, what came."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.domain.catalogue import ClaimStatus

from local.elements.app import ElementsApp, ElementsSettings
from local.elements.institution import Tie
from local.elements.running import RunningElements
from tests.integration.conftest import Product

HOUR = 3600
ORCID_ID = "0000-0002-1825-0097"
TITLES = ("Cracked pots", "Kitsch und Keramik", "Glazes", "Shards", "Kilns", "Clay")
Seen = dict[Any, Any]


class ShiftedClock:
    """The machine's clock, moved on in place of every wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shift_ms = 0
        self.slept: list[float] = []
        real = SystemClock()
        now_ms = real.now_ms
        self.now_ms = lambda: now_ms_of(self, now_ms())
        monkeypatch.setattr(SystemClock, "now_ms", lambda _: self.now_ms())
        monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: self.advance(seconds))

    def advance(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.shift_ms += round(seconds * 1000)


def now_ms_of(clock: ShiftedClock, real_ms: int) -> int:
    return real_ms + clock.shift_ms


class Invocation(LambdaContext):
    """What Lambda tells of an invocation that has so much time."""

    def __init__(self, seconds: float) -> None:
        self._aws_request_id = "invocation-1"
        self._milliseconds = round(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # declared static, though Lambda's is not
        return self._milliseconds


def item(number: int, title: str) -> dict[str, Any]:
    """A publication with a record of Crossref and a verified manual one, which has another title."""
    data = {
        "title": title,
        "container_title": "Journal of Psychoceramics",
        "publication_status": "Published",
        "publication_date": {"year": 2020, "month": 5},
        "authors": [{"family": "Jones", "given": "Ada", "orcid_id": ORCID_ID}, {"family": "Group"}],
        "identifiers": [{"type": "doi", "value": f"10.5555/{number}"}, {"type": "issn", "value": "0000-0019"}],
        "pages": "1-9",
    }
    records = [
        {"source": "crossref", "id": f"10.5555/{number}", "data": data},
        {"source": "manual", "id": f"m{number}", "verified": True, "data": {**data, "title": f"{title} (by hand)"}},
    ]
    return {"kind": "publication", "id": f"p{number}", "type": "journal-article", "records": records}


def user(user_id: str, *, active: bool = True, **values: Any) -> dict[str, Any]:
    name = {"kind": "user", "id": user_id, "name": f"{user_id.title()} Jones"}
    return {**name, "is_current": active, "login_allowed": active, **values}


def tie(user_id: str, number: int, **values: Any) -> dict[str, Any]:
    return {"kind": "relationship", "user_id": user_id, "publication_id": f"p{number}", **values}


class ElementsStage:
    """Ada has thirty claims (two pages), Ben two of the same, Cem has left and has one."""

    def __init__(self, product: Product, monkeypatch: pytest.MonkeyPatch, version: str, **settings: Any) -> None:
        self.product, self.version = product, version
        self.clock = ShiftedClock(monkeypatch)
        self.monkeypatch = monkeypatch
        self.app = ElementsApp(ElementsSettings(**settings), now_ms=self.clock.now_ms)
        self.app.held.take([user("ada", orcid_ids=[ORCID_ID]), user("ben"), user("cem", active=False)])
        self.app.held.take(item(n, TITLES[n % len(TITLES)] + f" {n}") for n in range(30))
        self.app.held.take(tie("ada", n, privacy="internal" if n == 7 else "public") for n in range(30))
        self.app.held.take([tie("ben", 0, favourite=True), tie("ben", 1), tie("cem", 2)])
        self.institution = self.app.held.institution
        self.running = RunningElements(self.app)
        self._configure()
        self.clock.advance(HOUR)

    def _configure(self) -> None:
        environment = {
            "ELEMENTS_API_URL": self.running.api(self.version),
            "ELEMENTS_SECRET_NAME": "elements-account",
            "ELEMENTS_USER_ID": "username",
            "ELEMENTS_CLAIMS": "publication-user-authorship,publication-user-editorship",
        }
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        boto3.client("secretsmanager").create_secret(Name="elements-account", SecretString="{}")
        self.set_password(self.app.settings.password)

    def set_password(self, password: str) -> None:
        account = {"username": self.app.settings.username, "password": password}
        boto3.client("secretsmanager").put_secret_value(SecretId="elements-account", SecretString=json.dumps(account))

    def pull(self, seconds: float = 900, **asked: Any) -> Mapping[str, Any]:
        """One invocation, a moment after the last."""
        self.clock.advance(1)
        handler = importlib.import_module("functions.pull_elements.app").handler
        answer: Mapping[str, Any] = handler(asked, Invocation(seconds))
        return answer

    def read_all(self, **asked: Any) -> None:
        """A run from its beginning to its end."""
        report = self.pull(**(asked or {"now": True}))
        assert report["complete"], report
        assert report["problem"] is None, report

    def delta(self) -> None:
        """What is read four hours later, by the schedule."""
        self.clock.advance(4 * HOUR)
        report = self.pull()
        assert report["complete"], report
        assert report["problem"] is None, report

    def id_of(self, name: str) -> int:
        return self.app.held.named[name]

    def tie(self, user_id: str, number: int) -> Tie:
        return next(
            one for one in self.institution.ties_of_user(self.id_of(user_id)) if one.work == self.id_of(f"p{number}")
        )

    def wanted(self) -> Seen:
        """What the catalogue has to say, as far as this version of the API can tell it."""
        found: Seen = {}
        old = self.version == "5.5"
        for person in self.institution.people.values():
            active = person.is_current and person.login_allowed
            levels = ("public" if person.privacy == "Public" else "private") if old else person.privacy.lower()
            found[person.username] = (active, levels, [orcid for orcid, _ in person.decisions])
            for tie in self.institution.ties_of_user(person.id) if active else []:
                work = self.institution.work(tie.work)
                level = ("public" if work.privacy == "Public" else "private") if old else work.privacy.lower()
                found[f"{work.id}"] = (work.records[0].data["title"], level, len(work.records))
                found[person.username, f"{work.id}"] = (
                    old and tie.privacy != "Public",
                    None if old else tie.privacy.lower(),
                    None if old else self.institution.effective_privacy(tie).lower(),
                    tie.favourite,
                    str(tie.preferred) if tie.preferred is not None else None,
                )
        return found

    def stores(self) -> Stores:
        tables = self.product.tables
        return Stores(
            sync_table=tables["SyncTable"], catalogue_table=tables["CatalogueTable"], uploads_bucket="uploads"
        )

    def shown(self) -> Seen:
        """What the catalogue says of those who are on the server."""
        found: Seen = {}
        catalogue = self.stores().catalogue
        for name in [person.username for person in self.institution.people.values()]:
            of_user = catalogue.user_catalogue(name, consistent=True)
            stored = of_user.user
            assert stored is not None, name
            found[name] = (stored.is_active, stored.profile_privacy, [one.orcid_id for one in stored.orcid_ids])
            living = (
                [one for one in of_user.relationships if one.status is ClaimStatus.CLAIMED and not one.deleted]
                if stored.is_active
                else []
            )
            headers = catalogue.headers([one.publication_id for one in living], consistent=True)
            for one in living:
                header = headers[one.publication_id]
                found[one.publication_id] = (header.title, header.privacy, len(header.records))
                preferred = one.preferred_record.id if one.preferred_record is not None else None
                found[name, one.publication_id] = (
                    one.hidden, one.privacy, one.effective_privacy, one.favourite, preferred,
                )  # fmt: skip
        return found

    def requests(self, part: str) -> list[str]:
        return [address for address in self.app.requests.addresses if part in address]
