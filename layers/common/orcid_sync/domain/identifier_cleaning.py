"""Recognises the identifiers in what sources write into identifier fields, and brings each into the form we send."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from orcid_sync.domain.characters import legible, one_line
from orcid_sync.domain.identifiers import isbn_is_valid, issn_is_valid, normalise
from orcid_sync.domain.markup import unescape
from orcid_sync.domain.titles import has_words, is_placeholder

_DOI = re.compile(r"(?<![0-9.])10\.[0-9]{2,9}(?:\.[0-9A-Za-z]+)*/\S+", re.ASCII)
_LOOSE_SLASH = re.compile(r"(?<=[0-9])\s*/\s*(?=\S)")
_NEXT_DOI = re.compile(r"[;,|](?=(?:https?://|doi:|10\.[0-9]{4}))", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_DOI_ADDRESS = re.compile(r"^\W*(?:https?:/*)?(?:www\.)?(?:dx\.)?doi\.org/", re.IGNORECASE)
_PAGE_OF_DOI = re.compile(r"/(?:full|abstract|pdf|epdf|html|meta|fulltext|pdfdirect)/?$")
_ONLY_DOI = re.compile(
    r"\W*(?:(?:https?:/*)?(?:www\.)?(?:dx\.)?doi(?:\.org/|[:\s])\s*)?10\.[0-9]{4,9}(?:\.\w+)*/\S+", re.I
)
_ISBN = re.compile(
    r"(?<![0-9])(?<![0-9][-\u2010-\u2015])(?:97[89][-\s\u2010-\u2015]*)?(?:[0-9][-\s\u2010-\u2015]?){9}[0-9Xx](?![0-9])"
)
_ISSN = re.compile(
    r"(?<![0-9])(?<![0-9][-\u2010-\u2015])([0-9]{4})\s?[-\u2010-\u2015]?\s?([0-9]{3}[0-9Xx])(?![0-9]|[-\u2010-\u2015][0-9])"
)
_HANDLE_ADDRESS = re.compile(
    r"^(?:hdl:\s*|info:hdl/|(?:https?://)?(?:hdl\.handle\.net|[^/\s]+(?:/[^/\s]+)*?/handle)/)", re.I
)
_HANDLE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*/\S+")
_ARXIV = re.compile(r"([0-9]{4}\.[0-9]{4,5}|(?<![a-zA-Z.-])[a-zA-Z.-]+/[0-9]{7})(v[0-9]+)?(?![0-9])")
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_OWN_DOIS = frozenset({"doi", "raid"})  # a RAiD looks like a DOI and names a project
_MAX_LENGTH = 500
_FIELD_LENGTH = 2000

Found = Iterator[tuple[str, str]]


def is_short_doi(value: str) -> bool:
    """Whether the value is a shortDOI (`10/bqwfc8`): it resolves, but the registry cannot group by it."""
    return bool(re.fullmatch(r"(?:https?://doi\.org/|doi:\s*)?10/[a-z0-9]{2,12}", value.strip(), re.IGNORECASE))


def clean_doi(value: str) -> str | None:
    """Return the bare DOI in lower case, None if there is none.

    Takes resolver and publishers' addresses, `doi:` in front, escaping of both kinds, blanks around the slash and
    punctuation behind. Case does not distinguish DOIs, so two sources' spellings make no update.
    """
    text = unescape(unescape(value))
    address = "://" in text or bool(_DOI_ADDRESS.match(text))
    if _PERCENT.search(text):
        text = unquote(text, errors="ignore")
    found = _DOI.search(text) or _DOI.search(_LOOSE_SLASH.sub("/", text))
    if found is None:
        return None
    doi = _NEXT_DOI.split(found.group())[0].split('"')[0].lower()
    if address:  # what follows belongs to the page, not to the DOI
        doi = re.split(r"[?#&]", doi)[0]
        if not _DOI_ADDRESS.match(text):
            doi = _PAGE_OF_DOI.sub("", doi)
    doi = _without_tail(doi)
    return doi if normalise("doi", doi) else None


def _without_tail(doi: str) -> str:
    """Cut punctuation that belongs to the sentence around a DOI; brackets only where they were not opened."""
    while doi:
        last = doi[-1]
        opener = _BRACKETS.get(last)
        unopened = opener is not None and doi.count(last) > doi.count(opener)
        if last not in ".,;:'\"\u201d\u2019/\\" and not unopened:
            break
        doi = doi[:-1]
    return doi


def _dois(value: str) -> Found:
    doi = clean_doi(value)
    if doi:
        yield "doi", doi


def _isbns(value: str) -> Found:
    for found in _ISBN.finditer(value):
        digits = "".join(char for char in found.group() if char.isalnum()).upper()
        if isbn_is_valid(digits):
            yield "isbn", digits
        elif len(digits) == 13 and isbn_is_valid(digits[3:]):  # "(978) 963 301 489 1"
            yield "isbn", digits[3:]


def _issns(value: str) -> Found:
    for found in _ISSN.finditer(value):
        issn = f"{found.group(1)}-{found.group(2).upper()}"
        if issn_is_valid(issn) and issn != "0000-0000":
            yield "issn", issn


def _pmids(value: str) -> Found:
    digits = normalise("pmid", value)
    if digits and digits.strip("0"):
        yield "pmid", digits.lstrip("0")
    elif re.match(r"\s*pmc\s?[0-9]", value, re.IGNORECASE):
        yield from _pmcs(value)


def _pmcs(value: str) -> Found:
    digits = normalise("pmc", value)
    if digits and digits.strip("0"):
        yield "pmc", f"PMC{digits.lstrip('0')}"


def _arxivs(value: str) -> Found:
    found = _ARXIV.search(value)
    if found:
        yield "arxiv", f"arXiv:{found.group(1)}{found.group(2) or ''}"


def _handles(value: str) -> Found:
    address = _HANDLE_ADDRESS.match(value)
    handle = unquote(value[address.end() :], errors="ignore") if address else value
    handle = re.split(r"[?#\s]", handle)[0].rstrip("/.,;")
    # 123456789 is the prefix of every repository that never registered one: it resolves nowhere and repeats everywhere.
    if _HANDLE.fullmatch(handle) and not handle.startswith("123456789/"):
        yield "handle", handle


def _uris(value: str) -> Found:
    compact = "".join(value.split())
    if compact[:4].lower() == "urn:":
        yield "urn", compact
    elif re.match(r"(?:https?|ftps?)://", compact, re.IGNORECASE):
        scheme, rest = compact.split("://", 1)
        if rest:
            yield "uri", f"{scheme.lower()}://{rest}"
    elif re.match(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]|$)", compact):
        yield "uri", f"http://{compact}"


def _eids(value: str) -> Found:
    found = re.search(r"(?:2-s2\.0-|scopus_id:|^)([0-9]{8,12})$", value.strip(), re.IGNORECASE)
    if found:
        yield "eid", f"2-s2.0-{found.group(1)}"


def _wosuids(value: str) -> Found:
    found = re.fullmatch(r"(?:(?:wos|isi|ut)[:\s]*)*([0-9A-Z]{15})", value, re.IGNORECASE)
    yield "wosuid", f"WOS:{found.group(1).upper()}" if found else value


_RULES: dict[str, Callable[[str], Found]] = {
    "doi": _dois,
    "isbn": _isbns,
    "issn": _issns,
    "pmid": _pmids,
    "pmc": _pmcs,
    "arxiv": _arxivs,
    "handle": _handles,
    "uri": _uris,
    "eid": _eids,
    "wosuid": _wosuids,
}


def recognise(type_name: str, value: str) -> tuple[tuple[str, str], ...]:
    """Return what a field of a known type holds as (type, value) pairs in the form to send; empty if nothing valid.

    One field can hold several ISBNs or ISSNs; a DOI in another type's field comes back as a DOI.
    """
    text = one_line(legible(value[:_FIELD_LENGTH]))
    if not has_words(text) or is_placeholder(text):
        return ()
    rule = _RULES.get(type_name)
    if type_name not in _OWN_DOIS and _ONLY_DOI.fullmatch(text):
        found = tuple(_dois(text))
        if found:
            return found
    results = dict.fromkeys(rule(text)) if rule else {(type_name, text): None}
    return tuple((name, kept) for name, kept in results if len(kept) <= _MAX_LENGTH)
