"""The mapping as CSV: what spreadsheets write is read, every bad row named, a download can be uploaded (R2-R6)."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.catalogue import PublicationType
from orcid_sync.domain.errors import LineRemark
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING, known_types, rows_in_force, type_changes
from orcid_sync.domain.type_mapping_csv import LARGEST_FILE, MOST_ERRORS, read_mapping, write_mapping

TYPES = {"journal-article": "Journal article", "book": "Book", "chapter": "Chapter", "thesis": "Thesis / Dissertation"}
TEXT = "Elements type,ORCID type\njournal-article,journal-article\nbook,book\nchapter,book-chapter\nthesis,other\n"
EXPECTED = {"journal-article": "journal-article", "book": "book", "chapter": "book-chapter", "thesis": "other"}


def errors(text: str) -> list[tuple[int | None, str, str]]:
    reading = read_mapping(text.encode(), TYPES)
    assert reading.mapping == {}, "a refused file maps nothing"
    return [(remark.line, remark.value, remark.message) for remark in reading.errors]


def with_rows(*rows: str) -> str:
    return "\n".join(["Elements type,ORCID type", *rows])


READABLE = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16 little-endian": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16 big-endian": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "big-endian without a mark": TEXT.encode("utf-16-be"),
    "UTF-16 with tabs, as Excel's Unicode text": b"\xff\xfe"
    + TEXT.replace(",", "\t").replace("\n", "\r\n").encode("utf-16-le"),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "mixed line ends": TEXT.replace("book,book\n", "book,book\r\n").replace("chapter\n", "chapter\r").encode(),
    "no line end at the end": TEXT.rstrip().encode(),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "quotes": TEXT.replace("book,book\n", '"book","book"\n').replace("Elements type", '"Elements type"').encode(),
    "quotes with spaces around": TEXT.replace("book,book\n", ' "book" , "book" \n').encode(),
    "surrounding spaces": TEXT.replace(",", " , ").replace("book\n", "book\u00a0 \n").encode(),
    "blank lines": TEXT.replace("\n", "\n\n").encode() + b"  \n\n",
    "a blank line first": b"\n\n" + TEXT.encode(),
    "empty rows of a spreadsheet": TEXT.encode() + b",\n,\n , ,\n",
    "empty cells of a spreadsheet": TEXT.replace("\n", ",,\n").encode(),
    "another case of the header": TEXT.replace("Elements type,ORCID type", "elements Type,orcid  type").encode(),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_r4_what_spreadsheets_write_is_read(content: bytes) -> None:
    reading = read_mapping(content, TYPES)
    assert reading.errors == ()
    assert (reading.mapping, reading.rows, reading.warnings) == (EXPECTED, 4, ())


@pytest.mark.parametrize(
    ("row", "value", "part"),
    [
        ("poem,other", "poem", "no publication type of this name"),
        ("boook,other", "boook", "The nearest is `book`"),
        ("Journal article,journal-article", "Journal article", "write `journal-article`"),
        ("Journal-Article,journal-article", "Journal-Article", "write `journal-article`"),
        ("Thesis / dissertation,other", "Thesis / dissertation", "write `thesis`"),
        (",other", "", "publication type is empty"),
        ("book,", "", "ORCID type is empty"),
        ("book", "book", "A column is missing"),
        ("book;book", "book;book", "A column is missing"),
        ("book,book,sold out", "book, book, sold out", "columns too many"),
        ("book,book\nbook,other", "book", "stands on line 3 already"),
        ('book,"other', "book", "never closed"),
        ('=HYPERLINK("http://x"),other', '=HYPERLINK("http://x")', "no publication type"),
        ("b\ufffdok,other", "b\ufffdok", "encoding"),
        ("book," + "x" * 201, "x" * 99 + "…", "at most 200 characters"),
    ],
)  # fmt: skip
def test_r4_a_bad_row_is_named_with_line_value_and_reason(row: str, value: str, part: str) -> None:
    found = errors(with_rows("chapter,book-chapter", row, "thesis,other"))
    line = 3 + row.count("\n")
    assert [(at, shown) for at, shown, _ in found if part in _] == [(line, value)], found


def test_r4_every_bad_row_is_named_not_only_the_first() -> None:
    found = errors(with_rows("poem,", "", '"a\nb",other', "book,book,x", "chapter,book", "chapter,book"))
    assert [line for line, _, _ in found] == [2, 2, 4, 6, 8]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "empty"),
        ("\n \n,\n", 1, "empty"),
        ("Elements type,ORCID type\n", None, "no rows"),
        ("type,orcid\nbook,book", 1, "not the header"),
        ("ORCID type,Elements type\nbook,book", 1, "wrong order"),
        ("Elements type,ORCID type,Notes\nbook,book", 1, "columns too many"),
        ("Elements type\nbook,book", 1, "not the header"),
        ("book,book\nchapter,book-chapter", 1, "header is missing"),
        ("\n\njournal-article;journal-article", 3, "header is missing"),
    ],
)
def test_r4_a_file_without_its_header_or_rows_is_refused(text: str, line: int | None, part: str) -> None:
    assert [(at, part in message) for at, _, message in errors(text)] == [(line, True)]


def test_r4_rows_are_looked_at_even_when_the_header_is_wrong() -> None:
    found = errors("a,b\npoem,other\nbook,book")
    assert [line for line, _, _ in found] == [1, 2]
    assert [line for line, _, _ in errors("book,\npoem,other")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (TEXT.encode() + "poème,other".encode("latin-1"), 6),
        (TEXT.replace("\n", "\r").encode() + b"\xff", 6),
        (b"\xff\xfe" + TEXT.encode("utf-16-le") + b"a", 6),
        (TEXT.encode("utf-32"), 1),
        ("\ufffd\ufffdE\0l\0".encode(), 1),
        (b"\x80", 1),
    ],
)
def test_r4_a_wrong_encoding_is_told_with_its_line(content: bytes, line: int) -> None:
    (error,) = read_mapping(content, TYPES).errors
    assert error.line == line
    assert "UTF-8" in error.message


def test_r4_a_file_over_one_megabyte_is_refused_and_one_of_that_size_read() -> None:
    padded = TEXT.encode().ljust(LARGEST_FILE, b"\n")
    assert read_mapping(padded, TYPES).mapping == EXPECTED
    (error,) = read_mapping(padded + b"\n", TYPES).errors
    assert "1 MB" in error.message


def test_r4_a_huge_file_of_rubbish_is_read_in_reasonable_time_and_its_errors_are_counted() -> None:
    rubbish = with_rows(*(f"t{n},x{n}" for n in range(60_000))).encode()
    before = time.process_time()
    reading = read_mapping(rubbish, DEFAULT_TYPE_MAPPING)
    assert time.process_time() - before < 10
    assert len(reading.errors) == MOST_ERRORS + 1
    assert "And 50,000 more" in reading.errors[-1].message


def test_r4_one_cell_may_run_over_the_whole_file() -> None:
    assert errors(with_rows('"' + "x\n" * 100_000))[0][0] == 2


def test_r5_an_unknown_orcid_type_is_a_warning_with_the_nearest_known() -> None:
    reading = read_mapping(TEXT.replace(",book-chapter", ",bookchapter").encode(), TYPES)
    assert (reading.errors, reading.mapping["chapter"]) == ((), "bookchapter")
    (warning,) = reading.warnings
    assert (warning.line, warning.value) == (4, "bookchapter")
    assert "`book-chapter`" in warning.message


def test_r6_types_left_out_are_named_in_a_warning() -> None:
    reading = read_mapping(with_rows("book,book", "thesis,other").encode(), TYPES)
    assert [(warning.line, warning.value) for warning in reading.warnings] == [
        (None, "chapter"),
        (None, "journal-article"),
    ]


def test_r2_the_default_is_written_with_its_header_and_read_again() -> None:
    types = known_types(())
    text = write_mapping(rows_in_force(None, types))
    assert text.splitlines()[:2] == ["Elements type,ORCID type", "artefact,other"]
    reading = read_mapping(text.encode(), types)
    assert (reading.mapping, reading.warnings) == (DEFAULT_TYPE_MAPPING, ())


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04\x14\x00\x00", "PK\x03\x04\x14\ufffd".encode(), b"\xd0\xcf\x11\xe0\xa1\xb1"],
    ids=["xlsx", "xlsx that a gateway took for text", "xls"],
)
def test_r4_a_workbook_that_was_renamed_is_told_for_what_it_is(content: bytes) -> None:
    (error,) = read_mapping(content, TYPES).errors
    assert (error.line, error.value) == (1, "")
    assert "spreadsheet's own file" in error.message


def test_r4_utf_16_that_a_gateway_took_for_text_is_told_how_to_be_sent() -> None:
    (error,) = read_mapping(TEXT.encode("utf-16").decode("utf-8", "replace").encode(), TYPES).errors
    assert "application/octet-stream" in error.message


# No surrogates: no encoding has them.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TRICKY = st.sampled_from(
    ["=cmd|' /C calc'!A0", "'=x", "''-1", "@a", "+1", "a,b;c\td", 'a"b', "a\nb", "a\r\nb", '"', "'"]
)
CELLS = NAMES | TRICKY


@given(st.dictionaries(CELLS.filter(lambda name: name.strip()), CELLS, min_size=1, max_size=6), st.booleans())
def test_r2_what_is_downloaded_can_always_be_uploaded_again(given_rows: dict[str, str], upper: bool) -> None:
    types = {name: name.upper() if upper else "" for name in given_rows}
    # What is in force came through a file once.
    first = read_mapping(write_mapping(given_rows).encode(), types)
    if first.errors:
        return
    again = read_mapping(write_mapping(rows_in_force(first.mapping, types)).encode(), types)
    assert (again.mapping, again.errors) == (first.mapping, ())


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: (with_rows() + "\n" + text).encode("utf-8", "replace"))
)
def test_r4_whatever_is_uploaded_is_read_or_refused_with_reasons(content: bytes) -> None:
    reading = read_mapping(content, TYPES)
    assert bool(reading.errors) != bool(reading.mapping)
    assert all(remark.message for remark in reading.errors + reading.warnings)


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''-1"])
def test_r4_no_spreadsheet_takes_a_cell_of_a_download_for_a_formula(value: str) -> None:
    text = write_mapping({"book": value, value: "other"})
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(cells) == 6
    assert not [cell for cell in cells if cell[0] in "=+-@"]
    assert read_mapping(text.encode(), {"book": "", value: ""}).mapping == {"book": value, value: "other"}


def test_r4_of_very_many_types_of_one_name_some_are_named() -> None:
    reading = read_mapping(with_rows("Book,book").encode(), {f"b{n:03}": "Book" for n in range(300)})
    assert reading.errors[0].message.count("`") == 10


def test_r4_types_are_those_the_ris_has_told_and_the_default_ones_until_then() -> None:
    told = [PublicationType("book", 1, "Book"), PublicationType("grant", 2, "", deleted=True)]
    assert known_types(told) == {"book": "Book"}
    assert set(known_types(told[1:])) == set(known_types(())) == set(DEFAULT_TYPE_MAPPING)


def test_r2_a_download_shows_no_type_that_the_ris_no_longer_has() -> None:
    assert rows_in_force({"book": "book", "gone": "other"}, TYPES) == {"book": "book"}
    assert rows_in_force({"gone": "book"}, {"b": "", "a": ""}) == {"a": "other", "b": "other"}


def test_r7_changes_are_what_is_sent_as_another_type() -> None:
    after = {**DEFAULT_TYPE_MAPPING, "book": "edited-book", "grant": "report", "poem": "other"}
    del after["chapter"], after["other"]
    found = [(change.publication_type, change.before, change.after) for change in type_changes(None, after)]
    assert found == [
        ("book", "book", "edited-book"),
        ("chapter", "book-chapter", "other"),
        ("grant", "other", "report"),
    ]
    assert type_changes(after, dict(after)) == ()


def test_a_value_too_long_to_show_is_cut() -> None:
    (error, *_) = read_mapping(with_rows("y" * 500 + ",other").encode(), TYPES).errors
    assert error == LineRemark(2, "y" * 99 + "…", error.message)
