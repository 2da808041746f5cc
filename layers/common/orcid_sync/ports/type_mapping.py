"""What administering the type mapping needs from the world: the mapping in force, its uploads, and files (R3, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from orcid_sync.domain.mapping_uploads import MappingInForce, MappingUpload


class TypeMappings(Protocol):
    """The type mapping in force and the history of its uploads (R3, R8)."""

    def in_force(self) -> MappingInForce | None:
        """Strongly consistent; None: the default of R1, revision 0."""
        ...

    def replace(self, upload: MappingUpload, *, rev: int) -> MappingInForce:
        """Put an accepted upload in force and into the history, both or neither, on condition of the stored rev.

        It is `untold` until `mark_told`. Raises ConflictError.
        """
        ...

    def mark_told(self, in_force: MappingInForce) -> None:
        """The links were told of this mapping; nothing happens when another is in force by now."""
        ...

    def keep(self, upload: MappingUpload) -> None:
        """Store a refused upload in the history."""
        ...

    def upload(self, upload_id: str) -> MappingUpload | None: ...

    def uploads(self, *, limit: int, cursor: str | None) -> tuple[list[MappingUpload], str | None]:
        """Newest first. Raises InvalidError for a cursor that it never gave."""
        ...

    def taken(self, origin: str) -> MappingUpload | None:
        """The recent upload that came from this version of a file, if it was taken up already (accepted or not)."""
        ...


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A version of a file of the type mapping. `overtaken`: a later version of it is there already."""

    content: bytes
    version: str
    overtaken: bool


class MappingFiles(Protocol):
    """Files of the type mapping in the uploads bucket, and the reports on them (R3)."""

    def read(self, key: str, version: str | None, *, most: int) -> MappingFile:
        """Read this version of a file, or the latest; at most `most` bytes of it. Raises NotFoundError."""
        ...

    def put_report(self, name: str, report: Mapping[str, object]) -> None:
        """Store the report as `type-mapping-reports/{name}.json`."""
        ...
