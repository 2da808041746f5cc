"""An institution's people and its RIS: who they are, what they last said, and how they say it to the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orcid_sync.domain.orcid_id import check_digit

from soak.simulation import Process
from soak.watch import Watch
from soak.world import World
from tests.integration.conftest import ORIGIN, Reply, _function_of

MOST_REPEATS = 40
Item = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Researcher:
    """A user with one ORCID iD."""

    user_id: str
    orcid_id: str

    @property
    def link(self) -> str:
        return f"/v1/users/me/orcid/{self.orcid_id}"


@dataclass
class Institution:
    """`said` is the newest item of each key that the RIS has sent: the truth that records are held to."""

    world: World
    researchers: list[Researcher] = field(default_factory=list)
    said: dict[Key, Item] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    deleted_at_orcid: set[str] = field(default_factory=set)
    busy: int = 0
    version: int = 0

    def researcher(self) -> Researcher:
        """One more, whom the RIS has told of."""
        number = len(self.researchers) + 1
        digits = f"000900140{number:06d}"
        whole = digits + check_digit(digits)
        made = Researcher(f"u{number}", "-".join(whole[begin : begin + 4] for begin in (0, 4, 8, 12)))
        self.researchers.append(made)
        self.watch.owners[made.orcid_id] = made.user_id
        return made

    @property
    def watch(self) -> Watch:
        return self.world.edge.watch

    # The RIS

    def person(self, who: Researcher, **changes: Any) -> Item:
        self.watch.cause(f"user {who.user_id}")
        before = self.said.get(("user", who.user_id), {"is_current": True})
        item = {"kind": "user", "id": who.user_id, "name": f"Researcher {who.user_id}", "orcid_ids": [who.orcid_id]}
        return self._newest(("user", who.user_id), before | item | {"login_allowed": True} | changes)

    def publication(self, name: str, *, title: str = "", doi: str = "", status: str = "published", **more: Any) -> Item:
        before = self.said.get(("publication", name))
        if status != "published" or doi:
            self.watch.cause(f"pub {name}")
        if doi:
            self.watch.twins.update((name, doi.removeprefix("10.5555/")))
        data = dict(before["records"][0]["data"]) if before and before.get("records") else {}
        data |= {"title": title or data.get("title") or f"On {name}", "publication_status": status}
        data["identifiers"] = [{"type": "doi", "value": doi}] if doi else data.get("identifiers") or [_doi(name)]
        data["authors"] = [{"family": "Jones", "given": "Ada"}]
        kind = more.pop("type", (before or {}).get("type", "journal-article"))
        privacy = more.pop("privacy", (before or {}).get("privacy", "public"))
        if privacy != "public":
            self.watch.cause(f"pub {name}")
        item = {"kind": "publication", "id": name, "type": kind, "privacy": privacy}
        return self._newest(
            ("publication", name), item | {"records": [{"source": "crossref", "id": name, "data": data}]} | more
        )

    def gone(self, name: str, into: str | None) -> Item:
        self.watch.cause(f"pub {name}")
        self.watch.twins.update(one for one in (name, into) if one is not None)
        item = {"kind": "publication", "id": name, "deleted": True, **({"merged_into": into} if into else {})}
        return self._newest(("publication", name), item)

    def relation(self, user_id: str, name: str, **changes: Any) -> Item:
        key = ("relationship", f"{user_id} {name}")
        self.watch.cause(f"rel {user_id} {name}")
        before = self.said.get(key, {"status": "claimed"})
        item = {"kind": "relationship", "user_id": user_id, "publication_id": name}
        return self._newest(key, before | item | changes)

    def _newest(self, key: Key, item: Item) -> Item:
        self.version += 1
        self.said[key] = item = item | {"version": self.version}
        if not _forbids(item):
            self.watch.forbidden.pop(_about(item), None)
        return item

    def _taken(self, items: list[Item]) -> None:
        """The product has answered that it stored these."""
        for item in items:
            if _forbids(item) and self.said[_key_of(item)]["version"] == item["version"]:
                self.watch.forbidden.setdefault(_about(item), self.world.simulation.now_ms())

    def feed(self, *items: Item, again: bool = False) -> None:
        """The RIS sends these until they are taken; `again`: and once more an hour later, when newer ones may be
        there.
        """
        wanted = {"items": list(items)}
        self.acts("ris", lambda p: self._until_taken(p, wanted))
        if again:
            later = self.world.simulation.now_ms() + 3_600_000
            self.world.simulation.at(later, lambda: self.acts("ris", lambda p: self._until_taken(p, wanted)))

    def _until_taken(self, process: Process, body: Item) -> None:
        reply = self.call(process, "ris", "POST /v1/feed/batch", body, repeats=MOST_REPEATS)
        if reply is None or reply.status != 200 or reply.body["errors"]:
            # An item that met another's change is told as an error: the RIS sends it again.
            self.world.simulation.wait(20_000)
            self._until_taken(process, body)
        else:
            self._taken(body["items"])

    # Everybody

    def acts(self, who: str, does: Callable[[Process], object]) -> None:
        """Somebody begins something that takes its time."""

        def course() -> None:
            try:
                does(process)
            finally:
                self.busy -= 1

        self.busy += 1
        process = Process(who, course)
        self.world.simulation.start(process)

    def call(
        self, process: Process, who: str, route: str, body: object = None, *, repeats: int = 2, **kwargs: Any
    ) -> Reply | None:
        """A call of the API, repeated when it broke off; None: it did each time."""
        method, path = route.split(" ")
        product, function = self.world.product, _function_of(method, path)
        caller = {"boss": product.administrator, "ris": product.ris}.get(who) or product.user(who)
        reply: Reply | None = None
        for attempt in range(repeats + 1):
            if attempt:
                self.world.simulation.wait(40_000)
            result = self.world.functions.run(process, function, lambda _: caller(route, body, **kwargs))
            reply = result.answer
            said = "broke off" if reply is None else str(reply.status)
            self.answers[f"{function} {said}"] += 1
            if reply is not None and reply.status == 500 and not result.injured:
                self.violations.append(f"{route}: {reply.body}")
            if reply is not None and reply.status not in (500, 502, 503):
                return reply
        return reply

    def connect(self, process: Process, who: Researcher) -> bool:
        """Through ORCID's page, as its owner."""
        wish = {"access": "write", "return_url": f"{ORIGIN}/", "orcid_id": who.orcid_id}
        started = self.call(process, who.user_id, "POST /v1/users/me/orcid/connect", wish)
        if started is None or started.status != 200:
            return False
        form = {name: values[0] for name, values in parse_qs(urlsplit(started.body["authorize_url"]).query).items()}
        back = self.world.edge.app._authorize.decide(form | {"decision": "allow", "orcid": who.orcid_id})
        query = parse_qs(urlsplit(back.headers.get("location", "")).query)
        if "code" not in query:
            return False  # a record that nobody can sign in to just now
        consent = {"code": query["code"][0], "state": query["state"][0]}
        done = self.call(process, who.user_id, "POST /v1/users/me/orcid/connect/complete", consent)
        return done is not None and done.status < 300

    def writes(self, process: Process, who: Researcher) -> None:
        """Connects, and wants works sent."""
        if self.connect(process, who):
            self.call(process, who.user_id, f"PATCH {who.link}/settings", {"mode": "write"})

    # At ORCID

    def order(self, command: str, **order: Any) -> dict[str, Any]:
        """To the registry's emulator, as somebody behind the product's back."""
        return self.world.edge.app.control.orders()[command](order)


def _forbids(item: Item) -> bool:
    """Whether the item alone keeps a work off the record, whatever anybody chose."""
    return bool(item.get("hidden") or item.get("deleted") or item.get("status", "claimed") != "claimed")


def _key_of(item: Item) -> Key:
    about = f"{item['user_id']} {item['publication_id']}" if item["kind"] == "relationship" else item["id"]
    return item["kind"], about


def _about(item: Item) -> str:
    """As the watch names it."""
    kind, about = _key_of(item)
    return f"{kind[:3]} {about}"


def _doi(name: str) -> Item:
    return {"type": "doi", "value": f"10.5555/{name}"}
