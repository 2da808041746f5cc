"""Who acts, and for whom (R46)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a use case: their own user id in the RIS, and whether they are an administrator."""

    subject: str
    administrator: bool = False
