"""Time that passes by events alone: processes run one at a time, and give way wherever they call or wait.

Each process has a thread, for the product's code knows nothing of all this; a baton lets exactly one of them run, in
the order of the simulated times, so that a run is the same for the same seed.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_LONGEST_STEP_SECONDS = 60.0


class Killed(BaseException):
    """The invocation is over, as when Lambda ends it from outside: nothing of it runs any more."""


class Baton:
    """What one thread gives and another takes; a plain lock, for threading's semaphores take several times as long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def give(self) -> None:
        self._lock.release()

    def take(self, longest_seconds: float = -1) -> bool:
        """False: nobody gave it in time."""
        return self._lock.acquire(timeout=longest_seconds)


@dataclass(eq=False)
class Process:
    """Something that goes on for a while; `run` is its whole course.

    `invocation` names the function whose invocation it is, "" for what people do. Once `dead` nothing of it takes
    effect any more; it began at `began_ms`, and `ends_ms` is when Lambda would stop it.
    """

    name: str
    run: Callable[[], None]
    invocation: str = ""
    began_ms: int = 0
    ends_ms: int | None = None
    dead: bool = False
    injured: str = ""  # what was done to it: the reason why it may end badly
    error: BaseException | None = None
    may_run: Baton = field(default_factory=Baton)


class Simulation:
    """`now_ms` moves from event to event; `sleep` gives way to whatever comes before."""

    def __init__(self, now_ms: int) -> None:
        self.time_ms = now_ms
        self.current: Process | None = None
        self.events = 0
        self.under_way = 0  # processes that have begun, or are about to, and not ended
        self._order = itertools.count()
        self._heap: list[tuple[int, int, Process | Callable[[], None]]] = []
        self._until_ms = now_ms  # of the run that goes on
        self._scheduler = Baton()

    def now_ms(self) -> int:
        return self.time_ms

    def sleep(self, seconds: float) -> None:
        """Let time pass: for the running process alone, or for the whole when none runs."""
        self.wait(round(seconds * 1000))

    def wait(self, milliseconds: int) -> None:
        process = self.current
        if process is None:
            self.run(self.time_ms + max(0, milliseconds))
            return
        wakes_ms = self.time_ms + max(0, milliseconds)
        if wakes_ms <= self._until_ms and (not self._heap or wakes_ms < self._heap[0][0]):
            self.time_ms = wakes_ms  # nothing else happens until then: no need to give way
            self.events += 1
            return
        self._push(wakes_ms, process)
        self._scheduler.give()
        process.may_run.take()

    def start(self, process: Process, *, delay_ms: int = 0) -> Process:
        """Have a process begin."""
        self.under_way += 1
        threading.Thread(target=self._course, args=(process,), name=process.name, daemon=True).start()
        self._push(self.time_ms + delay_ms, process)
        return process

    def at(self, time_ms: int, happens: Callable[[], None]) -> None:
        """Have something happen that takes no time."""
        self._push(max(time_ms, self.time_ms), happens)

    def run(self, until_ms: int) -> None:
        """Everything up to a moment, in order."""
        self._until_ms = until_ms
        while self._heap and self._heap[0][0] <= until_ms:
            at_ms, _, what = heapq.heappop(self._heap)
            self.time_ms = max(self.time_ms, at_ms)
            self.events += 1
            if not isinstance(what, Process):
                what()
                continue
            self.current = what
            what.may_run.give()
            if not self._scheduler.take(_LONGEST_STEP_SECONDS):
                raise RuntimeError(f"{what.name} never gives way: does it wait for what another process holds?")
            self.current = None
            if what.error is not None:
                raise what.error
        self.time_ms = max(self.time_ms, until_ms)

    def _push(self, at_ms: int, what: Process | Callable[[], None]) -> None:
        heapq.heappush(self._heap, (at_ms, next(self._order), what))

    def _course(self, process: Process) -> None:
        process.may_run.take()
        try:
            process.run()
        except BaseException as error:  # noqa: BLE001 - raised again where the simulation runs
            process.error = error
        self.under_way -= 1
        self._scheduler.give()
