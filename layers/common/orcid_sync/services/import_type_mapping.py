"""A mapping that was put under a prefix of the bucket: taken up once, reported on, by the same code as any (R3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orcid_sync.domain.errors import LineRemark, MappingRefusedError, TooLargeError
from orcid_sync.domain.mapping_uploads import MappingUpload, Via
from orcid_sync.domain.type_mapping_csv import LARGEST_FILE
from orcid_sync.ports.type_mapping import MappingFiles
from orcid_sync.services.type_mapping import AdministerTypeMapping, Sender

PREFIX = "type-mapping/"
_OVERTAKEN = "A later version of this file was there before this one was taken up; that one alone counts."


@dataclass(frozen=True, slots=True)
class ImportTypeMapping:
    """Takes up files; one that comes twice, in whatever way, does no harm."""

    files: MappingFiles
    administer: AdministerTypeMapping

    def run(self, key: str, version: str | None, *, by: str) -> MappingUpload:
        """Take up the file; its report is stored, also when it is refused. `by` is the principal who put it there.

        Raises NotFoundError when the file is gone, and StaleError when other mappings came in between again and again.
        """
        # One byte more than allowed tells that it is too large.
        found = self.files.read(key, version, most=LARGEST_FILE + 1)
        origin = f"{key}#{found.version}"
        upload = self.administer.taken(origin)
        if upload is None:
            sender = Sender(by, Via.S3, file=key, origin=origin, insistent=True)
            if found.overtaken:
                upload = self.administer.refuse(sender, _OVERTAKEN)
            else:
                upload = self._uploaded(sender, found.content)
        # A second look at an overtaken file must not replace the report on the later one.
        if not found.overtaken:
            self.files.put_report(key.removeprefix(PREFIX), _report_json(key, upload))
        return upload

    def _uploaded(self, sender: Sender, content: bytes) -> MappingUpload:
        try:
            return self.administer.upload(sender, content)
        except (MappingRefusedError, TooLargeError) as refused:
            kept = self.administer.taken(sender.origin or "")
            if kept is None:
                raise
            if not isinstance(refused, MappingRefusedError):
                return kept
            # The history keeps the first of very many errors; the report has them all.
            return _with_errors(kept, refused.remarks)


def _with_errors(upload: MappingUpload, errors: tuple[LineRemark, ...]) -> MappingUpload:
    return replace(upload, report=replace(upload.report, errors=errors))


def _report_json(key: str, upload: MappingUpload) -> dict[str, object]:
    report = upload.report
    return {
        "file": key,
        "upload_id": upload.upload_id,
        "by": upload.by,
        "accepted": upload.accepted,
        "rows": report.rows,
        "errors": _remarks_json(report.errors),
        "warnings": _remarks_json(report.warnings),
        "changes": [
            {"type": change.publication_type, "before": change.before, "after": change.after}
            for change in report.changes
        ],
    }


def _remarks_json(remarks: Sequence[LineRemark]) -> list[dict[str, object]]:
    return [{"line": remark.line, "value": remark.value, "message": remark.message} for remark in remarks]
