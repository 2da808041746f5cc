"""What a test orders to go wrong: an answer cut, refused, delayed, or replaced by what no server should send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from local.elements.answers import NAMESPACE

HOWS: Final = ("status", "cut", "drop", "slow", "html", "bomb", "huge", "circle", "endless", "empty")
_PIECE: Final = "<api:result></api:result>" * 2600
_BOMB: Final = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    f'<api:response xmlns:api="{NAMESPACE}"><api:result-list><api:result>&d;</api:result></api:result-list>'
    "</api:response>"
)
_HTML: Final = "<html><head><title>Sign in</title></head><body><form>Please sign in.</form></body></html>"


class DroppedError(Exception):
    """The connection ends in the middle of an answer."""


@dataclass(slots=True)
class Fault:
    """`path`: what the address must contain; `times`: how often (0: always). `after`: so many such requests go well."""

    how: str
    path: str = ""
    times: int = 1
    after: int = 0
    status: int = 500
    retry_after: int | None = None
    seconds: float = 1.0


@dataclass
class Faults:
    """In the order in which they were ordered; the first that fits an address is taken."""

    ordered: list[Fault] = field(default_factory=list)

    def order(self, how: str, path: str = "", **values: float) -> None:
        if how not in HOWS:
            raise ValueError(f"how must be one of {', '.join(HOWS)}")
        self.ordered.append(Fault(how, path, **values))  # type: ignore[arg-type]  # numbers, whole ones where it counts

    def take(self, address: str) -> Fault | None:
        for fault in self.ordered:
            if fault.path in address:
                if fault.after:
                    fault.after -= 1
                    return None
                if fault.times:
                    fault.times -= 1
                    if not fault.times:
                        self.ordered.remove(fault)
                return fault
        return None


def spoilt(fault: Fault, pieces: Iterator[str], turn: int) -> Iterator[str]:
    """The pieces of an answer as the fault leaves them; `turn` makes addresses that never come again."""
    match fault.how:
        case "html":
            yield _HTML
        case "bomb":
            yield _BOMB
        case "empty":
            yield f'<api:response xmlns:api="{NAMESPACE}"><api:result-list/></api:response>'
        case "huge":
            yield f'<api:response xmlns:api="{NAMESPACE}"><api:result-list>'
            for _ in range(2 * 1024 * 1024 * 1024 // len(_PIECE)):
                yield _PIECE
        case "cut" | "drop":
            text = "".join(pieces)
            yield text[: len(text) * 2 // 3]
            if fault.how == "drop":
                raise DroppedError
        case "circle":
            yield _led_on("".join(pieces), "")
        case "endless":
            yield _led_on("".join(pieces), f"&amp;turn={turn}")
        case _:
            yield from pieces


def _led_on(text: str, addition: str) -> str:
    """The page with a next one that is itself, under another address if there is an addition."""
    begin = text.index('<api:page position="this" href="') + len('<api:page position="this" href="')
    this = text[begin : text.index('"', begin)]
    addition = addition if "?" in this else addition.replace("&amp;", "?", 1)
    return text.replace("<api:page ", f'<api:page position="next" href="{this}{addition}"/><api:page ', 1)
