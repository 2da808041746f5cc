"""Reads the fields of an Elements record by the kind of their value; kinds not known here are passed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element

from orcid_sync.domain.elements import ElementsDate, ElementsIdentifier, ElementsPages, ElementsPerson, FieldValue

_API: Final = "{http://www.symplectic.co.uk/publications/api}"


def read_fields(native: Element) -> dict[str, FieldValue]:
    """The fields of `native` that have a value, by name; of two with one name the first."""
    found: dict[str, FieldValue] = {}
    for field in native.iterfind(f"{_API}field"):
        name = field.get("name", "")
        value = _value(field)
        if name and value and name not in found:
            found[name] = value
    return found


def text_of(element: Element) -> str:
    """All text in an element, trimmed; markup inside it is passed over."""
    return "".join(element.itertext()).strip()


def _value(field: Element) -> FieldValue | None:
    """The value, found by its own element: what `type` says differs between versions (a URL was text in v5.5)."""
    for child in field:
        read = _VALUES.get(str(child.tag).removeprefix(_API))
        if read is not None:
            return read(child)
    return None


def _date(element: Element) -> ElementsDate | None:
    year, month, day = (_number(element, part) for part in ("year", "month", "day"))
    return ElementsDate(year, month, day) if year is not None else None


def _number(element: Element, part: str) -> int | None:
    text = (element.findtext(f"{_API}{part}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _pages(element: Element) -> ElementsPages | None:
    begin, end = ((element.findtext(f"{_API}{part}") or "").strip() for part in ("begin-page", "end-page"))
    return ElementsPages(begin, end) if begin or end else None


def _people(element: Element) -> tuple[ElementsPerson, ...]:
    return tuple(_person(person) for person in element.iterfind(f"{_API}person"))


def _person(element: Element) -> ElementsPerson:
    def part(name: str) -> str:
        return (element.findtext(f"{_API}{name}") or "").strip()

    separate = element.iterfind(f"{_API}separate-first-names/{_API}first-name")
    user = element.find(f"{_API}links/{_API}link[@type='elements/user']")
    orcid_id = element.find(f"{_API}identifiers/{_API}identifier[@scheme='orcid']")
    return ElementsPerson(
        last_name=part("last-name"),
        first_names=part("first-names") or " ".join(filter(None, map(text_of, separate))),
        initials=part("initials"),
        orcid_id=text_of(orcid_id) or None if orcid_id is not None else None,
        user_id=user.get("id") if user is not None else None,
    )


def _identifiers(element: Element) -> tuple[ElementsIdentifier, ...]:
    found = ((one.get("scheme", ""), text_of(one)) for one in element.iterfind(f"{_API}identifier"))
    return tuple(ElementsIdentifier(scheme, value) for scheme, value in found if scheme and value)


def _items(element: Element) -> tuple[str, ...]:
    return tuple(text for item in element.iterfind(f"{_API}item") if (text := text_of(item)))


_VALUES: Final[dict[str, Callable[[Element], FieldValue | None]]] = {
    "text": text_of,
    "url": text_of,
    "boolean": text_of,
    "integer": text_of,
    "decimal": text_of,
    "date": _date,
    "pagination": _pages,
    "people": _people,
    "identifiers": _identifiers,
    "items": _items,
}
