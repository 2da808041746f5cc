"""Publication dates keep their precision, and impossible parts are left away (R52)."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.build_warnings import WarningList
from orcid_sync.domain.catalogue import PartialDate
from orcid_sync.domain.dates import clean_date


@pytest.mark.parametrize(
    ("raw", "clean", "warned"),
    [
        (PartialDate(2024), PartialDate(2024), []),
        (PartialDate(2024, 5), PartialDate(2024, 5), []),
        (PartialDate(2024, 2, 29), PartialDate(2024, 2, 29), []),
        (PartialDate(2023, 2, 29), PartialDate(2023, 2), ["date_impossible"]),
        (PartialDate(2023, 13), PartialDate(2023), ["date_impossible"]),
        (PartialDate(2023, 13, 5), PartialDate(2023), ["date_impossible"]),
        (PartialDate(2023, 4, 0), PartialDate(2023, 4), ["date_impossible"]),
        (PartialDate(2023, None, 5), PartialDate(2023), ["date_incomplete"]),
        (PartialDate(2554, 3, 1), None, ["date_out_of_range"]),
        (PartialDate(1899), None, ["date_out_of_range"]),
        (PartialDate(1900), PartialDate(1900), []),
        (None, None, []),
    ],
)
def test_r52_a_date_keeps_what_is_possible_and_invents_nothing(
    raw: PartialDate | None, clean: PartialDate | None, warned: list[str]
) -> None:
    warnings = WarningList()
    assert clean_date(raw, warnings) == clean
    assert [warning.code for warning in warnings.as_tuple()] == warned


@given(st.integers(), st.none() | st.integers(), st.none() | st.integers())
def test_r52_no_part_is_ever_other_than_the_sources(year: int, month: int | None, day: int | None) -> None:
    clean = clean_date(PartialDate(year, month, day), WarningList())
    if clean is not None:
        assert clean.year == year
        assert clean.month in (None, month)
        assert clean.day in (None, day)
        assert datetime.date(clean.year, clean.month or 1, clean.day or 1)
