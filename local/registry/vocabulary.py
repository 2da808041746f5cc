"""ORCID's closed lists (types, codes, roles), read from the data files beside this module."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_CREDIT_PREFIX = "http://credit.niso.org/contributor-roles/"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All lists in force; sets for membership, tuples where ORCID's order matters."""

    work_types: tuple[str, ...]
    work_type_aliases: dict[str, str]
    identifier_types: frozenset[str]
    case_sensitive_types: frozenset[str]
    resolution_prefixes: dict[str, str]
    relationships: frozenset[str]
    visibilities: frozenset[str]
    citation_types: frozenset[str]
    sequences: frozenset[str]
    languages: frozenset[str]
    countries: frozenset[str]
    funded_by_types: frozenset[str]
    roles: frozenset[str]
    credit_roles: frozenset[str]

    def role(self, value: str) -> str | None:
        """The role as it is stored, or None for an unknown one.

        The eleven older roles match exactly or by their upper-case constant; CRediT addresses match without case.
        """
        if value in self.roles:
            return value
        if value.lower() in self.credit_roles:
            return value.lower()
        constant = value.lower().replace("_", "-")
        return constant if value == value.upper() and "-" not in value and constant in self.roles else None


@cache
def vocabulary() -> Vocabulary:
    """The lists, read once."""
    work_types, identifiers, codes = _read("work_types"), _read("identifier_types"), _read("codes")
    return Vocabulary(
        work_types=tuple(work_types["types"]),
        work_type_aliases=work_types["aliases"],
        identifier_types=frozenset(identifiers["types"]),
        case_sensitive_types=frozenset(identifiers["case_sensitive"]),
        resolution_prefixes=identifiers["resolution_prefixes"],
        relationships=frozenset(codes["relationships"]),
        visibilities=frozenset(codes["visibilities"]),
        citation_types=frozenset(codes["citation_types"]),
        sequences=frozenset(codes["sequences"]),
        languages=frozenset(codes["languages"].split()),
        countries=frozenset(codes["countries"].split()),
        funded_by_types=frozenset(codes["funded_by_types"]),
        roles=frozenset(codes["roles"]),
        credit_roles=frozenset(f"{_CREDIT_PREFIX}{name}/" for name in codes["credit_roles"]),
    )


def _read(name: str) -> dict[str, Any]:
    path = Path(__file__).parent / "data" / f"{name}.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table
