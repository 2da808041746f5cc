"""Puts everything measured into one document: bench/RESULTS.md. It names no date and no machine."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from orcid_sync.adapters.secrets_tokens import MOST_CHANGES_A_DAY

from bench import assumptions, cost
from bench.budgets import Check
from bench.cost import Line
from bench.episodes import Episode, Stored
from bench.gate_use import CALL_SECONDS, LATENCY_SECONDS, WRITERS, GateUse
from bench.prices import PRICES, Price
from bench.scale import Figure
from bench.timing import Cold, Step

SIZES = (500, 5_000, 50_000)
# From when a vault is too young for a Sunday's compaction to the next Sunday (services/compact_vaults.py).
DAYS_UNTIL_MERGED = 8
MOST_USD = 15
COUNTED = "## What is used"
BUDGETS = "Budgets"

HEAD = """# Results

Written by `make bench`; edit nothing here. What is counted is exact and the same on every machine; what takes time is
given as ratios, for machines differ. Functions and services are those that are deployed. DynamoDB is a table in memory
that passes the adapters' contract suites (an emulator takes milliseconds an item); its units are counted from the sizes
of items by DynamoDB's rules, index writes included. The registry is the emulator, over HTTP; SQS, Secrets Manager, S3
and EventBridge are moto's.
"""


def renewed(document: str, sections: Iterable[str]) -> str:
    """The document with these sections in place of those of the same headings; of the budgets' table, with these rows
    in place of those of the same names.
    """
    parts = document.strip().split("\n\n## ")
    places = {part.partition("\n")[0]: place for place, part in enumerate(parts)}
    for section in sections:
        heading, _, body = section.strip().removeprefix("## ").partition("\n")
        old = parts[places[heading]].partition("\n")[2]
        parts[places[heading]] = f"{heading}\n{_rows_renewed(old, body) if heading == BUDGETS else body}"
    return "\n\n## ".join(parts) + "\n"


def _rows_renewed(old: str, new: str) -> str:
    rows = {row.split(" | ")[0]: row for row in new.splitlines() if row.startswith("| ")}
    return "\n".join(rows.get(row.split(" | ")[0], row) for row in old.splitlines())


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; columns of numbers stand to the right."""
    rows = list(rows)
    lines = [[_cell(cell) for cell in row] for row in rows]
    texts = [not any(str(row[place]).strip("*")[:1].isdigit() for row in rows) for place in range(len(head))]
    marks = ["---" if text else "---:" for text in texts]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, marks, *lines))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def counted(episodes: Sequence[Episode]) -> str:
    """The table of everything counted; the same on every machine."""
    rows = []
    for episode in episodes:
        counts = episode.counts
        row = [episode.kind, episode.size, _calls(counts.registry), counts.reads, counts.writes]
        others = {
            name: count for name, count in counts.requests.items() if name not in ("sqs ReceiveMessage", "events")
        }
        rows.append(
            [*row, counts.dynamodb_requests, _calls(Counter(others)), _calls(counts.invocations), counts.registry_bytes]
        )
    head = [
        "what",
        "works",
        "calls of the registry",
        "read units",
        "write units",
        "DynamoDB requests",
        "other AWS requests",
        "invocations",
        "bytes to the registry",
    ]
    return f"""{COUNTED}

Works: publications concerned; of the feed: items. Ticks of the schedule with nothing due are left out.
`changed titles`: visits after the feed took them in. `hidden`: the feed, its stream and the visit. `lost ledger`: all
its rows deleted, then a reconcile by the sync function; what was sent cannot be told from the record's summary, so that
each work adopted is updated once.

{table(head, rows)}"""


def _calls(calls: Counter[str]) -> str:
    """`10 POST, 1 GET`, the most frequent first."""
    return (
        ", ".join(f"{count:,} {name}" for name, count in sorted(calls.items(), key=lambda one: (-one[1], one[0])))
        or "none"
    )


def budgets(checks: Sequence[Check]) -> str:
    rows = [[check.what, check.used, check.allowed, "kept" if check.kept else "**passed**"] for check in checks]
    return f"## {BUDGETS}\n\n`make bench` fails when one is passed.\n\n" + table(["what", "used", "allowed", ""], rows)


def stored(kinds: dict[str, Stored], works: int) -> str:
    names = {
        "R": "relationship",
        "HEAD": "header",
        "REC": "payload",
        "W": "ledger row",
        "H": "attempt",
        "WRITER": "writer item",
        "C": "claim",
        "P": "finding a publication by an identifier",
    }
    rows = [[names[kind], one.items, one.size / one.items] for kind, one in sorted(kinds.items()) if kind in names]
    return f"## What is stored\n\nAfter the first sync of {works} works.\n\n" + table(
        ["item", "items", "bytes each"], rows
    )


