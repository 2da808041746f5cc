"""The type mapping as administrators know it: downloaded, replaced whole or not at all, put back (R2-R8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from orcid_sync.domain.errors import (
    ConflictError,
    InvalidError,
    LineRemark,
    MappingRefusedError,
    NotFoundError,
    StaleError,
    TooLargeError,
)
from orcid_sync.domain.mapping_uploads import MappingInForce, MappingReport, MappingUpload, Via
from orcid_sync.domain.type_mapping import TypeChange, known_types, rows_in_force, type_changes
from orcid_sync.domain.type_mapping_csv import LARGEST_FILE, MappingReading, read_mapping, write_mapping
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.events import Events
from orcid_sync.ports.type_mapping import TypeMappings
from orcid_sync.services.find_links import check_rev

# The mapping that was in force before the first upload (R1) can be put back under this name.
DEFAULT_UPLOAD = "default"
_STALE = "Another mapping was put in force meanwhile; look at it, then upload yours again."


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a mapping, and how; `file` and `origin` as in MappingUpload.

    `insistent`: nobody looked at the mapping in force before, so one that was replaced meanwhile is replaced again.
    """

    by: str
    via: Via
    file: str | None = None
    origin: str | None = None
    insistent: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """The rows that a download shows. `upload_id` None: the default of R1 is in force."""

    rows: Mapping[str, str]
    upload_id: str | None
    rev: int


