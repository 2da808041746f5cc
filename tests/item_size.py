"""What an item weighs and what reading and writing it costs, by DynamoDB's own rules; emulators count otherwise.

Rules: docs.aws.amazon.com, Developer Guide, "DynamoDB item sizes and formats" and "Read and write capacity mode".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of an item in attribute-value form: names and values; text in UTF-8, numbers two digits a byte."""
    size = 0
    for name, value in item.items():
        size += _text_size(name)
        # Most values are texts; millions are weighed.
        size += _text_size(value["S"]) if "S" in value else _value_size(value)
    return size


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return _text_size(content)
    if kind == "N":
        return _number_size(content)
    if kind == "B":
        return len(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "SS":
        return sum(map(_text_size, content))
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in content)
    if kind == "M":
        return 3 + sum(1 + _text_size(name) + _value_size(one) for name, one in content.items())
    raise ValueError(f"no size known of type {kind}")


def _number_size(text: str) -> int:
    """One byte for each two significant digits, one more, and one for a minus sign; at most 21."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return min(21, math.ceil(len(digits) / 2) + 1 + text.startswith("-"))


def read_units_of_query(sizes: Iterable[int], *, consistent: bool) -> float:
    """A query's page is weighed as a whole: items are summed, then rounded up to 4 KB (a page is at most 1 MB)."""
    units = max(1, math.ceil(sum(sizes) / READ_UNIT_BYTES))
    return units if consistent else units / 2


def read_units_of_gets(sizes: Iterable[int], *, consistent: bool) -> float:
    """GetItem and BatchGetItem round each item up to 4 KB, one that does not exist to one unit."""
    units = sum(max(1, math.ceil(size / READ_UNIT_BYTES)) for size in sizes)
    return units if consistent else units / 2


def write_units(before: int, after: int) -> int:
    """A put, update or delete costs by the larger of the item before and after; a refused condition costs the same."""
    return max(1, math.ceil(max(before, after) / WRITE_UNIT_BYTES))
