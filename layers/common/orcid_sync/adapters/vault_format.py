"""How the entries of a vault are written: packed, for each vault costs as much as all it holds (docs/decisions/0010).

A byte for the version of the format, then, compressed by zlib: the length of a JSON text (4 bytes), that text with
users and scopes, and for each user a row of 32 bytes (iD, revision, token), the rows' first bytes before their second
ones, so that what they have in common lies together. An entry that fits no row stands in the JSON text as it is.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from orcid_sync.adapters.dynamodb_values import to_json
from orcid_sync.domain.orcid_id import check_digit

# One entry: the token, its scopes with spaces between, its revision; its key is `{user}#{iD}`.
Entry: TypeAlias = tuple[str, str, int]

_VERSION: Final = b"\x01"
_ROW: Final = struct.Struct(">QQ16s")
_LENGTH: Final = struct.Struct(">I")
_MOST: Final = 2**64
# What ORCID gives; in the case in which `_token` writes it.
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def packed(entries: Mapping[str, Entry]) -> bytes:
    """The entries as bytes, never empty; the same entries give the same bytes."""
    users, scopes, rows = list[str](), list[str](), list[bytes]()
    odd: dict[str, Entry] = {}
    for key, entry in sorted(entries.items()):
        row = _row(key, entry)
        if row is None:
            odd[key] = entry
        else:
            users.append(key.rpartition("#")[0])
            scopes.append(entry[1])
            rows.append(row)
    text = to_json({"users": users, "scopes": scopes, "odd": odd}).encode()
    flat = b"".join(rows)
    planes = b"".join(flat[place :: _ROW.size] for place in range(_ROW.size))
    return _VERSION + zlib.compress(_LENGTH.pack(len(text)) + text + planes)


def unpacked(body: bytes) -> dict[str, Entry]:
    """What `packed` was given. Raises ValueError when this is no vault of a format that is known here."""
    if body[:1] != _VERSION:
        raise ValueError("A token vault is of a format that this version of the product does not know.")
    try:
        plain = zlib.decompress(body[1:])
    except zlib.error:
        raise ValueError("A token vault cannot be unpacked.") from None
    begin = _LENGTH.size + _LENGTH.unpack_from(plain)[0]
    text: dict[str, Any] = json.loads(plain[_LENGTH.size : begin])
    planes, count = plain[begin:], len(text["users"])
    entries = {key: (token, scopes, rev) for key, (token, scopes, rev) in text["odd"].items()}
    for place, (user_id, scopes) in enumerate(zip(text["users"], text["scopes"], strict=True)):
        number, rev, token = _ROW.unpack(planes[place::count])
        entries[f"{user_id}#{_orcid_id(number)}"] = (_token(token), scopes, rev)
    return entries


def from_json(text: str) -> dict[str, Entry]:
    """A vault as it was written before it was packed."""
    return {key: (token, scopes, rev) for key, (token, scopes, rev) in json.loads(text).items()}


def _row(key: str, entry: Entry) -> bytes | None:
    """The entry in 32 bytes; None: something would come back otherwise than it was."""
    token, _, rev = entry
    _, separator, orcid_id = key.rpartition("#")
    digits = orcid_id.replace("-", "")[:15]
    if not (separator and digits.isascii() and digits.isdecimal() and _orcid_id(int(digits)) == orcid_id):
        return None
    if not (0 <= rev < _MOST and _UUID.fullmatch(token)):
        return None
    return _ROW.pack(int(digits), rev, bytes.fromhex(token.replace("-", "")))


def _token(raw: bytes) -> str:
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _orcid_id(number: int) -> str:
    """`0000-0002-1825-0097` of its first 15 digits."""
    digits = f"{number:015d}"
    digits += check_digit(digits)
    return "-".join(digits[begin : begin + 4] for begin in range(0, 16, 4))
