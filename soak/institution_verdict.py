"""What has to be true after an institution's week, and the figures that are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orcid_sync.adapters.items_sync import entry_of
from orcid_sync.services.schedule import QUEUE_LENGTH
from orcid_sync.services.visit import READS_SETTLE_MS

from soak.deliveries import MOST_WRITERS
from soak.edge import LIMIT_PER_SECOND
from soak.expectations import Truth, claims_of, left_over, of_record
from soak.functions import TIMEOUTS
from soak.institution import DAY_MS, HOUR_MS, MINUTE_MS, BigInstitution
from soak.institution_aws import Invocation

# What a check of the schedule may use (DESIGN 6), and what an idle minute does, whoever is there (bench/RESULTS.md).
CHECK_WRITES = 7
IDLE_READS, IDLE_WRITES = 6, 1
MESSAGE_READS, MESSAGE_WRITES = 1, 3
# The busiest hour of checks against the mean one; in a small institution chance weighs more.
MOST_TIMES_MEAN, FEW = 6, 12
LONGEST_GAP_MS = 7 * DAY_MS + HOUR_MS
# Lambda's memory of a writer, in MB, less what importing it takes.
WRITER_MB = 256
MB = 1_000_000
# Read units of pages that do not look at one record: a page of fifty links, a bounded look at everything.
PAGE_READS = {"GET /v1/admin/status": 250, "GET /v1/admin/links": 150}


@dataclass(frozen=True, slots=True)
class Checks:
    """The visits that nothing but the schedule asked for; of each its read units less what n works may use."""

    found: list[Invocation]
    over_budget: float
    most_writes: float
    calls: int
    by_hour: Counter[int]

    @property
    def busiest_hour(self) -> int:
        return max(self.by_hour.values(), default=0)


def checks(big: BigInstitution) -> Checks:
    """Of the week. The share of the schedule (1 unit read, 3 written a message) is counted in, as the budget has it.

    A check a moment after another visit reads strongly, at twice the price, and is none of the systematic ones.
    """
    found, ended_ms = list[Invocation](), dict[str, int]()
    for one in big.visits:
        orcid_id = one.answer["orcid_id"]
        settled = one.began_ms - ended_ms.get(orcid_id, -READS_SETTLE_MS) >= READS_SETTLE_MS
        ended_ms[orcid_id] = one.ended_ms
        if one.quiet and settled and one.answer["ended"] == "done":
            found.append(one)
    over = [one.reads + MESSAGE_READS - (0.6 * big.works_of(one.answer["orcid_id"]) + 5) for one in found]
    return Checks(
        found, max(over, default=0), max((one.writes + MESSAGE_WRITES for one in found), default=0),
        sum(one.registry_calls for one in found), Counter(one.began_ms // HOUR_MS for one in found),
    )  # fmt: skip


def problems(big: BigInstitution, *, every: int = 1) -> Iterator[str]:
    """Everything that is not as it should be. Of every `every`th record the works' content is compared, too."""
    yield from big.world.functions.unexpected
    yield from big.world.deliveries.dead
    yield from big.people.violations
    if big.busy:
        yield "it never comes to rest"
    yield from left_over(big.world)
    yield from _of_limits(big)
    yield from _of_checks(big)
    yield from _of_records(big, every)


def _of_limits(big: BigInstitution) -> Iterator[str]:
    edge = big.world.edge
    if edge.busiest_second() > LIMIT_PER_SECOND or edge.refused_at_the_limit:
        yield f"R35: {edge.busiest_second()} calls within a second, {edge.refused_at_the_limit} refused"
    for function, seconds in big.most.seconds.items():
        if seconds > TIMEOUTS[function] / 2:
            yield f"{function} took {seconds:.0f} s of {TIMEOUTS[function]}"
    # Ten are in hand while three hundred are sent; the high lane holds everybody when an administrator wants it so.
    for lane, most in {"normal": QUEUE_LENGTH + MOST_WRITERS, "high": big.catalogue.users + QUEUE_LENGTH}.items():
        if big.world.queue(lane).deepest > most:
            yield f"{big.world.queue(lane).deepest} messages in the {lane} lane"
    for megabytes in (size / MB for size in big.allocated):
        if megabytes > WRITER_MB:
            yield f"a visit allocated {megabytes:.0f} MB"
    for route, most in PAGE_READS.items():
        for call in big.calls.get(route, ()):
            if call.reads > most:
                yield f"{route} used {call.reads} read units"


