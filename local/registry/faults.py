"""Faults on order: lost connections, statuses, late and broken answers."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

FaultKind = Literal["lost_before", "lost_after", "status", "slow", "garbage"]
GarbageBody = Literal["html", "empty", "truncated"]


@dataclass(slots=True)
class Fault:
    """What goes wrong, for which requests, how often.

    `path` is a path template (`/v3.0/{orcid}/work/{put-code}`) or a shell pattern for the real path; `skip` lets that
    many matching requests pass first. `lost_before` and `status` keep the request from the API; the others have its
    full effect.
    """

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    orcid: str | None = None
    times: int = 1
    skip: int = 0
    status: int = 503
    retry_after: str | None = None
    seconds: float = 1.0
    body: GarbageBody = "html"
    id: int = 0

    def matches(self, method: str, path: str, template: str, orcid: str | None) -> bool:
        return (
            self.method in (None, method)
            and (self.path in (None, template) or fnmatchcase(path, self.path or ""))
            and self.orcid in (None, orcid)
        )


class Faults:
    """The faults that wait for their request. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._last_id = 0

    def add(self, fault: Fault) -> int:
        """The id given to the fault."""
        with self._lock:
            self._last_id += 1
            fault.id = self._last_id
            self._waiting.append(fault)
            return fault.id

    def take(self, method: str, path: str, template: str, orcid: str | None) -> Fault | None:
        """The first fault for this request, used up by one; None when all goes well."""
        with self._lock:
            for fault in self._waiting:
                if not fault.matches(method, path, template, orcid):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


def fault_from(order: dict[str, Any]) -> Fault:
    """A fault as ordered over the control interface.

    Raises:
        ValueError: unknown kind, body or field.
    """
    allowed = {name for name in Fault.__dataclass_fields__ if name != "id"}
    unknown = set(order) - allowed
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if order.get("kind") not in get_args(FaultKind):
        raise ValueError(f"kind must be one of {', '.join(get_args(FaultKind))}")
    if order.get("body", "html") not in get_args(GarbageBody):
        raise ValueError(f"body must be one of {', '.join(get_args(GarbageBody))}")
    return Fault(**order)
