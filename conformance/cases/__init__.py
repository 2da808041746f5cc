"""The cases, a module for each part of the reference."""

from __future__ import annotations

from conformance.case import Case
from conformance.cases import access, bearer, duplicates, endpoints, fields, media, oauth, reading, validation

_MODULES = (media, oauth, bearer, endpoints, access, fields, reading, validation, duplicates)


def all_cases() -> list[Case]:
    """Every case, in the order of the sections."""
    return [case for module in _MODULES for case in module.cases()]
