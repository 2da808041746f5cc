"""What a month costs: counted operations times how often they happen, list prices, and what stands in template.yaml."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.assumptions import (
    ACCESS_LOG_BYTES,
    ADDS,
    AUTHORS_HERE,
    COLD_SHARE,
    FEED_HOURS,
    FEED_ITEMS,
    GB,
    INDEX_ENTRY,
    ITEM_OVERHEAD,
    KMS_PRINCIPALS,
    LOG_COMPRESSION,
    LOG_MONTHS,
    MINUTES_A_MONTH,
    OF_PUBLICATIONS,
    ONE_PROCESSOR_MB,
    PARALLEL,
    PLATFORM_LOG_BYTES,
    POLLERS,
    REGISTRY_SECONDS,
    REQUEST_SECONDS,
    TIMES,
    VAULT_READS,
    WHOLE_FEEDS,
    WORKS,
)
from bench.counting import Counts
from bench.episodes import Episode, Stored
from bench.prices import PRICES
from bench.vaults import capacity
from local.aws.template import resources


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the bill; `quantity` of the price's unit a month."""

    what: str
    price: str
    quantity: float

    @property
    def usd(self) -> float:
        return self.quantity * PRICES[self.price].usd


@dataclass(frozen=True, slots=True)
class Use:
    """What a researcher uses in a month, and what runs for nobody in particular (`minute`: the tick)."""

    episodes: Sequence[tuple[Episode, float]]
    minute: Counts
    stored: Mapping[str, Stored]
    template: Mapping[str, Any]


def monthly_use(
    episodes: Sequence[Episode],
    feed: Sequence[Episode],
    idle: Episode,
    stored: Mapping[str, Stored],
    template: Mapping[str, Any],
) -> Use:
    """`episodes` of a researcher of WORKS publications, `feed` a feed of many items and the same once more."""
    of = {(one.kind, one.size if one.kind in ("changed titles", "hidden") else 0): one for one in episodes}
    often = [(of[kind, 1 if kind in ("changed titles", "hidden") else 0], times) for kind, times in TIMES.items()]
    often.append((of["first sync", 0], ADDS / WORKS))
    # A new work is a visit of its own, too.
    often.append((of["woken visit", 0], ADDS))
    new, again = feed
    often.append((new, FEED_ITEMS / new.size))
    often.append((again, WHOLE_FEEDS * WORKS * (1 + 1 / AUTHORS_HERE) / again.size))
    return Use(often, idle.counts, stored, template)


# What AWS gives every account each month for ever, by line; in the price's unit.
ALWAYS_FREE: Mapping[str, float] = {
    "Lambda invocations": 1e6,
    "Lambda computing": 400_000,
    "DynamoDB storage, indexes included": 25,
    "CloudWatch alarms": 10,
    "CloudWatch dashboard": 3,
    "CloudWatch custom metrics": 10,
    "CloudWatch Logs, ingestion": 5,
    "EventBridge Scheduler": 14e6,
    "SQS, polling of the writers' queues": 1e6,
    "KMS, keys of the tables": 20_000,
}


def allowance(lines: Sequence[Line]) -> float:
    """USD of a bill that the allowances above would cover, in an account that uses them for nothing else."""
    return sum(min(line.quantity, ALWAYS_FREE.get(line.what, 0)) * PRICES[line.price].usd for line in lines)


def bill(use: Use, researchers: int) -> list[Line]:
    """Every line of a month's bill."""
    return [
        *_tables(use, researchers),
        *_computing(use, researchers),
        *_watching(use, researchers),
        *_rest(use, researchers),
    ]


def _total(use: Use, researchers: int, of: Any) -> float:
    """A figure of Counts over a month: researchers' episodes and the ticks."""
    each = sum(times * of(episode.counts) for episode, times in use.episodes)
    return float(researchers * each + MINUTES_A_MONTH * of(use.minute))


def _tables(use: Use, researchers: int) -> list[Line]:
    size, indexed = 0.0, 0.0
    for kind, stored in use.stored.items():
        share = 1 / AUTHORS_HERE if kind in OF_PUBLICATIONS else 1
        # A year of attempts: those of the first sync, and of each month since.
        years = 1 + 12 * (ADDS + TIMES["changed titles"] + TIMES["hidden"]) / WORKS if kind == "H" else 1
        size += share * years * (stored.size + stored.items * ITEM_OVERHEAD)
        indexed += share * years * stored.indexed * INDEX_ENTRY
    return [
        Line("DynamoDB reads", "read unit", _total(use, researchers, lambda c: c.reads)),
        Line("DynamoDB writes", "write unit", _total(use, researchers, lambda c: c.writes)),
        Line("DynamoDB storage, indexes included", "table storage", researchers * (size + indexed) / GB),
        Line("DynamoDB point-in-time recovery", "point-in-time recovery", researchers * size / GB),
    ]


