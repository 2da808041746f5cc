"""Clean titles, subtitles and abstracts (R29): no markup, entities or LaTeX, lengths as the registry allows."""

from __future__ import annotations

import re
import unicodedata

from orcid_sync.domain.characters import one_line, shorten
from orcid_sync.domain.markup import LINE, PARAGRAPH, strip_markup

TITLE_LENGTH = 1000
ABSTRACT_LENGTH = 5000
# Formulas in MathML need many times the room that they take as text; beyond this nothing is looked at.
_RAW_TITLE_LENGTH = 20_000
_RAW_ABSTRACT_LENGTH = 40_000

# What sources write where they know nothing; the codes in brackets are DataCite's standard values for that.
_PLACEHOLDER = re.compile(
    r"\(:(?:un\w\w|none|null|tba|etal)\).*"
    r"|\W*[:({\[]\W*un(?:ac|al|ap|as|av|kn)\W*"
    r"|[\W_]*(?:n/?a|s\. ?n\.|null|undefined|no (?:title|abstract)(?: available)?"
    r"|(?:title|abstract) (?:not |un)available)[\W_]*",
    re.IGNORECASE,
)
_OPEN_TAG = re.compile(r"<[^<>]*$")
_HEADING = re.compile(
    r"^[\s\x01\x02]*(?:abstract|summary|zusammenfassung|r\u00e9sum\u00e9|resumen|resumo)[.:]?\s*[\x01\x02\n]\s*",
    re.IGNORECASE,
)
_STRAY_BLANKS = re.compile(r"(?<=\() (?=\S)|(?<=\S) (?=\))|(?<=\w) (?=, )")
_PARAGRAPHS = re.compile(r"\x02[\s\x01\x02]*|\n[ \t]*\n\s*")


def _bounded(text: str, limit: int) -> str:
    return text if len(text) <= limit else _OPEN_TAG.sub("", text[:limit])


def has_words(text: str) -> bool:
    """Whether the text holds a letter, a digit or a pictorial symbol of any script: more than punctuation."""
    return any(char.isalnum() or (char > "~" and _pictorial(char)) for char in text)


def _pictorial(char: str) -> bool:
    return char != "\ufffd" and unicodedata.category(char) in ("So", "Sm")


def is_placeholder(text: str) -> bool:
    """Whether the text only says that nothing is known, as in `n/a`, `(:unav)` or `[No title available]`."""
    stripped = text.strip()
    return len(stripped) < 40 and bool(_PLACEHOLDER.fullmatch(stripped))


def plain_line(text: str) -> str:
    """Return the text without markup on one line, whatever its length; empty when it says nothing."""
    if not text:
        return ""
    line = one_line(strip_markup(_bounded(text, _RAW_TITLE_LENGTH)).replace(LINE, " ").replace(PARAGRAPH, " "))
    if not has_words(line) or is_placeholder(line):
        return ""
    return _STRAY_BLANKS.sub("", line)


def clean_title(text: str, limit: int = TITLE_LENGTH) -> str:
    """Return a title as it is sent, at most `limit` characters; empty when there is none but markup and punctuation."""
    return shorten(plain_line(text), limit)


def _comparable(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def same_text(one: str, other: str) -> bool:
    """Whether two texts say the same, letter case and punctuation apart."""
    return _comparable(one) == _comparable(other)


def new_subtitle(title: str, subtitle: str) -> str:
    """Return the subtitle, or nothing when the title says it already (whole, or as its end)."""
    inner = _comparable(subtitle)
    return "" if not inner or _comparable(title).endswith(inner) else subtitle


def clean_abstract(text: str) -> str:
    """Return an abstract of at most 5,000 characters: paragraphs apart by an empty line, other lines folded."""
    if not text:
        return ""
    text = _HEADING.sub("", strip_markup(_bounded(text, _RAW_ABSTRACT_LENGTH)))
    paragraphs = []
    for part in _PARAGRAPHS.split(text):
        lines = [line for line in (one_line(line) for line in part.split(LINE)) if line]
        if lines:
            paragraphs.append("\n".join(lines))
    joined = "\n\n".join(paragraphs)
    return shorten(joined, ABSTRACT_LENGTH) if has_words(joined) and not is_placeholder(joined) else ""
