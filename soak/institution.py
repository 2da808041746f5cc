"""An institution of full size on the simulated clock: founded by files, connected, synced, and then a week."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count
from typing import Any

from orcid_sync.adapters.items_writer import SHARDS
from orcid_sync.bootstrap.write_works import write_works
from orcid_sync.domain.ledger import Concern
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.tokens import TokenRef

from soak.cold_records import ColdRecords
from soak.edge import CLIENT, RegistryEdge
from soak.institution_aws import InstitutionAmazon, Invocation, Most
from soak.institution_catalogue import Catalogue
from soak.institution_feed import Ris
from soak.peak_memory import PeakMemory
from soak.people import Institution
from soak.simulation import Process
from soak.world import World, world

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
# Seldom enough that a week of it is soon over.
STREAM_POLLED_MS = 1_000
SCOPES = ("/activities/update", "/read-limited")
TOKENS_A_VAULT = 1_500


@dataclass
class BigInstitution:
    """`visits` are the writers' invocations of the week, `ticks` the schedule's; `most` is over everything."""

    world: World
    amazon: InstitutionAmazon
    catalogue: Catalogue
    people: Institution
    memory: PeakMemory = field(default_factory=PeakMemory)
    most: Most = field(default_factory=Most)
    visits: list[Invocation] = field(default_factory=list)
    ticks: list[Invocation] = field(default_factory=list)
    calls: dict[str, list[Invocation]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    longest_gap_ms: int = 0
    last_visit_ms: dict[str, int] = field(default_factory=dict)
    keeping: bool = False
    week_ms: int = 0
    measured: str = ""  # the iD whose next visit's memory is measured
    allocated: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.amazon.over, self.amazon.begun = self._over, self._begun
        self.ris = Ris(self.world, self.catalogue, self.people)

    # Time

    def now_ms(self) -> int:
        return self.world.simulation.now_ms()

    def passes(self, for_ms: int) -> None:
        self.world.simulation.run(self.now_ms() + for_ms)

    def rests(self, least_ms: int, longest_ms: int) -> int:
        """At least so long, and until nothing is under way or due; returns how long it took, to the minute."""
        begin_ms = self.now_ms()
        self.passes(least_ms)
        while self.now_ms() < begin_ms + longest_ms and (self.busy or self.due_now()):
            self.passes(MINUTE_MS)
        return self.now_ms() - begin_ms

    @property
    def busy(self) -> bool:
        """The schedule's own ticks do not count."""
        given = self.world.deliveries
        waiting = any(queue.messages for queue in given.queues.values()) or given.stream.busy
        return bool(waiting or given.handling or self.amazon.events or self.people.busy or self.ris.files_left)

    def due_now(self) -> int:
        """Links that are due and have no message yet, up to ten a shard."""
        table, now = self.world.product.tables["SyncTable"], str(self.now_ms())
        condition = "due_lane = :lane AND due_at <= :now"
        return sum(
            len(
                self.amazon.memory.query(
                    TableName=table, IndexName="due", KeyConditionExpression=condition, Limit=10,
                    ExpressionAttributeValues={":lane": {"S": f"{lane}#{shard}"}, ":now": {"N": now}},
                )["Items"]
            )
            for lane in Lane for shard in range(SHARDS)
        )  # fmt: skip

    def updates_wait(self) -> bool:
        """Whether an update of any work waits for quiet (R32)."""
        request: dict[str, Any] = {"TableName": self.world.product.tables["SyncTable"], "IndexName": "listed"}
        values = {":ls": {"S": Concern.WAITING_UPDATE}}
        found = self.amazon.memory.query(
            **request, KeyConditionExpression="ls = :ls", ExpressionAttributeValues=values, Limit=1
        )
        return bool(found["Items"])

    def _begun(self, invocation: Invocation) -> None:
        if self.measured and invocation.group == self.measured:
            self.memory.begin()

    def _over(self, invocation: Invocation) -> None:
        if self.memory.measuring and invocation.group == self.measured:
            self.allocated.append(self.memory.end())
        self.most.note(invocation)
        if invocation.function == "write_works":
            self._visited(invocation)
        elif invocation.function == "schedule_sync" and self.keeping:
            self.ticks.append(invocation)
        elif invocation.function not in ("notice_changes", "schedule_sync"):
            what = invocation.event if isinstance(invocation.event, str) else invocation.function
            self.calls.setdefault(what, []).append(replace(invocation, event=None, answer=None))

    def _visited(self, invocation: Invocation) -> None:
        if invocation.answer is None:
            return
        orcid_id = invocation.answer["orcid_id"]
        self.done[orcid_id] += invocation.answer["ended"] == "done"
        if orcid_id in self.last_visit_ms:
            self.longest_gap_ms = max(self.longest_gap_ms, invocation.began_ms - self.last_visit_ms[orcid_id])
        self.last_visit_ms[orcid_id] = invocation.began_ms
        if self.keeping:
            self.visits.append(replace(invocation, event=None))

    def skips_idle_minutes(self, one_in: int) -> None:
        """The schedule runs in every minute in which something is due, and in one of so many others."""
        start, minutes = self.world.functions.start, count()

        def started(function: str, event: dict[str, Any], **how: Any) -> None:
            if function != "schedule_sync" or self.due_now() or not next(minutes) % one_in:
                start(function, event, **how)

        self.world.functions.start = started  # type: ignore[method-assign]  # all else as ever

    # The RIS

    def takes_in(self, users: int) -> None:
        """All about the first so many users, in files, until it is stored and the stream is through."""
        self.ris.puts_files(self.ris.whole_catalogue(users))
        while self.busy:
            self.passes(MINUTE_MS)

    def calls_api(self, process: Process, who: str, route: str, body: object = None, **more: Any) -> None:
        """Somebody's call, to be answered well; what it used is kept by its route."""
        self.amazon.labels[process] = _without_names(route)
        reply = self.people.call(process, who, route, body, **more)
        assert reply is not None and reply.status < 300, (route, reply)

    # Researchers

    def connect_all(self) -> None:
        """All wish works to be sent, at one moment; their tokens lie in vaults as after a compaction."""
        state, stores, now_ms = self.world.edge.app.state, write_works().sync_record.stores, self.now_ms()
        vault: Any = stores.vault
        for begin in range(0, self.catalogue.users, TOKENS_A_VAULT):
            users = range(begin, min(begin + TOKENS_A_VAULT, self.catalogue.users))
            name = vault.create(vault._counters.all(now_ms), now_ms)
            entries = {}
            for user in users:
                who = self.catalogue.who(user)
                state.record(who.orcid_id, now_ms)
                token = state.issue_token(CLIENT, who.orcid_id, SCOPES, now_ms / 1000 + 600_000_000)
                entries[f"{who.user_id}#{who.orcid_id}"] = (token.access, " ".join(sorted(SCOPES)), now_ms)
            vault.change(name, partial(_merged, entries), now_ms)
            for user in users:
                who = self.catalogue.who(user)
                claim = stores.claims.get(who.user_id, who.orcid_id) or Claim(who.user_id, who.orcid_id)
                ref = TokenRef(name, now_ms)
                stores.claims.put(replace(claim, mode=Mode.WRITE, connection=Connection.WRITE, token=ref))
                assert stores.writers.acquire(who.orcid_id, who.user_id)
                assert stores.writers.wake(who.orcid_id, who.user_id, lane=Lane.NORMAL, due_ms=now_ms)

    def works_of(self, orcid_id: str) -> int:
        """How many publications the iD's owner is related with."""
        return len(self.catalogue.works_of(self._users[orcid_id]))

    @cached_property
    def _users(self) -> dict[str, int]:
        return {self.catalogue.who(user).orcid_id: user for user in range(self.catalogue.users)}

    @property
    def idle_ticks(self) -> list[Invocation]:
        """Minutes of the week in which nothing was due."""
        return [tick for tick in self.ticks if not tick.answer["sent"]]

    def on_record(self, user: int) -> dict[int, str]:
        """Put-code -> publication of our works on a user's record."""
        return RegistryEdge.works(self.world.edge, self.catalogue.who(user).orcid_id)


