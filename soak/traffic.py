"""What happens in an hour: the RIS, researchers, administrators and owners at ORCID, by chance and by the seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from soak.people import Institution, Researcher
from soak.world import World

HOUR_MS = 3_600_000
MAPPINGS = [
    "Elements type,ORCID type\njournal-article,journal-article\nbook,book\n",
    "Elements type,ORCID type\njournal-article,report\nbook,book\n",
    "Elements type,ORCID type\njournal-article,journal-article\nbook,edited-book\n",
]


@dataclass
class Traffic:
    """`happened` counts what was done."""

    world: World
    institution: Institution = field(init=False)
    names: dict[str, list[str]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    away: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.institution = Institution(self.world)

    def found(self, researchers: int, publications: int) -> None:
        """People with their publications, all of whom connect and write; a fifth share a publication with another."""
        chance, inst = self.world.random, self.institution
        for _ in range(researchers):
            who = inst.researcher()
            names = [f"{who.user_id}-p{n}" for n in range(chance.randint(publications // 2, publications * 3 // 2))]
            self.names[who.user_id] = names
            shared = (
                [chance.choice(self.names[f"u{chance.randint(1, len(self.names))}"])] if len(self.names) > 1 else []
            )
            items = [inst.person(who)]
            items += [inst.publication(name, type=chance.choice(["journal-article", "book"])) for name in names]
            items += [inst.relation(who.user_id, name) for name in {*names, *shared}]
            self.names[who.user_id] = sorted({*names, *shared})
            inst.feed(*items)
        # Whoever is not known yet cannot connect.
        self.world.settle(HOUR_MS)
        for who in inst.researchers:
            self.writes_again(who)
            self.world.simulation.run(self.world.simulation.now_ms() + 1_500)
        self.world.settle(HOUR_MS)
        unwritten = [who.user_id for who in inst.researchers if not self.world.edge.works(who.orcid_id)]
        assert not unwritten, f"nothing was sent for {unwritten}"

    def goes_on(self, for_ms: int, events: int) -> None:
        """So many things happen, spread over the time."""
        simulation, chance = self.world.simulation, self.world.random
        begin_ms = simulation.now_ms()
        for at_ms in sorted(chance.randint(0, for_ms) for _ in range(events)):
            simulation.at(begin_ms + at_ms, self._happens)

    def _happens(self) -> None:
        acts = list(_ACTS.items())
        act = self.world.random.choices([name for name, _ in acts], [weight for _, (weight, _) in acts])[0]
        self.happened[act] += 1
        _ACTS[act][1](self, self.world.random.choice(self.institution.researchers))

    def name(self, who: Researcher) -> str:
        return self.world.random.choice(self.names[who.user_id])

    # The RIS

    def publishes(self, who: Researcher) -> None:
        name = f"{who.user_id}-p{len(self.names[who.user_id]) + self.institution.version}"
        self.names[who.user_id].append(name)
        inst = self.institution
        inst.feed(inst.publication(name), inst.relation(who.user_id, name))

    def thinks_again(self, who: Researcher) -> None:
        """Something new is made private, or merged into another, within seconds: before any index has seen it, and
        after it was sent.
        """
        chance, inst = self.world.random, self.institution
        self.publishes(who)
        name, other = self.names[who.user_id][-1], self.name(who)
        now_ms = self.world.simulation.now_ms()
        later_ms = now_ms + chance.randint(800, 6_000)
        self.world.simulation.at(now_ms + 500, lambda: self.presses("POST {link}/sync")(who))
        merges = chance.random() < 0.3 and other != name

        def changes() -> None:
            inst.feed(inst.gone(name, other) if merges else inst.publication(name, privacy="private"))

        self.world.simulation.at(later_ms, changes)

    def hides(self, who: Researcher) -> None:
        name = self.world.random.choice(sorted(set(self.world.edge.works(who.orcid_id).values())) or [self.name(who)])
        self.institution.feed(self.institution.relation(who.user_id, name, hidden=True))

    def changes_privacy(self, who: Researcher) -> None:
        inst, name = self.institution, self.name(who)
        inst.watch.cause(f"pub {name}")
        inst.feed(inst.publication(name, privacy=self.world.random.choice(["public", "private"])))

    def changes_metadata(self, who: Researcher) -> None:
        name = self.name(who)
        self._again(self.institution.publication(name, title=f"On {name}, version {self.institution.version}"))

    def makes_twins(self, who: Researcher) -> None:
        doi = f"10.5555/{self.name(who)}"
        self.institution.feed(self.institution.publication(self.name(who), doi=doi))

    def unpublishes(self, who: Researcher) -> None:
        status = self.world.random.choice(["accepted", "published"])
        self.institution.feed(self.institution.publication(self.name(who), status=status))

    def relates_otherwise(self, who: Researcher) -> None:
        pick = self.world.random.choice
        change: dict[str, Any] = pick(
            [{"hidden": True}, {"hidden": False}, {"status": "rejected"}, {"status": "claimed"}, {"favourite": True},
             {"privacy": "private"}, {"privacy": "public"}]
        )  # fmt: skip
        self._again(self.institution.relation(who.user_id, self.name(who), **change))

    def deletes_or_merges(self, who: Researcher) -> None:
        name, other = self.name(who), self.name(who)
        self.institution.feed(self.institution.gone(name, other if other != name else None))

    def leaves_or_returns(self, who: Researcher) -> None:
        self.away ^= {who.user_id}
        self.institution.feed(self.institution.person(who, is_current=who.user_id not in self.away))

    def _again(self, item: dict[str, Any]) -> None:
        """Now and then an item comes twice, the second time when it is old."""
        self.institution.feed(item, again=self.world.random.random() < 0.1)

    # Researchers

    def presses(self, route: str, body: object = None) -> Callable[[Researcher], None]:
        def press(who: Researcher) -> None:
            filled = route.format(link=who.link, name=self.name(who) if "{name}" in route else "")
            inst = self.institution
            if not filled.startswith("GET") and not filled.endswith("/sync"):
                inst.watch.cause(f"user {who.user_id}")
            inst.acts(who.user_id, lambda process: inst.call(process, who.user_id, filled, body))

        return press

    def changes_settings(self, who: Researcher) -> None:
        chance = self.world.random
        name = chance.choice(["favourites_only", "published_only", "include_private"])
        self.presses("PATCH {link}/settings", {name: chance.random() < (0.1 if name == "favourites_only" else 0.5)})(
            who
        )

    def writes_again(self, who: Researcher) -> None:
        self.institution.acts(who.user_id, lambda process: self.institution.writes(process, who))

    def disconnects(self, who: Researcher) -> None:
        query = {"works": self.world.random.choice(["leave", "remove"])}
        inst = self.institution
        inst.watch.cause(f"user {who.user_id}")
        inst.acts(who.user_id, lambda p: inst.call(p, who.user_id, f"DELETE {who.link}", query=query))

    # Owners at ORCID

    def deletes_at_orcid(self, who: Researcher) -> None:
        codes = sorted(self.world.edge.works(who.orcid_id))
        if codes:
            self.institution.order("works/delete", orcid=who.orcid_id, put_codes=[self.world.random.choice(codes)])
            self.institution.deleted_at_orcid.add(who.orcid_id)

    def revokes(self, who: Researcher) -> None:
        self.institution.order("revocation", orcid=who.orcid_id, by="user")

    def is_locked_for_a_while(self, who: Researcher) -> None:
        state = self.world.random.choice(["locked", "deactivated"])
        self.institution.order("record", orcid=who.orcid_id, state=state)
        later = self.world.simulation.now_ms() + 20 * 60_000
        self.world.simulation.at(later, lambda: self._is_well_again(who))

    def _is_well_again(self, who: Researcher) -> None:
        self.institution.order("record", orcid=who.orcid_id, state="ok")

    # Administrators

    def administers(self, _: Researcher) -> None:
        pick, inst = self.world.random.choice, self.institution
        route, body = pick(
            [
                ("POST /v1/admin/sync", {"all": True}),
                ("POST /v1/admin/sync", {"all": True, "reconcile": True}),
                ("PATCH /v1/admin/configuration", {"deleted_at_orcid": "respect"}),
                ("PUT /v1/admin/type-mapping", None),
                ("PATCH /v1/admin/configuration", {"write_enabled": False}),
            ]
        )
        more: dict[str, Any] = (
            {"raw": pick(MAPPINGS), "headers": {"content-type": "text/csv"}} if route.startswith("PUT") else {}
        )
        inst.acts("boss", lambda process: inst.call(process, "boss", route, body, repeats=20, **more))
        if body == {"write_enabled": False}:
            self.world.simulation.at(self.world.simulation.now_ms() + 180_000, self._switches_on)

    def _switches_on(self) -> None:
        on, inst = {"write_enabled": True}, self.institution
        inst.acts("boss", lambda p: inst.call(p, "boss", "PATCH /v1/admin/configuration", on, repeats=20))


Act = Callable[[Traffic, Researcher], None]


def _press(route: str, body: object = None) -> Act:
    return lambda traffic, who: traffic.presses(route, body)(who)


# How often, compared with one another, and what.
_ACTS: dict[str, tuple[int, Act]] = {
    "new publication": (14, Traffic.publishes),
    "new and soon private": (4, Traffic.thinks_again),
    "publication privacy": (4, Traffic.changes_privacy),
    "metadata": (25, Traffic.changes_metadata),
    "twins": (3, Traffic.makes_twins),
    "publication status": (5, Traffic.unpublishes),
    "relationship": (25, Traffic.relates_otherwise),
    "deleted or merged": (3, Traffic.deletes_or_merges),
    "leaves or returns": (2, Traffic.leaves_or_returns),
    "Run sync": (8, _press("POST {link}/sync")),
    "setting": (5, Traffic.changes_settings),
    "left out": (4, _press("PUT {link}/publications/{name}/exclusion")),
    "taken back": (4, _press("DELETE {link}/publications/{name}/exclusion")),
    "sent again": (3, _press("POST {link}/publications/{name}/resend")),
    "removal": (1, _press("POST {link}/removal", {"confirm": True})),
    "disconnected": (1, Traffic.disconnects),
    "connected and writing": (6, Traffic.writes_again),
    "settings page": (4, _press("GET {link}")),
    "deleted at ORCID": (2, Traffic.deletes_at_orcid),
    "revoked": (1, Traffic.revokes),
    "locked": (1, Traffic.is_locked_for_a_while),
    "administered": (1, Traffic.administers),
}
