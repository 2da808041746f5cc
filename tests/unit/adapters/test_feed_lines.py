"""However a file is cut into pieces, its lines are the same (R44)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.adapters import feed_lines
from orcid_sync.domain.errors import InvalidError

LONGEST = 12
TEXTS = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b"x" * 11, b"y" * 30]), max_size=30).map(b"".join)


def cut(whole: bytes, size: int) -> Iterator[feed_lines.Piece]:
    for begin in range(0, len(whole), size):
        yield whole[begin : begin + size], min(len(whole), begin + size)


def plainly(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    return [line.removesuffix(b"\r")[: LONGEST + 1] for line in (lines if lines[-1] else lines[:-1])]


@given(TEXTS, st.integers(1, 9))
def test_r44_lines_are_those_of_the_whole_text_however_it_is_cut(text: bytes, size: int) -> None:
    found = list(feed_lines.lines(cut(text, size), longest=LONGEST))
    assert [line.text for line in found] == plainly(text)
    for line in found[:-1]:
        assert text[line.ends_at - 1 : line.ends_at] == b"\n"
    assert not found or found[-1].ends_at == len(text)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 40), st.integers(0, 60), st.binary(max_size=2))
def test_r44_an_archive_of_several_parts_is_unpacked_and_gone_on_with_anywhere(
    parts: list[bytes], size: int, begin: int, padding: bytes
) -> None:
    packed = b"".join(map(gzip.compress, parts)) + b"\0" * len(padding)
    whole = b"".join(parts)
    found = b"".join(piece for piece, _ in feed_lines.from_byte(feed_lines.unpacked(cut(packed, size)), begin))
    assert found == whole[begin:]


def test_r44_what_is_packed_very_tightly_comes_in_pieces() -> None:
    whole = b"\0" * (5 * feed_lines.UNPACKED_BYTES + 7)
    pieces = [piece for piece, _ in feed_lines.unpacked(cut(gzip.compress(whole), 1 << 16))]
    assert b"".join(pieces) == whole
    assert max(map(len, pieces)) == feed_lines.UNPACKED_BYTES


@pytest.mark.parametrize(
    "broken",
    [b"", b"no archive", gzip.compress(b"text")[:-1], gzip.compress(b"text") + b"rest"],
    ids=["empty", "no archive", "cut off", "something behind it"],
)
def test_r44_what_is_no_whole_archive_is_refused(broken: bytes) -> None:
    with pytest.raises(InvalidError, match="gzip"):
        list(feed_lines.unpacked(cut(broken, 5)))
