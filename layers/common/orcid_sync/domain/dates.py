"""Publication dates with the precision that they have: nothing is invented, nothing converted (R52)."""

from __future__ import annotations

import calendar

from orcid_sync.domain.build_warnings import WarningList
from orcid_sync.domain.catalogue import PartialDate

FIRST_YEAR, LAST_YEAR = 1900, 2100  # the registry's schema (ORCID_API 4.1)


def clean_date(date: PartialDate | None, warnings: WarningList) -> PartialDate | None:
    """Return the parts of the date that the registry takes; what is impossible is left away with a warning.

    A year outside 1900 to 2100 (a Buddhist 2554, say) leaves no date: which calendar was meant is a guess.
    """
    if date is None:
        return None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        warnings.add(
            "date_out_of_range", f"The year {date.year} is left away: ORCID takes {FIRST_YEAR} to {LAST_YEAR}."
        )
        return None
    if date.month is None:
        if date.day is not None:
            warnings.add("date_incomplete", f"The day {date.day} is left away: no month is known.")
        return PartialDate(date.year)
    if not 1 <= date.month <= 12:
        warnings.add("date_impossible", f"The month {date.month} is left away: there is no such month.")
        return PartialDate(date.year)
    if date.day is None:
        return PartialDate(date.year, date.month)
    if not 1 <= date.day <= calendar.monthrange(date.year, date.month)[1]:
        warnings.add(
            "date_impossible", f"The day {date.day} is left away: {date.year}-{date.month:02} has no such day."
        )
        return PartialDate(date.year, date.month)
    return date
