"""The type mapping and the publication types over HTTP: what is taken and what is answered (API, Administrators)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from orcid_sync.api.bodies import Body, Query
from orcid_sync.api.models import Time
from orcid_sync.domain.errors import LineRemark
from orcid_sync.domain.mapping_uploads import MappingReport, MappingUpload, Via
from orcid_sync.domain.type_mapping import TypeChange
from orcid_sync.services.type_mapping import Download

CSV = "text/csv"
JSON = "application/json"
# A report can be long, and an answer has at most 6 MB.
MOST_UPLOADS_ON_A_PAGE = 20


def _without_surrounding_spaces(text: str) -> str:
    if text != text.strip():
        raise ValueError("Spaces around it would be lost in a CSV; leave them away")
    return text


class DryRunQuery(Query):
    """Whether to say only what would happen."""

    dry_run: bool = False


class PublicationTypeModel(Body):
    """A publication type that the RIS has."""

    id: Annotated[str, AfterValidator(_without_surrounding_spaces)] = Field(min_length=1, max_length=200)
    name: str = Field("", max_length=500)


def _or_the_list(schema: dict[str, Any]) -> None:
    whole = {name: schema.pop(name) for name in list(schema) if name not in ("title", "description")}
    schema["anyOf"] = [whole, dict(whole["properties"]["items"])]


class PublicationTypesBody(Body):
    """All types that the RIS has: this object, or the list alone."""

    model_config = ConfigDict(json_schema_extra=_or_the_list)

    items: list[PublicationTypeModel] = Field(min_length=1, max_length=2000)
    next: None = Field(None, description="So that a page as it was read can be sent back.")

    @model_validator(mode="before")
    @classmethod
    def _also_a_list(cls, given: Any) -> Any:
        return {"items": given} if isinstance(given, list) else given

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({item.id for item in self.items}) < len(self.items):
            raise ValueError("Name each type once")
        return self

    def names(self) -> dict[str, str]:
        """Identifier -> display name."""
        return {item.id: item.name for item in self.items}


class PublicationTypesModel(BaseModel):
    """The types that the RIS has, on one page."""

    items: list[PublicationTypeModel]
    next: None = None


class MappingRowModel(BaseModel):
    """A row of the mapping."""

    elements_type: str
    orcid_type: str


class MappingModel(BaseModel):
    """The mapping in force, on one page. `upload_id` null: the default, for none was ever uploaded."""

    items: list[MappingRowModel]
    next: None = None
    upload_id: str | None


class LineRemarkModel(BaseModel):
    """An error or a warning about a line of the file; null: about the file as a whole."""

    line: int | None
    value: str
    message: str


class TypeChangeModel(BaseModel):
    """A publication type that is sent as another work type than before."""

    type: str
    before: str
    after: str


class MappingUploadedModel(BaseModel):
    """What an upload came to; `upload_id` null: it was a dry run."""

    upload_id: str | None
    rows: int
    warnings: list[LineRemarkModel]
    changes: list[TypeChangeModel]


class MappingReportModel(BaseModel):
    """The report on an upload; of very many errors the first."""

    errors: list[LineRemarkModel]
    warnings: list[LineRemarkModel]
    changes: list[TypeChangeModel]


class MappingUploadModel(BaseModel):
    """One upload of the history. `file` of one from S3, `restored_from` of one that put an earlier version back."""

    upload_id: str
    at: Time
    by: str
    via: Via
    accepted: bool
    rows: int
    report: MappingReportModel
    file: str | None
    restored_from: str | None


class MappingUploadsModel(BaseModel):
    """A page of uploads, newest first."""

    items: list[MappingUploadModel]
    next: str | None


def publication_types(names: Mapping[str, str]) -> PublicationTypesModel:
    """By identifier."""
    return PublicationTypesModel(items=[PublicationTypeModel.model_construct(id=i, name=n) for i, n in names.items()])


def mapping(download: Download) -> MappingModel:
    """The mapping in force as JSON."""
    items = [MappingRowModel(elements_type=name, orcid_type=sent_as) for name, sent_as in download.rows.items()]
    return MappingModel(items=items, upload_id=download.upload_id)


def uploaded(report: MappingReport, upload_id: str | None = None) -> MappingUploadedModel:
    """What an upload, or a dry run, came to."""
    return MappingUploadedModel(
        upload_id=upload_id, rows=report.rows, warnings=_remarks(report.warnings), changes=_changes(report.changes)
    )


def uploads(found: Iterable[MappingUpload], following: str | None) -> MappingUploadsModel:
    """A page of the history."""
    return MappingUploadsModel(items=[_upload(upload) for upload in found], next=following)


def prefers_json(accept: str) -> bool:
    """Whether an `Accept` header asks for JSON rather than CSV, which is what a download is unless asked otherwise."""
    weights = dict(_weights(accept))

    def weight(media_type: str) -> tuple[float, bool]:
        """The weight, and whether it was named itself and not by a wildcard."""
        named = next((n for n in (media_type, f"{media_type.partition('/')[0]}/*", "*/*") if n in weights), None)
        return (weights[named], named == media_type) if named is not None and weights[named] else (0.0, False)

    return weight(JSON) > weight(CSV)


def _weights(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        digits = quality.replace(".", "", 1)
        yield name, float(quality) if digits.isascii() and digits.isdecimal() else 0.0


def _upload(upload: MappingUpload) -> MappingUploadModel:
    report = upload.report
    return MappingUploadModel(
        upload_id=upload.upload_id,
        at=upload.at_ms,
        by=upload.by,
        via=upload.via,
        accepted=upload.accepted,
        rows=report.rows,
        report=MappingReportModel(
            errors=_remarks(report.errors), warnings=_remarks(report.warnings), changes=_changes(report.changes)
        ),
        file=upload.file,
        restored_from=upload.restored_from,
    )


def _remarks(remarks: Iterable[LineRemark]) -> list[LineRemarkModel]:
    return [LineRemarkModel(line=r.line, value=r.value, message=r.message) for r in remarks]


def _changes(changes: Iterable[TypeChange]) -> list[TypeChangeModel]:
    return [TypeChangeModel(type=c.publication_type, before=c.before, after=c.after) for c in changes]
