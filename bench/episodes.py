"""The episodes of an institution's life that are counted, each through handlers and services as they are deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from orcid_sync.adapters.dynamodb_values import pack
from orcid_sync.adapters.items_catalogue import header_item, relationship_item
from orcid_sync.adapters.items_sync import entry_item
from orcid_sync.domain.catalogue import ClaimStatus, Relationship
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.feed_parsing import parse_line

from bench import samples
from bench.counting import Counts
from bench.founding import institution
from bench.institution import Institution, Researcher
from tests.item_size import item_size

# So many that what a visit costs by itself hardly counts; fewer than the guard against mass removal holds (R55).
CHANGED = 50
CHANGED_SHARE = 6
WEEK_SECONDS = 8 * 86_400
# Whatever was asked for is visited within these.
MINUTES = 10


@dataclass(frozen=True, slots=True)
class Episode:
    """What happened to how many publications, and what it used. `kind` is how budgets and costs name it."""

    kind: str
    size: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Stored:
    """Items of one kind, their bytes, and their entries in indexes."""

    items: int
    size: int
    indexed: int


def researcher_episodes(size: int) -> list[Episode]:
    """One researcher of `size` publications: from the first sync to a lost ledger."""
    with institution() as inst:
        idle = _idle_tick(inst)
        who = inst.connect(1)
        publications = list(samples.publications(size))
        found = [Episode("feed of new publications", size, counted(inst, lambda: who.publishes(publications)))]
        found.append(Episode("first sync", size, _visited(inst, idle)))
        assert who.on_record() == size, who.on_record()
        found.append(Episode("settings page", size, counted(inst, lambda: who.calls("GET {link}"))))
        found.append(Episode("list page", size, counted(inst, lambda: who.calls("GET {link}/publications"))))
        inst.clock.advance(WEEK_SECONDS)
        found.append(Episode("systematic check", size, _visited(inst, idle)))
        found.append(Episode("woken visit", size, counted(inst, lambda: _run_sync(inst, who))))
        found += _changes(inst, who, publications, idle)
        found.append(Episode("lost ledger", size, _lost_ledger(inst, who, idle)))
        assert who.on_record() == size - 1 - min(CHANGED, size // CHANGED_SHARE)
        return found


def feed_episodes(items: int) -> list[Episode]:
    """A hundred users, and as many publications as relationships, in batches of 500; then all of it once more."""
    people = [samples.user(f"u{number}", samples.orcid_id(number)) for number in range(100)]
    publications = list(samples.publications((items - len(people)) // 2))
    related = [samples.relationship(f"u{number % 100}", one) for number, one in enumerate(publications)]
    with institution() as inst:
        everything = [*people, *publications, *related]
        return [Episode(kind, items, counted(inst, lambda: inst.feed(everything))) for kind in ("feed", "feed again")]


def idle_episode() -> Episode:
    """A minute in which nothing is due."""
    with institution() as inst:
        inst.connect(1)
        return Episode("idle minute", 1, _idle_tick(inst))


def storage_episode(size: int) -> dict[str, Stored]:
    """What lies in the tables after a first sync, by kind of item."""
    with institution() as inst:
        inst.connect(1).publishes(list(samples.publications(size)))
        inst.settle()
        found: dict[str, Stored] = {}
        for table in ("CatalogueTable", "SyncTable"):
            for item in inst.memory.stored(inst.product.tables[table]):
                kind = item["sk"]["S"].partition("#")[0]
                kind = "user" if kind == "USER" else kind
                before = found.get(kind, Stored(0, 0, 0))
                indexed = sum(name in item for name in ("gp", "due_lane", "ls"))
                found[kind] = Stored(before.items + 1, before.size + item_size(item), before.indexed + indexed)
        return found


def fill(inst: Institution, who: Researcher, size: int) -> None:
    """Put publications and ledger rows straight into the tables: what the pages read, without payloads."""
    tables = inst.product.tables
    for number, item in enumerate(samples.publications(size), 1_000_000):
        publication = parse_line(json.dumps(item).encode(), now_ms=0).item
        header = digest_publication(publication)  # type: ignore[arg-type]  # a publication of the feed
        entry = LedgerEntry(item["id"], rev=1, put_code=number, fingerprint="0" * 16, sent_ms=inst.clock.now_ms())
        relationship = Relationship(who.user_id, item["id"], 1, ClaimStatus.CLAIMED)
        for table, stored in (
            ("CatalogueTable", header_item(header)),
            ("CatalogueTable", relationship_item(relationship)),
            ("SyncTable", entry_item(who.orcid_id, entry)),
        ):
            inst.memory.put_item(TableName=tables[table], Item=pack(stored))
    inst.memory.stream.clear()


def _changes(inst: Institution, who: Researcher, publications: Sequence[samples.Item], idle: Counts) -> list[Episode]:
    """One changed title, many; one publication hidden, many."""

    def retitled(one: samples.Item) -> samples.Item:
        first, *others = one["records"]
        titled = [{**record, "data": {**record["data"], "title": f"{one['id']} anew"}} for record in (first, *others)]
        return {**one, "version": one["version"] + 1, "records": titled}

    def hidden(one: samples.Item) -> samples.Item:
        return samples.relationship(who.user_id, one, version=samples.VERSION + 1, hidden=True)

    one, many = publications[:1], publications[1 : 1 + min(CHANGED, len(publications) // CHANGED_SHARE)]
    found = []
    for changed in (one, many):
        inst.feed([retitled(publication) for publication in changed])
        found.append(Episode("changed titles", len(changed), _visited(inst, idle)))
    for changed in (one, many):
        items = [hidden(publication) for publication in changed]
        found.append(Episode("hidden", len(changed), counted(inst, partial(_fed_and_delivered, inst, items))))
    return found


def _fed_and_delivered(inst: Institution, items: list[samples.Item]) -> None:
    """Without the schedule: what is hidden does not wait for it."""
    inst.feed(items)
    assert inst.deliver()


def _run_sync(inst: Institution, who: Researcher) -> None:
    who.calls("POST {link}/sync")
    assert inst.deliver()


def _lost_ledger(inst: Institution, who: Researcher, idle: Counts) -> Counts:
    table = inst.product.tables["SyncTable"]
    for item in inst.memory.stored(table):
        if item["sk"]["S"].startswith("W#"):
            inst.memory.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    inst.invoke("sync", {"orcid_ids": [who.orcid_id], "reconcile": True})
    counts = _visited(inst, idle)
    assert counts.registry["GET"] == 1, counts
    return counts


def _idle_tick(inst: Institution) -> Counts:
    inst.settle()
    return counted(inst, inst.tick)


def _visited(inst: Institution, idle: Counts) -> Counts:
    """Minutes pass until a visit has been made; what the ticks before it use with nothing due is left out."""

    def until_visited() -> None:
        for _ in range(MINUTES):
            if inst.deliver():
                return
            inst.clock.advance(60)
            inst.tick()
        raise AssertionError("nothing was due")

    counts = counted(inst, until_visited)
    for _ in range(counts.invocations["schedule_sync"]):
        counts = counts.minus(idle)
    return counts


def counted(inst: Institution, happens: Callable[[], object]) -> Counts:
    with inst.measuring() as found:
        happens()
    return found[0]
