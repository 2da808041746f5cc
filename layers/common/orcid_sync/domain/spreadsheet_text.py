"""Reads what spreadsheets save as CSV (encodings, separators, line ends, quotes), and writes cells that stay text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orcid_sync.domain.errors import LineRemark, MappingRefusedError

SEPARATORS = ",;\t"
# A gateway that takes a body for UTF-8 puts this where it was none.
REPLACED = "\ufffd"
_NOT_UTF_8 = "This is not UTF-8: save the file as `CSV UTF-8`, or as Unicode text (UTF-16)."
_SENT_AS_TEXT = "This is not UTF-8; Unicode text (UTF-16) is read only when it is sent as `application/octet-stream`."
_WORKBOOK = "This is a spreadsheet's own file (.xlsx, .ods or .xls), whatever its name: save it as `CSV UTF-8`."
# ZIP, which is what .xlsx and .ods are, and the compound file of .xls.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),  # begins as UTF-16's does, so it is looked at first
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A spreadsheet takes a cell that begins like this for a formula; an apostrophe before it makes it text.
_FORMULA = re.compile(r"'*[=+\-@]")
_ESCAPED_FORMULA = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank: the line it begins on, from 1, and its cells without surrounding spaces.

    `unclosed`: a quotation mark was opened and never closed, so the last cell runs to the end of the file.
    """

    line: int
    cells: tuple[str, ...]
    unclosed: bool = False


def rows_of(content: bytes) -> Iterator[Row]:
    """The rows of a file, blank ones left out. Raises MappingRefusedError for an encoding that cannot be read."""
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    lines = [f"{line}\n" for line in text.split("\n")]
    # Quotes are read by the standard library; a stray one is a character like any other, never an error.
    reader = csv.reader(lines, delimiter=_separator(lines), skipinitialspace=True)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 2))
    end = 0
    for raw in reader:
        begin, end = end + 1, reader.line_num
        cells = tuple(cleaned(cell) for cell in raw)
        if any(cells):
            odd = sum(line.count('"') for line in lines[begin - 1 : end]) % 2 == 1
            # The reader leaves the line's end in a cell alone when its quotation mark is still open.
            yield Row(begin, cells, unclosed=odd and raw[-1].endswith("\n"))


def cleaned(cell: str) -> str:
    """A cell as it is compared: without surrounding spaces, and without the apostrophe that kept a formula from being
    one.
    """
    text = trimmed(cell)
    return text[1:] if _ESCAPED_FORMULA.match(text) else text


def trimmed(text: str) -> str:
    """A value as it comes through a file: without surrounding spaces, its lines ending in one way."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def written(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV; `rows_of` reads the same cells again, and no spreadsheet takes one for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return out.getvalue()


def _decoded(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise MappingRefusedError((LineRemark(1, "", _WORKBOOK),))
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _strictly(content[len(bom) :], encoding)
    # UTF-16 without a mark: our header begins with a letter of ASCII, whose other byte is zero.
    if content[:1] == b"\0" or content[1:2] == b"\0":
        return _strictly(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    return _strictly(content, "utf-8")


def _strictly(content: bytes, encoding: str) -> str:
    if not encoding:
        raise MappingRefusedError((LineRemark(1, "", f"This is UTF-32. {_NOT_UTF_8}"),))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as exc:
        before = content[: exc.start].decode(encoding, errors="ignore")
        line = 1 + len(re.findall(r"\r\n|\r|\n", before))
        value = re.split(r"[\r\n]", before)[-1]
        raise MappingRefusedError((LineRemark(line, value, _NOT_UTF_8),)) from exc
    if text.startswith(REPLACED):
        raise MappingRefusedError((LineRemark(1, "", _SENT_AS_TEXT),))
    return text


def _separator(lines: Sequence[str]) -> str:
    """The separator that the first line with anything in it uses most, outside quotes; a comma when it has none."""
    first = next((line for line in lines if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count)
