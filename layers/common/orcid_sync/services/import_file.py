"""Takes in a file of JSON Lines of any size, in as many invocations as it takes (R44).

The report is the state: whoever begins writes themselves into it, and every further write is on condition that it still
stands there. So of two who are at one file the earlier one finds out within half a minute and leaves it to the later
one, which goes on from the same place. Versions decide, so what both took in does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from orcid_sync.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from orcid_sync.domain.feed_file_report import MOST_TRIES, FileReport, report_of
from orcid_sync.domain.feed_items import ParsedItem
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.feed_files import FeedFile, FeedFiles
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.import_feed import ImportFeed

UNFINISHED: Final = "Feed File Unfinished"
# Large enough that waiting for the last ones of a batch is no matter, small enough for memory.
BATCH_LINES: Final = 1000
BATCH_BYTES: Final = 8_000_000
LONGEST_LINE: Final = 5_000_000
# So much is taken in twice at most after an invocation that was killed.
SAVE_EVERY_MS: Final = 30_000
_TRIES: Final = 6


class _TakenOverError(Exception):
    """Somebody else is at this file now."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """`new_run` names an invocation, each time anew."""

    files: FeedFiles
    import_feed: ImportFeed
    parse_line: Callable[[bytes], ParsedItem]
    events: Events
    clock: Clock
    telemetry: Telemetry
    new_run: Callable[[], str]

    def run(self, key: str, *, upload: str | None, event: str, deadline_ms: int) -> FileReport | None:
        """Take in the file, or what is left of it; at the deadline an event is published that brings the rest on.

        `upload`: the one that the event is about (None: whichever is there). Returns None when this event has nothing
        to do with the file any more: it was replaced, or somebody else is at it. A file that is over is not looked at
        again. Raises NotFoundError when it is gone, and what it meets, so that the event comes again.
        """
        name = key.removeprefix("feed/")
        try:
            begun = self._begun(key, name, upload, event)
            return self._taken_in(begun, deadline_ms) if isinstance(begun, _Part) else begun
        except NotFoundError:
            self._gone(name)
            raise
        except StaleError:
            self.telemetry.log("feed_file_replaced", key=key)
        except _TakenOverError:
            self.telemetry.log("feed_file_taken_over", key=key)
        return None

    def _begun(self, key: str, name: str, upload: str | None, event: str) -> _Part | FileReport:
        """What is to be done, ours from now on; or the report of a file that is over.

        The later one takes over: were it to give way to a report that is just being written, it could be to one who is
        about to find out that the file was replaced, and nobody would be left. Raises ConflictError when others are
        always faster.
        """
        for _ in range(_TRIES):
            stored = self.files.report(name)
            before = report_of(stored.content) if stored is not None else None
            file = self.files.find(key)
            if upload not in (None, file.upload):
                raise StaleError("The event is about an earlier file of this name.")
            if before is not None and before.upload == file.upload and before.over:
                return before
            report = _continued(before, file)
            report.begin(self.new_run(), event)
            part = _Part(self, file, report, name, stored.tag if stored is not None else None)
            try:
                part.write()
            except ConflictError:
                continue
            return part
        raise ConflictError(f"The report on {key} is being written by others again and again.")

    def _taken_in(self, part: _Part, deadline_ms: int) -> FileReport:
        report = part.report
        accepted, stale, failed = report.accepted, report.stale, report.failed
        try:
            if part.go(deadline_ms):
                detail = {"at_ms": self.clock.now_ms(), "file": report.file, "upload": report.upload}
                self.events.publish(UNFINISHED, [detail])
        except (NotFoundError, StaleError, _TakenOverError):
            raise
        except Exception:
            part.broke_off()
            raise
        finally:
            self.telemetry.count("FeedItemsStored", report.accepted - accepted)
            self.telemetry.count("FeedItemsStale", report.stale - stale)
            self.telemetry.count("FeedItemsRefused", report.failed - failed)
        return report

    def _gone(self, name: str) -> None:
        """Tell in the report of a file that was not over yet."""
        stored = self.files.report(name)
        report = report_of(stored.content) if stored is not None else None
        if stored is None or report is None or report.over:
            return
        report.over = True
        report.problem = f"The file was deleted before its end; it was taken in up to line {report.lines:,}."
        try:
            self.files.put_report(name, report.as_json(self.clock.now_ms()), seen=stored.tag)
        except ConflictError:
            self.telemetry.log("feed_file_taken_over", key=report.file)


def _continued(before: FileReport | None, file: FeedFile) -> FileReport:
    """The report of this upload, or a new one; it tells of an upload that this one replaced before its end."""
    if before is not None and before.upload == file.upload:
        return before
    report = FileReport(file.key, file.upload, file.size)
    if before is not None and not before.over:
        report.note = f"An earlier file of this name was replaced before its end, after its line {before.lines:,}."
    return report


@dataclass(slots=True)
class _Batch:
    """Items and the lines they stand on; where it ends (line, byte, bytes read); whether `more` follows."""

    line: int
    byte: int
    read: int
    numbers: list[int] = field(default_factory=list)
    items: list[ParsedItem] = field(default_factory=list)
    more: bool = True


class _Part:
    """What one invocation does of a file."""

    def __init__(self, importing: ImportFile, file: FeedFile, report: FileReport, name: str, tag: str | None) -> None:
        self.report = report
        self._importing = importing
        self._file = file
        self._name = name
        self._tag = tag
        self._saved_ms = 0

    def write(self) -> None:
        """Write the report over the one seen. Raises ConflictError."""
        self._saved_ms = self._importing.clock.now_ms()
        content = self.report.as_json(self._saved_ms)
        self._tag = self._importing.files.put_report(self._name, content, seen=self._tag)

    def save(self) -> None:
        """Write the report. Raises _TakenOverError when somebody else is at the file."""
        try:
            self.write()
        except ConflictError as exc:
            stored = self._importing.files.report(self._name)
            if stored is not None and report_of(stored.content).run != self.report.run:
                raise _TakenOverError from exc
            # Somebody deleted the report, or put it back, who has nothing to do with taking in.
            self._tag = stored.tag if stored is not None else None
            self.write()

    def go(self, deadline_ms: int) -> bool:
        """Take in batch after batch; returns whether something is left for the next invocation.

        None is begun that would not end in time if it took as long as the longest: a table that throttles is slow.
        """
        clock, longest_ms = self._importing.clock, 0
        try:
            for batch in self._batches():
                began_ms = clock.now_ms()
                if batch.items:
                    self.report.add(batch.numbers, self._importing.import_feed.store(batch.items))
                self.report.lines, self.report.byte, self.report.read = batch.line, batch.byte, batch.read
                now_ms = clock.now_ms()
                longest_ms = max(longest_ms, now_ms - began_ms)
                if batch.more and now_ms + longest_ms >= deadline_ms:
                    self.save()
                    return True
                if batch.more and now_ms - self._saved_ms >= SAVE_EVERY_MS:
                    self.save()
        except InvalidError as exc:
            self.report.problem = str(exc)
        self.report.over = True
        self.save()
        return False

    def broke_off(self) -> None:
        """Tell that an error ended this part; what was stored before it stands."""
        where = f"An error broke it off after line {self.report.lines:,}"
        if self.report.last_try:
            self.report.problem = (
                f"{where}, at the last of {MOST_TRIES} tries; what stands before that is taken in. The log of"
                " ImportFeedFunction tells the error; docs/operations.md, Dead letters, D, makes it go on from there."
            )
        else:
            self.report.problem = f"{where}; it is tried again by itself in a few minutes."
        try:
            self.save()
        except _TakenOverError:
            self._importing.telemetry.log("feed_file_taken_over", key=self.report.file)

    def _batches(self) -> Iterator[_Batch]:
        """Blank lines are passed over. What stands before the place where a file cannot be unpacked comes before
        InvalidError is raised.
        """
        batch = _Batch(self.report.lines, self.report.byte, self.report.read)
        size = 0
        broken: InvalidError | None = None
        found = self._importing.files.lines(self._file, longest=LONGEST_LINE, from_byte=self.report.byte)
        while True:
            try:
                line = next(found, None)
            except InvalidError as exc:
                broken = exc
                break
            if line is None:
                break
            if len(batch.items) >= BATCH_LINES or size >= BATCH_BYTES:
                yield batch
                batch, size = _Batch(batch.line, batch.byte, batch.read), 0
            batch.line, batch.byte, batch.read = batch.line + 1, line.ends_at, line.read
            size += len(line.text)
            if line.text.strip():
                batch.numbers.append(batch.line)
                batch.items.append(self._parsed(line.text))
        batch.more = False
        yield batch
        if broken is not None:
            raise broken

    def _parsed(self, text: bytes) -> ParsedItem:
        if len(text) > LONGEST_LINE:
            return ParsedItem(None, f"A line may have at most {LONGEST_LINE:,} bytes; this one is longer.")
        return self._importing.parse_line(text)
