"""Walks through a JSON text while it arrives, holding no more of it than the value that is being looked at.

The standard library's decoder does the work, value by value; only the objects and lists around them are walked here.
That is as fast as reading the text whole, needs no further dependency, and lets the reader insist on the structure it
expects.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator

_SPACE = " \t\n\r"


class JsonCursorError(ValueError):
    """The text is no JSON, is not built as expected, or holds a value beyond the limit. Quotes nothing of the text."""


class JsonCursor:
    """Stands before a value. `limit` bounds a single value, in characters; `chunks` are the text's bytes in UTF-8."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._chunks = iter(chunks)
        self._limit = limit
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._decode = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0

    def value(self) -> object:
        """Read the value that the cursor stands before, whole."""
        self._peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                # Cut off, or no JSON at all: more text will tell. Doubling keeps the repeated decoding linear.
                if not self._more(len(self._text) - self._at):
                    raise JsonCursorError("the text ends within a value, or is no JSON") from None
                continue
            except (ValueError, RecursionError):
                raise JsonCursorError("a number is too long, or the nesting too deep") from None
            if end == len(self._text) and self._more(1):
                continue  # a number may go on in the next chunk
            self._at = end
            return value

    def members(self) -> Iterator[str]:
        """Walk through an object: yields each name; the caller reads or walks the value before asking for the next."""
        self._take("{")
        if self._peek() == "}":
            self._take("}")
            return
        while True:
            if self._peek() != '"':
                raise JsonCursorError("a name is expected")
            name = self.value()
            self._take(":")
            yield str(name)
            if self._take(",}") == "}":
                return

    def elements(self) -> Iterator[None]:
        """Walk through a list: yields before each element, which the caller reads or walks before the next."""
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            yield
            if self._take(",]") == "]":
                return

    def end(self) -> None:
        """Insist that nothing follows."""
        if self._peek():
            raise JsonCursorError("the text goes on after its end")

    def _peek(self) -> str:
        """Return the next character that is no space, or an empty string at the end."""
        while True:
            while self._at < len(self._text):
                char = self._text[self._at]
                if char not in _SPACE:
                    return char
                self._at += 1
            if not self._more(1):
                return ""

    def _take(self, wanted: str) -> str:
        char = self._peek()
        if not char or char not in wanted:
            raise JsonCursorError(f"one of {wanted} is expected")
        self._at += 1
        return char

    def _more(self, characters: int) -> bool:
        """Append at least that many characters if there are as many; False at the end of the text."""
        if len(self._text) - self._at > self._limit:
            raise JsonCursorError("a single value is too long")
        parts = [self._text[self._at :]]
        self._at = 0
        added = 0
        try:
            while added < characters:
                chunk = next(self._chunks, None)
                part = self._utf8.decode(chunk or b"", final=chunk is None)
                parts.append(part)
                added += len(part)
                if chunk is None:
                    break
        except UnicodeDecodeError:
            raise JsonCursorError("the text is not UTF-8") from None
        self._text = "".join(parts)
        return added > 0
