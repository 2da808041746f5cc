"""What was called: the list of requests and their counts, for tests and the local stack."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request. `at` in seconds since the epoch; `status` 0 when no answer was sent; no token, no payload."""

    id: int
    at: float
    method: str
    path: str
    orcid: str | None
    status: int
    client_id: str | None
    waited_s: float
    took_s: float


class RequestLog:
    """The last requests, and counts of all since the last reset. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._last_id = 0

    def add(
        self,
        *,
        at: float,
        method: str,
        path: str,
        orcid: str | None,
        status: int,
        client_id: str | None,
        waited_s: float,
        took_s: float,
    ) -> None:
        with self._lock:
            self._last_id += 1
            entry = LoggedRequest(self._last_id, at, method, path, orcid, status, client_id, waited_s, took_s)
            self._requests.append(entry)
            self._counts[method, path, status] += 1

    def since(self, last_id: int = 0) -> list[dict[str, Any]]:
        """Requests with a higher id, oldest first."""
        with self._lock:
            return [asdict(request) for request in self._requests if request.id > last_id]

    def usage(self) -> list[dict[str, Any]]:
        """Counts by method, path template and status."""
        with self._lock:
            return [
                {"method": method, "path": path, "status": status, "count": count}
                for (method, path, status), count in sorted(self._counts.items())
            ]

    def reset(self) -> None:
        """Forget list and counts; ids go on."""
        with self._lock:
            self._requests.clear()
            self._counts.clear()
