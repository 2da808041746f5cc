"""What happens at an institution in a week, as often as bench/assumptions.py has it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial

from bench.assumptions import ADDS, FEED_ITEMS, TIMES
from soak.institution import DAY_MS, HOUR_MS, MINUTE_MS, BigInstitution
from soak.institution_catalogue import Item

DAYS_A_MONTH = 30.4
# The RIS tells what changed every quarter of an hour, from eight to eighteen o'clock.
_BATCH_MS = 15 * MINUTE_MS
_BEGIN_MS, _END_MS = 8 * HOUR_MS, 18 * HOUR_MS
# Of so many researchers nothing is heard for weeks; the others' share is larger by it.
_SILENT = 0.4


class Week:
    """`happened` counts; `items` wait for the RIS's next batch."""

    def __init__(self, big: BigInstitution, days: float, resent: float, seed: int) -> None:
        self.big, self.days, self.resent = big, days, resent
        self.chance = random.Random(f"week {seed}")
        self.happened: Counter[str] = Counter()
        self._items: list[Item] = []
        self._begin_ms = big.now_ms()

    def passes(self, told: Callable[[str], None]) -> None:
        """The whole of it, a day at a time."""
        simulation = self.big.world.simulation
        acts: dict[str, tuple[float, Callable[[int], object]]] = {
            "changed title": (TIMES["changed titles"], self._retitles),
            "new work": (ADDS, self._publishes),
            "hidden": (TIMES["hidden"], self._hides),
            "favourite": (FEED_ITEMS - TIMES["changed titles"] - 2 * ADDS - TIMES["hidden"], self._stars),
            "Run sync": (TIMES["woken visit"], partial(self._calls, "POST {link}/sync")),
            "settings page": (TIMES["settings page"], partial(self._calls, "GET {link}")),
            "list page": (TIMES["list page"], partial(self._calls, "GET {link}/publications")),
        }
        users = self.big.catalogue.users
        active = range(round(users * _SILENT), users)
        for kind, (a_month, does) in acts.items():
            for _ in range(max(1, round(users * a_month * self.days / DAYS_A_MONTH))):
                user = self.chance.choice(active)
                simulation.at(self._some_time(), partial(self._happens, kind, does, user))
        for batch in range(int(self.days * DAY_MS // _BATCH_MS)):
            simulation.at(self._begin_ms + batch * _BATCH_MS, self._batch)
        if self.resent:
            simulation.at(self._begin_ms + int(2.1 * DAY_MS), self._resends)
        for day in range(int(self.days)):
            self.big.passes(DAY_MS)
            told(f"day {day + 1}: {self.big.world.functions.invocations.total():,} invocations so far")

    def _some_time(self) -> int:
        day = self.chance.randrange(max(1, int(self.days) - 1)) * DAY_MS
        return self._begin_ms + day + self.chance.randrange(_BEGIN_MS, _END_MS)

    def _happens(self, kind: str, does: Callable[[int], object], user: int) -> None:
        self.happened[kind] += 1
        does(user)

    def _batch(self) -> None:
        if self._items:
            self.big.ris.sends(self._items)
            self._items = []

    def _resends(self) -> None:
        """The same once more, in files; nothing of it is newer."""
        users = max(1, round(self.big.catalogue.users * self.resent))
        files = self.big.ris.whole_catalogue(users)
        self.happened["items sent again"] += users * (1 + self.big.catalogue.firsts + self.big.catalogue.works)
        self.big.ris.puts_files(files)

    def _retitles(self, user: int) -> None:
        self._items.append(self.big.catalogue.retitled(self._one(user)))

    def _publishes(self, user: int) -> None:
        self._items += self.big.catalogue.publishes(user)

    def _hides(self, user: int) -> None:
        self._items.append(self.big.catalogue.hides(user, self._one(user)))

    def _stars(self, user: int) -> None:
        self._items.append(self.big.catalogue.stars(user, self._one(user)))

    def _one(self, user: int) -> int:
        return self.chance.choice(self.big.catalogue.works_of(user))

    def _calls(self, route: str, user: int) -> None:
        who = self.big.catalogue.who(user)
        filled = route.format(link=who.link)
        self.big.people.acts(who.user_id, lambda process: self.big.calls_api(process, who.user_id, filled))
