"""Calls the registry within the shared limit, the lease and the institution's switch (DESIGN 3.1, 5; R10, R34, R35)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from orcid_sync.domain.errors import OrcidSyncError
from orcid_sync.domain.links import Lane, Spare
from orcid_sync.domain.outcomes import Answer, Outcome, RecordReading
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.gate import Gate, SlotOutcome
from orcid_sync.ports.registry import Registry
from orcid_sync.ports.telemetry import Telemetry

T = TypeVar("T")

# A 401 can be a passing fault of ORCID's (ORCID_API 2.6): asked once more after this long before it is believed.
CONFIRM_AFTER_SECONDS = 2.0
# What settling an answer may take after the call: ledger, history, release.
SETTLING_SECONDS = 5.0


class VisitStoppedError(OrcidSyncError):
    """The visit ends here for a reason that is no fault: the rest is done by the next one."""


class OutOfTimeError(VisitStoppedError):
    """Another call could outlive the lease."""


class RegistryPausedError(VisitStoppedError):
    """Everybody waits until `until_ms` (R35). `answer`: what this visit's own call met; None: no call was made."""

    def __init__(self, until_ms: int, answer: Answer | None = None) -> None:
        super().__init__("the registry asked to slow down")
        self.until_ms = until_ms
        self.answer = answer


class SwitchedOffError(VisitStoppedError):
    """The write integration was switched off (R10)."""


class RecordTroubleError(VisitStoppedError):
    """This record met a server fault or no answer: back off, with a smaller bulk next time (DESIGN 3.6)."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message or answer.outcome.value)
        self.answer = answer


@dataclass(slots=True)
class RegistryCalls:
    """One visit's calls. `deadline_ms` is the end of the invocation: no call starts that could run past it.

    `believes_refusals`: a confirmed 401 counts even when the tokens of many records are refused at the same time. Else
    that is taken for the registry's trouble with telling tokens, which answers 401 too (ORCID_API 2.6): it must not
    make a whole institution's researchers connect again.
    """

    registry: Registry
    gate: Gate
    clock: Clock
    telemetry: Telemetry
    orcid_id: str
    lane: Lane | Spare
    deadline_ms: int
    believes_refusals: bool = False
    made: int = field(default=0)

    def read(self, call: Callable[[], RecordReading], *, writing: bool = True) -> RecordReading:
        """Make a reading call; as `make`."""
        return self._confirmed(call, lambda reading: reading.answer, writing=writing)

    def make(self, call: Callable[[], Answer]) -> Answer:
        """Wait for a slot, make the call, and return what it came to; a 401 has been confirmed by a second call.

        Raises a VisitStoppedError when time is out, the registry wants a pause, writing is off, or the record is in
        trouble.
        """
        return self._confirmed(call, lambda answer: answer)

    def make_bulk(self, call: Callable[[], Answer | list[Answer]]) -> Answer | list[Answer]:
        """As `make`, for a bulk whose items have answers of their own."""
        result = self._confirmed(call, _whole)
        if isinstance(result, list):
            unknown = [answer for answer in result if answer.outcome is Outcome.UNKNOWN]
            if unknown:
                self._tell_unknown(unknown[0])
        return result

    def _confirmed(self, call: Callable[[], T], answer_of: Callable[[T], Answer | None], *, writing: bool = True) -> T:
        result = self._once(call, answer_of, writing=writing)
        answer = answer_of(result)
        if answer is not None and answer.outcome is Outcome.UNAUTHORISED:
            self.clock.sleep(CONFIRM_AFTER_SECONDS)
            result = self._once(call, answer_of, writing=writing)
            self._stop_if_many_are_refused(answer_of(result))
        return result

    def _once(self, call: Callable[[], T], answer_of: Callable[[T], Answer | None], *, writing: bool) -> T:
        self._wait_for_slot(writing=writing)
        began_ms = self.clock.now_ms()
        self.made += 1
        result = call()
        answer = answer_of(result)
        if answer is not None:
            self._stop_if_in_trouble(answer, began_ms)
        return result

    def _stop_if_in_trouble(self, answer: Answer, began_ms: int) -> None:
        now_ms = self.clock.now_ms()
        if answer.outcome is Outcome.SLOW_DOWN:
            until_ms = self.gate.pause(
                now_ms=now_ms, call_began_ms=began_ms, retry_after_seconds=answer.retry_after_seconds
            )
            self.telemetry.alert("registry_slow_down", status=answer.status, until_ms=until_ms)
            self.telemetry.count("RegistryPauses")
            raise RegistryPausedError(until_ms, answer)
        if answer.outcome is Outcome.UNKNOWN:
            self._tell_unknown(answer)
        if answer.outcome in (Outcome.SERVER_ERROR, Outcome.NO_ANSWER):
            self.telemetry.alert("registry_trouble", orcid_id=self.orcid_id, status=answer.status, code=answer.code)
            self.telemetry.count("RegistryTroubles")
            self.gate.note_trouble(self.orcid_id, now_ms=now_ms)
            raise RecordTroubleError(answer)

    def _stop_if_many_are_refused(self, answer: Answer | None) -> None:
        """R25: a 401 that a second call confirmed, unless it is everybody's."""
        if answer is None or answer.outcome is not Outcome.UNAUTHORISED:
            return
        many = self.gate.note_unauthorised(self.orcid_id, now_ms=self.clock.now_ms())
        if many and not self.believes_refusals:
            self.telemetry.alert("many_tokens_refused", orcid_id=self.orcid_id, status=answer.status, code=answer.code)
            self.telemetry.count("RegistryTroubles")
            raise RecordTroubleError(answer)

    def _tell_unknown(self, answer: Answer) -> None:
        """An answer that the table does not hold: a fault of this installation, or something new at the registry."""
        self.telemetry.alert("unknown_answer", orcid_id=self.orcid_id, status=answer.status, code=answer.code)
        self.telemetry.count("UnknownAnswers")

    def _wait_for_slot(self, *, writing: bool) -> None:
        while True:
            now_ms = self._time_for_a_call()
            slot = self.gate.take(self.lane, now_ms=now_ms, writing=writing)
            if slot.outcome is SlotOutcome.OFF:
                raise SwitchedOffError
            if slot.outcome is SlotOutcome.PAUSED:
                raise RegistryPausedError(slot.until_ms)
            if slot.outcome is SlotOutcome.GRANTED:
                self.clock.sleep(max(0, slot.at_ms - now_ms) / 1000)
                # Asking for the slot may have taken long; the lease is the only fence there is (DESIGN 3.1).
                self._time_for_a_call()
                return
            self.clock.sleep(max(10, slot.until_ms - now_ms) / 1000)

    def _time_for_a_call(self) -> int:
        """Now. Raises OutOfTimeError when a call that began now could outlive the invocation."""
        now_ms = self.clock.now_ms()
        if now_ms + (self.registry.longest_call_seconds + SETTLING_SECONDS) * 1000 > self.deadline_ms:
            raise OutOfTimeError
        return now_ms


def _whole(result: Answer | list[Answer]) -> Answer | None:
    """The answer for the whole request, if it has one."""
    return result if isinstance(result, Answer) else None
