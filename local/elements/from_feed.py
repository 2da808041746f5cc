"""Fills the stand-in from items of the feed: users, publications and claims; suggestions are none of its lists."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.elements.institution import EDITORSHIP, Institution, Person, Rec, Tie, Work
from local.elements.vocabulary import SOURCES, TYPES

_ORCID_URL: Final = "https://orcid.org/"
Item = Mapping[str, Any]


@dataclass
class Filled:
    """An institution that things can be brought into; `named` gives the server's id for an id of the feed.

    A user's id in the feed becomes their username, a publication's is forgotten: Elements counts.
    """

    institution: Institution
    named: dict[str, int] = field(default_factory=dict)
    numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1001))

    def take(self, items: Iterable[Item]) -> None:
        """Users and publications before what ties them."""
        ordered = sorted(items, key=lambda item: item["kind"] == "relationship")
        for item in ordered:
            {"user": self.user, "publication": self.publication, "relationship": self.relationship}.get(
                item["kind"], lambda _: None
            )(item)

    def user(self, item: Item) -> Person:
        first, _, last = item.get("name", item["id"]).rpartition(" ")
        person = Person(
            self._number(item["id"]),
            item["id"],
            first,
            last,
            tuple((one.removeprefix(_ORCID_URL), "always-me") for one in item.get("orcid_ids", ())),
            is_current=item.get("is_current", True),
            login_allowed=item.get("login_allowed", True),
            privacy=_level(item.get("profile_privacy")),
        )
        return self.institution.add_person(person)

    def publication(self, item: Item) -> Work:
        records = [
            Rec(next(iter(self.numbers)), one["source"], one["id"], one.get("verified", False), dict(one["data"]))
            for one in item["records"]
        ]
        work = Work(self._number(item["id"]), item["type"], records, _level(item.get("privacy")))
        return self.institution.add_work(work)

    def relationship(self, item: Item) -> Tie | None:
        """A claim; one that is pending or rejected is a suggestion, and hidden is private in what followed v5.5."""
        if item.get("status", "claimed") != "claimed":
            return None
        work = self.institution.work(self.named[item["publication_id"]])
        wanted = item.get("preferred_record") or {}
        preferred = next(
            (
                one.id
                for one in work.records
                if (one.source, one.id_at_source) == (wanted.get("source"), wanted.get("id"))
            ),
            None,
        )
        effective = item.get("effective_privacy")
        tie = Tie(
            next(iter(self.numbers)),
            self.named[item["user_id"]],
            work.id,
            privacy="Private" if item.get("hidden") else _level(item.get("privacy")),
            favourite=item.get("favourite", False),
            preferred=preferred,
            effective=_level(effective) if effective else None,
        )
        if work.type == "scholarly-edition":
            tie.type = EDITORSHIP
        return self.institution.claim(tie)

    def id_of(self, name: str | int) -> int:
        """The server's id of what the feed calls so; a number is one already. Raises KeyError."""
        return name if isinstance(name, int) else self.named[name]

    def _number(self, name: str) -> int:
        return self.named.setdefault(name, next(iter(self.numbers)))


def filled(now_ms: Callable[[], int], items: Iterable[Item] = ()) -> Filled:
    """An institution of these items, with all types and sources of the vocabulary."""
    found = Filled(Institution(now_ms, types=dict(TYPES), sources=list(SOURCES)))
    found.take(items)
    return found


def _level(level: str | None) -> str:
    return (level or "public").capitalize()
