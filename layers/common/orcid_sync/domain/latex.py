r"""Turns simple LaTeX in titles (`$\alpha$`, `H$_2$O`, `{\"o}`, `\textit{E. coli}`) into readable text.

What is not understood completely stays exactly as it is: a formula with dollars is readable, half a formula is not.
"""

from __future__ import annotations

import re
import unicodedata

from orcid_sync.domain.latex_symbols import ACCENTS, DROPPED, FONTS, SYMBOLS
from orcid_sync.domain.scripts import subscript, superscript

_FORMULA = re.compile(r"(?<!\\)(\${1,2})(?!\s)([^$]{1,300}?)(?<!\\)\1|\\\((.{1,300}?)\\\)")
# Money ("between $5 and $10") has none of these between two dollars.
_MATHEMATICAL = re.compile(r"[\\^_{]|^[A-Za-z]$|^[A-Za-z]\s?[=<>]\s?[\w.]+$")
_GROUP = re.compile(r"\{([^{}\\]*)\}")
_SCRIPT = re.compile(r"\s?([_^])\s?(?:\{([^{}]*)\}|([^\s{}\\_^]))")
_COMMAND = re.compile(r"\\([A-Za-z]+)(\s*)")
_FONT_GROUP = re.compile(
    r"\{?\\(" + "|".join(FONTS) + r")\b\s*\{([^{}]*)\}\}?|\{\\(" + "|".join(FONTS) + r")\s+([^{}]*)\}"
)
_FONT_LETTER = re.compile(r"\\(?:" + "|".join(FONTS) + r")\s+([A-Za-z])(?![A-Za-z])")
_ACCENTED = re.compile(
    r"(\{)?\\(?:([`'^\"~=.])\s*|([uvHckrbd])\s*(?=\{)|(hat|tilde|bar|overline|vec|dot|ddot|widehat|widetilde|check|breve)\s*)"
    r"(?:\{\s*(\\?[A-Za-z0-9\u0370-\u03ff])\s*\}|(\\?[A-Za-z\u0370-\u03ff])(?![A-Za-z]*\{))(?(1)\})"
)
_WORD_IN_BRACES = re.compile(r"\{([^\W\d_][\w\-]*)\}")
_LEFT_OVER = re.compile(r"[\\{}]")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")


# A script that stays plain must not be taken for a script again; these stand for its mark meanwhile.
_KEPT = {"_": "\x07", "^": "\x08"}


def _accent(found: re.Match[str]) -> str:
    letter = found.group(5) or found.group(6)
    letter = {"\\i": "i", "\\j": "j"}.get(letter, letter)
    if letter.startswith("\\"):
        return found.group()
    mark = ACCENTS[found.group(2) or found.group(3) or found.group(4)]
    return unicodedata.normalize("NFC", letter + mark)


def _scripted(found: re.Match[str]) -> str:
    content = found.group(2) if found.group(2) is not None else found.group(3)
    shown = subscript(content) if found.group(1) == "_" else superscript(content)
    if shown == content and content not in ("", "*", "\u2217", "\u2032"):
        shown = _KEPT[found.group(1)] + (content if len(content) == 1 else f"({content})")
    return shown


def _symbol(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in SYMBOLS:
        symbol = SYMBOLS[name]
        return (
            symbol if symbol.isalpha() or symbol == "\u00b7" else symbol + found.group(2)
        )  # "\\alpha x" is one term, "a \\to b" are two
    return "" if name in DROPPED else found.group()


def _formula_text(source: str) -> str | None:
    """Return a formula as text, or None when it holds anything that is not understood."""
    text = source
    for spaced, plain in ((r"\,", " "), (r"\;", " "), (r"\:", " "), (r"\!", ""), (r"\ ", " "), ("~", " ")):
        text = text.replace(spaced, plain)
    text = _FONT_LETTER.sub(r"{\1}", _ACCENTED.sub(_accent, text))
    text = _COMMAND.sub(_symbol, text)
    for _ in range(6):
        before = text
        text = _FONT_GROUP.sub(lambda found: "{" + (found.group(2) or found.group(4) or "") + "}", text)
        text = _FRACTION.sub(r"\1/\2", text)
        text = _ROOT.sub("\u221a\\1", text)
        text = _ACCENTED.sub(_accent, text)
        text = _SCRIPT.sub(_scripted, text)
        text = re.sub(r"(?<![_^\\A-Za-z])\{([^{}\\]*)\}", r"\1", text)
        text = _GROUP.sub(r"\1", text) if not re.search(r"[_^]\s?\{|\\[A-Za-z]+\s*\{", text) else text
        if text == before:
            break
    text = re.sub(r"\\([%&$#_])", r"\1", text)
    text = text.replace(_KEPT["_"], "_").replace(_KEPT["^"], "^")
    return None if _LEFT_OVER.search(text) else " ".join(text.split())


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).replace("\u2217", "*").replace("\u2212", "-")
    return "".join(char for char in plain if not char.isspace() and not unicodedata.combining(char))


def _replace_formulas(text: str) -> str:
    """Replace each formula that is understood; one that only repeats the words before it (a publishers' habit) goes."""
    pieces: list[str] = []
    end = 0
    for found in _FORMULA.finditer(text):
        source = found.group(2) or found.group(3)
        repeated = text[: found.start()].endswith(source)
        if found.group(1) == "$" and not repeated and not _MATHEMATICAL.search(source.strip()):
            continue
        shown = _formula_text(source)
        if shown is None:
            continue
        pieces.append(text[end : found.start()])
        before = _folded("".join(pieces)[-4 * len(shown) - 8 :])
        if not (shown and before.endswith(_folded(shown)) and text[found.start() - 1 : found.start()].strip()):
            pieces.append(shown)
        end = found.end()
    return "".join(pieces) + text[end:]


def _outside_formulas(text: str) -> str:
    """Return text between formulas with accents, fonts and escapes replaced."""
    text = _ACCENTED.sub(_accent, text)
    text = _FONT_GROUP.sub(lambda found: found.group(2) or found.group(4) or "", text)
    return re.sub(r"\\([&%#])", r"\1", text)


def latex_to_text(text: str) -> str:
    """Return the text with formulas, accents and font commands of LaTeX turned into characters where that is safe."""
    if "$" in text or "\\(" in text:
        text = _replace_formulas(text)
    if "\\" in text:
        pieces, end = [], 0
        for kept in _FORMULA.finditer(text):
            pieces += [_outside_formulas(text[end : kept.start()]), kept.group()]
            end = kept.end()
        text = "".join(pieces) + _outside_formulas(text[end:])
    if "{" in text and "\\" not in text:
        text = _WORD_IN_BRACES.sub(r"\1", text)
    return text
