"""Moves the product's clock: functions and registry emulator add the seconds in one file to their wall clock."""

from __future__ import annotations

from pathlib import Path


class Clock:
    """`file` holds the shift in seconds."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self._write(0.0)

    @property
    def offset_s(self) -> float:
        return float(self.file.read_text(encoding="ascii"))

    def advance(self, seconds: float) -> float:
        """Move the clock forward; returns how far ahead it is now."""
        return self._write(self.offset_s + seconds)

    def _write(self, seconds: float) -> float:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        replacement = self.file.with_suffix(".new")
        replacement.write_text(str(seconds), encoding="ascii")
        replacement.replace(self.file)  # readers see the old or the new number, never half of one
        return seconds
