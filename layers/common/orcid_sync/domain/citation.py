"""A BibTeX citation of a work (R29): what readers export from a record when the other fields are not enough."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from orcid_sync.domain.catalogue import Metadata, PartialDate
from orcid_sync.domain.characters import shorten
from orcid_sync.domain.contributors import AUTHOR, EDITOR, CleanPerson
from orcid_sync.domain.titles import plain_line
from orcid_sync.domain.work import Citation

_ENTRY_TYPES = {
    "journal-article": "article", "magazine-article": "article", "newspaper-article": "article", "review": "article",
    "book": "book", "edited-book": "book", "book-chapter": "incollection", "conference-paper": "inproceedings",
    "conference-abstract": "inproceedings", "conference-poster": "inproceedings", "report": "techreport",
    "conference-proceedings": "proceedings", "working-paper": "techreport", "manual": "manual",
}  # fmt: skip
_CONTAINER_FIELDS = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip
_MAX_NAMES = 20  # then `and others`, which BibTeX knows; a citation repeats nothing at length
_FIELD_LENGTH = 500
_UNSAFE_IN_DOI = re.compile(r"[{}\\%#]")
_DASH = re.compile(r"(?<=\w)\s*[-\u2010-\u2015]+\s*(?=\w)")
_AND = re.compile(r"\band\b|,", re.IGNORECASE)


def _escaped(text: str) -> str:
    return shorten(plain_line(text), _FIELD_LENGTH).translate(_ESCAPES)


def _name(person: CleanPerson) -> str:
    family = person.family.translate(_ESCAPES)
    given = person.given.translate(_ESCAPES)
    if not person.given or not person.family:
        return f"{{{family or given}}}"  # braces keep a group's name in one piece
    family, given = (f"{{{part}}}" if _AND.search(part) else part for part in (family, given))
    return f"{family}, {given}"


def _names(people: Sequence[CleanPerson], role: str) -> str:
    named = [_name(person) for person in people if person.role == role]
    shown = named[:_MAX_NAMES] + (["others"] if len(named) > _MAX_NAMES else [])
    return " and ".join(shown)


def _pages(text: str) -> str:
    first, dash, last = _DASH.sub("--", _escaped(text), count=1).partition("--")
    return first if first == last else first + dash + last


def _key(people: Sequence[CleanPerson], year: int | None, publication_id: str) -> str:
    family = unicodedata.normalize("NFKD", people[0].family or people[0].given) if people else ""
    letters = "".join(char for char in family.lower() if char.isascii() and char.isalnum())[:40]
    return f"{letters}{year or ''}" if letters else re.sub(r"[^A-Za-z0-9]", "", publication_id) or "work"


def bibtex(
    metadata: Metadata,
    *,
    title: str,
    work_type: str,
    people: Sequence[CleanPerson],
    date: PartialDate | None,
    doi: str | None,
    publication_id: str,
) -> Citation:
    """Return the work as a BibTeX entry: only what is known, escaped, at most some ten thousand characters."""
    entry = _ENTRY_TYPES.get(work_type, "misc")
    fields = {
        "author": _names(people, AUTHOR),
        "editor": _names(people, EDITOR),
        "title": _escaped(title),
        _CONTAINER_FIELDS.get(entry, "howpublished" if entry == "misc" else "series"): _escaped(
            metadata.container_title
        ),
        "volume": _escaped(metadata.volume),
        "number": _escaped(metadata.issue),
        "pages": _pages(metadata.pages),
        "institution" if entry == "techreport" else "publisher": _escaped(metadata.publisher),
        "year": str(date.year) if date else "",
        "doi": doi if doi and not _UNSAFE_IN_DOI.search(doi) else "",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return Citation("bibtex", f"@{entry}{{{_key(people, date.year if date else None, publication_id)},\n{lines}\n}}")
