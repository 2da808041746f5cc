"""Files of the feed in the uploads bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A file as it was found. `upload` tells one upload from the next of the same name; `etag` its content."""

    key: str
    upload: str
    etag: str
    size: int


class FeedLine(NamedTuple):
    """A line without its end. `ends_at`: where in the unpacked file the next one begins, in bytes; `read`: how many
    bytes of the stored file that took.
    """

    text: bytes
    ends_at: int
    read: int


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it is stored, and the tag by which it can be replaced as long as nobody else did."""

    content: Mapping[str, object]
    tag: str


class FeedFiles(Protocol):
    """Files of the RIS in the uploads bucket, and the reports on them (R44)."""

    def find(self, key: str) -> FeedFile:
        """The file of this name as it is now. Raises NotFoundError when there is none (any more)."""
        ...

    def lines(self, file: FeedFile, *, longest: int, from_byte: int = 0) -> Iterator[FeedLine]:
        """The lines from a byte of the unpacked file on, which has to be the beginning of one; one longer than
        `longest` bytes comes cut to longest + 1.

        Raises NotFoundError when the file is gone, StaleError when another content is under its name, and InvalidError
        when it cannot be unpacked.
        """
        ...

    def report(self, name: str) -> StoredReport | None:
        """What stands under `feed-reports/{name}.json`."""
        ...

    def put_report(self, name: str, content: Mapping[str, object], *, seen: str | None) -> str:
        """Store the report if the one seen (None: none) is still there; returns the tag of the new one.

        Raises ConflictError when it is not.
        """
        ...
