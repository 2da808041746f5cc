"""Takes in what the RIS pushes: a batch of the feed API, or a file of JSON Lines; the version decides (R44)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from orcid_sync.domain.catalogue import Publication, PublicationType, Relationship, User
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.errors import ConflictError, InvalidError
from orcid_sync.domain.feed_items import FeedItem, FeedReport, ParsedItem, Remark
from orcid_sync.ports.catalogue import Catalogue, StoreResult
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.erasure import Erasures
from orcid_sync.ports.feed_files import FeedFiles

BATCH_LINES = 400
# A report is read by people; what is wrong with the first lines is mostly wrong with the others.
MOST_REMARKS = 1000
LONGEST_LINE = 5_000_000
ERASED = "The user was erased; items for them are ignored until an administrator takes them back."


@dataclass(frozen=True, slots=True)
class ImportFeed:
    """Stores items; those of a batch on `parallel` threads, as each waits for the table; 1: one by one.

    Items of one key stay in their order on one thread: side by side they would be in each other's way, and which of
    them count as stale would be a matter of luck.
    """

    catalogue: Catalogue
    parallel: int = 1
    erasures: Erasures | None = None

    def store(self, items: Sequence[ParsedItem]) -> FeedReport:
        """Store a batch. One bad item never stops the others."""
        erased = self._erased(items)
        results = self._store_all(items, erased)
        self._take_back(items)
        # A StoreResult is a text too.
        refused = [(index, result) for index, result in enumerate(results) if not isinstance(result, StoreResult)]
        errors = [Remark(index, text) for index, text in refused]
        warnings = [Remark(index, text) for index, item in enumerate(items) for text in item.warnings]
        warnings.extend(_ids_that_differ_in_case(items))
        warnings.extend(Remark(index, ERASED) for index, item in enumerate(items) if _user_of(item) in erased)
        return FeedReport(
            accepted=sum(1 for result in results if result is StoreResult.STORED),
            stale=sum(1 for result in results if result is StoreResult.STALE),
            errors=tuple(errors),
            warnings=tuple(sorted(warnings, key=lambda remark: remark.index)),
        )

    def _erased(self, items: Sequence[ParsedItem]) -> frozenset[str]:
        """Users of the batch whose items are ignored until an administrator takes them back (R48)."""
        users = {user_id for item in items if (user_id := _user_of(item)) is not None}
        return self.erasures.among(users) if self.erasures is not None and users else frozenset()

    def _take_back(self, items: Sequence[ParsedItem]) -> None:
        """Of users whose erasure ended while the batch was being stored, or a batch before it that broke off, nothing
        may stay. What an erasure under way finds it deletes itself.
        """
        users = {user_id for item in items if (user_id := _user_of(item)) is not None}
        if self.erasures is not None and users:
            for user_id in sorted(self.erasures.finished(users)):
                self.catalogue.forget_user(user_id)

    def _store_all(self, items: Sequence[ParsedItem], erased: frozenset[str]) -> list[StoreResult | str]:
        """The results in the order of the items; what is ignored counts as stale."""
        if self.parallel == 1:
            return [StoreResult.STALE if _user_of(item) in erased else self._store(item) for item in items]
        by_key: dict[tuple[str, ...], list[int]] = {}
        for index, item in enumerate(items):
            by_key.setdefault(_key(item), []).append(index)
        results: list[StoreResult | str] = [""] * len(items)

        def store_in_order(indexes: list[int]) -> None:
            for index in indexes:
                ignored = _user_of(items[index]) in erased
                results[index] = StoreResult.STALE if ignored else self._store(items[index])

        with ThreadPoolExecutor(self.parallel) as pool:
            list(pool.map(store_in_order, by_key.values()))
        return results

    def _store(self, parsed: ParsedItem) -> StoreResult | str:
        """The result, or the error's text."""
        if parsed.item is None:
            return parsed.error or ""
        try:
            return self._put(parsed.item)
        except (ConflictError, InvalidError) as exc:
            return str(exc)

    def _put(self, item: FeedItem) -> StoreResult:
        match item:
            case User():
                return self.catalogue.put_user(item)
            case Publication():
                return self.catalogue.put_publication(item, digest_publication(item))
            case Relationship():
                return self.catalogue.put_relationship(item)
            case PublicationType():
                return self.catalogue.put_publication_type(item)


