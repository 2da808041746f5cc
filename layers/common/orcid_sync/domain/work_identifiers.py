"""Identifiers by which two descriptions are known to be of one work, and how open sources are asked for them (R42)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from orcid_sync.domain.identifier_types import IDENTIFIER_TYPES
from orcid_sync.domain.identifiers import normalise, self_key

# (type, normalised value): what an open source is asked for.
LookUpKey: TypeAlias = tuple[str, str]

# These name a journal, a grant, a project, a resource, a page, or whatever their source likes: not one work.
_NOT_OF_A_WORK: Final = frozenset(
    {"source-work-id", "other-id", "issn", "grant_number", "proposal-id", "raid", "rrid", "uri"}
)
WORK_TYPES: Final = frozenset(IDENTIFIER_TYPES) - _NOT_OF_A_WORK
# Those that the registry normalises have a form of their own; of the others anything would pass, `n/a` too.
_NORMALISED: Final = frozenset({"doi", "arxiv", "isbn", "pmid", "pmc", "bibcode"})
_SHORTEST: Final = 4
_ARXIV_VERSION = re.compile(r"v\d+$")


def of_a_work(self_ids: Iterable[str]) -> tuple[str, ...]:
    """Of `type:value` keys (`identifiers.self_key`) those that identify a work, each once, in their order."""
    return tuple(dict.fromkeys(key for key in self_ids if _identifies(*_parts(key))))


def keys_of(identifiers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The keys of (type, value) pairs, of those that identify a work."""
    return of_a_work(self_key(type_name, value) for type_name, value in identifiers)


def look_up_keys(ids: Iterable[str]) -> tuple[LookUpKey, ...]:
    """What open sources can be asked for, the surest first. arXiv's papers have DOIs at DataCite."""
    found: dict[str, list[LookUpKey]] = {"doi": [], "arxiv": [], "pmid": [], "pmc": []}
    for key in ids:
        type_name, value = _parts(key)
        if type_name == "arxiv":
            paper = _ARXIV_VERSION.sub("", value.removeprefix("arXiv:")).lower()
            found["arxiv"].append(("doi", f"10.48550/arxiv.{paper}"))
        elif type_name in found and not value.startswith("#"):
            found[type_name].append((type_name, value))
    return tuple(dict.fromkeys(key for keys in found.values() for key in keys))


def _parts(key: str) -> tuple[str, str]:
    type_name, _, value = key.partition(":")
    return type_name, value


def _identifies(type_name: str, value: str) -> bool:
    if type_name not in WORK_TYPES:
        return False
    if type_name in _NORMALISED:
        return normalise(type_name, value) is not None
    return len(value) >= _SHORTEST and any(char.isdecimal() for char in value)
