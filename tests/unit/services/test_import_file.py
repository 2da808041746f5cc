"""A feed file of any size is taken in whole, in as many invocations as it takes; whatever happens in between (R44)."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from orcid_sync.domain.catalogue import User
from orcid_sync.domain.errors import ConflictError, NotFoundError
from orcid_sync.domain.feed_file_report import MOST_REMARKS
from orcid_sync.feed_parsing import parse_line
from orcid_sync.ports.catalogue import StoreResult
from orcid_sync.services.import_feed import ImportFeed
from orcid_sync.services.import_file import LONGEST_LINE, SAVE_EVERY_MS, UNFINISHED, ImportFile

from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.events import FakeEvents
from tests.fakes.feed_files import FakeFeedFiles
from tests.fakes.telemetry import FakeTelemetry

# In place of a thousand.
BATCH_LINES = 40
KEY, NAME = "feed/full.jsonl", "full.jsonl"
USER = {"kind": "user", "id": "u1", "version": 1, "name": "Ada Jones", "is_current": True, "login_allowed": True}


def users(number: int, *, first: int = 0) -> list[bytes]:
    return [json.dumps({**USER, "id": f"u{n}"}).encode() for n in range(first, first + number)]


class TroubledCatalogue(FakeCatalogue):
    """Calls `trouble` before each user; `order` keeps who was stored, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: Callable[[User], object] = str
        self.order: list[str] = []

    def put_user(self, user: User) -> StoreResult:
        self.trouble(user)
        self.order.append(user.user_id)
        return super().put_user(user)


class Stage:
    """The service on fakes; `tell` delivers an event, `drain` those that it published itself."""

    def __init__(self) -> None:
        self.files, self.catalogue, self.clock = FakeFeedFiles(), TroubledCatalogue(), FakeClock()
        self.events, self.telemetry = FakeEvents(), FakeTelemetry()
        self._numbers = count(1)
        self._delivered = 0
        self.seconds = 0.0

    @property
    def service(self) -> ImportFile:
        def parse(line: bytes) -> Any:
            self.clock.advance(self.seconds)
            return parse_line(line, now_ms=1)

        runs = (f"run-{number}" for number in self._numbers)
        return ImportFile(
            self.files, ImportFeed(self.catalogue), parse, self.events, self.clock, self.telemetry, runs.__next__
        )

    def tell(self, upload: str | None = None, *, event: str = "event-1", seconds: float = 870) -> Any:
        return self.service.run(KEY, upload=upload, event=event, deadline_ms=self.clock.now_ms() + int(seconds * 1000))

    def drain(self, *, seconds: float = 870, most: int = 50) -> int:
        """Deliver what was published until nothing more is; returns how many that were."""
        delivered = 0
        while self._delivered < len(self.events.of_type(UNFINISHED)):
            detail = self.events.of_type(UNFINISHED)[self._delivered]
            self._delivered += 1
            delivered += 1
            assert delivered <= most, "it goes on for ever"
            self.tell(str(detail["upload"]), event=f"own-{self._delivered}", seconds=seconds)
        return delivered

    @property
    def report(self) -> dict[str, Any]:
        return dict(self.files.reports[NAME].content)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("orcid_sync.services.import_file.BATCH_LINES", BATCH_LINES)
    return Stage()


def test_r44_a_file_goes_the_same_way_and_its_report_names_the_lines(stage: Stage) -> None:
    lines = [
        "\ufeff" + json.dumps(USER),
        "",
        json.dumps({**USER, "id": "u2"}),
        "{broken",
        json.dumps({**USER, "id": "u3"}),
    ]
    stage.files.put(KEY, [*(line.encode() for line in lines), b"\xff", b"x" * (LONGEST_LINE + 5), b""])
    report = stage.tell()
    assert (report.accepted, report.stale, report.failed, report.problem) == (3, 0, 3, None)
    assert (stage.report["complete"], stage.report["lines"], stage.report["progress"]) == (True, 8, None)
    assert [error["line"] for error in stage.report["errors"]] == [4, 6, 7]
    assert stage.telemetry.counts == {"FeedItemsStored": 3, "FeedItemsStale": 0, "FeedItemsRefused": 3}


def test_r44_a_file_that_takes_many_invocations_is_taken_in_whole_in_its_order(stage: Stage) -> None:
    items = [json.dumps({**USER, "id": f"u{n % 7}", "version": n}).encode() for n in range(5 * BATCH_LINES + 3)]
    stage.files.put(KEY, [*items, b"{broken", b""])
    stage.tell(seconds=0)
    assert (stage.report["complete"], stage.report["problem"], stage.report["lines"]) == (False, None, BATCH_LINES)
    assert "it goes on by itself" in stage.report["progress"]
    assert f"line {BATCH_LINES:,} (19 %)" in stage.report["progress"]
    assert stage.drain(seconds=0) == 5
    assert (stage.report["complete"], stage.report["accepted"], stage.report["stale"]) == (True, len(items), 0)
    assert stage.report["lines"] == len(items) + 2
    assert [error["line"] for error in stage.report["errors"]] == [len(items) + 1]
    assert stage.telemetry.counts["FeedItemsStored"] == len(items), "each part counts its own"


