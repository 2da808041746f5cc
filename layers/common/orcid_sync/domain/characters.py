"""Characters that the registry's XML refuses or that nobody can see, and lengths as the registry counts them."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "\u2026"

# XML 1.0 knows no other characters; a lone surrogate or a control character fails the whole request.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Zero-width space, word joiner, byte-order mark, soft hyphen, annotation marks: they part words and hide duplicates.
# The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060\ufeff\ufff9-\ufffb]")
_C1 = re.compile("[\x80-\x9f]")
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
_VARIATION_OR_JOINER = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


# UTF-8 read as Latin-1 or Windows-1252: "JÃ¶rg", "Dâ€™Adamo". Pairs that occur in honest text are left alone: a capital
# before a closing quotation mark ("PÅ»"), a letter before a non-breaking space.
_MISREAD = re.compile(
    "[\u00c2-\u00c5](?:[\x80-\x9f\xa1-\xaa\xac-\xb6\xb8-\xba\xbc-\xbf]|[\u20ac\u201a\u0192\u201e\u2020\u2021\u02c6"
    "\u2030\u0160\u0152\u017d\u2022\u02dc\u2122\u0161\u0153\u017e\u0178])|\u00e2(?:\x80|\u20ac)[\x80-\xbf\u2000-\u2122\u0152-\u02dc]"
)


def _read_again(found: re.Match[str]) -> str:
    """Return a misread character as its source meant it; unchanged if the bytes are no UTF-8 after all."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return found.group().encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return found.group()


def _windows_1252(found: re.Match[str]) -> str:
    """Return what the byte means in Windows-1252: nobody writes C1 controls, many sources mislabel that encoding."""
    return bytes((ord(found.group()),)).decode("cp1252", errors="ignore")


def legible(text: str) -> str:
    """Return the text in NFC without characters that XML refuses or that nobody can see; line ends become newlines."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_BREAKS.sub("\n", text)
    text = _C1.sub(_windows_1252, _MISREAD.sub(_read_again, text))
    text = _INVISIBLE.sub("", _NOT_XML.sub("", text))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return the text with every run of white space folded into one blank, none at the ends."""
    return " ".join(text.split())


def balance_directions(text: str) -> str:
    """Remove directional controls that are not closed, or that close nothing; they would turn the page around them."""
    if not _BIDI_CONTROLS.search(text):
        return text
    open_at: list[int] = []
    stray: set[int] = set()
    for index, char in enumerate(text):
        if char in _EMBEDDINGS or char in _ISOLATES:
            open_at.append(index)
        elif char in "\u202c\u2069":
            opener = _ISOLATES if char == "\u2069" else _EMBEDDINGS
            if open_at and text[open_at[-1]] in opener:
                open_at.pop()
            else:
                stray.add(index)
    stray.update(open_at)
    return "".join(char for index, char in enumerate(text) if index not in stray)


def length(text: str) -> int:
    """Return the length in UTF-16 units: the strictest of the ways in which XML schema validators count."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)


def _window(text: str, units: int) -> int:
    """Return how many leading characters of the text fit into so many UTF-16 units."""
    used = 0
    for index, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > units:
            return index
    return len(text)


def _joined(text: str, index: int) -> bool:
    """Whether the character at the index belongs to the one before it (accents, emoji sequences)."""
    following = text[index]
    return bool(
        unicodedata.combining(following) or _VARIATION_OR_JOINER.match(following) or text[index - 1] == "\u200d"
    )


def shorten(text: str, limit: int) -> str:
    """Return the text within `limit` UTF-16 units; too long a text is cut after a word and ends with an ellipsis."""
    if length(text) <= limit:
        return balance_directions(text)
    end = _window(text, limit - 1)
    blank = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if blank > end * 0.6:  # scripts without blanks, and endless tokens, are cut within the word
        end = blank
    else:
        while end > 1 and _joined(text, end):
            end -= 1
    return balance_directions(text[:end].rstrip(" \n,;:-\u2013\u2014") + ELLIPSIS)
