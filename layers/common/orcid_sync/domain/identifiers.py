"""Normalises identifiers exactly as the registry does, because it groups and refuses duplicates by the result."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from orcid_sync.domain.identifier_types import IDENTIFIER_TYPES

# All patterns are ASCII: the registry's digits and blanks are Java's, not Unicode's.
_DOI = re.compile(r"10(?:\.[0-9a-z]+)+/[^\s\"&']+", re.ASCII)
_XML_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});")
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}(?:v\d)?|(?<![\w.-])[\w.-]+/\d{7}(?:v\d)?)(?![\w])", re.ASCII)
_ISBN = re.compile(r"([0-9][-0-9 ]{8,15}[0-9x])(?![0-9])")
_ISSN = re.compile(r"(?<![0-9])([0-9]{4}) ?[-\u2013]? ?([0-9]{3}[0-9x])(?![-0-9])")
_PMID = re.compile(r"(?:^\s*|pmid:?\s*|pubmed/|med/|nlm\.nih\.gov/)([0-9]+)(?![0-9a-z.-])", re.ASCII)
_PMC = re.compile(r"(?:^|pmc-?/?)\s*([0-9]{5,9})\b", re.ASCII)
_BIBCODE = re.compile(r"(?:^|bibcode:?\s*|(?<![a-zA-Z0-9.]))(?<![0-9])([0-9]{4}[.a-zA-Z0-9]{15})(?![a-zA-Z0-9.])", re.I)
_RRID = re.compile(r"(?:RRID:)?\s?((?:[A-Za-z]+_[A-Za-z0-9:_.-]+|[A-Z]{2,6}:[A-Za-z0-9_.-]+))")
_URI_START = re.compile(r"(?:https?|ftps?)://")

# Patterns look no further: no identifier is longer, and no value of a foreign work may cost seconds.
_WINDOW = 2000
# Longer keys are replaced by their digest: comparing works the same, and what is stored stays small.
_KEY_LENGTH = 120


def _character(found: re.Match[str]) -> str:
    name = found.group(1)
    if name.startswith("#"):
        number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
        return chr(number).lower() if number < 0x110000 and not 0xD800 <= number < 0xE000 else found.group()
    return {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}[name]


def _doi(value: str) -> str | None:
    while "&" in value and ";" in value:
        plain = _XML_ENTITY.sub(_character, value)
        if plain == value:
            break
        value = plain
    found = _DOI.search(value)
    return found.group() if found else None


def _arxiv(value: str) -> str | None:
    found = _ARXIV.search(value)
    return f"arXiv:{found.group()}" if found else None


def _isbn(value: str) -> str | None:
    found = _ISBN.search(value)
    if found is None:
        return None
    digits = found.group(1).replace("-", "").replace(" ", "").upper()
    return digits if len(digits) in (10, 13) else None


def _issn(value: str) -> str | None:
    found = _ISSN.search(value)
    return f"{found.group(1)}-{found.group(2).upper()}" if found else None


def _first_group(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    def normalise_by_pattern(value: str) -> str | None:
        found = pattern.search(value)
        return found.group(1) if found else None

    return normalise_by_pattern


def _rrid(value: str) -> str | None:
    found = _RRID.fullmatch(value.strip())
    return f"RRID:{found.group(1)}" if found else None


def _uri(value: str) -> str | None:
    return value if _URI_START.match(value) else f"http://{value}"


_RULES: dict[str, Callable[[str], str | None]] = {
    "doi": _doi,
    "arxiv": _arxiv,
    "isbn": _isbn,
    "issn": _issn,
    "pmid": _first_group(_PMID),
    "pmc": _first_group(_PMC),
    "bibcode": _first_group(_BIBCODE),
    "rrid": _rrid,
    "uri": _uri,
}


def normalise(type: str, value: str) -> str | None:
    """Return the value as the registry compares it, None where the registry cannot normalise it (ORCID_API 10).

    `type` is the registry's API name; values of unknown types are only lower-cased.
    """
    if not value.strip():
        return None
    known = IDENTIFIER_TYPES.get(type)
    if known is None or not known.case_sensitive:
        value = value.lower()
    rule = _RULES.get(type)
    return rule(value if type == "uri" else value[:_WINDOW]) if rule else value


def self_key(type: str, value: str) -> str:
    """Return `type:value` with the normalised value, else the raw one: two works with one `self` key clash (R56).

    A key of more than 120 bytes is cut to `type:#digest`, which compares the same and keeps stored items small.
    """
    key = f"{type}:{normalise(type, value) or value}"
    coded = key.encode("utf-8", "surrogatepass")
    if len(coded) <= _KEY_LENGTH:
        return key
    return f"{type}:#{hashlib.sha256(coded).hexdigest()[:32]}"


def isbn_is_valid(digits: str) -> bool:
    """Whether an ISBN of 10 or 13 characters without hyphens has the right check digit."""
    if len(digits) == 10:
        return sum((10 - index) * (10 if char == "X" else int(char)) for index, char in enumerate(digits)) % 11 == 0
    if len(digits) == 13 and digits.isdecimal() and digits[:3] in ("978", "979"):
        return sum(int(char) * (3 if index % 2 else 1) for index, char in enumerate(digits)) % 10 == 0
    return False


def issn_is_valid(issn: str) -> bool:
    """Whether an ISSN such as `2049-3630` has the right check digit."""
    digits = issn.replace("-", "")
    return sum((8 - index) * (10 if char == "X" else int(char)) for index, char in enumerate(digits)) % 11 == 0
