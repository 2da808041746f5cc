"""Files of rehearsals in the uploads bucket: what is tried, the links, the parts, the CSV (R57)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from orcid_sync.adapters.dynamodb_values import pack, to_json, unpack
from orcid_sync.adapters.items_sync import settings_item, settings_of
from orcid_sync.domain.rehearsal import LinkKey, Trial
from orcid_sync.domain.rehearsal_rows import Row

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "rehearsals"
_PARALLEL_READS = 8


class S3RehearsalFiles:
    """Objects `rehearsals/{rehearsal id}/...`. `client` has to sign with version 4, for addresses that expire."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_trial(self, rehearsal_id: str, trial: Trial) -> None:
        value = {
            "settings": pack(settings_item(trial.settings)),
            "mapping": None if trial.mapping is None else dict(trial.mapping),
            "users": sorted(trial.users),
            "orcid_ids": sorted(trial.orcid_ids),
        }
        self._put(rehearsal_id, "trial.json", value)

    def trial(self, rehearsal_id: str) -> Trial:
        value = self._get(rehearsal_id, "trial.json")
        settings = settings_of(unpack(value["settings"]))
        return Trial(settings, value["mapping"], frozenset(value["users"]), frozenset(value["orcid_ids"]))

    def put_links(self, rehearsal_id: str, links: Sequence[LinkKey]) -> str:
        name = hashlib.sha256(to_json(links).encode()).hexdigest()[:20]
        self._put(rehearsal_id, f"links-{name}.json", links)
        return name

    def links(self, rehearsal_id: str, name: str) -> list[LinkKey]:
        return [(user_id, orcid_id) for user_id, orcid_id in self._get(rehearsal_id, f"links-{name}.json")]

    def put_part(self, rehearsal_id: str, part: int, rows: Sequence[Row]) -> None:
        self._put(rehearsal_id, _part_name(part), rows)

    def parts(self, rehearsal_id: str, parts: Iterable[int]) -> list[Row]:
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            found = pool.map(lambda part: self._get(rehearsal_id, _part_name(part)), parts)
            return [tuple(row) for rows in found for row in rows]

    def put_csv(self, rehearsal_id: str, name: str, text: str) -> None:
        key = _key(rehearsal_id, _csv_name(name))
        self._client.put_object(Bucket=self._bucket, Key=key, Body=text.encode(), ContentType="text/csv; charset=utf-8")

    def csv_url(self, rehearsal_id: str, name: str, *, seconds: int) -> str:
        asked = {
            "Bucket": self._bucket,
            "Key": _key(rehearsal_id, _csv_name(name)),
            "ResponseContentDisposition": f'attachment; filename="rehearsal-{rehearsal_id}.csv"',
        }
        return self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)

    def _put(self, rehearsal_id: str, name: str, value: object) -> None:
        body = to_json(value).encode()
        self._client.put_object(
            Bucket=self._bucket, Key=_key(rehearsal_id, name), Body=body, ContentType="application/json"
        )

    def _get(self, rehearsal_id: str, name: str) -> Any:
        found = self._client.get_object(Bucket=self._bucket, Key=_key(rehearsal_id, name))
        return json.loads(found["Body"].read())


def _key(rehearsal_id: str, name: str) -> str:
    return f"{PREFIX}/{rehearsal_id}/{name}"


def _part_name(part: int) -> str:
    return f"parts/{part:06d}.json"


def _csv_name(name: str) -> str:
    return f"rehearsal-{name}.csv"