def _computing(use: Use, researchers: int) -> list[Line]:
    memory = _memory(use.template)
    invocations = _total(use, researchers, lambda c: c.invocations.total())
    gb_seconds = _total(use, researchers, lambda c: _gb_seconds(c, memory))
    return [
        Line("Lambda invocations", "Lambda request", invocations),
        Line("Lambda computing", "Lambda computing, arm64", gb_seconds),
        Line("SQS, polling of the writers' queues", "SQS FIFO request", _polls(use.template, fifo=True)),
        Line("SQS, polling of the rehearsals' queue", "SQS request", _polls(use.template, fifo=False)),
        Line(
            "SQS, messages",
            "SQS FIFO request",
            _total(use, researchers, lambda c: _starting(c, "sqs ") - c.requests["sqs ReceiveMessage"]),
        ),
        Line("EventBridge events", "EventBridge event", _total(use, researchers, lambda c: c.requests["events"])),
        Line("EventBridge Scheduler", "EventBridge Scheduler", MINUTES_A_MONTH),
        Line("HTTP API", "HTTP API", _total(use, researchers, _http)),
    ]


def _watching(use: Use, researchers: int) -> list[Line]:
    said = (
        _total(
            use,
            researchers,
            lambda c: c.log_bytes + PLATFORM_LOG_BYTES * c.invocations.total() + ACCESS_LOG_BYTES * _http(c),
        )
        / GB
    )
    metrics = {name for episode, _ in use.episodes for name in episode.counts.metrics} | set(use.minute.metrics)
    return [
        Line("CloudWatch alarms", "alarm", _deployed(use.template, "AWS::CloudWatch::Alarm")),
        Line("CloudWatch dashboard", "dashboard", _deployed(use.template, "AWS::CloudWatch::Dashboard")),
        Line("CloudWatch custom metrics", "custom metric", sum(_hours(name) / 24 for name in metrics)),
        Line("CloudWatch Logs, ingestion", "log ingestion", said),
        Line("CloudWatch Logs, storage", "log storage", said * LOG_MONTHS * LOG_COMPRESSION),
    ]


def vaults(researchers: int) -> int:
    """Secrets that hold the tokens when they are full."""
    return math.ceil(researchers / capacity())


def _rest(use: Use, researchers: int) -> list[Line]:
    secrets = _deployed(use.template, "AWS::SecretsManager::Secret")
    visits = _total(use, researchers, lambda c: c.invocations["write_works"])
    tables = _deployed(use.template, "AWS::DynamoDB::Table")
    sent = _total(use, researchers, lambda c: c.registry_bytes) / GB
    return [
        Line("Secrets Manager, token vaults", "secret", vaults(researchers)),
        Line("Secrets Manager, client secret and signing key", "secret", secrets),
        Line("Secrets Manager, calls", "Secrets Manager call", visits * VAULT_READS),
        Line("KMS, keys of the tables", "KMS call", tables * KMS_PRINCIPALS * MINUTES_A_MONTH / 5),
        Line("S3, feed files and large records", "S3 storage", researchers * WORKS * 2_000 / GB),
        Line("Data sent to ORCID", "data to the internet", sent),
    ]


def _polls(template: Mapping[str, Any], *, fifo: bool) -> float:
    """Requests that ask a queue of one kind for messages, each waiting 20 seconds, while there are none."""
    queues = resources(dict(template), "AWS::SQS::Queue")
    polled = [
        event["Properties"]["Queue"]["Fn::GetAtt"][0]
        for function in resources(dict(template), "AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    return sum(queues[name].get("FifoQueue", False) is fifo for name in polled) * POLLERS * 3 * MINUTES_A_MONTH


def _memory(template: Mapping[str, Any]) -> dict[str, int]:
    """MB by folder of the function."""
    functions = resources(dict(template), "AWS::Serverless::Function").values()
    return {one["CodeUri"].strip("/").rpartition("/")[2]: one["MemorySize"] for one in functions}


def _gb_seconds(counts: Counts, memory: Mapping[str, int]) -> float:
    """Waiting is put down to the function that computed most in the episode."""
    total = 0.0
    for function, seconds in counts.cpu_seconds.items():
        # The tick comes every minute, so that it finds its function warm.
        cold = 0 if function == "schedule_sync" else COLD_SHARE
        slowed = seconds * max(1, ONE_PROCESSOR_MB / memory[function]) + cold * counts.invocations[function]
        total += slowed * memory[function] / 1024
    if counts.cpu_seconds:
        busiest = max(counts.cpu_seconds, key=lambda name: counts.cpu_seconds[name])
        requests = counts.dynamodb_requests + counts.requests.total() - counts.requests["events"]
        waiting = requests * REQUEST_SECONDS + counts.registry_calls * REGISTRY_SECONDS
        total += waiting / (PARALLEL if busiest == "feed_api" else 1) * memory[busiest] / 1024
    return total


def _deployed(template: Mapping[str, Any], kind: str) -> int:
    """How many resources of a kind there are with the parameters' defaults."""
    found = [one for one in template["Resources"].values() if one["Type"] == kind]
    return sum(one.get("Condition", "InAws") in ("InAws", "HasDashboard") for one in found)


def _hours(metric: str) -> int:
    return FEED_HOURS if metric.startswith("Feed") else 24


def _http(counts: Counts) -> int:
    return counts.invocations["settings_api"] + counts.invocations["feed_api"]


def _starting(counts: Counts, prefix: str) -> int:
    return sum(count for name, count in counts.requests.items() if name.startswith(prefix))
