"""The registry's wall clock, which a file can move forward."""

from __future__ import annotations

import time
from pathlib import Path


class RegistryClock:
    """Wall clock plus the number of seconds that stands in a text file (absent or unreadable text: no shift)."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset()

    def now_ms(self) -> int:
        """Milliseconds since the epoch, the unit of all dates in ORCID's JSON."""
        return int(self.now() * 1000)

    def _offset(self) -> float:
        if self._offset_file is None:
            return 0.0
        try:
            return float(self._offset_file.read_text(encoding="ascii").strip() or 0)
        except (OSError, ValueError):
            return 0.0  # the file is replaced while the stack runs; a torn or missing one means no shift
