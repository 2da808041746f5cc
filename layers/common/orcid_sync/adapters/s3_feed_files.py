"""Feed files and their reports in the uploads bucket, read in pieces: a file may be larger than memory (R44)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from orcid_sync.adapters import feed_lines
from orcid_sync.domain.errors import ConflictError, NotFoundError, StaleError
from orcid_sync.ports.feed_files import FeedFile, FeedLine, StoredReport

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Each piece is asked for by itself: S3 ends a connection on which somebody reads for many minutes.
PIECE_BYTES: Final = 8 << 20
LONGEST_KEY: Final = 1024
_TRIES: Final = 4
_GONE: Final = ("NoSuchKey", "404")
_NOT_AS_SEEN: Final = ("PreconditionFailed", "412")
# Of a conditional write: another one was under way at the same moment; nothing is there any more.
_LOST: Final = (*_NOT_AS_SEEN, "ConditionalRequestConflict", "409", *_GONE)


class S3FeedFiles:
    """The FeedFiles port. Reports are written with If-Match, so that of two who write one finds out."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def find(self, key: str) -> FeedFile:
        """A bucket without versions tells uploads apart by content and second."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as exc:
            raise _told(exc) from exc
        upload = head.get("VersionId") or f"{head['ETag']} {head['LastModified'].isoformat()}"
        return FeedFile(key, upload, head["ETag"], head["ContentLength"])

    def lines(self, file: FeedFile, *, longest: int, from_byte: int = 0) -> Iterator[FeedLine]:
        """A gzipped file is told by its name (`.gz`); it cannot be sought, so what stands before is unpacked again."""
        if not file.key.endswith(".gz"):
            return feed_lines.lines(self._pieces(file, from_byte), longest=longest, at=from_byte)
        pieces = feed_lines.from_byte(feed_lines.unpacked(self._pieces(file, 0)), from_byte)
        return feed_lines.lines(pieces, longest=longest, at=from_byte, packed=True)

    def _pieces(self, file: FeedFile, begin: int) -> Iterator[feed_lines.Piece]:
        while begin < file.size:
            piece = self._piece(file, begin, min(begin + PIECE_BYTES, file.size))
            begin += len(piece)
            yield piece, begin

    def _piece(self, file: FeedFile, begin: int, end: int) -> bytes:
        """botocore repeats what fails before an answer comes; what breaks off in its body is repeated here."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._client.get_object(
                    Bucket=self._bucket, Key=file.key, IfMatch=file.etag, Range=f"bytes={begin}-{end - 1}"
                )
                return answer["Body"].read()
            except ClientError as exc:
                raise _told(exc) from exc
            except (HTTPClientError, IncompleteReadError):
                if attempt == _TRIES:
                    raise
        raise AssertionError("the last try raises")

    def report(self, name: str) -> StoredReport | None:
        """What is no report, whoever put it there, is an empty one."""
        found = self._stored(name)
        if found is None:
            return None
        try:
            content = json.loads(found[0])
        except ValueError:
            content = {}
        return StoredReport(content if isinstance(content, dict) else {}, found[1])

    def put_report(self, name: str, content: Mapping[str, object], *, seen: str | None) -> str:
        """A write whose answer was lost is repeated by botocore and then refused: it is ours if our content stands
        there.
        """
        # Half of a surrogate pair, which UTF-8 knows not, becomes what JSON writes for it.
        body = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
        condition: Any = {"IfMatch": seen} if seen is not None else {"IfNoneMatch": "*"}
        for _ in range(_TRIES):
            try:
                return self._client.put_object(
                    Bucket=self._bucket, Key=_key(name), Body=body, ContentType="application/json", **condition
                )["ETag"]
            except ClientError as exc:
                if exc.response["Error"]["Code"] not in _LOST:
                    raise
            stored = self._stored(name)
            if stored is not None and stored[0] == body:
                return stored[1]
            if (stored[1] if stored is not None else None) != seen:
                break
        raise ConflictError("The report was written by somebody else meanwhile.")

    def _stored(self, name: str) -> tuple[bytes, str] | None:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=_key(name))
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
        return found["Body"].read(), found["ETag"]


def _key(name: str) -> str:
    """S3 takes keys of 1,024 bytes; the report on a file whose name is nearly as long is named by its digest."""
    key = f"feed-reports/{name}.json"
    if len(key.encode()) <= LONGEST_KEY:
        return key
    return f"feed-reports/sha256-{hashlib.sha256(name.encode()).hexdigest()}.json"


def _told(exc: ClientError) -> Exception:
    """What the callers can tell apart, or the error itself."""
    code = exc.response["Error"]["Code"]
    if code in _GONE:
        return NotFoundError("The file is not there (any more).")
    return StaleError("Another file is under this name now.") if code in _NOT_AS_SEEN else exc
