"""Tells from the answer to a PUT whether the registry took the change or silently kept what it had (ORCID_API 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def was_ignored(sent: Mapping[str, Any], answered: bytes | None) -> bool:
    """Whether the stored work in the answer lacks what was sent, in the parts whose change the registry can overlook.

    Those are the date's precision, citation and translated title left out, and contributors. An answer without a work
    to read says nothing and counts as taken.
    """
    try:
        stored = json.loads(answered or b"")
    except ValueError:
        return False
    if not isinstance(stored, dict) or "title" not in stored:
        return False
    return any(part(sent) != part(stored) for part in (_date, _citation, _translated_title, _contributors))


def _at(value: Any, *names: str) -> Any:
    """The value at a path of names; None where something on the way is missing or of another kind."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any, *names: str) -> str:
    found = _at(value, *names)
    return found.strip() if isinstance(found, str) else ""


def _date(work: Mapping[str, Any]) -> tuple[int, ...]:
    parts = (_at(work, "publication-date", part, "value") for part in ("year", "month", "day"))
    return tuple(int(part) if str(part).isdigit() else 0 for part in parts)


def _citation(work: Mapping[str, Any]) -> bool:
    return bool(_text(work, "citation", "citation-value"))


def _translated_title(work: Mapping[str, Any]) -> bool:
    return bool(_text(work, "title", "translated-title", "value"))


def _contributors(work: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and roles in order: the registry compares the first fifty only."""
    listed = _at(work, "contributors", "contributor")
    return [
        (_text(one, "credit-name", "value"), _text(one, "contributor-attributes", "contributor-role").lower())
        for one in (listed if isinstance(listed, list) else [])
    ]
