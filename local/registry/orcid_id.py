"""The form of an ORCID iD."""

from __future__ import annotations

import re

_PATTERN = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")


def looks_like_orcid_id(text: str) -> bool:
    """Sixteen characters in four blocks, whatever the check digit."""
    return _PATTERN.fullmatch(text) is not None


def has_right_check_digit(orcid: str) -> bool:
    """ISO 7064 mod 11-2 over the fifteen digits."""
    total = 0
    for digit in orcid.replace("-", "")[:15]:
        total = (total + int(digit)) * 2
    remainder = (12 - total % 11) % 11
    return orcid[-1] == ("X" if remainder == 10 else str(remainder))
