"""Scenes: tests of one file that wait for syncs together, so that one settle of the stack serves many rules.

A scene is a test written as a generator: it yields what it waits for. All scenes of a file are played side by side, and
each test reports how its own scene ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum

import pytest

from tests.e2e.local_stack import LocalStack

A_DAY_AND_AN_HOUR_S = 25 * 3600


class Wait(IntEnum):
    """What a scene waits for; the quicker ones are served first."""

    QUIET = 1  # queues and streams are drained; no schedule ran
    SYNCED = 2  # the schedules ran, until nothing was left to do
    NEXT_DAY = 3  # as SYNCED, a day later; served when all others are at their end or wait for it too


Scene = Iterator[Wait]
_Play = Callable[[LocalStack], Scene]


class Played:
    """How the scenes of a file ended."""

    def __init__(self, stack: LocalStack, scenes: dict[str, _Play]) -> None:
        self._stack = stack
        self._running = {name: play(stack) for name, play in scenes.items()}
        self._waits: dict[str, Wait] = {}
        self._failures: dict[str, Exception] = {}
        self._go_on(list(self._running))
        while self._running:
            soonest = min(self._waits.values())
            self._serve(soonest)
            self._go_on([name for name, wait in self._waits.items() if wait is soonest])

    def check(self, name: str) -> None:
        """Raise what the scene of this name failed by."""
        if name in self._failures:
            raise self._failures[name]

    def _serve(self, wait: Wait) -> None:
        if wait is Wait.QUIET:
            self._stack.quiet()
            return
        if wait is Wait.NEXT_DAY:
            self._stack.advance(A_DAY_AND_AN_HOUR_S)
        self._stack.settle()

    def _go_on(self, names: list[str]) -> None:
        for name in names:
            try:
                self._waits[name] = next(self._running[name])
            except StopIteration:
                self._end(name)
            except Exception as failure:  # noqa: BLE001  # raised again by the test whose scene it is
                self._failures[name] = failure
                self._end(name)

    def _end(self, name: str) -> None:
        del self._running[name]
        self._waits.pop(name, None)


def scene(play: _Play) -> Callable[[Played], None]:
    """Make a test of a scene; its file needs the fixture `played` of conftest."""

    def test(played: Played) -> None:
        played.check(play.__name__)

    test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
    test.scene = play  # type: ignore[attr-defined]  # read by `scenes_of`
    return test


def scenes_of(request: pytest.FixtureRequest) -> dict[str, _Play]:
    """The scenes of the file whose tests are going to run."""
    chosen = (item for item in request.session.items if isinstance(item, pytest.Function))
    mine = (item.obj for item in chosen if item.path == request.path)
    return {test.__name__: test.scene for test in mine if hasattr(test, "scene")}
