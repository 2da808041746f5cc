"""The type mapping in force and its uploads in DynamoDB (R8)."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.dynamodb_values import Plain, maybe_json, to_json
from orcid_sync.adapters.items_sync import MAPPING_KEY
from orcid_sync.domain.errors import ConflictError, InvalidError, LineRemark
from orcid_sync.domain.mapping_uploads import MappingInForce, MappingReport, MappingUpload, Via
from orcid_sync.domain.type_mapping import TypeChange

UPLOADS_KEY = "MAPPINGS"
# An item holds 400 KB; people correct the first hundreds of a report anyway.
MOST_REMARKS_KEPT = 500
# A file that S3 tells of twice does so within a day or so.
_LOOKED_BACK = 200
_CURSOR = re.compile(r"[0-9a-f-]{1,60}")


class DynamoDbTypeMappings:
    """Items `CONFIG` / `MAPPING` and `MAPPINGS` / `{upload id}` of the sync table; uploads never expire."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def in_force(self) -> MappingInForce | None:
        item = self._table.get(MAPPING_KEY, consistent=True)
        if item is None:
            return None
        return MappingInForce(json.loads(item["m"]), item.get("up", ""), item.get("rev", 0), "untold" in item)

    def replace(self, upload: MappingUpload, *, rev: int) -> MappingInForce:
        stored = MappingInForce(upload.mapping or {}, upload.upload_id, rev + 1, untold=True)
        item = {
            "pk": MAPPING_KEY[0],
            "sk": MAPPING_KEY[1],
            "m": to_json(dict(stored.mapping)),
            "up": stored.upload_id,
            "rev": stored.rev,
            "untold": True,
        }
        condition = "rev = :rev" if rev else "attribute_not_exists(rev)"
        seen: dict[str, Any] = {"rev": rev} if rev else {}
        try:
            self._table.put_together([item, _upload_item(upload)], condition=condition, **seen)
        except ConditionFailed as failed:
            raise ConflictError("The mapping was replaced by somebody else meanwhile; look again.") from failed
        return stored

    def mark_told(self, in_force: MappingInForce) -> None:
        try:
            self._table.update(MAPPING_KEY, "REMOVE untold", condition="rev = :rev", rev=in_force.rev)
        except ConditionFailed:
            return  # replaced since: whoever did that tells the links

    def keep(self, upload: MappingUpload) -> None:
        self._table.put(_upload_item(upload))

    def upload(self, upload_id: str) -> MappingUpload | None:
        item = self._table.get((UPLOADS_KEY, upload_id), consistent=True)
        return _upload_of(item) if item is not None else None

    def uploads(self, *, limit: int, cursor: str | None) -> tuple[list[MappingUpload], str | None]:
        if cursor is not None and not _CURSOR.fullmatch(cursor):
            raise InvalidError("This cursor is not one that the list gave.")
        found = self._table.query(
            UPLOADS_KEY, consistent=False, newest_first=True, limit=min(limit + 1, 50), after=cursor
        )
        page = list(itertools.islice(found, limit + 1))
        following = page[limit - 1]["sk"] if len(page) > limit else None
        return [_upload_of(item) for item in page[:limit]], following

    def taken(self, origin: str) -> MappingUpload | None:
        newest = self._table.query(UPLOADS_KEY, consistent=True, newest_first=True)
        for item in itertools.islice(newest, _LOOKED_BACK):
            if item.get("origin") == origin:
                return _upload_of(item)
        return None


def _upload_item(upload: MappingUpload) -> Plain:
    report = upload.report
    return {
        "pk": UPLOADS_KEY,
        "sk": upload.upload_id,
        "at": upload.at_ms,
        "by": upload.by,
        "via": upload.via,
        "ok": upload.accepted,
        "rows": report.rows,
        "err": _remarks_text(report.errors),
        "warn": _remarks_text(report.warnings),
        "chg": maybe_json([[c.publication_type, c.before, c.after] for c in report.changes]),
        "m": to_json(dict(upload.mapping)) if upload.mapping is not None else None,
        "file": upload.file,
        "origin": upload.origin,
        "of": upload.restored_from,
    }


def _remarks_text(remarks: Iterable[LineRemark]) -> str | None:
    kept = [[r.line, r.value, r.message] for r in itertools.islice(remarks, MOST_REMARKS_KEPT)]
    return maybe_json(kept)


def _upload_of(item: Mapping[str, Any]) -> MappingUpload:
    changes = tuple(TypeChange(*change) for change in json.loads(item.get("chg", "[]")))
    report = MappingReport(item["rows"], _remarks(item, "err"), _remarks(item, "warn"), changes)
    return MappingUpload(
        upload_id=item["sk"],
        at_ms=item["at"],
        by=item["by"],
        via=Via(item["via"]),
        accepted=item["ok"],
        report=report,
        mapping=json.loads(item["m"]) if "m" in item else None,
        file=item.get("file"),
        origin=item.get("origin"),
        restored_from=item.get("of"),
    )


def _remarks(item: Mapping[str, Any], name: str) -> tuple[LineRemark, ...]:
    return tuple(LineRemark(*remark) for remark in json.loads(item.get(name, "[]")))
