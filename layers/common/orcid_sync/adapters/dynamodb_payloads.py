"""Records' payloads, compressed: in the table, above 8 KB in S3; the key holds the digest, so none changes."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.adapters.items_catalogue import publication_pk
from orcid_sync.adapters.payload_json import metadata_json, metadata_of
from orcid_sync.domain.catalogue import Record, RecordKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_IN_TABLE_BYTES = 8192
# A sort key holds at most 1,024 bytes, and so does an address in S3; few sources have ids as long as this.
LONGEST_ID_BYTES = 300
PARALLEL_OBJECTS = 8

# Source, id within the source, digest.
PayloadKey = tuple[str, str, str]


class Payloads:
    """Payload items of publications; each carries the version that wrote it last, which guards its removal."""

    def __init__(self, table: Table, s3: S3Client, bucket: str, *, prefix: str = "records/") -> None:
        self._table = table
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix

    def put(self, publication_id: str, version: int, records: Iterable[tuple[str, Record]]) -> None:
        """Store (digest, record) pairs; what a newer version of the publication has stored stays."""
        for digest, record in records:
            self._put_one(publication_id, version, digest, record)

    def _put_one(self, publication_id: str, version: int, digest: str, record: Record) -> None:
        key = (record.key.source, record.key.id, digest)
        body = zlib.compress(metadata_json(record.metadata).encode("utf-8", "surrogatepass"), 9)
        item: Plain = {"pk": publication_pk(publication_id), "sk": _sort_key(key), "v": version}
        item["ver"] = record.verified or None
        address = None
        if len(body) <= LARGEST_IN_TABLE_BYTES:
            item["z"] = body
        else:
            item["s3"] = address = self._address(publication_id, key, version)
            self._s3.put_object(Bucket=self._bucket, Key=address, Body=body)
        try:
            before = self._table.put(item, condition="attribute_not_exists(pk) OR v <= :v", v=version)
        except ConditionFailed:
            self._remove_object(address)
            return
        if before is not None and before.get("s3") != address:
            self._remove_object(before.get("s3"))

    def drop(self, publication_id: str, version: int, keys: Iterable[PayloadKey]) -> None:
        """Remove payloads that `version` of the publication no longer names, unless a newer one has stored them."""
        for key in keys:
            try:
                removed = self._table.delete(
                    (publication_pk(publication_id), _sort_key(key)), condition="v < :v", v=version
                )
            except ConditionFailed:
                continue
            self._remove_object((removed or {}).get("s3"))

    def read(self, wanted: Mapping[str, PayloadKey]) -> dict[str, Record]:
        """One record for each publication id of `wanted`; absent where it is not stored."""
        found = self._read([(publication_id, key) for publication_id, key in wanted.items()])
        return {publication_id: record for (publication_id, _), record in found.items()}

    def read_all(self, publication_id: str, keys: Iterable[PayloadKey]) -> list[Record] | None:
        """All records of a publication in the order of `keys`; None when one of them is not stored."""
        wanted = [(publication_id, key) for key in keys]
        found = self._read(wanted)
        return [found[wish] for wish in wanted] if len(found) == len(set(wanted)) else None

    def _read(self, wanted: list[tuple[str, PayloadKey]]) -> dict[tuple[str, PayloadKey], Record]:
        places = {(publication_pk(p), _sort_key(key)): (p, key) for p, key in wanted}
        # Strongly consistent: the header that names these payloads may be read a moment after it was written.
        items = self._table.get_many(places, consistent=True)
        with ThreadPoolExecutor(PARALLEL_OBJECTS) as pool:
            bodies = pool.map(lambda item: item["z"] if "z" in item else self._object(item["s3"]), items)
            return {
                places[item["pk"], item["sk"]]: _record(places[item["pk"], item["sk"]][1], item, body)
                for item, body in zip(items, bodies, strict=True)
                if body is not None
            }

    def _object(self, address: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=address)["Body"].read()
        except ClientError as error:
            if error.response["Error"].get("Code") == "NoSuchKey":
                return None
            raise

    def _remove_object(self, address: str | None) -> None:
        if address is not None:
            self._s3.delete_object(Bucket=self._bucket, Key=address)

    def _address(self, publication_id: str, key: PayloadKey, version: int) -> str:
        """Where a large payload lies; the version keeps two writers of the same content from removing each other's."""
        source, record_id, digest = key
        parts = (publication_id, source, record_id, digest, str(version))
        return self._prefix + "/".join(_short(quote(part, safe="")) for part in parts)


def _record(key: PayloadKey, item: Plain, body: bytes) -> Record:
    metadata: dict[str, Any] = json.loads(zlib.decompress(body))
    return Record(RecordKey(key[0], key[1]), metadata_of(metadata), verified="ver" in item)


def _sort_key(key: PayloadKey) -> str:
    source, record_id, digest = key
    return f"REC#{source}#{_short(record_id)}#{digest}"


def _short(record_id: str) -> str:
    raw = record_id.encode()
    return record_id if len(raw) <= LONGEST_ID_BYTES else "sha256-" + hashlib.sha256(raw).hexdigest()