@dataclass(frozen=True, slots=True)
class AdministerTypeMapping:
    """Validates and stores mappings. Each one put in force is audited (R46) and published, so that the links follow."""

    mappings: TypeMappings
    catalogue: Catalogue
    audit: AuditTrail
    events: Events
    clock: Clock
    new_id: Callable[[], str]

    def download(self) -> Download:
        """The mapping in force, as it can be uploaded again (R2)."""
        current = self.mappings.in_force()
        rows = rows_in_force(current.mapping if current else None, self._types())
        return Download(rows, current.upload_id if current else None, current.rev if current else 0)

    def rehearse(self, content: bytes, *, expected_rev: int | None = None) -> MappingReport:
        """What uploading this file would come to; nothing is stored. Raises as `upload` does."""
        current = self.mappings.in_force()
        check_rev(current.rev if current else 0, expected_rev)
        return report_on(checked_mapping(content, self._types()), current.mapping if current else None)

    def upload(self, sender: Sender, content: bytes, *, expected_rev: int | None = None) -> MappingUpload:
        """Replace the mapping by this file.

        Raises MappingRefusedError, TooLargeError, or StaleError when another was put in force meanwhile; the attempt is
        in the history all the same (R8).
        """
        return self._take(self._drafted(sender), content, expected_rev, tries=4 if sender.insistent else 1)

    def restore(self, by: str, upload_id: str, *, expected_rev: int | None = None) -> MappingUpload:
        """Put an earlier version back, validated against the types that the RIS has now. Raises as `upload` does."""
        rows = self._rows_of(upload_id)
        draft = replace(self._drafted(Sender(by, Via.RESTORE)), restored_from=upload_id)
        return self._take(draft, write_mapping(rows).encode(), expected_rev, tries=1)

    def uploads(self, *, limit: int, cursor: str | None) -> tuple[list[MappingUpload], str | None]:
        """The history, newest first."""
        return self.mappings.uploads(limit=limit, cursor=cursor)

    def refuse(self, sender: Sender, message: str) -> MappingUpload:
        """Keep an upload that was never looked into, and why."""
        return self._refused(self._drafted(sender), (LineRemark(None, "", message),))

    def taken(self, origin: str) -> MappingUpload | None:
        """The upload that came from this version of a file, its links told; None: it was not taken up yet."""
        upload = self.mappings.taken(origin)
        current = self.mappings.in_force()
        if upload is not None and current is not None and current.untold and current.upload_id == upload.upload_id:
            self._tell(upload, current, changed=True)
        return upload

    def _types(self) -> Mapping[str, str]:
        return known_types(self.catalogue.publication_types())

    def _rows_of(self, upload_id: str) -> Mapping[str, str]:
        if upload_id == DEFAULT_UPLOAD:
            return rows_in_force(None, self._types())
        earlier = self.mappings.upload(upload_id)
        if earlier is None:
            raise NotFoundError("There is no such upload.")
        if earlier.mapping is None:
            raise InvalidError("This upload was refused, so there is nothing to put back.")
        return earlier.mapping

    def _drafted(self, sender: Sender) -> MappingUpload:
        """Ids sort by time, so the history is in order."""
        at_ms = self.clock.now_ms()
        upload_id = f"{at_ms:013d}-{self.new_id()}"
        return MappingUpload(
            upload_id, at_ms, sender.by, sender.via, False, MappingReport(0), file=sender.file, origin=sender.origin
        )

    def _take(self, draft: MappingUpload, content: bytes, expected_rev: int | None, *, tries: int) -> MappingUpload:
        for _ in range(tries):
            current = self.mappings.in_force()
            rev = current.rev if current else 0
            if expected_rev not in (None, rev):
                break
            reading = read_mapping(content, self._types())
            if reading.errors:
                self._refused(draft, reading.errors, rows=reading.rows, warnings=reading.warnings)
                if len(content) > LARGEST_FILE:
                    raise TooLargeError(_too_large())
                raise MappingRefusedError(reading.errors, draft.upload_id)
            upload = replace(
                draft,
                accepted=True,
                report=report_on(reading, current.mapping if current else None),
                mapping=dict(reading.mapping),
            )
            try:
                stored = self.mappings.replace(upload, rev=rev)
            except ConflictError:
                continue
            # An earlier call may have broken off between storing and telling.
            owed = current is not None and current.untold
            self._tell(upload, stored, changed=owed or bool(upload.report.changes))
            return upload
        self._refused(draft, (LineRemark(None, "", _STALE),))
        raise StaleError(_STALE)

    def _refused(
        self,
        draft: MappingUpload,
        errors: tuple[LineRemark, ...],
        *,
        rows: int = 0,
        warnings: tuple[LineRemark, ...] = (),
    ) -> MappingUpload:
        upload = replace(draft, report=MappingReport(rows, errors, warnings))
        self.mappings.keep(upload)
        return upload

    def _tell(self, upload: MappingUpload, stored: MappingInForce, *, changed: bool) -> None:
        changes = upload.report.changes
        at_ms = self.clock.now_ms()
        self.audit.record(
            at_ms=at_ms,
            by=upload.by,
            action="type_mapping_replaced",
            user_id=None,
            orcid_id=None,
            before={"types": {change.publication_type: change.before for change in changes}},
            after={"upload_id": upload.upload_id, "types": {c.publication_type: c.after for c in changes}},
        )
        # R7: works already sent follow. The links are woken in an asynchronous job, if there is anything to follow.
        self.events.publish(
            "Type Mapping Replaced", [{"at_ms": at_ms, "upload_id": upload.upload_id, "changed": changed}]
        )
        self.mappings.mark_told(stored)


def checked_mapping(content: bytes, types: Mapping[str, str]) -> MappingReading:
    """A mapping that could be put in force. Raises MappingRefusedError or TooLargeError."""
    if len(content) > LARGEST_FILE:
        raise TooLargeError(_too_large())
    reading = read_mapping(content, types)
    if reading.errors:
        raise MappingRefusedError(reading.errors)
    return reading


def report_on(reading: MappingReading, before: Mapping[str, str] | None) -> MappingReport:
    """What putting it in force in place of `before` comes to (None: the default of R1)."""
    changes: tuple[TypeChange, ...] = type_changes(before, reading.mapping)
    return MappingReport(reading.rows, (), reading.warnings, changes)


def _too_large() -> str:
    return f"A mapping has at most 1 MB ({LARGEST_FILE:,} bytes)."
