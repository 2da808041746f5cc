"""The cases, a module for each part of the reference."""

from __future__ import annotations

from conformance.case import Case
from conformance.cases import (
    access,
    bearer,
    bulks,
    codes,
    comparison,
    duplicates,
    endpoints,
    fields,
    grouping,
    limits,
    media,
    normalisation,
    oauth,
    order,
    ownership,
    people,
    reading,
    states,
    summaries,
    tokens,
    types,
    updates,
    validation,
    visibility,
)

_MODULES = (
    media,
    oauth,
    tokens,
    bearer,
    endpoints,
    order,
    access,
    fields,
    reading,
    summaries,
    validation,
    duplicates,
    ownership,
    visibility,
    grouping,
    bulks,
    updates,
    comparison,
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