def test_r44_no_batch_is_begun_that_may_not_end_in_time(stage: Stage) -> None:
    """A table that throttles makes batches long; Lambda would end the invocation in the midst of one."""
    stage.files.put(KEY, users(5 * BATCH_LINES))
    stage.catalogue.trouble = lambda _: stage.clock.advance(100 / BATCH_LINES)
    stage.tell(seconds=250)
    assert stage.report["lines"] == 2 * BATCH_LINES
    stage.drain(seconds=250)
    assert (stage.report["complete"], stage.report["accepted"]) == (True, 5 * BATCH_LINES)


def test_r44_a_file_that_is_over_is_not_read_again_but_one_put_there_again_is(stage: Stage) -> None:
    first = stage.files.put(KEY, users(3))
    stage.tell(first)
    stage.catalogue.order.clear()
    assert stage.tell(first).complete
    assert stage.catalogue.order == []
    again = stage.files.put(KEY, users(3))
    stage.tell(again)
    assert (stage.report["accepted"], stage.report["stale"], stage.report["complete"]) == (0, 3, True)
    assert stage.report["note"] is None


def test_r44_an_event_that_comes_twice_at_once_leaves_one_at_work_that_ends_the_file(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(4 * BATCH_LINES))
    stage.seconds = SAVE_EVERY_MS / 1000 / BATCH_LINES  # each batch takes as long as lies between two reports
    other = Stage.tell

    def at_the_same_time(user: User) -> None:
        if user.user_id == f"u{BATCH_LINES + 5}":
            stage.catalogue.trouble = str
            assert other(stage, upload, seconds=3 * SAVE_EVERY_MS / 1000) is not None

    stage.catalogue.trouble = at_the_same_time
    assert stage.tell(upload) is None, "the first leaves it to the second"
    assert ("feed_file_taken_over", {"key": KEY}) in stage.telemetry.events
    assert stage.drain() <= 1
    assert stage.report["complete"]
    assert stage.report["lines"] == stage.report["accepted"] + stage.report["stale"] == 4 * BATCH_LINES
    assert len(stage.catalogue.users) == 4 * BATCH_LINES
    assert len(stage.catalogue.order) <= 6 * BATCH_LINES, "the earlier one went on for a batch or so, not to the end"


def test_r44_an_invocation_that_is_killed_loses_nothing_and_repeats_half_a_minute(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(5 * BATCH_LINES))
    stage.seconds = SAVE_EVERY_MS / 1000 / BATCH_LINES

    class Killed(BaseException):
        pass

    def kill(user: User) -> None:
        if user.user_id == f"u{3 * BATCH_LINES + 9}":
            stage.catalogue.trouble = str
            raise Killed

    stage.catalogue.trouble = kill
    with pytest.raises(Killed):
        stage.tell(upload)
    assert stage.report["lines"] == 3 * BATCH_LINES
    stage.tell(upload)
    assert "Try 2 of 3" not in json.dumps(stage.report), "it is over"
    assert (stage.report["complete"], stage.report["stale"]) == (True, 9)
    assert len(stage.catalogue.users) == 5 * BATCH_LINES


def test_r44_what_breaks_a_part_three_times_is_told_in_the_report_and_goes_on_when_put_back(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(2 * BATCH_LINES))

    def poison(user: User) -> None:
        if user.user_id == f"u{BATCH_LINES + 5}":
            raise OSError("the table is away")

    stage.catalogue.trouble = poison
    for number in (1, 2, 3):
        with pytest.raises(OSError, match="away"):
            stage.tell(upload)
        assert (stage.report["complete"], stage.report["lines"]) == (False, BATCH_LINES)
        told = "Dead letters" if number == 3 else "tried again by itself"
        assert told in stage.report["problem"]
    stage.catalogue.trouble = str
    stage.tell(upload)
    assert (stage.report["complete"], stage.report["problem"]) == (True, None)
    assert stage.report["accepted"] + stage.report["stale"] == 2 * BATCH_LINES
    assert not stage.events.published, "a part that breaks off is brought on by its own event"


def test_r44_while_a_part_is_tried_again_the_report_says_so(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(2 * BATCH_LINES))
    told: list[str] = []

    def note(user: User) -> None:
        if user.user_id == f"u{BATCH_LINES}":
            told.append(stage.report["progress"])
            raise OSError("the table is away")

    stage.catalogue.trouble = note
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            stage.tell(upload)
    assert ["Try 2 of 3" in text for text in told] == [False, True]


def test_r44_a_file_that_was_replaced_is_begun_anew_by_its_own_event_which_tells(stage: Stage) -> None:
    old = stage.files.put(KEY, users(3 * BATCH_LINES))
    stage.tell(old, seconds=0)
    new = stage.files.put(KEY, users(5, first=90_000))
    assert stage.drain() == 1, "what was left of the old one is let be"
    assert "u90000" not in stage.catalogue.users
    stage.tell(new, event="event-2")
    assert (stage.report["complete"], stage.report["lines"], stage.report["accepted"]) == (True, 5, 5)
    assert f"replaced before its end, after its line {BATCH_LINES:,}" in stage.report["note"]
    stage.tell(old)
    assert stage.report["lines"] == 5, "a late event of the old one changes nothing"