def _without_names(route: str) -> str:
    return re.sub(r"/orcid/[0-9X-]{19}", "/orcid/{iD}", route)


def _merged(more: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    return {**entries, **more}


@contextmanager
def institution(users: int, works: int, *, seed: int = 1) -> Iterator[BigInstitution]:
    """An empty one; everything is gone at the end."""
    with world(seed, InstitutionAmazon) as made:
        amazon = made.amazon
        assert isinstance(amazon, InstitutionAmazon)
        amazon.joins(made.functions)
        amazon.sync_table = made.product.tables["SyncTable"]
        big = BigInstitution(made, amazon, Catalogue(users, works), Institution(made))
        registry = made.edge.app
        registry.state.records = ColdRecords()  # type: ignore[assignment]  # does what the dict did
        answer = registry.api.answer

        def answered(request: Any) -> Any:
            process = made.simulation.current
            assert process is not None
            amazon.called(process)
            with big.memory.aside():
                return answer(request)

        registry.api.answer = answered  # type: ignore[method-assign]  # counted, and not the product's memory
        # Its watch remembers each work ever added; here records are compared with what is wanted at the end.
        made.edge.works = lambda orcid_id: {}  # type: ignore[method-assign]  # noqa: ARG005
        made.deliveries.polled_ms = STREAM_POLLED_MS
        gc.freeze()
        yield big
