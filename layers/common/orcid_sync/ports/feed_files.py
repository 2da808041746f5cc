"""Files of the feed in the uploads bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol


class FeedFiles(Protocol):
    """Files of the RIS in the uploads bucket, and the reports on them (R44)."""

    def lines(self, key: str, *, longest: int) -> Iterator[bytes]:
        """The file's lines without their ends, unpacked if it is gzipped; one longer than `longest` bytes comes
        cut to longest + 1.

        Raises NotFoundError when there is no such file (any more), InvalidError when it cannot be unpacked.
        """
        ...

    def put_report(self, name: str, report: Mapping[str, object]) -> None:
        """Store the report as `feed-reports/{name}.json`."""
        ...
