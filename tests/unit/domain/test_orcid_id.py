"""ORCID iDs are read in every form people paste, and only with the right check digit (SPEC 1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.orcid_id import check_digit, parse_orcid_id


@pytest.mark.parametrize(
    "text",
    [
        "0000-0002-1694-233X",
        "0000-0002-1694-233x",
        " 000000021694233X ",
        "https://orcid.org/0000-0002-1694-233X",
        "http://orcid.org/0000-0002-1694-233X/",
        "orcid.org/0000-0002-1694-233X",
        "HTTPS://ORCID.ORG/0000-0002-1694-233X",
        "https://sandbox.orcid.org/0000-0002-1694-233X",
        "0000\u20130002\u20131694\u2013233X",
    ],
)
def test_every_form_that_people_paste_is_read(text):
    assert parse_orcid_id(text) == "0000-0002-1694-233X"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000-0002-1825-0098",
        "0000-0002-1825-009",
        "0000-0002-1825-00977",
        "X000-0002-1825-0097",
        "0000-0002-1825-0097?",
    ],
)
def test_anything_else_is_refused_with_what_to_do(text):
    with pytest.raises(InvalidError, match="ORCID iD"):
        parse_orcid_id(text)


@given(st.from_regex(r"[0-9]{15}", fullmatch=True), st.integers(0, 14), st.integers(1, 9))
def test_a_mistyped_digit_never_passes(base, place, by):
    digit = check_digit(base)
    wrong = base[:place] + str((int(base[place]) + by) % 10) + base[place + 1 :]
    assert check_digit(wrong) != digit
    with pytest.raises(InvalidError):
        parse_orcid_id(wrong + digit)
