"""From what sources write as language (codes of ISO 639, BCP 47 tags, names) to the registry's list."""

from __future__ import annotations

import re

from orcid_sync.domain.language_table import LANGUAGES

# "No language known" and the like: nothing is lost by leaving these away, so there is no warning for them.
_SAYS_NOTHING = frozenset({"und", "mul", "zxx", "mis", "xx", "unknown", "none", "other", "n/a"})
_TRADITIONAL = frozenset({"tw", "hk", "mo", "hant"})
# Not on the registry's list, but each has a code there that means the same or contains it.
_SAME_LANGUAGE = {"fil": "tl", "filipino": "tl", "jw": "jv", "prs": "fa", "dari": "fa", "moldovan": "mo", "mol": "mo"}
_SEPARATORS = re.compile(r"[,;/|]| and | & ")


def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in LANGUAGES.splitlines():
        code, iso, names = line.split("|")
        for spelling in (code.lower(), *iso.split(), *(name.strip() for name in names.split(","))):
            if spelling:
                known.setdefault(spelling, code)
    return known | _SAME_LANGUAGE


_KNOWN = _known()
LANGUAGE_CODES = frozenset(line.split("|")[0] for line in LANGUAGES.splitlines())


def says_nothing(text: str) -> bool:
    """Whether the text is empty or a code for "not known" or "several"."""
    return not text.strip() or text.strip().casefold() in _SAYS_NOTHING


def language_code(text: str) -> str | None:
    """Return the registry's code for a language, None if it has none; of several languages the first counts.

    The registry keeps Java's old codes (`iw`, `in`, `ji`) and parts Chinese by country: script or region decide, plain
    Chinese goes as `zh_CN`, as most of it is.
    """
    spelled = _SEPARATORS.split(text.strip().casefold())[0].strip()
    if spelled in _KNOWN:
        return _KNOWN[spelled]
    parts = re.split(r"[-_]", spelled)
    code = _KNOWN.get(parts[0]) or _KNOWN.get(re.sub(r"\s*\(.*", "", spelled))
    if code == "zh_CN" and _TRADITIONAL.intersection(parts[1:]):
        return "zh_TW"
    return code
