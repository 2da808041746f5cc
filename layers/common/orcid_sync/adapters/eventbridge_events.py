"""The product's own event bus (R58): what happened, by ids."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "orcid-sync"
ENTRIES_PER_CALL = 10
_TRIES = 4


class EventsRefusedError(Exception):
    """The bus did not take some events after several tries."""


class EventBridgeEvents:
    """`bus` is the bus's name or ARN."""

    def __init__(self, client: EventBridgeClient, bus: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._bus = bus
        self._sleep = sleep

    def publish(self, detail_type: str, details: Sequence[Mapping[str, object]]) -> None:
        """Each detail's `at_ms` goes out as `at` (UTC, ISO 8601).

        Raises EventsRefusedError when the bus keeps refusing; PutEvents tells it entry by entry, with status 200."""
        entries: list[PutEventsRequestEntryTypeDef] = [
            {"EventBusName": self._bus, "Source": SOURCE, "DetailType": detail_type, "Detail": _detail(detail)}
            for detail in details
        ]
        for begin in range(0, len(entries), ENTRIES_PER_CALL):
            self._put(entries[begin : begin + ENTRIES_PER_CALL])

    def _put(self, entries: list[PutEventsRequestEntryTypeDef]) -> None:
        reasons: set[str] = set()
        for attempt in range(_TRIES):
            answers = self._client.put_events(Entries=entries)["Entries"]
            refused = [(entry, answer) for entry, answer in zip(entries, answers, strict=True) if "ErrorCode" in answer]
            if not refused:
                return
            entries = [entry for entry, _ in refused]
            reasons = {answer["ErrorCode"] for _, answer in refused}
            self._sleep(0.1 * 2**attempt)
        raise EventsRefusedError(f"{len(entries)} events were not taken: {', '.join(sorted(reasons))}")


def _detail(detail: Mapping[str, object]) -> str:
    told = {key: value for key, value in detail.items() if key != "at_ms"}
    at_ms = detail.get("at_ms")
    if isinstance(at_ms, int):
        told["at"] = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(told)
