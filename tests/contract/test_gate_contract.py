"""The gate's contract: slots, horizons, pauses, R10's switch (R35, DESIGN 5)."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable

import pytest
from orcid_sync.adapters.dynamodb_gate import DynamoDbGate
from orcid_sync.domain.links import Lane, Spare
from orcid_sync.ports.gate import Gate, GateState, Slot, SlotOutcome

from tests.fakes.gate import FakeGate

NOW = 1_000_000


@pytest.fixture
def gate(backend: str, request: pytest.FixtureRequest) -> Gate:
    """A gate through which writing is allowed; without jitter, so that pauses can be named."""
    made: Gate = FakeGate()
    if backend == "adapter":
        made = DynamoDbGate(request.getfixturevalue("aws").sync, "APP-1", jitter=lambda: 0.0)
    made.allow_writing(True, config_rev=1)
    return made


def granted(at_ms: int) -> Slot:
    return Slot(SlotOutcome.GRANTED, at_ms=at_ms)


def test_r35_slots_lie_43_ms_apart(gate: Gate) -> None:
    slots = [gate.take(Lane.HIGH, now_ms=NOW) for _ in range(4)]
    assert slots == [granted(NOW + 43 * n) for n in range(4)]


def test_r35_an_idle_gate_begins_anew_and_gives_no_burst(gate: Gate) -> None:
    gate.take(Lane.HIGH, now_ms=NOW)
    later = NOW + 60_000
    assert [gate.take(Lane.HIGH, now_ms=later).at_ms for _ in range(2)] == [later, later + 43]


def test_r35_a_slot_just_due_is_taken_as_it_is(gate: Gate) -> None:
    gate.take(Lane.NORMAL, now_ms=NOW)
    assert gate.take(Lane.NORMAL, now_ms=NOW + 43) == granted(NOW + 43)
    assert gate.take(Lane.NORMAL, now_ms=NOW + 87) == granted(NOW + 87)


def test_r35_the_normal_lane_stops_early_and_the_high_lane_keeps_its_share(gate: Gate) -> None:
    normal = [gate.take(Lane.NORMAL, now_ms=NOW) for _ in range(7)]
    assert [slot.outcome for slot in normal] == [SlotOutcome.GRANTED] * 6 + [SlotOutcome.BUSY]
    assert normal[-1].until_ms == NOW + 6 * 43 - 250
    high = [gate.take(Lane.HIGH, now_ms=NOW) for _ in range(42)]
    assert [slot.outcome for slot in high] == [SlotOutcome.GRANTED] * 41 + [SlotOutcome.BUSY]
    assert high[-1].until_ms == NOW + 47 * 43 - 2000
    assert gate.take(Lane.HIGH, now_ms=high[-1].until_ms).outcome is SlotOutcome.GRANTED


def test_r10_switching_off_is_learnt_with_the_next_slot_but_reading_goes_on(gate: Gate) -> None:
    gate.allow_writing(False, config_rev=2)
    assert gate.take(Lane.HIGH, now_ms=NOW) == Slot(SlotOutcome.OFF)
    assert gate.take(Lane.NORMAL, now_ms=NOW, writing=False) == granted(NOW)
    assert gate.take(Lane.NORMAL, now_ms=NOW, writing=False) == granted(NOW + 43)
    gate.allow_writing(True, config_rev=3)
    assert gate.take(Lane.HIGH, now_ms=NOW) == granted(NOW + 86)


def test_r10_an_older_configuration_changes_nothing(gate: Gate) -> None:
    gate.allow_writing(False, config_rev=3)
    gate.allow_writing(True, config_rev=2)
    assert gate.take(Lane.HIGH, now_ms=NOW).outcome is SlotOutcome.OFF


def test_r9_writing_is_off_until_somebody_allows_it(backend: str, request: pytest.FixtureRequest) -> None:
    fresh: Gate = FakeGate()
    if backend == "adapter":
        fresh = DynamoDbGate(request.getfixturevalue("aws").sync, "APP-2")
    assert fresh.take(Lane.HIGH, now_ms=NOW) == Slot(SlotOutcome.OFF)
    assert fresh.take(Lane.HIGH, now_ms=NOW, writing=False) == granted(NOW)
    assert fresh.paused_until() == 0


def test_r35_a_pause_holds_everybody_and_retry_after_is_honoured(gate: Gate) -> None:
    until = gate.pause(now_ms=NOW, call_began_ms=NOW - 500, retry_after_seconds=7.5)
    assert until == NOW + 7500 == gate.paused_until()
    for writing in (True, False):
        assert gate.take(Lane.HIGH, now_ms=NOW + 7499, writing=writing) == Slot(SlotOutcome.PAUSED, until_ms=until)
    assert gate.take(Lane.HIGH, now_ms=until) == granted(until)


def test_r35_calls_that_began_before_a_pause_do_not_lengthen_it(gate: Gate) -> None:
    until = gate.pause(now_ms=NOW, call_began_ms=NOW - 500, retry_after_seconds=None)
    for began in (NOW - 400, NOW):
        assert gate.pause(now_ms=NOW + 300, call_began_ms=began, retry_after_seconds=None) == until
    assert gate.paused_until() == until


def test_r35_pauses_double_up_to_five_minutes_until_all_was_quiet_for_ten(gate: Gate) -> None:
    now, lengths = NOW, []
    for _ in range(11):
        until = gate.pause(now_ms=now, call_began_ms=now, retry_after_seconds=None)
        lengths.append(until - now)
        now = until + 1
    assert lengths == [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]
    quiet = now + 600_001
    assert gate.pause(now_ms=quiet, call_began_ms=quiet, retry_after_seconds=None) == quiet + 1000


def test_r35_a_pause_is_never_shortened(gate: Gate) -> None:
    until = gate.pause(now_ms=NOW, call_began_ms=NOW, retry_after_seconds=60)
    assert gate.pause(now_ms=NOW + 10, call_began_ms=NOW + 5, retry_after_seconds=1) == until


def test_r35_a_pause_can_come_before_any_call(backend: str, request: pytest.FixtureRequest) -> None:
    fresh: Gate = FakeGate()
    if backend == "adapter":
        fresh = DynamoDbGate(request.getfixturevalue("aws").sync, "APP-2", jitter=lambda: 0.0)
    assert fresh.pause(now_ms=NOW, call_began_ms=NOW - 1, retry_after_seconds=None) == NOW + 1000
    fresh.allow_writing(True, config_rev=1)
    assert fresh.take(Lane.HIGH, now_ms=NOW).outcome is SlotOutcome.PAUSED


def test_r38_one_poisonous_record_does_not_stop_an_institution(gate: Gate) -> None:
    for second in range(20):
        assert gate.note_trouble("a", now_ms=NOW + second * 1000) is None
    assert gate.note_trouble("b", now_ms=NOW + 20_000) is None
    assert gate.take(Lane.HIGH, now_ms=NOW + 20_000).outcome is SlotOutcome.GRANTED


def test_r35_three_records_in_trouble_within_a_minute_pause_everybody(gate: Gate) -> None:
    assert gate.note_trouble("a", now_ms=NOW) is None
    assert gate.note_trouble("b", now_ms=NOW + 30_000) is None
    assert gate.note_trouble("c", now_ms=NOW + 60_000) is None  # the first is a minute old
    paused = gate.note_trouble("d", now_ms=NOW + 61_000)
    assert paused == NOW + 62_000 == gate.paused_until()
    assert gate.note_trouble("e", now_ms=NOW + 61_500) == paused
    assert gate.note_trouble("f", now_ms=NOW + 63_000) is None


def most_in_a_second(calls_ms: Iterable[int]) -> int:
    """The largest number of calls in any half-open window of one second."""
    ordered, begin, most = sorted(calls_ms), 0, 0
    for end, at_ms in enumerate(ordered):
        while at_ms - ordered[begin] >= 1000:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def work(gate: Gate, lanes: list[Lane], *, seconds: int, skew_ms: int) -> dict[Lane, list[int]]:
    """Takers with clocks apart by up to `skew_ms`, calls of some 400 ms, each asking again at once: when they began."""
    chance = random.Random(7)
    skews = [chance.randint(-skew_ms, skew_ms) for _ in lanes]
    waiting = [(NOW + number, number) for number in range(len(lanes))]
    began: dict[Lane, list[int]] = {lane: [] for lane in Lane}
    while waiting[0][0] < NOW + seconds * 1000:
        true_ms, taker = heapq.heappop(waiting)
        own_ms = true_ms + skews[taker]
        slot = gate.take(lanes[taker], now_ms=own_ms)
        if slot.outcome is SlotOutcome.BUSY:
            again = true_ms + max(1, slot.until_ms - own_ms)
        else:
            begin = true_ms + slot.at_ms - own_ms
            began[lanes[taker]].append(begin)
            again = begin + chance.randint(250, 600)
        heapq.heappush(waiting, (again, taker))
    return began


def test_r35_many_takers_never_pass_26_calls_in_any_second(gate: Gate) -> None:
    began = work(gate, [Lane.NORMAL] * 10 + [Lane.HIGH] * 10, seconds=8, skew_ms=50)
    calls = began[Lane.NORMAL] + began[Lane.HIGH]
    assert most_in_a_second(calls) <= 26
    assert len(calls) / 8 > 22


def test_r35_a_crowded_normal_lane_never_starves_the_high_one(gate: Gate) -> None:
    began = work(gate, [Lane.NORMAL] * 20 + [Lane.HIGH], seconds=8, skew_ms=0)
    alone = work(FakeGate(writing=True), [Lane.HIGH], seconds=8, skew_ms=0)
    # A call of 250 to 600 ms, then a wait of at most the normal lane's horizon and one slot.
    gaps = [after - before for before, after in zip(began[Lane.HIGH], began[Lane.HIGH][1:], strict=False)]
    assert max(gaps) <= 600 + 250 + 43
    assert len(began[Lane.HIGH]) > len(alone[Lane.HIGH]) / 2


def test_r35_the_gate_shows_how_it_stands(gate: Gate) -> None:
    slot = gate.take(Lane.HIGH, now_ms=NOW)
    assert gate.state() == GateState(writing=True, paused_until_ms=0, next_slot_ms=slot.at_ms + 43)
    until_ms = gate.pause(now_ms=NOW, call_began_ms=NOW, retry_after_seconds=5)
    gate.allow_writing(False, config_rev=2)
    assert gate.state() == GateState(writing=False, paused_until_ms=until_ms, next_slot_ms=slot.at_ms + 43)


def test_r42_reading_in_spare_time_gets_a_slot_only_when_nobody_waits_for_one(gate: Gate) -> None:
    assert gate.take(Spare.READING, now_ms=NOW, writing=False) == granted(NOW)
    assert gate.take(Spare.READING, now_ms=NOW + 42, writing=False) == Slot(SlotOutcome.BUSY, until_ms=NOW + 43)
    assert gate.take(Spare.READING, now_ms=NOW + 43, writing=False) == granted(NOW + 43)
    assert gate.take(Lane.NORMAL, now_ms=NOW + 43) == granted(NOW + 86)
    assert gate.take(Spare.READING, now_ms=NOW + 86, writing=False).outcome is SlotOutcome.BUSY


def test_r42_a_lane_never_waits_longer_for_readers_than_one_slot(gate: Gate) -> None:
    """Ten readers ask at every millisecond; whenever a writer comes, one of them at most is before it."""
    now_ms = NOW
    for arrival in range(NOW, NOW + 2000, 97):
        while now_ms < arrival:
            gate.take(Spare.READING, now_ms=now_ms, writing=False)
            now_ms += 7
        slot = gate.take(Lane.NORMAL, now_ms=now_ms)
        assert slot.outcome is SlotOutcome.GRANTED
        assert slot.at_ms - now_ms <= 43


def test_r42_readers_starve_while_writers_use_the_limit(gate: Gate) -> None:
    read = 0
    for now_ms in range(NOW, NOW + 1000, 20):
        while gate.take(Lane.NORMAL, now_ms=now_ms).outcome is SlotOutcome.GRANTED:
            pass
        read += gate.take(Spare.READING, now_ms=now_ms, writing=False).outcome is SlotOutcome.GRANTED
    assert read == 0


def test_r35_readers_keep_a_pause_too(gate: Gate) -> None:
    until_ms = gate.pause(now_ms=NOW, call_began_ms=NOW, retry_after_seconds=5)
    assert gate.take(Spare.READING, now_ms=NOW + 1, writing=False) == Slot(SlotOutcome.PAUSED, until_ms=until_ms)


def test_r25_tokens_of_ten_records_refused_within_ten_minutes_are_the_registrys_fault(gate: Gate) -> None:
    minute = 60_000
    assert not any(gate.note_unauthorised("a", now_ms=NOW + n * minute) for n in range(12)), (
        "one record, again and again"
    )
    later = NOW + 60 * minute
    told = [gate.note_unauthorised(f"b{n}", now_ms=later + n * minute) for n in range(10)]
    assert told == [False] * 9 + [True]
    assert gate.note_unauthorised("c", now_ms=later + 10 * minute - 1)
    assert not gate.note_unauthorised("d", now_ms=later + 20 * minute)
    assert gate.paused_until() == 0, "nobody waits for it"


def test_r35_a_retry_after_of_nothing_slows_down_all_the_same(gate: Gate) -> None:
    first = gate.pause(now_ms=NOW, call_began_ms=NOW, retry_after_seconds=0.0)
    second = gate.pause(now_ms=first, call_began_ms=first, retry_after_seconds=0.0)
    assert (first, second) == (NOW + 1000, NOW + 3000)
