"""Writes answers in the two envelopes: Atom feeds of API v5.5, `api:response` of v6.13; piece by piece, never whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

NAMESPACE: Final = "http://www.symplectic.co.uk/publications/api"
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_ELEMENTS_VERSION: Final = {"5.5": "5.16", "6.13": "6.20.0.1"}


@dataclass(frozen=True, slots=True)
class Paging:
    """The paging element of a list: `this` and `next` are addresses; `cursor` is where to come back to later."""

    count: int
    per_page: int
    this: str
    next: str | None = None
    cursor: str | None = None

    def xml(self) -> str:
        pages = [("this", self.this), ("next", self.next), ("continue-from", self.cursor)]
        return (
            f'<api:pagination results-count="{self.count}" items-per-page="{self.per_page}">'
            + "".join(f'<api:page position="{name}" href={quoteattr(href)}/>' for name, href in pages if href)
            + "</api:pagination>"
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around items. `base` is the address of the API as this server knows itself."""

    version: str
    base: str

    def many(self, items: Iterable[str], asked: str, paging: Paging | None) -> Iterator[str]:
        """A list."""
        yield _DECLARATION
        yield self._head(asked)
        if paging is not None:
            yield paging.xml()
        if self.version == "5.5":
            for item in items:
                yield self._entry(item)
            yield "</feed>"
            return
        yield "<api:result-list>"
        for item in items:
            yield f"<api:result>{item}</api:result>"
        yield "</api:result-list></api:response>"

    def one(self, item: str, asked: str) -> str:
        """A single resource; an Atom one is a feed of one entry."""
        if self.version == "5.5":
            return f"{_DECLARATION}{self._head(asked)}{self._entry(item)}</feed>"
        return f"{_DECLARATION}{self._head(asked)}<api:result>{item}</api:result></api:response>"

    def error(self, code: str, text: str, asked: str) -> str:
        """What goes with a status of four hundred and more."""
        error = f"<api:error code={quoteattr(code)}>{escape(text)}</api:error>"
        if self.version == "5.5":
            return f"{_DECLARATION}{self._head(asked)}<entry><title>Error</title>{error}</entry></feed>"
        return f"{_DECLARATION}{self._head(asked)}{error}</api:response>"

    def _head(self, asked: str) -> str:
        product = _ELEMENTS_VERSION[self.version]
        if self.version == "5.5":
            return (
                f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:api="{NAMESPACE}">'
                "<api:schema-version>5.5</api:schema-version>"
                '<category scheme="http://www.symplectic.co.uk/publications/atom/feeds/" term="list" label="List"/>'
                f"<id>tag:elements@example,{product}:{escape(asked)}</id>"
                f'<generator uri={quoteattr(self.base)} version="{product}">Symplectic Elements</generator>'
                "<subtitle>This feed is served by a stand-in.</subtitle><title>Resources</title>"
                "<author><name>Symplectic Elements at Example University</name></author>"
            )
        return (
            f'<api:response xmlns:api="{NAMESPACE}"><api:version uri={quoteattr(self.base)}'
            f' elements-version="{product}" schema-version="6.13.0" product-name="Symplectic Elements"/>'
            f"<api:request href={quoteattr(asked)}/>"
        )

    @staticmethod
    def _entry(item: str) -> str:
        """Title and content of an entry are for people."""
        return (
            '<entry><category scheme="http://www.symplectic.co.uk/publications/atom/entries/" term="item"/>'
            '<title>Item</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Item</p></div>'
            f"</content>{item}</entry>"
        )