def times(steps: Sequence[Step], cold: Sequence[Cold]) -> str:
    unit = steps[0].seconds
    lightest = min(one.importing + one.building for one in cold)
    step_rows = [[step.what, round(step.seconds / unit, 1)] for step in steps]
    cold_rows = [
        [
            one.function,
            round(one.importing / lightest, 2),
            round(one.building / lightest, 2),
            round((one.importing + one.building) / lightest, 2),
        ]
        for one in sorted(cold, key=lambda one: -one.importing - one.building)
    ]
    return f"""## Times

A work on its way, in multiples of the first line (medians):

{table(["step", "ratio"], step_rows)}

Cold starts in an interpreter of their own, in multiples of the fastest: importing the function, then building what
it calls.

{table(["function", "import", "build", "together"], cold_rows)}"""


def gate(use: GateUse) -> str:
    rows: list[list[object]] = [
        ["slots used while there is work", f"{min(1.0, use.used_share):.0%}"],
        ["most calls in any second (26 allowed)", use.most_in_a_second],
        ["calls that the registry would have refused", use.refused],
        ["calls of the high lane while the normal one is saturated", use.high_calls],
        ["the longest of them waited (s)", f"{use.longest_high_wait:.2f} of {use.high_bound:.2f} allowed"],
        ["calls during a pause, a second after it was set", use.calls_in_pause_after_a_second],
        ["most calls in any second after the pause", use.most_in_a_second_after_pause],
    ]
    return f"""## The registry's limit

{WRITERS} writers in threads, {CALL_SECONDS} s a call, in real time: the gate's adapter on the table in memory, each of
its requests {LATENCY_SECONDS * 1000:.0f} ms, and the emulator's own limiter (24 a second, bursts of 40).

{table(["", ""], rows)}"""


def scale(figures: Sequence[Figure]) -> str:
    return "## Large things\n\nSeconds of computing are this machine's.\n\n" + table(
        ["what", "", "unit"], [[one.what, round(one.value, 1), one.unit] for one in figures]
    )


def money(bills: dict[int, list[Line]]) -> str:
    lines = list(bills[SIZES[0]])
    rows: list[list[object]] = []
    for number, line in enumerate(lines):
        price = PRICES[line.price]
        rows.append(
            [
                line.what,
                _price(price),
                *(f"{bills[size][number].usd:.2f}" for size in SIZES),
            ]
        )
    totals = {size: sum(line.usd for line in bills[size]) for size in SIZES}
    rows.append(["**together**", "", *(f"**{totals[size]:.2f}**" for size in SIZES)])
    free = {size: totals[size] - cost.allowance(bills[size]) for size in SIZES}
    rows.append(["with what AWS gives every account for ever", "", *(f"{free[size]:.2f}" for size in SIZES)])
    head = ["USD a month, researchers:", "price", *(f"{size:,}" for size in SIZES)]
    sources = table(
        ["price", "USD", "where from"],
        [[name, _price(one), one.source] for name, one in PRICES.items()],
    )
    return f"""## What a month costs

{table(head, rows)}

{_in_the_way(bills[5_000], totals[5_000])}

Assumed:

{chr(10).join(f"- {one}." for one in assumptions.ASSUMPTIONS)}

{_rush()}

List prices, Ireland, November 2026:

{sources}"""


def _price(price: Price) -> str:
    """`0.705 / million units`: no row of zeros."""
    if price.usd < 0.001:
        return f"{price.usd * 1e6:.6g} / million {price.unit}s"
    return f"{price.usd:.6g} / {price.unit}"


def _rush(researchers: int = 5_000) -> str:
    """What connecting on one day costs: a vault takes few changes a day, until the compaction merges them."""
    at_once, packed = math.ceil(researchers / MOST_CHANGES_A_DAY), cost.vaults(researchers)
    usd = (at_once - packed) * PRICES["secret"].usd * DAYS_UNTIL_MERGED / 30.4
    return (
        f"A rush of connections needs more vaults, for a vault takes {MOST_CHANGES_A_DAY} changes a day:"
        f" {researchers:,} researchers who all connect on one day leave {at_once} of them, which costs {usd:.2f} USD"
        f" once: the weekly compaction makes {packed} of them, after {DAYS_UNTIL_MERGED} days at the latest."
        f" Spread over {math.ceil(at_once / packed)} days they fill {packed}."
    )


def _in_the_way(lines: Sequence[Line], total: float) -> str:
    """Why 5,000 researchers cost what they cost."""
    largest = sorted(lines, key=lambda line: -line.usd)[:5]
    named = ", ".join(f"{line.what} {line.usd:.2f}" for line in largest)
    if total < MOST_USD:
        return f"5,000 researchers cost less than {MOST_USD} USD. The largest lines: {named}."
    return (
        f"5,000 researchers cost more than the {MOST_USD} USD aimed at. What stands in the way: {named}."
        " Most of it is the same for one researcher as for thousands."
    )
