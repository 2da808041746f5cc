"""AWS for an institution of full size: packed tables, 8 ms a call, and what each invocation used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from bench.assumptions import REQUEST_SECONDS
from bench.memory_dynamodb import MemoryDynamoDb
from soak.amazon import Amazon
from soak.functions import Functions, Result, at_once
from soak.simulation import Process
from tests.metered_dynamodb import MeteredDynamoDb

REQUEST_MS = round(REQUEST_SECONDS * 1000)


@dataclass(slots=True)
class Invocation:
    """What one invocation used; `event` is what it was begun with (None: a call of the API)."""

    function: str
    event: Any
    began_ms: int
    ended_ms: int = 0
    requests: int = 0
    reads: float = 0
    writes: float = 0
    registry_calls: int = 0
    wakes: tuple[str, str] = ("", "")
    quiet: bool = False  # a visit that nothing but the schedule asked for
    answer: Any = None

    @property
    def group(self) -> str:
        """The iD that a writer looks at."""
        return str(self.event["Records"][0]["attributes"]["MessageGroupId"]) if self.function == "write_works" else ""

    @property
    def seconds(self) -> float:
        return (self.ended_ms - self.began_ms) / 1000


class InstitutionAmazon(Amazon):
    """Calls of a pool of threads pass side by side. `begun` and `over` are told of each invocation.

    Units are counted while `metering`: each item is weighed by DynamoDB's rules, which takes its time.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.memory = MemoryDynamoDb(packed=True)  # type: ignore[assignment]  # none of its readings is late
        self.meter = MeteredDynamoDb(self.memory)
        self.metering = False
        self.sync_table = ""
        self.begun: Callable[[Invocation], None] = lambda _: None
        self.over: Callable[[Invocation], None] = lambda _: None
        self.labels: dict[Process, str] = {}  # what a call of the API is kept under
        self._of: dict[Process, Invocation] = {}
        self._owed = threading.local()  # part of a millisecond that calls side by side have not taken yet

    def joins(self, functions: Functions) -> None:
        """Learn of invocations."""
        functions.began, functions.over = self._began, self._ended

    def alive(self, process: Process, takes_ms: int) -> None:
        if takes_ms:
            owed = getattr(self._owed, "ms", 0.0) + REQUEST_MS / at_once()
            takes_ms = int(owed) if owed >= REQUEST_MS else 0
            self._owed.ms = owed - takes_ms
        super().alive(process, takes_ms)

    def _began(self, process: Process, function: str, event: Any) -> None:
        event = event if event is not None else self.labels.pop(process, None)
        invocation = self._of[process] = Invocation(function, event, self.simulation.now_ms())
        if invocation.group:
            invocation.wakes = self._wakes(invocation.group)
        self.begun(invocation)

    def _wakes(self, orcid_id: str) -> tuple[str, str]:
        """Asked of the table itself, beside the product: what has happened, and what of it was looked at."""
        key = {"pk": {"S": f"O#{orcid_id}"}, "sk": {"S": "WRITER"}}
        item = self.memory.get_item(TableName=self.sync_table, Key=key)["Item"]
        return item["wake"]["N"], item["seen"]["N"]

    def _ended(self, process: Process, function: str, result: Result) -> None:  # noqa: ARG002 - as Functions tells it
        invocation = self._of.pop(process)
        invocation.ended_ms, invocation.answer = self.simulation.now_ms(), result.answer
        if invocation.group:
            # Nothing had happened when it began, nor did while it went on.
            wake, seen = invocation.wakes
            invocation.quiet = wake == seen and self._wakes(invocation.group)[0] == wake
        self.over(invocation)

    def called(self, process: Process) -> None:
        """A call to the registry."""
        if process in self._of:
            self._of[process].registry_calls += 1

    def _carry_out(self, service: str, operation: str, parameters: dict[str, Any], ask: Callable[..., Any]) -> Any:
        invocation = self._of.get(self.simulation.current) if self.simulation.current is not None else None
        if invocation is not None:
            invocation.requests += 1
        if service == "dynamodb":
            if invocation is None or not self.metering:
                return getattr(self.memory, xform_name(operation))(**parameters)
            return self._metered(invocation, xform_name(operation), parameters)
        return super()._carry_out(service, operation, parameters, ask)

    def _metered(self, invocation: Invocation, method: str, parameters: dict[str, Any]) -> Any:
        refused: ClientError | None = None
        with self.meter.measuring() as used:
            try:
                answer = getattr(self.meter, method)(**parameters)
            except ClientError as error:  # a condition that did not hold costs as much
                refused = error
        invocation.reads += used[0].read
        invocation.writes += used[0].write
        if refused is not None:
            raise refused
        return answer


@dataclass
class Most:
    """The largest figures of each function's invocations."""

    seconds: dict[str, float] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def note(self, invocation: Invocation) -> None:
        name = invocation.function
        self.seconds[name] = max(self.seconds.get(name, 0), invocation.seconds)
        self.requests[name] = max(self.requests.get(name, 0), invocation.requests)
