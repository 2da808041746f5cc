"""The product's event bus in memory (R58)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class FakeEvents:
    """`published` holds (detail type, detail) in order."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, object]]] = []

    def publish(self, detail_type: str, details: Sequence[Mapping[str, object]]) -> None:
        self.published.extend((detail_type, dict(detail)) for detail in details)

    def of_type(self, detail_type: str) -> list[dict[str, object]]:
        """The details published under this type."""
        return [detail for kind, detail in self.published if kind == detail_type]
