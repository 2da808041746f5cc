"""The machine's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Epoch milliseconds."""

    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
