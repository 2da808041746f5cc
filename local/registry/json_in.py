"""JSON bodies of works to content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from local.registry.content import (
    Attributes,
    Citation,
    Contributor,
    ContributorOrcid,
    ExternalId,
    FuzzyDate,
    TranslatedTitle,
    WorkContent,
    WorkTitle,
    Wrapped,
)
from local.registry.mapping import (
    MappingError,
    Reader,
    checked_and_dropped,
    dropped,
    list_of,
    members,
    one_of,
    text,
    whole_number,
)
from local.registry.vocabulary import vocabulary

_ID_PARTS: dict[str, Reader] = {"uri": text, "path": text, "host": text}
_NAME: dict[str, Reader] = {"value": text}


def work_from_json(body: Any) -> WorkContent:
    """The content of one work.

    Raises:
        MappingError: the body does not fit the model (answered with 9047).
    """
    return _work(body, "work")


def bulk_from_json(body: Any) -> list[WorkContent | dict[str, Any]]:
    """The works of a bulk; an `error` element stays the object it is.

    Raises:
        MappingError: also when only one item does not fit, for then the whole request fails.
        NullItemError: the list holds a null.
    """
    elements = members(body, "bulk", {"bulk": _elements})["bulk"] or ()
    return list(elements)


class NullItemError(Exception):
    """A null among the items of a bulk, on which the registry stumbles (500)."""


def _elements(value: Any, where: str) -> tuple[Any, ...]:
    items = value if isinstance(value, list) else [value]
    filled = [item for item in items if item not in (None, {"work": None})]
    if len(filled) < len(items):
        list_of(_element)(filled, where)  # all is mapped before the null is stumbled over
        raise NullItemError
    elements: tuple[Any, ...] = list_of(_element)(value, where)
    return elements


def _element(value: Any, where: str) -> WorkContent | dict[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        raise MappingError(f"{where}: an item wrapped by its kind is expected")
    kind, item = next(iter(value.items()))
    if kind == "error":
        if not isinstance(item, dict):
            raise MappingError(f"{where}.error: an object is expected")
        return item
    if kind != "work":
        raise MappingError(f'{where}: unknown kind "{kind}"')
    return _work(item, f"{where}.work")


def _work(value: Any, where: str) -> WorkContent:
    fields = members(value, where, _work_readers())
    return WorkContent(
        title=fields["title"],
        journal_title=fields["journal-title"],
        short_description=fields["short-description"],
        citation=fields["citation"],
        type=fields["type"],
        publication_date=fields["publication-date"],
        external_ids=fields["external-ids"],
        url=fields["url"],
        contributors=fields["contributors"],
        language_code=fields["language-code"],
        country=fields["country"],
        visibility=fields["visibility"],
        put_code=fields["put-code"],
    )


@cache
def _work_readers() -> Mapping[str, Reader]:
    lists = vocabulary()
    return {
        "title": _title,
        "journal-title": _wrapped,
        "short-description": text,
        "citation": _citation,
        "type": one_of(frozenset(lists.work_types), lists.work_type_aliases),
        "publication-date": _date,
        "external-ids": _external_ids,
        "url": _wrapped,
        "contributors": _contributors,
        "language-code": one_of(lists.languages),
        "country": _country,
        "visibility": one_of(lists.visibilities),
        "put-code": whole_number,
        "source": checked_and_dropped(_SOURCE),
        "path": text,
        "created-date": checked_and_dropped({"value": dropped}),
        "last-modified-date": checked_and_dropped({"value": dropped}),
    }


_SOURCE: dict[str, Reader] = {
    "source-orcid": checked_and_dropped(_ID_PARTS),
    "source-client-id": checked_and_dropped(_ID_PARTS),
    "source-name": checked_and_dropped(_NAME),
    "assertion-origin-orcid": checked_and_dropped(_ID_PARTS),
    "assertion-origin-client-id": checked_and_dropped(_ID_PARTS),
    "assertion-origin-name": checked_and_dropped(_NAME),
}


def _wrapped(value: Any, where: str) -> Wrapped:
    return Wrapped(members(value, where, {"value": text})["value"])


def _country(value: Any, where: str) -> Wrapped:
    return Wrapped(members(value, where, {"value": one_of(vocabulary().countries)})["value"])


def _title(value: Any, where: str) -> WorkTitle:
    fields = members(value, where, {"title": _wrapped, "subtitle": _wrapped, "translated-title": _translated_title})
    return WorkTitle(fields["title"], fields["subtitle"], fields["translated-title"])


def _translated_title(value: Any, where: str) -> TranslatedTitle:
    fields = members(value, where, {"value": text, "language-code": one_of(vocabulary().languages)})
    return TranslatedTitle(fields["value"], fields["language-code"])


def _citation(value: Any, where: str) -> Citation:
    readers = {"citation-type": one_of(vocabulary().citation_types), "citation-value": text}
    fields = members(value, where, readers)
    return Citation(fields["citation-type"], fields["citation-value"])


def _date(value: Any, where: str) -> FuzzyDate:
    fields = members(value, where, {"year": _wrapped, "month": _wrapped, "day": _wrapped})
    return FuzzyDate(fields["year"], fields["month"], fields["day"])


def _external_ids(value: Any, where: str) -> tuple[ExternalId, ...]:
    return members(value, where, {"external-id": list_of(_external_id)})["external-id"] or ()


def _external_id(value: Any, where: str) -> ExternalId:
    readers: dict[str, Reader] = {
        "external-id-type": text,
        "external-id-value": text,
        "external-id-normalized": checked_and_dropped({"value": dropped, "transient": dropped}),
        "external-id-normalized-error": checked_and_dropped(
            {"error-code": dropped, "error-message": dropped, "transient": dropped}
        ),
        "external-id-url": _wrapped,
        "external-id-relationship": one_of(vocabulary().relationships),
    }
    fields = members(value, where, readers)
    return ExternalId(
        fields["external-id-type"],
        fields["external-id-value"],
        fields["external-id-url"],
        fields["external-id-relationship"],
    )


def _contributors(value: Any, where: str) -> tuple[Contributor, ...]:
    return members(value, where, {"contributor": list_of(_contributor)})["contributor"] or ()


def _contributor(value: Any, where: str) -> Contributor:
    readers: dict[str, Reader] = {
        "contributor-orcid": _contributor_orcid,
        "credit-name": _wrapped,
        "contributor-email": _email,
        "contributor-attributes": _attributes,
    }
    fields = members(value, where, readers)
    return Contributor(
        fields["contributor-orcid"],
        fields["credit-name"],
        fields["contributor-email"],
        fields["contributor-attributes"],
    )


def _contributor_orcid(value: Any, where: str) -> ContributorOrcid:
    fields = members(value, where, _ID_PARTS)
    return ContributorOrcid(fields["uri"], fields["path"], fields["host"])


def _email(value: Any, where: str) -> Wrapped:
    return Wrapped(value) if isinstance(value, str) else _wrapped(value, where)


def _attributes(value: Any, where: str) -> Attributes:
    readers = {"contributor-sequence": one_of(vocabulary().sequences), "contributor-role": text}
    fields = members(value, where, readers)
    return Attributes(fields["contributor-sequence"], fields["contributor-role"])
