"""Matchers: what may stand in an expectation where one value is not enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()
"""What stands where a body has no such member; unlike None, which is a member that is null."""


@dataclass(frozen=True, slots=True)
class Matches:
    """A string that fits the pattern from end to end."""

    pattern: str

    def fits(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(self.pattern, value, re.DOTALL) is not None

    def __repr__(self) -> str:
        return f"~{self.pattern}"


@dataclass(frozen=True, slots=True)
class Not:
    """Anything there but this value."""

    value: object

    def fits(self, value: object) -> bool:
        return value is not MISSING and value != self.value

    def __repr__(self) -> str:
        return f"not {self.value!r}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values; MISSING may be among them."""

    values: tuple[object, ...]

    def fits(self, value: object) -> bool:
        return value in self.values

    def __repr__(self) -> str:
        return " or ".join(map(repr, self.values))


@dataclass(frozen=True, slots=True)
class InAnyOrder:
    """A list with these values, each once, in any order."""

    values: tuple[object, ...]

    def fits(self, value: object) -> bool:
        return isinstance(value, list) and sorted(map(repr, value)) == sorted(map(repr, self.values))

    def __repr__(self) -> str:
        return f"{list(self.values)!r} in any order"


@dataclass(frozen=True, slots=True)
class AnInteger:
    """An integer, not a string of digits."""

    def fits(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def __repr__(self) -> str:
        return "an integer"


@dataclass(frozen=True, slots=True)
class Gone:
    """A member that is absent."""

    def fits(self, value: object) -> bool:
        return value is MISSING

    def __repr__(self) -> str:
        return "nothing"


@dataclass(frozen=True, slots=True)
class Contains:
    """A string with this text in it."""

    text: object

    def fits(self, value: object) -> bool:
        return isinstance(value, str) and str(self.text) in value

    def __repr__(self) -> str:
        return f"...{self.text}..."


Matcher = Matches | Contains | Not | OneOf | InAnyOrder | AnInteger | Gone


def fits(expected: object, value: object) -> bool:
    """Whether a value is the expected one or fits its matcher. Numbers and booleans are told apart."""
    if isinstance(expected, Matcher):
        return expected.fits(value)
    return type(expected) is type(value) and expected == value


def rebuilt(expected: object, replace: Callable[[object], object]) -> object:
    """A matcher with its values replaced by what `replace` makes of them; other values are replaced themselves."""
    match expected:
        case Matches(pattern):
            return Matches(str(replace(pattern)))
        case Contains(text):
            return Contains(replace(text))
        case Not(value):
            return Not(replace(value))
        case OneOf(values):
            return OneOf(tuple(replace(value) for value in values))
        case InAnyOrder(values):
            return InAnyOrder(tuple(replace(value) for value in values))
        case AnInteger() | Gone():
            return expected
        case _:
            return replace(expected)
