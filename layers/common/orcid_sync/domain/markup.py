"""Strips HTML, JATS and MathML markup and escaping of any depth, leaving text with lines and paragraphs."""

from __future__ import annotations

import html
import re

from orcid_sync.domain.characters import legible
from orcid_sync.domain.latex import latex_to_text
from orcid_sync.domain.markup_tags import BLOCKS, DROPPED_WITH_CONTENT, GREEK_ENTITIES, INLINE, LINES, SUBS, SUPS
from orcid_sync.domain.mathml import mathml_to_text
from orcid_sync.domain.scripts import subscript, superscript

# Marks within the text while it is worked on; `legible` has removed such characters from what came in.
LINE, PARAGRAPH = "\x01", "\x02"
_SUB, _END_SUB, _SUP, _END_SUP = "\x03", "\x04", "\x05", "\x06"

_TAG = re.compile(
    r"<\s?(/?)\s?(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)"
    r"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>]+))*)\s*(/?)>"
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INSTRUCTION = re.compile(r"<\?[^<>]*\?>|<!DOCTYPE[^<>]*>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_MATH = re.compile(r"<((?:[A-Za-z][\w.-]*:)?math)\b[^<>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_TEX = re.compile(r"<((?:[A-Za-z][\w.-]*:)?tex-math)\b[^<>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_UNSEEN = re.compile(
    r"<((?:[A-Za-z][\w.-]*:)?(?:" + "|".join(DROPPED_WITH_CONTENT) + r"))\b[^<>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
# Publishers lose the blanks around italics and formulas: "of<i>Leishmania</i>Promastigote", "for<math>...".
_GLUED_ITALICS = re.compile(
    r"((?:[a-z]|[,:;.])?)<(i|em|italic|it)>(\s*[A-Z][\w. -]{3,80}?)</\2>((?:[A-Za-z]{2})?)", re.IGNORECASE
)
_GLUED_MATH = re.compile(r"(?<=[a-z]{2})(?=<(?:\w+:)?math\b)|(?<=math>)(?=[a-z]{3})")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LOWERED = re.compile(f"(\\s*){_SUB}([^{_SUB}-{_END_SUP}]*){_END_SUB}")
_RAISED = re.compile(f"(.?){_SUP}([^{_SUB}-{_END_SUP}]*){_END_SUP}", re.DOTALL)
_STRAY_MARKS = re.compile(f"[{_SUB}-{_END_SUP}]")
# "10th" is found when searched for, "10" with raised letters is not.
_ORDINALS = frozenset({"st", "nd", "rd", "th", "e", "er", "re", "\u00e8me", "eme", "o", "a", "te", "de"})
_MAX_ROUNDS = 5


def _entity(found: re.Match[str]) -> str:
    name = found.group(1)
    character = GREEK_ENTITIES.get(name) or html.unescape(found.group())
    return "" if character == "\ufffd" else character  # what HTML makes of the number of no character


def unescape(text: str) -> str:
    """Replace entities that end with a semicolon, once; unknown ones stay."""
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _tag(found: re.Match[str], closers: frozenset[str]) -> str:
    closing, name = found.group(1), found.group(2).lower()
    if name in SUBS:
        return _END_SUB if closing else _SUB
    if name in SUPS:
        return _END_SUP if closing else _SUP
    if name == "subtitle":
        return "" if closing else ": "
    if name in LINES:
        return LINE
    if name in BLOCKS:
        return PARAGRAPH
    # A single letter between angle brackets is markup only where it is closed too: "List<T>" and "a<i>b" are text.
    starts_word = found.string[max(found.start() - 1, 0) : found.start()] in ("", " ", "(") and name in ("i", "b")
    if name in INLINE and (len(name) > 1 or closing or name in closers or starts_word):
        return ""
    return found.group()


def _parted(found: re.Match[str]) -> str:
    before, _, words, after = found.groups()
    if not words.strip()[0].isupper():  # the pattern ignores case for the tags' sake
        return found.group()
    return f"{before}{' ' if before else ''}{words}{' ' if after else ''}{after}"


def _closes(text: str, name: str) -> bool:
    return f"/{name}" in text or f":{name}>" in text


def _strip_tags(text: str) -> str:
    # Looking for what is never closed would cost the square of the length; hence the questions before each pattern.
    if "-->" in text:
        text = _COMMENT.sub("", text)
    if "]]>" in text:
        text = _CDATA.sub(r"\1", text)
    if any(_closes(text, name) for name in DROPPED_WITH_CONTENT):
        text = _UNSEEN.sub("", text)
    text = _INSTRUCTION.sub("", text)
    text = _GLUED_MATH.sub(" ", _GLUED_ITALICS.sub(_parted, text))
    if _closes(text, "tex-math"):
        text = _TEX.sub("" if _MATH.search(text) else _tex_source, text)
    if _closes(text, "math"):
        text = _MATH.sub(lambda found: mathml_to_text(found.group(2)), text)
    closers = frozenset(found.group(2).lower() for found in _TAG.finditer(text) if found.group(1))
    return _TAG.sub(lambda found: _tag(found, closers), text)


def _tex_source(found: re.Match[str]) -> str:
    body = _TEX_BODY.search(found.group(2))
    source = (body.group(1) if body else found.group(2)).strip()
    return source if source.startswith(("$", "\\(")) else f"${source}$"


def _lowered(found: re.Match[str]) -> str:
    """A subscript never follows a blank, whatever the source's line breaks say; a word that stays plain does."""
    blank, content = found.group(1), found.group(2).strip()
    low = subscript(content)
    return low if low != content else blank + low


def _raised(found: re.Match[str]) -> str:
    before, content = found.groups()
    if before.isdigit() and content.strip() in _ORDINALS:
        return before + content.strip()
    return before + superscript(content.strip())


def _place_scripts(text: str) -> str:
    for _ in range(_MAX_ROUNDS if _STRAY_MARKS.search(text) else 0):
        before = text
        text = _LOWERED.sub(_lowered, text)
        text = _RAISED.sub(_raised, text)
        if text == before:
            break
    return _STRAY_MARKS.sub("", text)


def strip_markup(text: str) -> str:
    """Return readable text; LINE and PARAGRAPH mark where markup broke lines, other white space is as it came."""
    text = legible(text)
    for _ in range(_MAX_ROUNDS):  # sources escape what was escaped already; the registry wants none of it
        before = text
        text = unescape(text)
        if "<" in text:
            text = _strip_tags(text)
        if text == before:
            break
    text = _place_scripts(text)
    if "$" in text or "\\" in text or "{" in text:
        text = latex_to_text(text)
    return text if text.isascii() and text.isprintable() else _legible_but_marked(text)


def _legible_but_marked(text: str) -> str:
    """Entities may have brought in what `legible` removes; the two marks survive."""
    return PARAGRAPH.join(LINE.join(legible(line) for line in part.split(LINE)) for part in text.split(PARAGRAPH))
