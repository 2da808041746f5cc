"""A researcher with everything that the settings page offers, and the checks that hold after every step (R21)."""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from typing import Any

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.test_main_job import Researcher, an_orcid_id

REASONS = (
    "not_claimed", "hidden", "excluded", "private", "not_verified", "not_published", "not_favourite", "invalid",
    "duplicate", "deleted_at_orcid",
)  # fmt: skip
STATES = ("sent", "waiting_add", "waiting_update", "waiting_remove", "failed")
# Versions only grow, whatever they are of.
_versions = count(2)


def record(source: str = "crossref", *, verified: bool = False, **data: Any) -> dict[str, Any]:
    """One record of a publication; it is a published article with authors unless `data` says otherwise."""
    metadata = {
        "title": "On a matter",
        "container_title": "Journal of Matters",
        "publication_status": "published",
        "publication_date": {"year": 2024},
        "authors": [{"family": "Petrov", "given": "Ivan"}],
    }
    return {"source": source, "id": "1", "verified": verified, "data": {**metadata, **data}}


class Scholar(Researcher):
    """A user with one iD; `claimed` in the RIS or not. Publications are named shortly: `p1` is `{user_id}-p1`."""

    def __init__(self, stack: LocalStack, user_id: str, number: int, *, claimed: bool = True) -> None:
        self.stack, self.user_id, self.orcid_id = stack, user_id, an_orcid_id(number)
        self.person(orcid_ids=[self.orcid_id] if claimed else [])

    def id_of(self, name: str) -> str:
        return f"{self.user_id}-{name}"

    def person(self, **changes: Any) -> None:
        """Feed the user anew, by default as an active one who claims the iD."""
        person = {"kind": "user", "id": self.user_id, "version": next(_versions), "name": "Ada Jones"}
        active = {"is_current": True, "login_allowed": True, "orcid_ids": [self.orcid_id]}
        self.stack.feed({**person, **active, **changes})

    def publication(self, name: str, *records: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An item of the feed: a journal article with a DOI of its own unless something else is said."""
        doi = f"10.5555/{self.id_of(name)}"
        given = records or (record(title=f"The matter of {name}", identifiers=[{"type": "doi", "value": doi}]),)
        key = {"kind": "publication", "id": self.id_of(name), "version": next(_versions), "type": "journal-article"}
        return {**key, "records": [{**one, "id": f"{one['id']}-{n}"} for n, one in enumerate(given)], **changes}

    def relation(self, name: str, **changes: Any) -> dict[str, Any]:
        """An item of the feed: the user claims the publication."""
        key = {"kind": "relationship", "user_id": self.user_id, "publication_id": self.id_of(name)}
        return {**key, "version": next(_versions), "status": "claimed", **changes}

    def bring(self, *names: str, **changes: Any) -> None:
        """Feed ordinary publications that the user claims; `changes` are of the relationships."""
        for start in range(0, len(names), 250):
            part = names[start : start + 250]
            relations = [self.relation(name, **changes) for name in part]
            self.stack.feed(*(self.publication(name) for name in part), *relations)

    def relate(self, name: str, **changes: Any) -> None:
        self.stack.feed(self.relation(name, **changes))

    def retitle(self, name: str, title: str) -> None:
        """Change what is sent of an ordinary publication."""
        identifiers = [{"type": "doi", "value": f"10.5555/{self.id_of(name)}"}]
        self.stack.feed(self.publication(name, record(title=title, identifiers=identifiers)))

    def link(self) -> dict[str, Any]:
        reply = self.call("GET")
        assert reply.status == 200, reply
        return dict(reply.json)

    def standing(self) -> tuple[str, str | None]:
        """State and its reason."""
        link = self.link()
        return link["state"], link["state_reason"]

    def change(self, **settings: Any) -> Reply:
        reply: Reply = self.call("PATCH", "/settings", settings)
        return reply

    def accepts(self, method: str, path: str = "", body: Any = None) -> Any:
        """A call that has to be taken; returns its answer's body."""
        reply = self.call(method, path, body)
        assert reply.status < 300, (method, path, reply.status, reply.json)
        return reply.json

    def refuses(self, method: str, path: str = "", body: Any = None) -> tuple[int, str]:
        """Status and problem of a call that has to be refused."""
        reply = self.call(method, path, body)
        assert reply.headers["content-type"] == "application/problem+json", reply
        return reply.status, reply.json["type"]

    def of(self, name: str, action: str = "") -> str:
        """The address of one publication below the link."""
        return f"/publications/{self.id_of(name)}/{action}".rstrip("/")

    def listed(self, query: str = "", *, limit: int = 500) -> list[dict[str, Any]]:
        """All pages of the list, in order; the last page alone is shorter than asked for."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.accepts("GET", f"/publications?limit={limit}{query}{cursor}")
            items += page["items"]
            if page["next"] is None:
                assert len(page["items"]) <= limit
                return items
            assert len(page["items"]) == limit
            cursor = f"&cursor={page['next']}"

    def names(self, query: str = "") -> set[str]:
        """The short names of what is listed."""
        return {self.short(item["publication_id"]) for item in self.listed(query)}

    def short(self, publication_id: str) -> str:
        return publication_id.removeprefix(f"{self.user_id}-")

    def item(self, name: str) -> dict[str, Any]:
        """One publication as the list has it."""
        (found,) = [item for item in self.listed() if item["publication_id"] == self.id_of(name)]
        return found

    def history(self, name: str) -> list[dict[str, Any]]:
        """The attempts on a work, newest first."""
        return list(self.accepts("GET", self.of(name, "history"))["items"])

    def on_record(self) -> set[str]:
        """The short names of what stands on the record; each of them once."""
        sources = self.sources()
        assert set(sources.values()) <= {1}, sources
        return {self.short(source) for source in sources}

    def put_codes(self) -> dict[str, int]:
        """The put-code of each listed publication that is on ORCID, by short name."""
        return {self.short(item["publication_id"]): item["put_code"] for item in self.listed() if item["on_orcid"]}

    def deletes_at_orcid(self, *names: str) -> None:
        """The owner deletes works at ORCID."""
        known = self.put_codes()
        self.stack.registry(
            "POST", "/_control/works/delete", {"orcid": self.orcid_id, "put_codes": [known[name] for name in names]}
        )

    def agrees(self, by_filters: bool = True, /, **expected: int) -> dict[str, Any]:
        """R21: the equations hold, and each count is the length of the list with that filter; also these counts.

        Without `by_filters` what the whole list has is counted here.
        """
        until = time.monotonic() + 20
        while True:
            counts = self.counts()
            check_equations(counts)
            wrong = self._disagreements(counts, by_filters=by_filters)
            if not wrong or (self.counts() == counts and time.monotonic() > until):
                break
            time.sleep(0.2)  # something was synced between the calls
        assert wrong == {}
        flat = {**counts, **counts["left_out"]}
        assert {name: flat[name] for name in expected} == expected, [i for i in self.listed(limit=20) if i["error"]]
        return counts

    def _disagreements(self, counts: dict[str, Any], *, by_filters: bool) -> dict[str, tuple[int, int]]:
        """Where counts and lists differ: (counted, listed)."""
        everything = self.listed()
        listed = Counter(item["state"] for item in everything)
        pairs = {state: (counts[state], listed[state]) for state in STATES}
        pairs["claimed"] = (counts["claimed"], sum(item["reason"] != "not_claimed" for item in everything))
        pairs["eligible"] = (counts["eligible"], sum(item["decision"] == "send" for item in everything))
        pairs["on_orcid"] = (counts["on_orcid"], sum(item["on_orcid"] for item in everything))
        for reason in REASONS:
            of_reason = sum(item["decision"] == "leave_out" and item["reason"] == reason for item in everything)
            pairs[reason] = (counts["left_out"][reason], of_reason)
            if by_filters and counts["left_out"][reason]:
                pairs[f"reason={reason}"] = (counts["left_out"][reason], len(self.listed(f"&reason={reason}")))
        for state in (state for state in STATES if by_filters and counts[state]):
            pairs[f"state={state}"] = (counts[state], len(self.listed(f"&state={state}")))
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_equations(counts: dict[str, Any]) -> None:
    """API.md, always."""
    left_out = counts["left_out"]
    assert counts["claimed"] == counts["eligible"] + sum(left_out.values()) - left_out["not_claimed"], counts
    ways = ("sent", "waiting_add", "waiting_update", "failed")
    assert counts["eligible"] == sum(counts[way] for way in ways), counts
