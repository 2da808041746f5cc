"""Tells the person at the terminal what is happening and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Prints one line for each step; `quiet` prints nothing (tests)."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A step that takes a while."""
        began = time.monotonic()
        self._print(f"  {text} ...", end="")
        try:
            yield
        except BaseException:
            self._print(" failed")
            raise
        self._print(f" {time.monotonic() - began:.1f} s")

    def say(self, text: str = "") -> None:
        self._print(text)

    def again(self, text: str) -> None:
        """Replace the line written last by this method."""
        self._print(f"\r  {text:<100}", end="")

    def _print(self, text: str, end: str = "\n") -> None:
        if not self._quiet:
            print(text, end=end, flush=True)
