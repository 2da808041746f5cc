"""Files of the type mapping and their reports in the uploads bucket (R3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from orcid_sync.domain.errors import NotFoundError
from orcid_sync.ports.type_mapping import MappingFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = ("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405")  # the last two: a deletion marker


class S3MappingFiles:
    """The MappingFiles port."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, version: str | None, *, most: int) -> MappingFile:
        """A bucket without versions tells them apart by their content (ETag)."""
        try:
            latest = self._client.head_object(Bucket=self._bucket, Key=key)
            found = (
                self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
                if version
                else self._client.get_object(Bucket=self._bucket, Key=key)
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                raise NotFoundError("The file is not there (any more).") from exc
            raise
        read = found.get("VersionId") or found["ETag"]
        overtaken = bool(version) and (latest.get("VersionId") or latest["ETag"]) != read
        return MappingFile(found["Body"].read(most), read, overtaken)

    def put_report(self, name: str, report: Mapping[str, object]) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"type-mapping-reports/{name}.json",
            Body=json.dumps(report, ensure_ascii=False, indent=1).encode(),
            ContentType="application/json",
        )
