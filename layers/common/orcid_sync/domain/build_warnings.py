"""Collects what had to be left away while a work is built, each thing once."""

from __future__ import annotations

from orcid_sync.domain.characters import legible, one_line
from orcid_sync.domain.work import BuildWarning

MAX_WARNINGS = 20
_QUOTE_LENGTH = 60


class WarningList:
    """Warnings in the order of their coming; at most 20, because they are stored with every work."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], BuildWarning] = {}

    def add(self, code: str, message: str) -> None:
        """Add a warning: a stable code and a text that a person understands."""
        if len(self._found) < MAX_WARNINGS:
            self._found.setdefault((code, message), BuildWarning(code, message))

    def as_tuple(self) -> tuple[BuildWarning, ...]:
        """Return the warnings found so far."""
        return tuple(self._found.values())


def quoted(value: str) -> str:
    """Return a source's value for a warning's text: on one line, at most 60 characters, in quotation marks."""
    line = one_line(legible(value[: _QUOTE_LENGTH * 4]))
    if len(line) > _QUOTE_LENGTH:
        line = line[: _QUOTE_LENGTH - 1] + "\u2026"
    return f'"{line}"'
