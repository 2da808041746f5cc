"""A record's metadata <-> compact JSON: empty values left out, persons and identifiers as short lists."""

from __future__ import annotations

from typing import Any

from orcid_sync.adapters.dynamodb_values import to_json
from orcid_sync.domain.catalogue import Identifier, Metadata, PartialDate, Person, TranslatedTitle

_TEXTS = (
    "title", "subtitle", "container_title", "publication_status", "abstract", "url", "language", "publisher",
    "volume", "issue", "pages",
)  # fmt: skip


def metadata_json(metadata: Metadata) -> str:
    """Return the JSON text; equal metadata give equal text."""
    values: dict[str, Any] = {name: getattr(metadata, name) for name in _TEXTS}
    values["authors"] = [_person(person) for person in metadata.authors]
    values["editors"] = [_person(person) for person in metadata.editors]
    values["identifiers"] = [_trimmed([i.type, i.value, i.relationship, i.url]) for i in metadata.identifiers]
    if metadata.translated_title is not None:
        values["translated_title"] = [metadata.translated_title.value, metadata.translated_title.language]
    if metadata.publication_date is not None:
        date = metadata.publication_date
        values["publication_date"] = _trimmed([date.year, date.month, date.day])
    return to_json({name: value for name, value in values.items() if value})


def metadata_of(values: dict[str, Any]) -> Metadata:
    """Return the metadata that `metadata_json` wrote."""
    date = values.get("publication_date")
    translated = values.get("translated_title")
    return Metadata(
        **{name: values[name] for name in _TEXTS if name in values},
        translated_title=TranslatedTitle(*translated) if translated else None,
        publication_date=PartialDate(*date) if date else None,
        authors=tuple(Person(*person) for person in values.get("authors", ())),
        editors=tuple(Person(*person) for person in values.get("editors", ())),
        identifiers=tuple(Identifier(*identifier) for identifier in values.get("identifiers", ())),
    )


def _person(person: Person) -> list[str | None]:
    return _trimmed([person.family, person.given or None, person.orcid_id], empty_is="")


def _trimmed(values: list[Any], *, empty_is: Any = None) -> list[Any]:
    """Drop None at the end; `empty_is` stands for it elsewhere."""
    while values and values[-1] is None:
        values = values[:-1]
    return [empty_is if value is None else value for value in values]
