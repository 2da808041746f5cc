"""The JSON form of an answer turned into ORCID's XML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = {
    "common": "http://www.orcid.org/ns/common",
    "work": "http://www.orcid.org/ns/work",
    "activities": "http://www.orcid.org/ns/activities",
    "bulk": "http://www.orcid.org/ns/bulk",
    "error": "http://www.orcid.org/ns/error",
}
_PREFIXES = {
    **dict.fromkeys(("work", "work-summary", "journal-title", "short-description", "citation"), "work"),
    **dict.fromkeys(("citation-type", "citation-value", "type", "contributors", "contributor"), "work"),
    **dict.fromkeys(("credit-name", "contributor-email", "contributor-attributes"), "work"),
    **dict.fromkeys(("contributor-sequence", "contributor-role"), "work"),
    **dict.fromkeys(("works", "group"), "activities"),
    **dict.fromkeys(("error", "response-code", "developer-message", "user-message", "more-info"), "error"),
    "bulk": "bulk",
}
_ATTRIBUTES = ("put-code", "visibility", "path", "display-index")
_WITH_ATTRIBUTES = ("work", "work-summary", "works")
_DATES = ("created-date", "last-modified-date")
# The schema wants these first, wherever JSON has them.
_FIRST = ("created-date", "last-modified-date", "source")


def to_xml(kind: str, body: dict[str, Any]) -> bytes:
    """A document whose root is `kind`."""
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    text = "".join(_element(kind, body, (), names))
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'.encode(errors="replace")


def _element(name: str, value: Any, above: tuple[str, ...], extra: str = "") -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [piece for item in value for piece in _element(name, item, above)]
    tag = f"{_prefix(name, above)}:{name}"
    if not isinstance(value, dict):
        return [f"<{tag}{extra}>{escape(_text(value))}</{tag}>"]
    if set(value) <= {"value", "transient", "language-code"} and "value" in value:
        return _simple(tag, name, value)
    attributes = extra + _attributes(name, value)
    pieces = [f"<{tag}{attributes}>"]
    for child in sorted(value, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST)):
        if name == "bulk" and child == "bulk":
            for item in value[child]:
                for item_kind, content in item.items():
                    pieces += _element(item_kind, content, (*above, name))
        elif not (name in _WITH_ATTRIBUTES and child in _ATTRIBUTES) and child != "transient":
            pieces += _element(child, value[child], (*above, name))
    pieces.append(f"</{tag}>")
    return pieces


def _simple(tag: str, name: str, value: dict[str, Any]) -> list[str]:
    if value["value"] is None:
        return []
    attributes = "".join(
        f" {key}={quoteattr(_text(value[key]))}" for key in ("transient", "language-code") if value.get(key) is not None
    )
    text = _moment(value["value"]) if name in _DATES else _text(value["value"])
    return [f"<{tag}{attributes}>{escape(text)}</{tag}>"]


def _attributes(name: str, value: dict[str, Any]) -> str:
    if name == "external-id-normalized-error":
        return ' transient="true"'
    if name not in _WITH_ATTRIBUTES:
        return ""
    return "".join(f" {key}={quoteattr(_text(value[key]))}" for key in _ATTRIBUTES if value.get(key) is not None)


def _prefix(name: str, above: tuple[str, ...]) -> str:
    if name == "title":
        return "common" if above and above[-1] == "title" else "work"
    if name == "error-code":
        return "error" if above and above[-1] == "error" else "common"
    return _PREFIXES.get(name, "common")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
