"""Normalised values of external identifiers, by which the registry finds duplicates and groups works."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from local.registry.vocabulary import vocabulary

# Java's \s, \d and \w know ASCII only.
_DOI = re.compile(r"""10\.[a-z0-9]+(?:\.[a-z0-9]+)*/[^\s"&']+""", re.ASCII)
_ARXIV = re.compile(r"(\d{4}\.\d{4,5}(?:v\d)?|[\w.\-]+/\d{7}(?:v\d)?)\b", re.ASCII)
_BIBCODE = re.compile(r"(?:^|bibcode:?\s*|[^a-z0-9.])(\d{4}[.a-z0-9]{15})(?![a-z0-9.])", re.ASCII | re.IGNORECASE)
_ISBN = re.compile(r"(\d[-\d ]{8,15}[\dx])(?!\d)", re.ASCII)
_ISSN = re.compile(r"(?<!\d)(\d{4}) ?[-–]? ?(\d{3}[\dx])(?![-\d])", re.ASCII)
_PMC = re.compile(r"(?:^|pmc-?/?)\s*(\d{5,9})\b", re.ASCII)
_PMID = re.compile(r"(?:^\s*|pmid:?\s*|pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/|med/)(\d+)(?![a-z0-9.\-])", re.ASCII)
_RRID = re.compile(r"(?:RRID:)?(\S+)", re.ASCII)
_SCHEMES = ("http://", "https://", "ftp://", "ftps://")


def normalise(identifier_type: str, value: str) -> str:
    """The normalised value, "" when the type has a rule and the value does not fit it.

    Types without a rule are lower-cased (case-sensitive ones not even that) and never trimmed.
    """
    if identifier_type not in vocabulary().case_sensitive_types:
        value = value.lower()
    rule = _RULES.get(identifier_type)
    return rule(value) if rule else value


def _doi(value: str) -> str:
    if "&" in value and ";" in value:
        value = html.unescape(html.unescape(value))  # XML inside HTML: &amp;lt; is seen in the wild
    found = _DOI.search(value)
    return found.group(0) if found else ""


def _arxiv(value: str) -> str:
    found = _ARXIV.search(value)
    return f"arXiv:{found.group(1)}" if found else ""


def _isbn(value: str) -> str:
    found = _ISBN.search(value)
    digits = found.group(1).replace("-", "").replace(" ", "").upper() if found else ""
    return digits if len(digits) in (10, 13) else ""


def _issn(value: str) -> str:
    found = _ISSN.search(value)
    return f"{found.group(1)}-{found.group(2).upper()}" if found else ""


def _uri(value: str) -> str:
    return value if value.startswith(_SCHEMES) else f"http://{value}"


def _rrid(value: str) -> str:
    found = _RRID.fullmatch(value)
    return f"RRID:{found.group(1)}" if found else ""


def _first_group(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def rule(value: str) -> str:
        found = pattern.search(value)
        return found.group(1) if found else ""

    return rule


_RULES: dict[str, Callable[[str], str]] = {
    "doi": _doi,
    "arxiv": _arxiv,
    "bibcode": _first_group(_BIBCODE),
    "isbn": _isbn,
    "issn": _issn,
    "pmc": _first_group(_PMC),
    "pmid": _first_group(_PMID),
    "rrid": _rrid,
    "uri": _uri,
}
