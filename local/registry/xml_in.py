"""XML bodies of works to content, by way of the JSON form that they correspond to."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from local.registry.content import WorkContent
from local.registry.errors import RegistryError
from local.registry.json_in import work_from_json
from local.registry.mapping import EnumerationError, MappingError
from local.registry.schema import schema_faults

_PLAIN = frozenset(
    (
        *("short-description", "citation-type", "citation-value", "type", "language-code"),
        *("external-id-type", "external-id-value", "external-id-relationship"),
        *("contributor-sequence", "contributor-role", "uri", "path", "host"),
    )
)
_WRAPPED = frozenset(
    (
        *("journal-title", "subtitle", "year", "month", "day", "url", "external-id-url"),
        *("credit-name", "contributor-email", "country"),
    )
)
_LISTS = frozenset(("external-id", "contributor"))
_DROPPED = frozenset(
    ("created-date", "last-modified-date", "source", "external-id-normalized", "external-id-normalized-error")
)
_OBJECTS = frozenset(
    (
        *("citation", "publication-date", "external-ids", "external-id"),
        *("contributors", "contributor", "contributor-orcid", "contributor-attributes"),
    )
)
# Enumerations of the schema itself, so a bad value is a schema fault; the others are judged after mapping.
_SCHEMA_ENUMERATIONS = ("visibility", "contributor-sequence")


def work_from_xml(body: bytes) -> WorkContent:
    """One work, checked against the schema.

    Raises:
        RegistryError: 9001 for anything that does not parse or fit, 9051 for a value outside its list.
    """
    root = _parse(body)
    if _local(root) != "work":
        raise RegistryError(9001, f"unexpected element {_local(root)}")
    try:
        content = work_from_json(_work(root, lenient=False))
    except EnumerationError as exc:
        if exc.where.endswith(_SCHEMA_ENUMERATIONS):
            raise RegistryError(9001, str(exc)) from exc
        raise RegistryError(9051, value=exc.value) from exc
    except MappingError as exc:
        raise RegistryError(9001, str(exc)) from exc
    faults = schema_faults(content)
    if faults:
        raise RegistryError(9001, faults[0])
    return content


def bulk_from_xml(body: bytes) -> list[WorkContent | dict[str, Any]]:
    """The items of a bulk: unknown elements are skipped, values outside their lists are read as missing."""
    root = _parse(body)
    if _local(root) != "bulk":
        raise RegistryError(9001, f"unexpected element {_local(root)}")
    items: list[WorkContent | dict[str, Any]] = []
    for element in root:
        if _local(element) == "work":
            items.append(_lenient(_work(element, lenient=True)))
        elif _local(element) == "error":
            items.append({_local(part): part.text for part in element})
    return items


def _lenient(work: dict[str, Any]) -> WorkContent:
    """The work with every bad enumerated value taken out, one after the other."""
    while True:
        try:
            return work_from_json(work)
        except EnumerationError as exc:
            _forget(work, exc.where.split(".")[1:])
        except MappingError as exc:
            raise RegistryError(9001, str(exc)) from exc


def _forget(tree: dict[str, Any], where: list[str]) -> None:
    node: Any = tree
    for step in where[:-1]:
        name, _, index = step.rstrip("]").partition("[")
        node = node[name]
        if index:
            node = node[int(index)]
    node[where[-1]] = None


def _parse(body: bytes) -> Element:
    try:
        return fromstring(body)  # noqa: S314  the emulator listens on the developer's own machine
    except ParseError as exc:
        raise RegistryError(9001, "the body is not XML") from exc


def _work(element: Element, *, lenient: bool) -> dict[str, Any]:
    work: dict[str, Any] = {
        name: element.get(name) for name in ("put-code", "visibility", "path") if element.get(name) is not None
    }
    for child in element:
        if _local(child) == "title":
            work["title"] = {
                _local(part): _translated(part) if _local(part) == "translated-title" else {"value": part.text or ""}
                for part in child
            }
        else:
            _add(work, child, lenient=lenient)
    return work


def _translated(element: Element) -> dict[str, Any]:
    return {"value": element.text or "", "language-code": element.get("language-code")}


def _add(target: dict[str, Any], element: Element, *, lenient: bool) -> None:
    name = _local(element)
    value: Any
    if name in _DROPPED:
        return
    if name in _PLAIN:
        value = element.text or ""
    elif name in _WRAPPED:
        value = {"value": element.text or ""}
    elif name in _OBJECTS:
        value = {}
        for child in element:
            _add(value, child, lenient=lenient)
    elif lenient:
        return
    else:
        raise RegistryError(9001, f"unexpected element {name}")
    if name in _LISTS:
        target.setdefault(name, []).append(value)
    else:
        target[name] = value


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
