"""List prices in USD, Ireland (eu-west-1), without free tiers; where each comes from is said beside it.

As of November 2026. `looked up` means a public page that quotes AWS's price list; nearly all of those quote the one of
N. Virginia, and none that could be found that of Ireland beside it. `memory` means nobody has looked it up for Ireland:
check it on AWS's pricing pages before relying on it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for one unit."""

    usd: float
    unit: str
    source: str


_EVERYWHERE = "looked up (N. Virginia, March 2026; the page says: the same in most regions)"
_JUNE = "looked up (N. Virginia, June 2026); Ireland the same, from memory"
_LAMBDA = "looked up (N. Virginia); AWS's cost management blog: identical in Ireland"
_SECRETS = (
    "looked up (AWS's page as read in September 2026, parts of a month in proportion); Ireland the same, from memory"
)
_SAME = "looked up (N. Virginia); Ireland the same, from memory"

PRICES: dict[str, Price] = {
    "read unit": Price(0.1415e-6, "unit", "memory; N. Virginia 0.125 a million since 2024-11-01 looked up"),
    "write unit": Price(0.705e-6, "unit", "memory; N. Virginia 0.625 a million since 2024-11-01 looked up"),
    "table storage": Price(0.283, "GB-month", "memory; N. Virginia 0.25 looked up"),
    "point-in-time recovery": Price(0.224, "GB-month", "memory; N. Virginia 0.20"),
    "Lambda request": Price(0.20e-6, "request", _LAMBDA),
    "Lambda computing, arm64": Price(0.0000133334, "GB-second", _LAMBDA),
    "SQS FIFO request": Price(0.50e-6, "request", _JUNE),
    "SQS request": Price(0.40e-6, "request", _JUNE),
    "EventBridge event": Price(1.00e-6, "event", _EVERYWHERE),
    "EventBridge Scheduler": Price(1.00e-6, "invocation", _EVERYWHERE),
    "HTTP API": Price(1.11e-6, "request", "memory; N. Virginia 1.00 looked up (2026)"),
    "secret": Price(0.40, "secret-month", _SECRETS),
    "Secrets Manager call": Price(0.05e-4, "call", _SECRETS),
    "alarm": Price(0.10, "alarm-month", _SAME),
    "dashboard": Price(3.00, "dashboard-month", _SAME),
    "custom metric": Price(0.30, "metric-month", _SAME),
    "log ingestion": Price(0.57, "GB", "memory; N. Virginia 0.50 looked up (2026)"),
    "log storage": Price(0.03, "GB-month", _SAME),
    "KMS call": Price(0.03e-4, "call", _SAME),
    "S3 storage": Price(
        0.023, "GB-month", "looked up (N. Virginia; by region 0.021 to 0.026); Ireland the same, from memory"
    ),
    "data to the internet": Price(0.09, "GB", "looked up"),
}