def test_r44_a_file_replaced_while_it_is_read_is_left_at_once(stage: Stage) -> None:
    old = stage.files.put(KEY, users(3 * BATCH_LINES))
    reads = count()

    def replace(key: str) -> None:
        if next(reads) == BATCH_LINES + 5:
            stage.files.put(key, users(1, first=90_000))

    stage.files.before_line = replace
    assert stage.tell(old) is None
    stage.tell("upload-2", event="event-2")
    assert (stage.report["complete"], stage.report["accepted"]) == (True, 1)
    assert "replaced" in stage.report["note"]


def test_r44_a_new_file_is_begun_though_the_old_ones_report_is_written_at_that_moment(stage: Stage) -> None:
    """Else the old one's invocation would leave the file to the new one's, which has left it to the old one's."""
    old = stage.files.put(KEY, users(3 * BATCH_LINES))
    stage.tell(old, seconds=0)
    new = stage.files.put(KEY, users(5, first=90_000))

    def write_it(_: str) -> None:
        stage.files.before_find = str
        stored = stage.files.reports[NAME]
        stage.files.put_report(NAME, stored.content, seen=stored.tag)

    stage.files.before_find = write_it
    assert stage.tell(new, event="event-2").complete
    assert stage.report["accepted"] == 5


def test_r44_an_event_that_cannot_begin_for_others_comes_again(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(5))
    stage.tell(upload, seconds=0)
    again = stage.files.put(KEY, users(5))

    def write_it(_: str) -> None:
        stored = stage.files.reports[NAME]
        stage.files.put_report(NAME, stored.content, seen=stored.tag)

    stage.files.before_find = write_it
    with pytest.raises(ConflictError):
        stage.tell(again)


@pytest.mark.parametrize("when", ["between two parts", "while it is read"])
def test_r44_a_file_that_was_deleted_ends_there_and_its_report_tells(stage: Stage, when: str) -> None:
    upload = stage.files.put(KEY, users(3 * BATCH_LINES))
    if when == "between two parts":
        stage.tell(upload, seconds=0)
        stage.files.delete(KEY)
    else:
        reads = count()
        stage.seconds = SAVE_EVERY_MS / 1000 / BATCH_LINES
        stage.files.before_line = lambda key: stage.files.delete(key) if next(reads) == BATCH_LINES + 5 else None
    with pytest.raises(NotFoundError):
        stage.tell(upload, event="event-2")
    assert (stage.report["complete"], stage.report["progress"]) == (False, None)
    assert f"deleted before its end; it was taken in up to line {BATCH_LINES:,}" in stage.report["problem"]


def test_r44_a_file_gone_before_it_was_begun_has_no_report(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        stage.tell("upload-1")
    assert stage.files.reports == {}


def test_r44_what_stands_before_the_place_where_an_archive_breaks_is_taken_in(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(BATCH_LINES + 20))
    stage.files.broken[KEY] = BATCH_LINES + 10
    assert stage.tell(upload).problem is not None
    assert (stage.report["complete"], stage.report["accepted"]) == (False, BATCH_LINES + 10)
    assert "gzip" in stage.report["problem"]
    assert not stage.tell(upload).complete, "a broken file is not read again and again"
    assert stage.report["accepted"] == BATCH_LINES + 10


def test_r44_a_report_that_was_deleted_meanwhile_comes_again_and_stops_nobody(stage: Stage) -> None:
    upload = stage.files.put(KEY, users(3 * BATCH_LINES))
    stage.seconds = SAVE_EVERY_MS / 1000 / BATCH_LINES

    def lose(user: User) -> None:
        if user.user_id == f"u{BATCH_LINES + 1}":
            stage.files.reports.clear()

    stage.catalogue.trouble = lose
    assert stage.tell(upload).complete
    assert stage.report["accepted"] == 3 * BATCH_LINES


def test_a_report_stays_small_over_all_parts_however_bad_the_file_is(stage: Stage) -> None:
    stage.files.put(KEY, [b"nonsense"] * (BATCH_LINES + MOST_REMARKS))
    stage.tell(seconds=0)
    stage.drain(seconds=0)
    assert (stage.report["failed"], len(stage.report["errors"])) == (BATCH_LINES + MOST_REMARKS, MOST_REMARKS)


def test_a_batch_is_bounded_by_its_bytes_too(stage: Stage) -> None:
    long = json.dumps({**USER, "name": "x", "ignored": "y" * 3_000_000}).encode()
    stage.files.put(KEY, [long] * 7)
    stage.tell(seconds=0)
    assert stage.report["lines"] == 3
    stage.drain(seconds=0)
    assert (stage.report["complete"], stage.report["lines"]) == (True, 7)
