"""What a month's bill assumes about an institution, and how AWS counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bench.vaults import ORDINARY, capacity

MINUTES_A_MONTH: Final = 30.4 * 24 * 60
GB: Final = 1_000_000_000
# Lambda gives one processor at this memory, and less in proportion below it.
ONE_PROCESSOR_MB: Final = 1769
# DynamoDB bills this for every item and every entry of an index beside its own bytes.
ITEM_OVERHEAD: Final = 100
INDEX_ENTRY: Final = 180

WORKS = 200
AUTHORS_HERE = 1.25
# Kinds of items that belong to a publication, whoever claims it: header, payloads, iDs, and what finds it by either.
OF_PUBLICATIONS = ("HEAD", "REC", "IDS", "P")
# How often in a month, for each researcher. Checks come every five to seven days (with jitter).
TIMES: Mapping[str, float] = {
    "systematic check": 30.4 / 6,
    "changed titles": 2,
    "hidden": 0.1,
    "woken visit": 1,
    "settings page": 2,
    "list page": 2,
}
ADDS = 1.0
FEED_ITEMS = 8
WHOLE_FEEDS = 1
REQUEST_SECONDS = 0.008
REGISTRY_SECONDS = 0.5
COLD_SHARE = 0.1
PARALLEL = 8
POLLERS = 5
# Hours of the day in which a custom metric is written (it is billed by the hour); the others': all.
FEED_HOURS = 2
PLATFORM_LOG_BYTES = 1_000
ACCESS_LOG_BYTES = 300
LOG_MONTHS = 3
LOG_COMPRESSION = 0.15
KMS_PRINCIPALS = 4
VAULT_READS = 0.2

ASSUMPTIONS = (
    f"{WORKS} claimed publications a researcher in mode `write`; {AUTHORS_HERE} researchers of ours a publication",
    "a systematic check every five to seven days, besides visits that something woke: in a month 2 changed titles that"
    f" are sent (each a visit of its own), {ADDS:.0f} new work, 0.1 hidden, 1 visit that finds nothing to do",
    f"{FEED_ITEMS} changed feed items a month and researcher, and the whole catalogue once more each month, unchanged",
    "2 settings pages and 2 list pages a month and researcher",
    f"Lambda: the functions' own computing as measured here on one processor, slowed by their share of one"
    f" ({ONE_PROCESSOR_MB} MB is a whole one), {REQUEST_SECONDS * 1000:.0f} ms for each request of AWS one after the"
    f" other (the feed's {PARALLEL} at once), {REGISTRY_SECONDS} s for each call of the registry; {COLD_SHARE:.0%} of"
    " invocations are cold and take one second more",
    f"each queue is polled by {POLLERS} long-polling readers (Lambda's least with MaximumConcurrency), 20 s a poll",
    f"log lines as counted at the level deployed (INFO), {PLATFORM_LOG_BYTES} bytes of Lambda's own an invocation,"
    f" {ACCESS_LOG_BYTES} an HTTP call; kept 90 days, stored at {LOG_COMPRESSION:.0%} of their size",
    f"KMS: {KMS_PRINCIPALS} functions at work in each five minutes, each asking once for the key of each table",
    f"a vault takes {capacity():,} tokens of users with ids like {ORDINARY} (`python -m bench.vaults`);"
    f" {VAULT_READS:.0%} of visits read it from Secrets Manager",
    f"custom metrics are billed for the hours in which they are written: those of the feed {FEED_HOURS} a day,"
    " the others all",
    "history of 12 months is full",
    "not counted: an Elements server read directly, the search at other sources, rehearsals, the first sync of all",
    "free tiers, taxes and support are not counted; nor is what the identity provider costs",
)
