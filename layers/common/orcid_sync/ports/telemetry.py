"""Log lines and metrics as the services write them."""

from __future__ import annotations

from typing import Protocol


class Telemetry(Protocol):
    """Log lines and metrics: ids and counts only, never a payload, a name or a token (R47)."""

    def log(self, event: str, **ids: str | int | float | None) -> None: ...

    def alert(self, event: str, **ids: str | int | float | None) -> None:
        """As `log`, for what an operator has to look at."""
        ...

    def count(self, metric: str, value: int = 1) -> None: ...

    def gauge(self, metric: str, value: float, unit: str) -> None: ...
