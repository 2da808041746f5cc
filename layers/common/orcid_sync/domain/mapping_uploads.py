"""The history of the type mapping: every upload with who, when and its report (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orcid_sync.domain.errors import LineRemark
from orcid_sync.domain.type_mapping import TypeChange


class Via(StrEnum):
    """The way that a mapping came (R3, R8)."""

    API = "api"
    S3 = "s3"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class MappingReport:
    """What an upload came to: errors if it was refused, warnings, and what it sends as another work type."""

    rows: int
    errors: tuple[LineRemark, ...] = ()
    warnings: tuple[LineRemark, ...] = ()
    changes: tuple[TypeChange, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingUpload:
    """One upload. `mapping` is kept of an accepted one. Ids sort by time.

    `file` and `origin` belong to one from S3: its key, and what tells this version of it from every other.
    `restored_from` is the upload that was put back.
    """

    upload_id: str
    at_ms: int
    by: str
    via: Via
    accepted: bool
    report: MappingReport
    mapping: Mapping[str, str] | None = None
    file: str | None = None
    origin: str | None = None
    restored_from: str | None = None


@dataclass(frozen=True, slots=True)
class MappingInForce:
    """The mapping in force; `rev` grows with every change. `untold`: the links were not yet told of it."""

    mapping: Mapping[str, str]
    upload_id: str
    rev: int
    untold: bool = False
