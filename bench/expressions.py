"""DynamoDB's condition and update expressions, as far as this product uses them; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Mapping[str, Any]]
Values: TypeAlias = Mapping[str, Mapping[str, Any]]
Operand: TypeAlias = Callable[[Item, Values], "Mapping[str, Any] | None"]
Condition: TypeAlias = Callable[[Item, Values], bool]
Change: TypeAlias = Callable[[Item, Values, dict[str, Any]], None]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|:?[A-Za-z_][A-Za-z0-9_]*)")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")


def number(text: str) -> float:
    """A number of DynamoDB; the product's are whole."""
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def plain(value: Mapping[str, Any]) -> tuple[str, Any]:
    """(type, comparable value)."""
    ((kind, content),) = value.items()
    if kind == "N":
        return kind, number(content)
    return kind, frozenset(content) if kind.endswith("S") and len(kind) == 2 else content


@cache
def condition(text: str) -> Condition:
    """Raises ValueError for what is not understood."""
    parser = _Parser(text)
    found = parser.disjunction()
    parser.end()
    return found


@cache
def update(text: str) -> Callable[[Item, Values], dict[str, Any]]:
    """Return what makes the item after of the item before; right-hand sides see the item before."""
    parser, changes = _Parser(text), list[Change]()
    while parser.more():
        clause = parser.take()
        if clause not in _CLAUSES:
            raise ValueError(f"no clause of an update: {clause}")
        changes.append(parser.change(clause))
        while parser.next() == ",":
            parser.take()
            changes.append(parser.change(clause))

    def changed(item: Item, values: Values) -> dict[str, Any]:
        after = dict(item)
        for change in changes:
            change(item, values, after)
        return after

    return changed


class _Parser:
    """Recursive descent; each method eats what it names."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"not understood: {text[at:]}")
            self._tokens.append(match.group(1))
            at = match.end()
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._tokens)

    def next(self) -> str:
        return self._tokens[self._at] if self.more() else ""

    def take(self, expected: str = "") -> str:
        token = self.next()
        if not token or (expected and token != expected):
            raise ValueError(f"expected {expected or 'more'}, met {token or 'the end'}")
        self._at += 1
        return token

    def end(self) -> None:
        if self.more():
            raise ValueError(f"not understood: {self.next()}")

    def disjunction(self) -> Condition:
        parts = [self.conjunction()]
        while self.next() == "OR":
            self.take()
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda item, values: any(part(item, values) for part in parts)

    def conjunction(self) -> Condition:
        parts = [self.term()]
        while self.next() == "AND":
            self.take()
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda item, values: all(part(item, values) for part in parts)

    def term(self) -> Condition:
        if self.next() == "NOT":
            self.take()
            negated = self.term()
            return lambda item, values: not negated(item, values)
        if self.next() == "(":
            self.take()
            inner = self.disjunction()
            self.take(")")
            return inner
        if self.next() in _TESTS:
            name = self.take()
            arguments = self._arguments()
            test = _TESTS[name]
            return lambda item, values: test(*(argument(item, values) for argument in arguments))
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self.operand()
        sign = self.take()
        if sign == "BETWEEN":
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return lambda i, v: (
                _compared(left(i, v), low(i, v), _COMPARE[">="]) and _compared(left(i, v), high(i, v), _COMPARE["<="])
            )
        right = self.operand()
        if sign not in _COMPARE:
            raise ValueError(f"no comparison: {sign}")
        return lambda item, values: _compared(left(item, values), right(item, values), _COMPARE[sign])

    def _arguments(self) -> list[Operand]:
        self.take("(")
        arguments = [self.operand()]
        while self.next() == ",":
            self.take()
            arguments.append(self.operand())
        self.take(")")
        return arguments

    def operand(self) -> Operand:
        name = self.take()
        if name == "size":
            (of,) = self._arguments()
            return lambda item, values: _size(of(item, values))
        if name == "if_not_exists":
            stored, otherwise = self._arguments()
            return lambda item, values: found if (found := stored(item, values)) else otherwise(item, values)
        if name.startswith(":"):
            return lambda _item, values: values[name]
        return lambda item, _values: item.get(name)

    def change(self, clause: str) -> Change:
        name = self.take()
        if clause == "REMOVE":
            return lambda _item, _values, after: after.pop(name, None)
        if clause == "SET":
            self.take("=")
            value = self._sum()
            return lambda item, values, after: after.update({name: value(item, values)})
        added = self.operand()
        merge = _ADDING if clause == "ADD" else _DELETING

        def changed(item: Item, values: Values, after: dict[str, Any]) -> None:
            result = merge(item.get(name), added(item, values))
            after.pop(name, None)
            if result is not None:
                after[name] = result

        return changed

    def _sum(self) -> Operand:
        left = self.operand()
        if self.next() not in ("+", "-"):
            return left
        sign, right = (1 if self.take() == "+" else -1), self.operand()
        return lambda i, v: {"N": str(_number(left(i, v)) + sign * _number(right(i, v)))}


def _compared(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, by: Callable[[Any, Any], bool]) -> bool:
    """An absent attribute, or one of another type, compares to nothing; it differs from everything."""
    if left is None or right is None:
        return left is not right and by is _COMPARE["<>"]
    (kind, one), (other_kind, other) = plain(left), plain(right)
    return by(one, other) if kind == other_kind else by is _COMPARE["<>"]


def _size(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def _number(value: Mapping[str, Any] | None) -> float:
    if value is None:
        raise ValueError("the attribute to add to does not exist")
    return number(value["N"])


def _contains(value: Mapping[str, Any] | None, part: Mapping[str, Any] | None) -> bool:
    return value is not None and part is not None and next(iter(part.values())) in next(iter(value.values()))


def _begins(value: Mapping[str, Any] | None, part: Mapping[str, Any] | None) -> bool:
    return value is not None and part is not None and str(value["S"]).startswith(part["S"])


def _added(stored: Mapping[str, Any] | None, more: Mapping[str, Any] | None) -> dict[str, Any]:
    assert more is not None
    ((kind, content),) = more.items()
    if kind == "N":
        return {"N": str((number(stored["N"]) if stored else 0) + number(content))}
    return {kind: sorted({*(stored[kind] if stored else ()), *content})}


def _deleted(stored: Mapping[str, Any] | None, less: Mapping[str, Any] | None) -> dict[str, Any] | None:
    assert less is not None
    ((kind, content),) = less.items()
    left = sorted(set(stored[kind] if stored else ()) - set(content))
    return {kind: left} if left else None


_ADDING, _DELETING = _added, _deleted
_TESTS: Mapping[str, Callable[..., bool]] = {
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "begins_with": _begins,
    "contains": _contains,
}
