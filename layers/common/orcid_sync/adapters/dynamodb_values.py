"""Plain Python values <-> DynamoDB's attribute values; nested data is compact JSON text (smaller, quicker to read)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Plain: TypeAlias = dict[str, Any]
Item: TypeAlias = dict[str, Any]


def pack(plain: Mapping[str, Any]) -> Item:
    """Return the item; None and empty sets are left out, for an absent attribute costs nothing."""
    return {name: _value(value) for name, value in plain.items() if value is not None and value != frozenset()}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, frozenset):
        return {"SS": sorted(value)}
    raise TypeError(f"no attribute type for {type(value).__name__}")


def unpack(item: Mapping[str, Mapping[str, Any]]) -> Plain:
    """Return the plain values of an item; numbers become int where they are whole."""
    plain: Plain = {}
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        if kind == "N":
            plain[name] = int(value) if value.lstrip("-").isdecimal() else float(value)
        elif kind == "SS":
            plain[name] = frozenset(value)
        else:
            plain[name] = value
    return plain


def to_json(value: object) -> str:
    """Compact JSON text; letters stay as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def maybe_json(value: object | None) -> str | None:
    """Compact JSON text, or None for anything empty."""
    return to_json(value) if value else None