def _of_checks(big: BigInstitution) -> Iterator[str]:
    found, hours = checks(big), big.week_ms / HOUR_MS
    if found.calls:
        yield f"R36: systematic checks made {found.calls} calls to the registry"
    if found.over_budget > 0 or found.most_writes > CHECK_WRITES:
        yield f"a check used {found.over_budget} read units too many, or {found.most_writes} written"
    if len(found.found) < big.catalogue.users / 10:
        yield f"only {len(found.found)} systematic checks in {hours / 24:.0f} days"
    if found.busiest_hour > max(FEW, MOST_TIMES_MEAN * len(found.found) / max(hours, 1)):
        yield f"R31: {found.busiest_hour} of {len(found.found)} checks in one hour"
    gap_ms = max([big.longest_gap_ms, *(big.now_ms() - at_ms for at_ms in big.last_visit_ms.values())])
    if gap_ms > LONGEST_GAP_MS:
        yield f"R31: nobody looked at a link for {gap_ms / DAY_MS:.1f} days"
    for tick in big.idle_ticks:
        if tick.reads > IDLE_READS or tick.writes > IDLE_WRITES:
            yield f"an idle minute used {tick.reads} read and {tick.writes} write units"
            break


def _of_records(big: BigInstitution, every: int) -> Iterator[str]:
    claims = claims_of(big.world)
    for user in range(big.catalogue.users):
        who = big.catalogue.who(user)
        on_record = big.on_record(user)
        rows = map(entry_of, big.world.of_record(who.orcid_id, "W#"))
        in_ledger = {row.put_code: row.publication_id for row in rows if row.put_code is not None}
        if set(on_record.values()) != big.catalogue.wanted(user) or len(on_record) != len(big.catalogue.wanted(user)):
            lone = set(on_record.values()) ^ big.catalogue.wanted(user)
            yield f"{who.user_id}: {len(on_record)} works on the record; not as wanted: {sorted(lone)[:5]}"
        if in_ledger != on_record:
            yield f"{who.user_id}: ledger and record differ"
        if user % every == 0:
            truth = Truth(big.catalogue.of_user(user))
            yield from (f"{who.user_id}: {what}" for what in of_record(big.world, truth, who, claims.get(who.orcid_id)))


def figures(big: BigInstitution) -> Iterator[str]:
    """What the run used, as lines of a table."""
    found, invocations = checks(big), big.world.functions.invocations
    busiest = max(Counter(one.began_ms // MINUTE_MS for one in found.found).values(), default=0)
    visits = f"{len(big.visits):,}, of them {len(found.found):,} that only the schedule asked for"
    yield f"visits in {big.week_ms / DAY_MS:.0f} days | {visits}"
    mean = len(found.found) / (big.week_ms / HOUR_MS)
    yield f"such checks in an hour | {mean:.1f} on average, {found.busiest_hour} at most; {busiest} in a minute"
    yield f"their calls to the registry | {found.calls}"
    yield f"their read units, below 0.6 n + 5 by | {-found.over_budget:.1f} at least"
    yield f"their write units | {found.most_writes:.0f} at most"
    yield f"longest time without a visit | {big.longest_gap_ms / DAY_MS:.2f} days"
    idle = big.idle_ticks
    reads = sorted({(tick.reads, tick.writes) for tick in idle})
    yield f"units of an idle minute (read, written), {len(idle):,} of them | {', '.join(map(str, reads))}"
    for lane in ("normal", "high"):
        waited = big.world.queue(lane).waited_ms
        longest = f"longest wait {max(waited, default=0) / 1000:.0f} s"
        yield f"{lane} lane | {len(waited):,} messages, {big.world.queue(lane).deepest} at most at once, {longest}"
    yield f"busiest second at the registry | {big.world.edge.busiest_second()} calls of {LIMIT_PER_SECOND}"
    for function, seconds in sorted(big.most.seconds.items()):
        most = f"{seconds:.1f} s of {TIMEOUTS[function]}, {big.most.requests[function]:,} requests"
        yield f"{function}, {invocations[function]:,} times | longest {most}"
    for route, calls in sorted(big.calls.items()):
        if " /v1" in route and any(one.reads for one in calls):
            reads_most = max(one.reads for one in calls)
            yield f"{route} | {max(one.seconds for one in calls):.2f} s, {reads_most:,.1f} read units at most"
    if big.allocated:
        yield f"most memory that a visit allocated | {max(big.allocated) / MB:.1f} MB"
