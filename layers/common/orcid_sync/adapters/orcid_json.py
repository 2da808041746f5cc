"""A work as the JSON that the Member API takes (ORCID_API 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable

from orcid_sync.domain.catalogue import PartialDate
from orcid_sync.domain.work import Contributor, ExternalId, Work

PRODUCTION_HOST = "orcid.org"


def _date_to_json(date: PartialDate) -> dict[str, object]:
    parts: dict[str, object] = {"year": {"value": f"{date.year:04}"}}
    if date.month is not None:
        parts["month"] = {"value": f"{date.month:02}"}
        if date.day is not None:
            parts["day"] = {"value": f"{date.day:02}"}
    return parts


def _external_id_to_json(identifier: ExternalId) -> dict[str, object]:
    body: dict[str, object] = {
        "external-id-type": identifier.type,
        "external-id-value": identifier.value,
        "external-id-relationship": identifier.relationship.value,
    }
    if identifier.url:
        body["external-id-url"] = {"value": identifier.url}
    return body


def _contributor_to_json(contributor: Contributor, first: bool, orcid_host: str) -> dict[str, object]:
    body: dict[str, object] = {
        "credit-name": {"value": contributor.credit_name},
        "contributor-attributes": {
            "contributor-sequence": "first" if first else "additional",
            "contributor-role": contributor.role,
        },
    }
    if contributor.orcid_id:
        body["contributor-orcid"] = {
            "uri": f"https://{orcid_host}/{contributor.orcid_id}",
            "path": contributor.orcid_id,
            "host": orcid_host,
        }
    return body


def _title_to_json(work: Work) -> dict[str, object]:
    title: dict[str, object] = {"title": {"value": work.title}}
    if work.subtitle:
        title["subtitle"] = {"value": work.subtitle}
    if work.translated_title and work.translated_title_language:
        title["translated-title"] = {"value": work.translated_title, "language-code": work.translated_title_language}
    return title


def work_to_json(work: Work, put_code: int | None = None, *, orcid_host: str = PRODUCTION_HOST) -> dict[str, object]:
    """Return the body of a POST, or with `put_code` of a PUT.

    What is empty is left out: a wrapper around null is refused (ORCID_API 5.1), and a PUT without a field clears it.
    Visibility is never sent (ORCID_API 6.4). `orcid_host` is the registry's own in iD addresses (the sandbox's differ).
    """
    body: dict[str, object] = {"title": _title_to_json(work), "type": work.type}
    if put_code is not None:
        body["put-code"] = put_code
    for name, wrapped in (("journal-title", work.journal_title), ("url", work.url), ("country", work.country)):
        if wrapped:
            body[name] = {"value": wrapped}
    for name, plain in (("short-description", work.short_description), ("language-code", work.language)):
        if plain:
            body[name] = plain
    if work.citation:
        body["citation"] = {"citation-type": work.citation.type, "citation-value": work.citation.value}
    if work.publication_date:
        body["publication-date"] = _date_to_json(work.publication_date)
    body["external-ids"] = {"external-id": [_external_id_to_json(identifier) for identifier in work.external_ids]}
    if work.contributors:
        body["contributors"] = {
            "contributor": [
                _contributor_to_json(contributor, index == 0, orcid_host)
                for index, contributor in enumerate(work.contributors)
            ]
        }
    return body


def bulk_to_json(works: Iterable[Work], *, orcid_host: str = PRODUCTION_HOST) -> dict[str, object]:
    """Return the body of a bulk POST; position i of the answer belongs to position i here (ORCID_API 6.6)."""
    return {"bulk": [{"work": work_to_json(work, orcid_host=orcid_host)} for work in works]}
