"""The type mapping in force and its uploads in memory (R8)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.mapping_uploads import MappingInForce, MappingUpload

from tests.fakes.institution import FakeInstitution


class FakeTypeMappings:
    """`kept` holds the uploads by id; an institution given sees the mapping in force, as on the table."""

    def __init__(self, institution: FakeInstitution | None = None) -> None:
        self.current: MappingInForce | None = None
        self.kept: dict[str, MappingUpload] = {}
        self._institution = institution or FakeInstitution()

    def in_force(self) -> MappingInForce | None:
        return self.current

    def replace(self, upload: MappingUpload, *, rev: int) -> MappingInForce:
        if rev != (self.current.rev if self.current else 0):
            raise ConflictError("The mapping was replaced by somebody else meanwhile; look again.")
        self.current = MappingInForce(upload.mapping or {}, upload.upload_id, rev + 1, untold=True)
        self._institution.mapping = upload.mapping
        self.keep(upload)
        return self.current

    def mark_told(self, in_force: MappingInForce) -> None:
        if self.current is not None and self.current.rev == in_force.rev:
            self.current = replace(self.current, untold=False)

    def keep(self, upload: MappingUpload) -> None:
        self.kept[upload.upload_id] = upload

    def upload(self, upload_id: str) -> MappingUpload | None:
        return self.kept.get(upload_id)

    def uploads(self, *, limit: int, cursor: str | None) -> tuple[list[MappingUpload], str | None]:
        newest = sorted((key for key in self.kept if cursor is None or key < cursor), reverse=True)
        following = newest[limit - 1] if len(newest) > limit else None
        return [self.kept[key] for key in newest[:limit]], following

    def taken(self, origin: str) -> MappingUpload | None:
        return next((upload for upload in self.kept.values() if upload.origin == origin), None)
