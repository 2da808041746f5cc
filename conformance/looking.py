"""Finding values in answers, and comparing an answer with what is expected of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.case import Expect
from conformance.matching import MISSING, fits
from conformance.transport import Reply

_SEGMENT = re.compile(r"(?P<name>[^(]*)\((?P<key>[^=)]+=)?(?P<value>[^)]*)\)")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was expected and what came, as texts for the table, and whether they agree."""

    agree: bool
    expected: str
    got: str


def compare(expect: Expect, reply: Reply) -> Comparison:
    """An answer against an expectation whose names are already filled in."""
    statuses = expect.status if isinstance(expect.status, tuple) else (expect.status,)
    wanted, came = ["/".join(map(str, statuses))], [str(reply.status or "no answer")]
    agree = reply.status in statuses
    body = reply.json
    if expect.code is not None or (not agree and find(body, "error-code") is not MISSING):
        code = find(body, "error-code")
        wanted[0] += f" {expect.code}" if expect.code is not None else ""
        came[0] += f" {code}"
        agree = agree and code == expect.code and find(body, "response-code") == reply.status
    elif not agree and isinstance(find(body, "error"), str):
        came[0] += f" {find(body, 'error')}"
    found: dict[str, object] = {name: reply.headers.get(name.lower(), MISSING) for name in expect.headers}
    found |= {path: find(body, path) for path in expect.fields}
    for name, value in {**expect.headers, **expect.fields}.items():
        wanted.append(f"{name}={_text(value)}")
        if not fits(value, found[name]):
            agree = False
            came.append(f"{name}={_text(found[name])}")
    for pattern, there in ((expect.text, True), (expect.without, False)):
        if pattern is not None:
            wanted.append(("" if there else "no ") + f"/{pattern}/")
            if (re.search(pattern, reply.text, re.DOTALL) is not None) is not there:
                agree = False
                came.append(f"body {_text(reply.text)}")
    if expect.empty:
        wanted.append("empty")
        if reply.body:
            agree = False
            came.append(f"body {_text(reply.text)}")
    expected = ", ".join(wanted)
    return Comparison(agree, expected, expected if agree and len(statuses) == 1 else ", ".join(came))


def find(body: object, path: str) -> object:
    """The value at a path, or MISSING.

    Segments are parted by dots: a name, an index, `#` (how many), `*` (all: gives a list), or `name(key=value)`: of the
    list `name` the first element that somewhere holds `key` with this value (the key is `put-code` unless named).
    """
    value = body
    segments = re.findall(r"(?:[^.(]|\([^)]*\))+", path)
    for place, segment in enumerate(segments):
        if segment == "*":
            rest = ".".join(segments[place + 1 :])
            return [find(item, rest) if rest else item for item in value] if isinstance(value, list) else MISSING
        value = _step(value, segment)
        if value is MISSING:
            return MISSING
    return value


def _step(value: object, segment: str) -> object:
    if segment == "#":
        return len(value) if isinstance(value, list) else MISSING
    if selection := _SEGMENT.fullmatch(segment):
        items = _step(value, selection["name"]) if selection["name"] else value
        key = (selection["key"] or "put-code=").removesuffix("=")
        if not isinstance(items, list):
            return MISSING
        return next((item for item in items if selection["value"] in map(str, _held(item, key))), MISSING)
    if isinstance(value, list) and segment.isdigit():
        return value[int(segment)] if int(segment) < len(value) else MISSING
    return value.get(segment, MISSING) if isinstance(value, dict) else MISSING


def _held(value: object, key: str) -> Iterator[object]:
    """Everything that stands under a key at any depth."""
    for item in value if isinstance(value, list) else ():
        yield from _held(item, key)
    for name, item in value.items() if isinstance(value, dict) else ():
        if name == key:
            yield item
        yield from _held(item, key)


def _text(value: object) -> str:
    if isinstance(value, str | dict | list | int | bool) or value is None:
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
