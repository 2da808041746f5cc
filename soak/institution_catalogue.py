"""A whole institution's catalogue worked out from numbers: a million relationships that nobody has to remember."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bench import samples
from local.sample_data import feed_items
from soak.people import Researcher

Item = dict[str, Any]
# In each sample publication these stand for the number of the one that is made of it.
_NUMBER = 98_765_432
_PMID = 30_000_000 + _NUMBER
# Of four publications one has a second author of ours: 1.25 authors each (bench/assumptions.py).
AUTHORS_HERE = 1.25
_SHARED = 4
# Somebody's co-authors are the next so many colleagues.
_COLLEAGUES = 7


@cache
def _templates() -> list[str]:
    """The sample institution's publications that qualify for sending, each with a mark for its number."""
    publications = [item for item in feed_items() if item["kind"] == "publication" and samples._qualifies(item)]
    return [json.dumps(samples._own(item, _NUMBER)) for item in publications]


@dataclass
class Catalogue:
    """`users` of `works` publications each. `titles`, `hidden`, `starred` and `added` are what happened since."""

    users: int
    works: int
    titles: dict[int, int] = field(default_factory=dict)
    hidden: set[tuple[int, int]] = field(default_factory=set)
    starred: dict[tuple[int, int], int] = field(default_factory=dict)
    added: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.firsts = round(self.works / AUTHORS_HERE)  # publications whose first author of ours one user is
        self.publications = self.users * self.firsts
        self._colleagues = min(_COLLEAGUES, self.users - 1)

    def who(self, user: int) -> Researcher:
        """Users count from 0."""
        return Researcher(f"u{user}", samples.orcid_id(user))

    def authors(self, number: int) -> tuple[int, ...]:
        """Users of a publication."""
        if number >= self.publications:
            return (next(user for user, numbers in self.added.items() if number in numbers),)
        first, place = divmod(number, self.firsts)
        if place % _SHARED or not self._colleagues:
            return (first,)
        return first, (first + 1 + place // _SHARED % self._colleagues) % self.users

    def works_of(self, user: int) -> list[int]:
        """Publications that a user is related with."""
        own = range(user * self.firsts, (user + 1) * self.firsts)
        with_others = (
            number
            for away in range(1, self._colleagues + 1)
            for number in range(
                (user - away) % self.users * self.firsts, ((user - away) % self.users + 1) * self.firsts
            )
            if number % self.firsts % _SHARED == 0 and number % self.firsts // _SHARED % self._colleagues + 1 == away
        )
        return [*own, *with_others, *self.added.get(user, ())]

    def wanted(self, user: int) -> set[str]:
        """Names of what has to stand on a user's record."""
        return {name(number) for number in self.works_of(user) if (user, number) not in self.hidden}

    # Feed items as the RIS says them now

    def person(self, user: int) -> Item:
        who = self.who(user)
        return samples.user(who.user_id, who.orcid_id)

    def publication(self, number: int) -> Item:
        item: Item = json.loads(self.line(number))
        return item

    def line(self, number: int) -> str:
        """The publication's JSON."""
        text = _templates()[number % len(_templates())]
        text = text.replace(str(_PMID), str(30_000_000 + number)).replace(str(_NUMBER), f"{number:07d}")
        changes = self.titles.get(number, 0)
        if not changes:
            return text
        item = json.loads(text)
        item["version"] += changes
        for record in item["records"]:
            record["data"]["title"] += f", version {changes}"
        return json.dumps(item)

    def relation(self, user: int, number: int) -> Item:
        hidden, stars = (user, number) in self.hidden, self.starred.get((user, number), 0)
        item = samples.relationship(f"u{user}", {"id": name(number)})
        return item | {"version": item["version"] + stars + hidden, "hidden": hidden, "favourite": bool(stars % 2)}

    def of_user(self, user: int) -> Iterator[Item]:
        """All that decides about a user's record."""
        yield self.person(user)
        for number in self.works_of(user):
            yield self.publication(number)
            yield self.relation(user, number)

    # What happens

    def retitled(self, number: int) -> Item:
        self.titles[number] = self.titles.get(number, 0) + 1
        return self.publication(number)

    def hides(self, user: int, number: int) -> Item:
        self.hidden.add((user, number))
        return self.relation(user, number)

    def stars(self, user: int, number: int) -> Item:
        """Marked as a favourite, or no longer: nothing that is sent under ordinary settings."""
        self.starred[user, number] = self.starred.get((user, number), 0) + 1
        return self.relation(user, number)

    def publishes(self, user: int) -> list[Item]:
        number = self.publications + sum(map(len, self.added.values()))
        self.added.setdefault(user, []).append(number)
        return [self.publication(number), self.relation(user, number)]


def name(number: int) -> str:
    """The id of a publication."""
    return f"bench-{number:07d}"
