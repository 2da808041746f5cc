"""The product's event bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Events(Protocol):
    """The product's event bus (R58): ids only."""

    def publish(self, detail_type: str, details: Sequence[Mapping[str, object]]) -> None: ...
