"""ORCID iDs: 16 characters in four groups, the last one an ISO 7064 mod 11-2 check digit."""

from __future__ import annotations

import re

from orcid_sync.domain.errors import FieldError, InvalidError

# The URL form is what people copy from their record's page; both registries' hosts are taken.
_FORM = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:sandbox\.|qa\.)?orcid\.org/)?"
    r"([0-9]{4})[-\u2010-\u2015]?([0-9]{4})[-\u2010-\u2015]?([0-9]{4})[-\u2010-\u2015]?([0-9]{3}[0-9X])/?",
    re.IGNORECASE | re.ASCII,
)


def check_digit(base: str) -> str:
    """Return the ISO 7064 mod 11-2 check character of 15 digits."""
    total = 0
    for digit in base:
        total = (total + int(digit)) * 2
    remainder = (12 - total % 11) % 11
    return "X" if remainder == 10 else str(remainder)


def parse_orcid_id(text: str, *, field: str | None = None) -> str:
    """Return the iD as `0000-0002-1825-0097`; URL form, missing hyphens and a small x are accepted.

    Raises InvalidError with a text for people when it is no iD or its check digit is wrong; `field` is what it names
    as the field at fault.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise _no_orcid_id("An ORCID iD has 16 digits like 0000-0002-1825-0097; copy it from orcid.org.", field)
    groups = [group.upper() for group in found.groups()]
    digits = "".join(groups)
    if check_digit(digits[:15]) != digits[15]:
        raise _no_orcid_id("This ORCID iD has a wrong check digit; one of its digits is mistyped.", field)
    return "-".join(groups)


def _no_orcid_id(message: str, field: str | None) -> InvalidError:
    return InvalidError(message, (FieldError(field, message),) if field is not None else ())
