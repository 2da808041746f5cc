"""Reads the XML of an Elements server as a stream: one item in memory at a time, DTDs and entities refused (R45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from orcid_sync.adapters.elements_fields import text_of
from orcid_sync.adapters.elements_item import API, local_name, read_item
from orcid_sync.domain.elements import ElementsItem, ElementsPaging
from orcid_sync.domain.errors import OrcidSyncError

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ROOTS = frozenset({f"{ATOM}feed", f"{ATOM}entry", f"{API}response"})
# What may stand around an item (v5.5: feed/entry; v6.13: response/result-list/result, or response/result alone).
_ENVELOPE = _ROOTS | {f"{API}result", f"{API}result-list"}
_MOST_DEPTH = 60


class UnreadableAnswerError(OrcidSyncError):
    """What the server sent is not what its API sends; nothing of what follows it may be believed."""


class ServerFaultError(OrcidSyncError):
    """The server answered with an error document; `code` is its own (`resource-deleted`, `server-fault` ...)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"The Elements server says {code or 'error'}: {text[:300] or 'nothing more'}")
        self.code = code


class Readable(Protocol):
    """Where bytes come from; what it raises goes through."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""


def read_answer(stream: Readable, paging: ElementsPaging) -> Iterator[ElementsItem]:
    """Yield the items of an answer in their order; `paging` is complete when the last was taken.

    Items of other kinds are passed over. Raises UnreadableAnswerError for what is no whole answer (cut short, HTML, a
    DTD), at the latest at its end: until then nobody may take what came for all there is. Raises ServerFaultError.
    """
    above: list[Element] = []
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                if not above and element.tag not in _ROOTS:
                    raise UnreadableAnswerError(
                        f"This is no answer of the Elements API: it begins with {local_name(element)}."
                    )
                above.append(element)
                if len(above) > _MOST_DEPTH:
                    raise UnreadableAnswerError(f"The answer is nested more than {_MOST_DEPTH} deep.")
                continue
            above.pop()
            if above and all(outer.tag in _ENVELOPE for outer in above):
                if element.tag == f"{API}pagination" and len(above) == 1:
                    _read_paging(element, paging)
                item = _item(element)
                if item is not None:
                    yield item
                # What is read is forgotten, so that a page of any length takes the room of one item.
                above[-1].remove(element)
    except DefusedXmlException as exc:
        raise UnreadableAnswerError("The answer has a document type or entities; they are never read.") from exc
    except (ParseError, LookupError, ValueError) as exc:
        raise UnreadableAnswerError(f"The answer is no whole XML document: {exc}.") from exc


def _item(element: Element) -> ElementsItem | None:
    """The item that an element at item level is, if it is one."""
    if local_name(element) == "error":
        raise ServerFaultError(element.get("code", ""), text_of(element))
    return read_item(element)


def _read_paging(element: Element, paging: ElementsPaging) -> None:
    """The list's own paging element, a child of the root: a record's field may have the same name."""
    count = element.get("results-count", "")
    paging.count = int(count) if count.isascii() and count.isdigit() else None
    for page in element.iterfind(f"{API}page"):
        if page.get("position") == "next":
            paging.next = page.get("href") or None
        elif page.get("position") == "continue-from":
            paging.continue_from = page.get("href") or None
