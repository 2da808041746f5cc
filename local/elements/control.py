"""`/_control`: what a person does in Elements' pages, and what goes wrong, on a test's order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.elements.faults import Faults
from local.elements.from_feed import Filled
from local.elements.institution import NothingSuchError, Tie

if TYPE_CHECKING:
    from local.elements.app import Requests

Order = Mapping[str, Any]


@dataclass
class Control:
    """Users go by username, publications by the id that was given when they came; the server's own ids do too.

    POST: `items` {"items": feed items} · `claim`, `unclaim`, `change-claim` {"user", "publication", ...} · `hide` ·
    `change-publication` {"publication", "title", "privacy", "data"} · `change-user` {"user", "is_current", ...} ·
    `delete` {"publication"} or {"user"} · `merge` {"publication", "into"} · `sources` {"order"} ·
    `break` {"how", "path", "times", "after", "status", "retry_after", "seconds"}. GET: `requests`, `publication/{id}`.
    """

    held: Filled
    faults: Faults
    requests: Requests

    async def answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "GET":
            return self._get(name)
        order = self._orders().get(name)
        try:
            body = json.loads(await request.body() or b"{}")
            if order is None:
                raise NothingSuchError(f"there is no control {name}")
            return JSONResponse(order(body) or {})
        except (KeyError, ValueError, TypeError, NothingSuchError) as exc:
            return JSONResponse({"error": f"{type(exc).__name__}: {exc}"}, 400)

    def _get(self, name: str) -> Response:
        if name == "requests":
            return JSONResponse({"counts": dict(self.requests.counts), "last": self.requests.addresses})
        kind, _, known = name.partition("/")
        if kind == "publication" and known in self.held.named:
            return JSONResponse({"id": self.held.named[known]})
        return JSONResponse({"error": f"there is no {name}"}, 404)

    def _orders(self) -> dict[str, Callable[[Order], Order | None]]:
        return {
            "items": self.items,
            "claim": self.claim,
            "unclaim": lambda order: self.held.institution.unclaim(self._tie(order)),
            "hide": lambda order: self.change_claim({**order, "privacy": "Private"}),
            "change-claim": self.change_claim,
            "change-publication": self.change_publication,
            "change-user": self.change_user,
            "delete": self.delete,
            "merge": self.merge,
            "sources": self.sources,
            "break": lambda order: self.faults.order(**order),
            "mend": lambda _: self.faults.ordered.clear(),
        }

    def items(self, order: Order) -> Order:
        self.held.take(order["items"])
        return {
            "ids": {one["id"]: self.held.named[one["id"]] for one in order["items"] if one.get("id") in self.held.named}
        }

    def claim(self, order: Order) -> Order:
        tie = self.held.relationship(
            {**order, "user_id": order["user"], "publication_id": order["publication"], "status": "claimed"}
        )
        assert tie is not None, "it is claimed"
        return asdict(tie)

    def change_claim(self, order: Order) -> Order:
        """Any of privacy, favourite, effective, type, and preferred (a source's name)."""
        tie = self._tie(order)
        values = {name: order[name] for name in ("privacy", "favourite", "effective", "type") if name in order}
        if "preferred" in order:
            records = self.held.institution.work(tie.work).records
            values["preferred"] = next((one.id for one in records if one.source == order["preferred"]), None)
        self.held.institution.change_claim(tie, **values)
        return asdict(tie)

    def change_publication(self, order: Order) -> None:
        """`title` and `data` go into all of its records."""
        work = self.held.institution.work(self.held.id_of(order["publication"]))
        data = dict(order.get("data", {})) | ({"title": order["title"]} if "title" in order else {})
        for record in work.records:
            record.data.update(data)
        work.privacy, work.type = order.get("privacy", work.privacy), order.get("type", work.type)
        self.held.institution.change_work(work)

    def change_user(self, order: Order) -> None:
        person = self.held.institution.person(self.held.id_of(order["user"]))
        for name in ("username", "is_current", "login_allowed", "privacy", "last_name"):
            if name in order:
                setattr(person, name, order[name])
        if "orcid_ids" in order:
            person.decisions = tuple((one, "always-me") for one in order["orcid_ids"])
        self.held.institution.change_person(person)

    def delete(self, order: Order) -> None:
        if "user" in order:
            self.held.institution.delete_person(self.held.id_of(order["user"]))
        else:
            self.held.institution.delete_work(self.held.id_of(order["publication"]))

    def merge(self, order: Order) -> None:
        self.held.institution.delete_work(self.held.id_of(order["publication"]), self.held.id_of(order["into"]))

    def sources(self, order: Order) -> None:
        self.held.institution.sources[:] = order["order"]

    def _tie(self, order: Order) -> Tie:
        user, work = self.held.id_of(order["user"]), self.held.id_of(order["publication"])
        for tie in self.held.institution.ties_of_user(user):
            if tie.work == work:
                return tie
        raise NothingSuchError("there is no such claim")
