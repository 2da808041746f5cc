"""Feed files and their reports in memory (R44)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from orcid_sync.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from orcid_sync.ports.feed_files import FeedFile, FeedLine, StoredReport


@dataclass
class FakeFeedFiles:
    """`reports` by name; `before_find` and `before_line` are called with the key, before a file is looked for and
    before each line is read. `broken`: where a file cannot be unpacked, by line from 0.
    """

    contents: dict[str, list[bytes]] = field(default_factory=dict)
    reports: dict[str, StoredReport] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    before_find: Callable[[str], object] = str
    before_line: Callable[[str], object] = str
    _uploads: dict[str, int] = field(default_factory=dict)
    _tags: int = 0

    def put(self, key: str, lines: list[bytes]) -> str:
        """Upload a file; returns the name of the upload."""
        self.contents[key] = lines
        self._uploads[key] = self._uploads.get(key, 0) + 1
        return f"upload-{self._uploads[key]}"

    def delete(self, key: str) -> None:
        del self.contents[key]

    def find(self, key: str) -> FeedFile:
        self.before_find(key)
        return self._found(key)

    def _found(self, key: str) -> FeedFile:
        if key not in self.contents:
            raise NotFoundError("The file is not there (any more).")
        size = sum(len(line) + 1 for line in self.contents[key])
        return FeedFile(key, f"upload-{self._uploads[key]}", str(hash(tuple(self.contents[key]))), size)

    def lines(self, file: FeedFile, *, longest: int, from_byte: int = 0) -> Iterator[FeedLine]:
        at = 0
        for number, line in enumerate(self.contents.get(file.key, [])):
            at += len(line) + 1
            if at <= from_byte:
                continue
            self.before_line(file.key)
            if self._found(file.key).etag != file.etag:
                raise StaleError("Another file is under this name now.")
            if self.broken.get(file.key) == number:
                raise InvalidError("The file is no complete gzip file; pack it anew.")
            yield FeedLine(line[: longest + 1], at, at)

    def report(self, name: str) -> StoredReport | None:
        return self.reports.get(name)

    def put_report(self, name: str, content: Mapping[str, object], *, seen: str | None) -> str:
        stored = self.reports.get(name)
        if (stored.tag if stored is not None else None) != seen:
            raise ConflictError("The report was written by somebody else meanwhile.")
        self._tags += 1
        self.reports[name] = StoredReport(copy.deepcopy(dict(content)), str(self._tags))
        return str(self._tags)
