"""Reads one item of an Elements server's answer from its XML: a publication, a user, a relationship ... (R45)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from xml.etree.ElementTree import Element

from orcid_sync.adapters.elements_fields import read_fields, text_of
from orcid_sync.domain.elements import (
    ElementsDeletion,
    ElementsItem,
    ElementsPublication,
    ElementsRecord,
    ElementsRelationship,
    ElementsSource,
    ElementsType,
    ElementsUser,
)

API: Final = "{http://www.symplectic.co.uk/publications/api}"
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$", re.ASCII)
_TRUE = frozenset({"true", "1", "yes"})


def read_item(element: Element) -> ElementsItem | None:
    """The item that an element is; None for one of a kind that is passed over."""
    read = _READERS.get(local_name(element)) if element.tag.startswith(API) else None
    return read(element) if read is not None else None


def read_time(text: str | None) -> int | None:
    """UTC milliseconds of a time stamp in any of the forms seen (2 to 7 digits of a second, any offset), else None."""
    found = _TIME.match((text or "").strip())
    if found is None:
        return None
    *parts, fraction, offset = found.groups()
    year, month, day, hour, minute, second = map(int, parts)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(offset))
    except (ValueError, OverflowError):
        return None
    return int(moment.timestamp()) * 1000 + int((fraction or "0").ljust(3, "0")[:3])


def _zone(offset: str | None) -> timezone:
    if offset in (None, "Z"):
        return UTC
    assert offset is not None
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _object(element: Element) -> ElementsItem | None:
    match element.get("category"):
        case "publication":
            return _publication(element)
        case "user":
            return _user(element)
        case _:
            return None


def _publication(element: Element) -> ElementsPublication | ElementsDeletion:
    publication_id = element.get("id", "")
    into = element.find(f"{API}merge-history/{API}merged-into-object")
    if into is not None and into.get("id"):
        return ElementsDeletion("publication", publication_id, read_time(into.get("when")), into.get("id"))
    # The journal of a publication has records too, of another kind: only those directly below `records` are meant.
    records = element.find(f"{API}records")
    return ElementsPublication(
        publication_id=publication_id,
        type=element.get("type", ""),
        privacy=_privacy(element),
        whole=records is not None,
        records=tuple(_record(found) for found in records.iterfind(f"{API}record")) if records is not None else (),
        modified_ms=read_time(element.get("last-modified-when")),
        affected_ms=read_time(element.get("last-affected-when")),
    )


def _record(element: Element) -> ElementsRecord:
    native = element.find(f"{API}native")
    return ElementsRecord(
        record_id=element.get("id", ""),
        source=element.get("source-name", ""),
        id_at_source=element.get("id-at-source", ""),
        preferred=element.get("is-preferred-record") in _TRUE,
        verified=_child(element, "verification-status").lower() == "verified",
        fields=read_fields(native) if native is not None else {},
    )


def _user(element: Element) -> ElementsUser:
    claimed = (
        text_of(found)
        for found in element.iterfind(f"{API}user-identifier-associations/{API}user-identifier-association")
        if (found.get("scheme"), found.get("status", "claimed"), found.get("decision"))
        == ("orcid", "claimed", "always-me")
    )
    first = _child(element, "known-as") or _child(element, "preferred-first-name") or _child(element, "first-name")
    last = _child(element, "preferred-last-name") or _child(element, "last-name")
    return ElementsUser(
        elements_id=element.get("id", ""),
        username=element.get("username", ""),
        proprietary_id=element.get("proprietary-id", ""),
        name=" ".join(part for part in (first, last) if part),
        is_current_staff=_child(element, "is-current-staff").lower() in _TRUE,
        is_login_allowed=_child(element, "is-login-allowed").lower() in _TRUE,
        privacy=_privacy(element),
        orcid_ids=tuple(text for text in claimed if text),
        whole=element.find(f"{API}is-current-staff") is not None,
        modified_ms=read_time(element.get("last-modified-when")),
        affected_ms=read_time(element.get("last-affected-when")),
    )


def _relationship(element: Element) -> ElementsRelationship:
    publication: ElementsPublication | None = None
    user: ElementsUser | None = None
    for related in element.iterfind(f"{API}related"):
        found = related.find(f"{API}object")
        end = _object(found if found is not None else related)
        if isinstance(end, ElementsPublication):
            publication = end
        elif isinstance(end, ElementsUser):
            user = end
    visible = _child(element, "is-visible").lower()
    return ElementsRelationship(
        relationship_id=element.get("id", ""),
        type=element.get("type", ""),
        visible=visible in _TRUE if visible else None,
        privacy=_child(element, "privacy-level").lower() or None,
        effective_privacy=_child(element, "effective-privacy-level").lower() or None,
        favourite=_child(element, "is-favourite").lower() in _TRUE,
        publication=publication,
        user=user,
        modified_ms=read_time(element.get("last-modified-when")),
    )


def _related(element: Element) -> ElementsItem | None:
    """An end of a relationship that stands in a list by itself: the object in it is what is told."""
    found = element.find(f"{API}object")
    return _object(found) if found is not None else None


def _deleted_object(element: Element) -> ElementsDeletion:
    into = element.find(f"{API}merge-history/{API}merged-into-object")
    return ElementsDeletion(
        category=element.get("category", ""),
        object_id=element.get("id", ""),
        deleted_ms=read_time(element.get("deleted-when")),
        merged_into=into.get("id") if into is not None else None,
    )


def _deleted_relationship(element: Element) -> ElementsDeletion:
    return ElementsDeletion("relationship", element.get("id", ""), read_time(element.get("deleted-when")))


def _source(element: Element) -> ElementsSource | None:
    if element.get("category") != "publication":
        return None
    values = {
        found.get("name", ""): int(found.get("precedence-value", ""))
        for found in element.iterfind(f"{API}precedence/{API}type")
        if found.get("precedence-value", "").lstrip("-").isdigit()
    }
    return ElementsSource(element.get("name", ""), values)


def _type(element: Element) -> ElementsType:
    return ElementsType(element.get("name", ""), _child(element, "heading-singular"))


_READERS: Final[dict[str, Callable[[Element], ElementsItem | None]]] = {
    "object": _object,
    "relationship": _relationship,
    "related": _related,
    "deleted-object": _deleted_object,
    "deleted-relationship": _deleted_relationship,
    "data-source": _source,
    "type": _type,
}


def _privacy(element: Element) -> str | None:
    """The level of an object, in lower case; v5.5 only knows whether it is public."""
    level = _child(element, "privacy-level").lower()
    if level:
        return level
    public = _child(element, "is-public").lower()
    return ("public" if public in _TRUE else "private") if public else None


def _child(element: Element, name: str) -> str:
    """The text of a direct child, trimmed; empty if there is none."""
    found = element.find(f"{API}{name}")
    return text_of(found) if found is not None else ""


def local_name(element: Element) -> str:
    """The local name."""
    return str(element.tag).rpartition("}")[2]