def _user_of(parsed: ParsedItem) -> str | None:
    """The user whom an item is about, if it is about one."""
    return parsed.item.user_id if isinstance(parsed.item, User | Relationship) else None


def _key(parsed: ParsedItem) -> tuple[str, ...]:
    """What the versions of an item count for; those that could not be read have nothing to store and share a key."""
    match parsed.item:
        case User(user_id):
            return ("user", user_id)
        case Publication(publication_id):
            return ("publication", publication_id)
        case Relationship(user_id, publication_id):
            return ("relationship", user_id, publication_id)
        case PublicationType(type_id):
            return ("publication-type", type_id)
        case None:
            return ()


def _ids_that_differ_in_case(items: Iterable[ParsedItem]) -> list[Remark]:
    """R28: the registry ignores case in ids; two publications that differ in it alone would be one work there."""
    seen: dict[str, str] = {}
    remarks: list[Remark] = []
    for index, parsed in enumerate(items):
        if isinstance(parsed.item, Publication):
            publication_id = parsed.item.publication_id
            first = seen.setdefault(publication_id.lower(), publication_id)
            if first != publication_id:
                text = f"id: {publication_id} and {first} differ only in upper and lower case; give one another id."
                remarks.append(Remark(index, text))
    return remarks


@dataclass(slots=True)
class FileReport:
    """What became of a file; bounded, however long it is. `problem`: why its end was not reached (None: it was)."""

    file: str
    problem: str | None = None
    lines: int = 0
    accepted: int = 0
    stale: int = 0
    failed: int = 0
    warned: int = 0
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def add(self, line_numbers: Sequence[int], report: FeedReport) -> None:
        """Add a batch whose items stood on these lines."""
        self.accepted += report.accepted
        self.stale += report.stale
        self.failed += len(report.errors)
        self.warned += len(report.warnings)
        for kept, remarks in ((self.errors, report.errors), (self.warnings, report.warnings)):
            room = max(0, MOST_REMARKS - len(kept))
            kept.extend(Remark(line_numbers[remark.index], remark.message) for remark in remarks[:room])

    def as_json(self) -> dict[str, object]:
        """The report as it is stored."""
        return {
            "file": self.file,
            "complete": self.problem is None,
            "problem": self.problem,
            "lines": self.lines,
            "accepted": self.accepted,
            "stale": self.stale,
            "failed": self.failed,
            "errors": [{"line": remark.index, "message": remark.message} for remark in self.errors],
            "warned": self.warned,
            "warnings": [{"line": remark.index, "message": remark.message} for remark in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Takes in a file of JSON Lines, batch by batch, and writes a report; a file that comes twice does no harm."""

    files: FeedFiles
    import_feed: ImportFeed
    parse_line: Callable[[bytes], ParsedItem]
    clock: Clock

    def run(self, key: str, *, deadline_ms: int) -> FileReport:
        """Import the file and return its report, which is stored too.

        Stops at the deadline with a report that says so: sent again, it goes through what is stored quickly (`stale`).
        Raises NotFoundError when the file is gone.
        """
        report = FileReport(key)
        try:
            for batch in self._batches(report):
                report.add([number for number, _ in batch], self.import_feed.store([item for _, item in batch]))
                if self.clock.now_ms() >= deadline_ms:
                    report.problem = (
                        f"Stopped after line {report.lines} for want of time; send the lines after it in another file."
                    )
                    break
        except InvalidError as exc:
            report.problem = str(exc)
        self.files.put_report(key.removeprefix("feed/"), report.as_json())
        return report

    def _batches(self, report: FileReport) -> Iterator[list[tuple[int, ParsedItem]]]:
        """Batches of (line number, item); blank lines are passed over."""
        parsed = self._parsed(report)
        while batch := list(islice(parsed, BATCH_LINES)):
            yield batch

    def _parsed(self, report: FileReport) -> Iterator[tuple[int, ParsedItem]]:
        for line in self.files.lines(report.file, longest=LONGEST_LINE):
            report.lines += 1
            if len(line) > LONGEST_LINE:
                yield (
                    report.lines,
                    ParsedItem(None, f"A line may have at most {LONGEST_LINE:,} bytes; this one is longer."),
                )
            elif line.strip():
                yield report.lines, self.parse_line(line)
