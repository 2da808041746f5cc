"""Pieces of a feed file into lines, unpacked before if need be; never more of it in memory than a piece (R44)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from orcid_sync.domain.errors import InvalidError
from orcid_sync.ports.feed_files import FeedLine

# A little that is packed may be very much unpacked.
UNPACKED_BYTES: Final = 1 << 20
_GZIP: Final = 31  # zlib's word for: with gzip's head and check
_BROKEN: Final = "The file is no complete gzip file; pack it anew."

# Some bytes, and how many of the stored file were read for them and for all before.
Piece = tuple[bytes, int]


def unpacked(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces of a gzip file, of one part or several one after the other, unpacked. Raises InvalidError."""
    unpacker = zlib.decompressobj(_GZIP)
    more = False  # it may hold what did not fit, though it was given everything
    for packed, read in pieces:
        left = packed
        while left or more:
            if unpacker.eof:
                left = left.lstrip(b"\0")  # what fills up a block of a tape
                if not left:
                    break
                unpacker = zlib.decompressobj(_GZIP)
            try:
                found = unpacker.decompress(left, UNPACKED_BYTES)
            except zlib.error as exc:
                raise InvalidError(_BROKEN) from exc
            more = len(found) == UNPACKED_BYTES and not unpacker.eof
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            yield found, read - len(left)
    if not unpacker.eof:
        raise InvalidError(_BROKEN)


def from_byte(pieces: Iterable[Piece], begin: int) -> Iterator[Piece]:
    """The pieces without the first `begin` bytes."""
    for piece, read in pieces:
        if begin < len(piece):
            yield piece[begin:], read
        begin = max(0, begin - len(piece))


def lines(pieces: Iterable[Piece], *, longest: int, at: int = 0, packed: bool = False) -> Iterator[FeedLine]:
    """Lines without their ends; the rest of one that is too long is read over, not kept. The first piece is at `at`.

    `packed`: how much was read of the stored file is what the pieces say, else it is where the line ends.
    """
    held = b""
    read = 0
    for piece, read in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            at += len(part) + 1
            yield FeedLine((held + part).removesuffix(b"\r")[: longest + 1], at, read if packed else at)
            held = b""
        at += len(rest)
        held = (held + rest)[: longest + 2]
    if held:
        yield FeedLine(held.removesuffix(b"\r")[: longest + 1], at, read if packed else at)
