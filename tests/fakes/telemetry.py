"""Log lines and metrics in memory; refuses anything that is no id and no number."""

from __future__ import annotations

from collections import Counter


class FakeTelemetry:
    """`events` holds (event, ids), `alerts` those an operator has to look at, `counts` the metrics."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []
        self.alerts: list[tuple[str, dict[str, object]]] = []
        self.counts: Counter[str] = Counter()
        self.gauges: dict[str, float] = {}

    def log(self, event: str, **ids: str | int | float | None) -> None:
        self._check(ids)
        self.events.append((event, dict(ids)))

    def alert(self, event: str, **ids: str | int | float | None) -> None:
        self._check(ids)
        self.alerts.append((event, dict(ids)))

    def count(self, metric: str, value: int = 1) -> None:
        self.counts[metric] += value

    def gauge(self, metric: str, value: float, unit: str) -> None:
        self.gauges[metric] = value

    def _check(self, ids: dict[str, str | int | float | None]) -> None:
        assert all(value is None or isinstance(value, str | int | float) for value in ids.values()), ids
