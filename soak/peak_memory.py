"""The most memory that an invocation allocates, what stands for the world around it left out."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


class PeakMemory:
    """One measurement at a time, of everything this process allocates between `begin` and `end`."""

    def __init__(self) -> None:
        self._outside = self._most = 0

    @property
    def measuring(self) -> bool:
        return tracemalloc.is_tracing()

    def begin(self) -> None:
        self._outside = self._most = 0
        tracemalloc.start()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is allocated in here, and kept, is not counted."""
        if not self.measuring:
            yield
            return
        before = self._note()
        try:
            yield
        finally:
            self._outside += tracemalloc.get_traced_memory()[0] - before
            tracemalloc.reset_peak()

    def end(self) -> int:
        """Bytes."""
        self._note()
        tracemalloc.stop()
        return self._most

    def _note(self) -> int:
        now, peak = tracemalloc.get_traced_memory()
        self._most = max(self._most, peak - self._outside)
        return now
