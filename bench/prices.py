"""List prices in USD, Ireland (eu-west-1), without free tiers; where each comes from is said beside it.

As of November 2026. `looked up` means a public page that quotes AWS's price list; for most of them that was the one of
N. Virginia. `memory` means nobody has looked it up for Ireland: check it on AWS's pricing pages before relying on it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for one unit."""

    usd: float
    unit: str
    source: str


_MEMORY = "memory"
_SAME = "looked up (N. Virginia); Ireland the same, from memory"

PRICES: dict[str, Price] = {
    "read unit": Price(0.1415e-6, "unit", "memory; N. Virginia 0.125 a million since 2024-11-01 looked up"),
    "write unit": Price(0.705e-6, "unit", "memory; N. Virginia 0.625 a million since 2024-11-01 looked up"),
    "table storage": Price(0.283, "GB-month", "memory; N. Virginia 0.25 looked up"),
    "point-in-time recovery": Price(0.224, "GB-month", "memory; N. Virginia 0.20"),
    "Lambda request": Price(0.20e-6, "request", _SAME),
    "Lambda computing, arm64": Price(0.0000133334, "GB-second", _SAME),
    "SQS FIFO request": Price(0.50e-6, "request", _MEMORY),
    "EventBridge event": Price(1.00e-6, "event", _MEMORY),
    "EventBridge Scheduler": Price(1.00e-6, "invocation", _MEMORY),
    "HTTP API": Price(1.11e-6, "request", _MEMORY),
    "secret": Price(0.40, "secret-month", _SAME),
    "Secrets Manager call": Price(0.05e-4, "call", _SAME),
    "alarm": Price(0.10, "alarm-month", _SAME),
    "dashboard": Price(3.00, "dashboard-month", _SAME),
    "custom metric": Price(0.30, "metric-month", _SAME),
    "log ingestion": Price(0.57, "GB", "memory; N. Virginia 0.50 looked up"),
    "log storage": Price(0.03, "GB-month", _SAME),
    "KMS call": Price(0.03e-4, "call", _SAME),
    "S3 storage": Price(0.023, "GB-month", _MEMORY),
    "data to the internet": Price(0.09, "GB", "looked up"),
}
