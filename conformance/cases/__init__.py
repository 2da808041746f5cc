"""The cases, a module for each part of the reference."""

from __future__ import annotations

from conformance.case import Case
from conformance.cases import (
    access,
    bearer,
    bulks,
    codes,
    duplicates,
    endpoints,
    fields,
    grouping,
    limits,
    media,
    normalisation,
    oauth,
    ownership,
    people,
    reading,
    states,
    types,
    updates,
    validation,
)

_MODULES = (
    media,
    oauth,
    bearer,
    endpoints,
    access,
    fields,
    reading,
    validation,
    duplicates,
    ownership,
    grouping,
    bulks,
    updates,
    states,
    people,
    normalisation,
    types,
    limits,
    codes,
)


def all_cases() -> list[Case]:
    """Every case, in the order of the sections."""
    return [case for module in _MODULES for case in module.cases()]
