"""What has to be true when everything has come to rest (R31, R34-R39), worked out from what the RIS said last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import boto3
from orcid_sync.adapters.dynamodb_institution import DynamoDbInstitution
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.items_sync import claim_of, entry_of
from orcid_sync.domain.catalogue import Publication, Relationship, User
from orcid_sync.domain.decide import Decision, decide
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import Connection, Mode, Rules
from orcid_sync.domain.work import Unbuildable
from orcid_sync.domain.work_builder import OwnEntry, build_work
from orcid_sync.feed_parsing import parse_item

from local.registry.state import StoredWork
from soak.edge import CLIENT, LIMIT_PER_SECOND
from soak.people import Institution, Item, Researcher
from soak.world import World


@dataclass
class Truth:
    """What the RIS said last, read into the domain once."""

    said: Iterable[Item]
    users: dict[str, User] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    relationships: dict[str, list[Relationship]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.said:
            parsed = parse_item(item, now_ms=0).item
            if isinstance(parsed, User):
                self.users[parsed.user_id] = parsed
            elif isinstance(parsed, Publication):
                self.publications[parsed.publication_id] = parsed
            elif isinstance(parsed, Relationship):
                self.relationships.setdefault(parsed.user_id, []).append(parsed)
        self.headers = {name: digest_publication(one) for name, one in self.publications.items()}


def problems(world: World, inst: Institution) -> list[str]:
    """Everything that is not as it should be, in words; none is wanted."""
    found = [*inst.violations, *world.functions.unexpected, *world.deliveries.dead, *world.edge.watch.wrong]
    if inst.busy or world.deliveries.busy:
        found.append("it never comes to rest")
    if world.edge.busiest_second() > LIMIT_PER_SECOND:
        found.append(f"R35: {world.edge.busiest_second()} calls within a second")
    if world.edge.refused_at_the_limit:
        found.append(f"R35: {world.edge.refused_at_the_limit} calls were refused at the limit")
    found += left_over(world)
    truth, claims = Truth(inst.said.values()), claims_of(world)
    for who in inst.researchers:
        found += [f"{who.user_id}: {what}" for what in of_record(world, truth, who, claims.get(who.orcid_id))]
    return found


def forgotten(world: World, inst: Institution, after: str) -> list[str]:
    """Works that have to go, and that nobody has noticed `after` whatever happened: their wake was lost (R31)."""
    truth, claims, found = Truth(inst.said.values()), claims_of(world), list[str]()
    for who in writing(world, inst):
        entries = {e.publication_id: e for e in map(entry_of, world.of_record(who.orcid_id, "W#"))}
        decisions = _decided(world, truth, who, claims[who.orcid_id], entries)
        for name in sorted({name for name, _ in _our_works(world, who).values()}):
            entry, decision = entries.get(name), decisions.get(name)
            noticed = entry is not None and entry.removal is not None
            if not noticed and (decision is None or not decision.send):
                reason = decision.reason if decision is not None else "nobody's"
                found.append(f"{who.user_id}: {name} is still there {after} later, though {reason}")
    return found


def writing(world: World, inst: Institution) -> list[Researcher]:
    """Those whose records are kept in step."""
    truth, claims = Truth(inst.said.values()), claims_of(world)
    return [
        who
        for who in inst.researchers
        if (claim := claims.get(who.orcid_id)) is not None and _is_kept(claim, truth.users[who.user_id])
    ]


def _is_kept(claim: Claim, user: User) -> bool:
    return claim.mode is Mode.WRITE and claim.connection is Connection.WRITE and user.is_active


def claims_of(world: World) -> dict[str, Claim]:
    return {claim.orcid_id: claim for claim in map(claim_of, world.items("SyncTable", "C#"))}


def left_over(world: World) -> Iterator[str]:
    """R37: no lease, frozen link, unkept promise."""
    for item in world.items("SyncTable", "WRITER"):
        if "lid" in item and "due_at" in item:  # a user's who left ends with their return, and nothing is due before
            yield f"a lease was left: {item['pk']}"
        if "due_at" in item and item["wake"] != item["seen"]:
            yield f"something happened that nobody looked at: {item['pk']}"
    for claim in claims_of(world).values():
        if claim.removing_since_ms is not None or claim.after_removal is not AfterRemoval.KEEP:
            yield f"{claim.user_id}: the link stays frozen"


def of_record(world: World, truth: Truth, who: Researcher, claim: Claim | None) -> Iterator[str]:
    if claim is None:
        yield "never connected"
        return
    stored = _our_works(world, who)
    entries = {e.publication_id: e for e in map(entry_of, world.of_record(who.orcid_id, "W#"))}
    names = [name for name, _ in stored.values()]
    if len(names) != len(set(names)):
        yield f"a publication stands twice on the record: {sorted(names)}"
    if not _is_kept(claim, truth.users[who.user_id]):
        return  # what a writer left half done is made good on return: nobody may call for them now (R33)
    if world.of_record(who.orcid_id, "INTENT"):
        yield "an intent was left"
    in_ledger = {e.put_code: name for name, e in entries.items() if e.put_code is not None}
    on_record = {code: name for code, (name, _) in stored.items()}
    if in_ledger != on_record:
        lone = in_ledger.items() ^ on_record.items()
        yield f"ledger and record differ: {sorted(lone)}, in the ledger {sorted(in_ledger.items() & lone)}"
    decisions = _decided(world, truth, who, claim, entries)
    wanted = {name for name, decision in decisions.items() if decision.send}
    if set(names) != wanted:
        yield f"missing: {sorted(wanted - set(names))}, too much: {sorted(set(names) - wanted)}"
    own = OwnEntry(orcid_id=who.orcid_id, name=truth.users[who.user_id].name)
    for name, work in stored.values():
        if name in wanted and _shown(work) != _expected(truth.publications[name], decisions[name], own):
            yield f"{name} is out of date: {_shown(work)}"


def _decided(
    world: World, truth: Truth, who: Researcher, claim: Claim, entries: dict[str, LedgerEntry]
) -> dict[str, Decision]:
    institution = DynamoDbInstitution(Table(boto3.client("dynamodb"), world.product.tables["SyncTable"]))
    rules = Rules(claim.settings, institution.settings(consistent=True).rules)
    return decide(
        truth.users[who.user_id],
        truth.relationships.get(who.user_id, []),
        truth.headers,
        entries,
        rules=rules,
        mapping=institution.type_mapping(consistent=True),
        excluded=claim.excluded,
    )


def _expected(publication: Publication, decision: Decision, own: OwnEntry) -> tuple[str, str, list[tuple[str, str]]]:
    assert decision.record is not None
    record = next(record for record in publication.records if record.key == decision.record.key)
    built = build_work(
        record.metadata,
        publication_id=publication.publication_id,
        publication_type=publication.type,
        work_type=decision.work_type,
        own=own,
    )
    assert not isinstance(built, Unbuildable)
    work = built.work
    return work.title, work.type, sorted((i.type, i.value) for i in work.external_ids)


def _shown(work: StoredWork) -> tuple[str, str, list[tuple[str, str]]]:
    content = work.content
    title = content.title.title.value if content.title is not None and content.title.title is not None else ""
    return title or "", str(content.type), sorted((i.type or "", i.value or "") for i in content.identifiers)


def _our_works(world: World, who: Researcher) -> dict[int, tuple[str, StoredWork]]:
    record = world.edge.app.state.records.get(who.orcid_id)
    found: dict[int, tuple[str, StoredWork]] = {}
    for work in record.works.values() if record is not None else ():
        if work.source.client_id == CLIENT:
            own = [i.value or "" for i in work.content.identifiers if i.type == "source-work-id"]
            found[work.put_code] = own[0], work
    return found
