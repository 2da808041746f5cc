"""Lambda: runs the functions' handlers as processes, several at once, each in an environment of its own."""

from __future__ import annotations

import functools
import importlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from aws_lambda_powertools.utilities.typing import LambdaContext

from soak.simulation import Killed, Process, Simulation

# Seconds that each function may run, as template.yaml has them (tests/soak/test_traffic.py compares).
TIMEOUTS = {
    "write_works": 300, "notice_changes": 120, "schedule_sync": 60, "sync": 900,
    "connect": 29, "settings_api": 29, "admin_api": 29, "oversight_api": 29, "feed_api": 29, "import_feed": 900,
}  # fmt: skip
_BUILDERS = {
    "admin_api": ["_admin_api"], "connect": ["_connect"], "feed": ["_feed_api", "_import_feed"],
    "oversight_api": ["_oversight_api"],
    "queueing": ["_notice_changes", "_schedule_sync"], "settings_api": ["_settings_api"], "sync": ["_sync"],
    "write_works": ["_write_works"],
}  # fmt: skip
_POOLS = (
    "services.import_feed", "services.on_demand",
    "adapters.dynamodb_payloads", "adapters.dynamodb_table", "adapters.s3_rehearsals",
)  # fmt: skip


class Invoked(LambdaContext):
    """What Lambda tells a handler: who it is, and how long it may go on by the simulated clock."""

    def __init__(self, request_id: str, simulation: Simulation, ends_ms: int) -> None:
        self._aws_request_id = request_id
        self._simulation, self._ends_ms = simulation, ends_ms

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # a method as in Lambda; theirs is static
        return self._ends_ms - self._simulation.now_ms()


@dataclass
class Result:
    """How an invocation ended: `answer`, or an error; `injured` says what had been done to it."""

    answer: Any = None
    error: Exception | None = None
    killed: bool = False
    injured: str = ""

    @property
    def well(self) -> bool:
        return not self.killed and self.error is None


Then = Callable[[Result], None]


@dataclass
class Functions:
    """`unexpected` are errors of invocations to which nothing had been done, `ended` counts words of visits.

    `began` and `over` are told of each invocation.
    """

    simulation: Simulation
    is_expected: Callable[[Exception], bool]
    unexpected: list[str] = field(default_factory=list)
    invocations: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    began: Callable[[Process, str, Any], None] = lambda _process, _function, _event: None
    over: Callable[[Process, str, Result], None] = lambda _process, _function, _result: None
    _warm: dict[str, list[dict[Any, Any]]] = field(default_factory=dict)
    _using: dict[Process, dict[Any, Any]] = field(default_factory=dict)

    def start(self, function: str, event: dict[str, Any], *, lane: str = "", then: Then = lambda _: None) -> None:
        """Begin an invocation; `then` hears how it ended."""

        def course() -> None:
            then(
                self.run(process, function, lambda made: self._handled(function, event, lane, made), lane, event=event)
            )

        process = Process(function, course)
        self.simulation.start(process, delay_ms=1)

    def run(
        self, process: Process, function: str, body: Callable[[Invoked], Any], lane: str = "", *, event: Any = None
    ) -> Result:
        """An invocation inside this process, to its end."""
        self.invocations[function] += 1
        self.began(process, function, event)
        process.invocation, process.dead, process.injured = function, False, ""
        process.began_ms = self.simulation.now_ms()
        process.ends_ms = process.began_ms + TIMEOUTS[function] * 1000
        warm = self._warm.setdefault(function + lane, [])
        self._using[process] = environment = warm.pop() if warm else {}
        result = Result()
        try:
            result.answer = body(Invoked(f"i{self.invocations.total()}", self.simulation, process.ends_ms))
            warm.append(environment)
        except Killed:
            result.killed = True
        except Exception as error:  # noqa: BLE001 - Lambda, too, takes whatever a handler raises
            result.error = error
            warm.append(environment)
            if not process.injured and not self.is_expected(error):
                self.unexpected.append(f"{function}: {error!r}")
        finally:
            del self._using[process]
            result.injured, process.invocation, process.ends_ms = process.injured, "", None
            self.over(process, function, result)
        return result

    def _handled(self, function: str, event: dict[str, Any], lane: str, context: Invoked) -> Any:
        if lane:
            os.environ["LANE"] = lane
        answer = importlib.import_module(f"functions.{function}.app").handler(event, context)
        if function == "write_works":
            self.ended[answer["ended"]] += 1
        return answer

    @contextmanager
    def environments(self) -> Iterator[None]:
        """What a function builds once, each environment builds for itself; pools of threads run in their caller's."""
        with ExitStack() as patches:
            for module, names in _BUILDERS.items():
                for name in names:
                    patches.enter_context(self._patch(module, name))
            for module in _POOLS:
                patches.enter_context(mock.patch(f"orcid_sync.{module}.ThreadPoolExecutor", _InTurn))
            patches.enter_context(mock.patch.object(functools.cached_property, "__get__", _unlocked))
            yield

    def _patch(self, module: str, name: str) -> Any:
        build = getattr(importlib.import_module(f"orcid_sync.bootstrap.{module}"), name).__wrapped__

        def built(config: Any) -> Any:
            process = self.simulation.current
            environment = self._using.get(process, {}) if process is not None else {}
            if (name, config) not in environment:
                environment[name, config] = build(config)
            return environment[name, config]

        return mock.patch(f"orcid_sync.bootstrap.{module}.{name}", built)


def _unlocked(made_by: Any, instance: Any, owner: type | None = None) -> Any:  # noqa: ARG001 - the protocol's signature
    """cached_property as it is from Python 3.12 on; before, one lock for all instances is held while the value is made,
    and whoever gives way meanwhile would stop everybody.
    """
    if instance is None:
        return made_by
    if made_by.attrname not in instance.__dict__:
        instance.__dict__[made_by.attrname] = made_by.func(instance)
    return instance.__dict__[made_by.attrname]


class _InTurn:
    """A pool of threads that does one thing after the other, where it is asked; `at_once` tells how many there were."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers

    def __enter__(self) -> _InTurn:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, what: Callable[..., Any], *items: Any) -> list[Any]:
        before = at_once()
        _POOLED.workers = self._workers
        try:
            return [what(*one) for one in zip(*items, strict=False)]
        finally:
            _POOLED.workers = before


_POOLED = threading.local()  # each process of the simulation has its thread


def at_once() -> int:
    """How many calls the running process makes side by side just now."""
    return int(getattr(_POOLED, "workers", 1))
