"""The type mapping as a two-column CSV: read with every bad row named, written so that it can be read (R2, R4-R6)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orcid_sync.domain.errors import LineRemark, MappingRefusedError
from orcid_sync.domain.spreadsheet_text import REPLACED, Row, rows_of, trimmed, written
from orcid_sync.domain.type_mapping import FALLBACK_WORK_TYPE, is_known_type, nearest_type

HEADER = ("Elements type", "ORCID type")
LARGEST_FILE = 1_000_000
# ORCID's longest is 35 characters; nothing as long as this could be one some day.
LONGEST_WORK_TYPE = 200
# A file of 1 MB can hold 300,000 bad rows; an answer that lists so many reaches nobody.
MOST_ERRORS = 10_000
# Looking for what was meant takes a millisecond: enough for a mapping, too much for a novel.
_MOST_HINTS = 200
_LONGEST_SHOWN = 100
_MOST_CHOICES = 5
_HEADER_TEXT = ",".join(HEADER)
_LACKS_HEADER = f"The header is missing: the first line has to be `{_HEADER_TEXT}`."


@dataclass(frozen=True, slots=True)
class MappingReading:
    """What a file says. `mapping` is empty unless `errors` is; `rows` counts the rows below the header."""

    mapping: Mapping[str, str]
    rows: int
    errors: tuple[LineRemark, ...]
    warnings: tuple[LineRemark, ...]


def read_mapping(content: bytes, types: Mapping[str, str]) -> MappingReading:
    """Read and validate a file against the types that the RIS has (identifier -> display name)."""
    if len(content) > LARGEST_FILE:
        return _refused(LineRemark(None, "", f"A mapping has at most 1 MB ({LARGEST_FILE:,} bytes); this is larger."))
    try:
        rows = list(rows_of(content))
    except MappingRefusedError as refused:
        return _refused(*refused.remarks)
    if not rows:
        return _refused(LineRemark(1, "", f"The file is empty: its first line has to be `{_HEADER_TEXT}`."))
    reader = _Reader(types)
    first, *others = rows
    reader.read_header(first)
    for row in others:
        reader.read(row)
    if not reader.rows and not reader.errors:
        reader.errors.append(LineRemark(None, "", "There are no rows below the header: every type would become other."))
    if reader.errors:
        if reader.faults > MOST_ERRORS:
            more = LineRemark(None, "", f"And {reader.faults - MOST_ERRORS:,} more errors below these.")
            reader.errors.append(more)
        return MappingReading({}, reader.rows, tuple(reader.errors), tuple(reader.warnings(_MOST_HINTS)))
    return MappingReading(reader.mapping, reader.rows, (), (*reader.warnings(), *_left_out(reader.mapping, types)))


def write_mapping(rows: Mapping[str, str]) -> str:
    """The mapping as CSV with its header, one type a line."""
    return written([HEADER, *rows.items()])


def _refused(*errors: LineRemark) -> MappingReading:
    return MappingReading({}, 0, errors, ())


def _left_out(mapping: Mapping[str, str], types: Mapping[str, str]) -> Iterator[LineRemark]:
    """R6."""
    for name in sorted(types):
        if name not in mapping:
            text = f"Left out of the file: publications of this type are sent as {FALLBACK_WORK_TYPE}."
            yield LineRemark(None, _shown(name), text)


def _shown(value: str) -> str:
    return value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"


def _folded(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


class _Reader:
    """Goes through a file row by row; what it has found lies in its attributes."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.mapping: dict[str, str] = {}
        self.rows = 0
        self.errors: list[LineRemark] = []
        self.faults = 0
        self._unheard_of: list[tuple[int, str]] = []
        # A cell has lost its surrounding spaces; an identifier that has some is meant all the same.
        self._identifiers = {trimmed(name): name for name in types}
        self._lines: dict[str, int] = {}
        self._by_name: dict[str, list[str]] = {}
        for name, display_name in sorted(types.items()):
            for folded in {_folded(name), _folded(display_name)}:
                self._by_name.setdefault(folded, []).append(name)

    def read_header(self, row: Row) -> None:
        """The first row: the header, or one that stands where it should be."""
        names = tuple(" ".join(cell.split()).casefold() for cell in _without_empty_end(row.cells))
        wanted = tuple(name.casefold() for name in HEADER)
        shown = _shown(", ".join(_without_empty_end(row.cells)))
        if names == wanted:
            return
        if names[:1] and (row.cells[0] in self._identifiers or _folded(row.cells[0]) in self._by_name):
            self._fault(row.line, shown, _LACKS_HEADER)
            self.read(row)
        elif names == wanted[::-1]:
            self._fault(row.line, shown, f"The columns are in the wrong order: `{_HEADER_TEXT}` is expected.")
        elif len(names) > len(HEADER) and names[:2] == wanted:
            self._fault(row.line, shown, f"There are columns too many: `{_HEADER_TEXT}` is expected.")
        else:
            self._fault(row.line, shown, f"This is not the header: `{_HEADER_TEXT}` is expected.")

    def read(self, row: Row) -> None:
        """A row below the header."""
        self.rows += 1
        if row.unclosed:
            text = "A quotation mark is opened here and never closed; the rest of the file was taken for one cell."
            self._fault(row.line, row.cells[0], text)
            return
        cells = _without_empty_end(row.cells)
        if len(row.cells) < len(HEADER):
            self._fault(row.line, cells[0], "A column is missing: a type and its ORCID type are expected.")
        elif len(cells) > len(HEADER):
            text = "There are columns too many: a type and its ORCID type are expected."
            self._fault(row.line, ", ".join(cells), text)
        publication_type = self._publication_type(row.line, row.cells[0])
        work_type = self._work_type(row.line, row.cells[1]) if len(row.cells) > 1 else None
        if publication_type is not None and work_type is not None:
            self.mapping[publication_type] = work_type

    def _publication_type(self, line: int, cell: str) -> str | None:
        name = self._identifiers.get(cell)
        if not cell:
            self._fault(line, cell, "The publication type is empty.")
        elif name is None:
            self._fault(line, cell, self._unknown(cell))
        elif cell in self._lines:
            self._fault(line, cell, f"This type stands on line {self._lines[cell]} already; keep one of them.")
        else:
            self._lines[cell] = line
            return name
        return None

    def _unknown(self, cell: str) -> str:
        if REPLACED in cell:
            return "The encoding of this cell is damaged: upload the file in UTF-8."
        meant = self._by_name.get(_folded(cell), []) if _folded(cell) else []
        if meant:
            choices = " or ".join(f"`{_shown(name)}`" for name in meant[:_MOST_CHOICES])
            return f"This is not the type's identifier: write {choices}."
        near: list[str] = []
        if self.faults < _MOST_HINTS:
            near = difflib.get_close_matches(cell[:_LONGEST_SHOWN], sorted(self._identifiers), n=1, cutoff=0.7)
        hint = f" The nearest is `{_shown(near[0])}`." if near else ""
        return f"The research information system has no publication type of this name.{hint}"

    def _work_type(self, line: int, cell: str) -> str | None:
        if not cell:
            self._fault(line, cell, "The ORCID type is empty.")
        elif REPLACED in cell:
            self._fault(line, cell, "The encoding of this cell is damaged: upload the file in UTF-8.")
        elif len(cell) > LONGEST_WORK_TYPE:
            self._fault(line, cell, f"An ORCID type has at most {LONGEST_WORK_TYPE} characters.")
        else:
            if not is_known_type(cell):
                self._unheard_of.append((line, cell))
            return cell
        return None

    def warnings(self, most: int | None = None) -> Iterator[LineRemark]:
        """R5: types that ORCID is not known to have, with the nearest one that it has."""
        for line, cell in self._unheard_of[:most]:
            known = f"(the nearest known: `{nearest_type(cell)}`)"
            text = f"ORCID is not known to have this work type {known}; works are sent with it as it stands."
            yield LineRemark(line, _shown(cell), text)

    def _fault(self, line: int, value: str, message: str) -> None:
        self.faults += 1
        if self.faults <= MOST_ERRORS:
            self.errors.append(LineRemark(line, _shown(value), message))


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A spreadsheet writes empty cells at a row's end for columns that were once used."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
