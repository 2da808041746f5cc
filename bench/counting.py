"""What an episode used: calls of the registry, units of DynamoDB, requests by service, invocations, bytes, logs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Of one episode. `cpu_seconds` is what the functions themselves computed, the emulated services left out."""

    registry: Counter[str] = field(default_factory=Counter)
    reads: float = 0
    writes: float = 0
    dynamodb_requests: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    cpu_seconds: Counter[str] = field(default_factory=Counter)
    registry_bytes: int = 0
    log_bytes: int = 0
    metrics: Counter[str] = field(default_factory=Counter)

    @property
    def registry_calls(self) -> int:
        return self.registry.total()

    def minus(self, other: Counts) -> Counts:
        """What came since `other`."""
        return Counts(
            self.registry - other.registry,
            self.reads - other.reads,
            self.writes - other.writes,
            self.dynamodb_requests - other.dynamodb_requests,
            self.requests - other.requests,
            self.invocations - other.invocations,
            self.cpu_seconds - other.cpu_seconds,
            self.registry_bytes - other.registry_bytes,
            self.log_bytes - other.log_bytes,
            self.metrics - other.metrics,
        )

    def copy(self) -> Counts:
        return self.minus(Counts())
