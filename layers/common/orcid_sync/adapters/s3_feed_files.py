"""Feed files and their reports in the uploads bucket, read as a stream: a file may be larger than memory (R44)."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from orcid_sync.domain.errors import InvalidError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3FeedFiles:
    """The FeedFiles port."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def lines(self, key: str, *, longest: int) -> Iterator[bytes]:
        """A gzipped file is told by its name (`.gz`)."""
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as exc:
            if exc.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise NotFoundError("The file is not there (any more).") from exc
            raise
        raw = cast("IO[bytes]", body)
        if not key.endswith(".gz"):
            yield from _lines(raw, longest)
            return
        try:
            yield from _lines(cast("IO[bytes]", gzip.GzipFile(fileobj=raw)), longest)
        except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
            raise InvalidError("The file is no complete gzip file; pack it anew.") from exc

    def put_report(self, name: str, report: Mapping[str, object]) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"feed-reports/{name}.json",
            Body=json.dumps(report, ensure_ascii=False, indent=1).encode(),
            ContentType="application/json",
        )


def _lines(stream: IO[bytes], longest: int) -> Iterator[bytes]:
    """Lines without their ends; the rest of one that is too long is read over, not kept."""
    pending = b""
    while chunk := stream.read(1 << 16):
        *whole, pending = (pending + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r")[: longest + 1]
        if len(pending) > longest + 2:
            pending = pending[: longest + 2]
    if pending:
        yield pending.removesuffix(b"\r")[: longest + 1]
