"""The erasure of a user: how far it is, and what could not be removed (R48)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ErasureState(StrEnum):
    """ERASING also while works are being removed first."""

    ERASING = "erasing"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure; times in epoch milliseconds. `left` are put-codes by iD of works that could not be removed."""

    user_id: str
    requested_ms: int
    remove_works: bool
    state: ErasureState = ErasureState.ERASING
    finished_ms: int | None = None
    left: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
