"""Filling in saved values: `$name` in a string becomes the value, a string that is nothing else becomes it as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from conformance.case import Expect
from conformance.matching import Matcher, rebuilt

_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")

Values = Mapping[str, object]


def filled(value: object, values: Values) -> object:
    """A copy of plain JSON with the names in it replaced. Raises KeyError for a name nobody saved."""
    if isinstance(value, str):
        if whole := _NAME.fullmatch(value):
            return values[whole[1]]
        return _NAME.sub(lambda found: str(values[found[1]]), value)
    if isinstance(value, dict):
        return {filled_text(name, values): filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    if isinstance(value, Matcher):
        return rebuilt(value, lambda part: filled(part, values))
    return value


def filled_text(text: str, values: Values) -> str:
    return str(filled(text, values))


def filled_expectation(expect: Expect, values: Values) -> Expect:
    return replace(
        expect,
        fields={filled_text(path, values): filled(value, values) for path, value in expect.fields.items()},
        headers={name: filled(value, values) for name, value in expect.headers.items()},
        text=None if expect.text is None else filled_text(expect.text, values),
        without=None if expect.without is None else filled_text(expect.without, values),
    )
