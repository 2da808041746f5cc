"""No secret survives in a text of the registry (R47)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.adapters.masking import LONGEST_MESSAGE, mask

TOKEN = "7b1e7a5e-8d2b-4f0a-9a38-2f6f5a3c1d44"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"Invalid access token: {TOKEN}", "Invalid access token: ***"),
        (f"token {TOKEN.upper()} expired", "token *** expired"),
        (f"x{TOKEN.replace('-', '')}y", "x***y"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("bearer%20abc", "bearer ***"),
        ("Basic QVBQLTE6c2VjcmV0", "Basic ***"),
        ("GET /works?access_token=abc&x=1", "GET /works?access_token=***&x=1"),
        ('{"client_secret": "s3cr3t", "x": 1}', '{"client_secret": "***", "x": 1}'),
        ("Reused authorization code: Ab3dEf", "Reused authorization code: ***"),
        ("Refresh token=abc", "Refresh token=***"),
        ("got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature today", "got *** today"),
        ("two\n\tlines\x00here", "two lines here"),
    ],
)
def test_r47_what_looks_like_a_secret_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "see element with put-code 1250170.",
        "ORCID https://orcid.org/0000-0002-1825-0097 is locked",
        "the DOI 10.1234/abc-def of APP-1234567890ABCDEF",
        "Access token is for a different record",
    ],
)
def test_what_helps_to_understand_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(max_size=700), st.text(max_size=700))
def test_r47_a_known_secret_never_shows_wherever_it_stands(before: str, after: str) -> None:
    shown = mask(f"{before} {TOKEN}{after}")
    assert TOKEN not in shown
    assert len(shown) <= LONGEST_MESSAGE
    odd = "s3cr3t/with+odd=chars"
    assert odd not in mask(f"{before}{odd}{after}", odd)
