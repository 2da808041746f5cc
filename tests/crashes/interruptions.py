"""Sees every call that an invocation makes to AWS or the registry, and can stop the invocation at any of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from unittest import mock
from urllib.parse import urlsplit

import requests
from moto.core.botocore_stubber import BotocoreStubber
from requests.adapters import HTTPAdapter

from tests.fakes.clock import FakeClock

T = TypeVar("T")

# What a call takes, so that times in a visit differ as they do in life.
AWS_MS = 5
REGISTRY_MS = 300


class Killed(BaseException):
    """The invocation is over, as when Lambda ends it from outside: nothing of it runs any more."""


class Side(StrEnum):
    """Where a call is hit. `IN_PART`: half of a batch was written, and what DynamoDB leaves over is never asked
    for. `ANSWER_LOST`: AWS carried it out, its answer was lost, and the client asked again.
    """

    BEFORE = "before"
    IN_PART = "in part"
    AFTER = "after"
    ANSWER_LOST = "answer lost"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its number in the run, `GetItem` or `POST /v3.0/...`, the function whose invocation makes it, which
    invocation that is, and when it began.
    """

    number: int
    name: str
    function: str
    to_registry: bool
    invocation: int
    at_ms: int

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.name.startswith(("Get", "BatchGet", "Query", "GET "))


@dataclass
class Invocation:
    """One run of a function; once dead, all its calls are refused."""

    function: str
    number: int
    dead: bool = False


_half: ContextVar[bool] = ContextVar("half", default=False)

# Makes the call, or not; what it returns is the answer.
Around = Callable[[Call, Callable[[], Any]], Any]


def _as_it_is(_: Call, make: Callable[[], Any]) -> Any:
    return make()


@dataclass
class Tap:
    """All calls of the running invocation go through `around`; calls of the test itself do not."""

    clock: FakeClock
    around: Around = _as_it_is
    seen: list[Call] = field(default_factory=list)
    running: Invocation | None = None
    refused: int = 0
    invocations: int = 0
    _lock: Any = field(default_factory=threading.RLock)

    def begin(self, around: Around = _as_it_is) -> None:
        """Count from one again."""
        self.around, self.seen, self.refused = around, [], 0

    @contextmanager
    def invocation(self, function: str) -> Iterator[Invocation]:
        """Calls made inside are this invocation's; one may run inside another's call."""
        self.invocations += 1
        outer, self.running = self.running, Invocation(function, self.invocations)
        try:
            yield self.running
        finally:
            self.running = outer

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """The test's own calls, made while an invocation waits."""
        outer, self.running = self.running, None
        try:
            yield
        finally:
            self.running = outer

    def pass_on(self, name: str, make: Callable[[], T], *, to_registry: bool) -> T:
        """One call."""
        invocation = self.running
        if invocation is None:
            return make()
        with self._lock:
            if invocation.dead:
                self.refused += 1
                raise Killed
            number, now_ms = len(self.seen) + 1, self.clock.now_ms()
            call = Call(number, name, invocation.function, to_registry, invocation.number, now_ms)
            self.seen.append(call)
            self.clock.advance((REGISTRY_MS if to_registry else AWS_MS) / 1000)
        # Not under the lock: something else may happen meanwhile, on threads of its own.
        try:
            answer: T = self.around(call, make)
        except Killed:
            invocation.dead = True
            raise
        return answer


def stop_at(number: int, side: Side) -> Around:
    """Hit the call with this number."""

    def around(call: Call, make: Callable[[], Any]) -> Any:
        if call.number != number:
            return make()
        if side is Side.BEFORE:
            raise Killed
        told = _half.set(side is Side.IN_PART)
        try:
            answer = make()
        finally:
            _half.reset(told)
        if side is Side.ANSWER_LOST:
            # A transaction carries a token of the client's: asked again, AWS answers as it did.
            return answer if call.name == "TransactWriteItems" else make()
        if isinstance(answer, requests.Response):
            answer.close()
        raise Killed

    return around


def may_do_half(write: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """BatchWriteItem as `stop_at` may want it."""

    def batch_write_item(*, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if _half.get():
            RequestItems = {name: wanted[: len(wanted) // 2] for name, wanted in RequestItems.items()}  # noqa: N806
        return write(RequestItems=RequestItems)

    return batch_write_item


def during(number: int, action: Callable[[], object]) -> Around:
    """Have something happen just before the call with this number."""

    def around(call: Call, make: Callable[[], Any]) -> Any:
        if call.number == number:
            action()
        return make()

    return around


@contextmanager
def tapped(tap: Tap) -> Iterator[None]:
    """Lead the calls of boto3 and requests through the tap."""
    to_aws, to_registry = BotocoreStubber.process_request, HTTPAdapter.send

    def process_request(stubber: BotocoreStubber, request: Any) -> Any:
        return tap.pass_on(_aws_name(request), lambda: to_aws(stubber, request), to_registry=False)

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        name = f"{request.method} {urlsplit(request.url or '').path}"
        return tap.pass_on(name, lambda: to_registry(adapter, request, *args, **kwargs), to_registry=True)

    with (
        mock.patch.object(BotocoreStubber, "process_request", process_request),
        mock.patch.object(HTTPAdapter, "send", send),
    ):
        yield


def _aws_name(request: Any) -> str:
    target = request.headers.get("X-Amz-Target")
    if target is None:
        return f"{request.method} {urlsplit(request.url).path}"
    return (target.decode() if isinstance(target, bytes) else str(target)).rpartition(".")[2]
