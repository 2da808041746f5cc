"""How a vault's entries are packed: nothing is lost whatever they are, and thousands find room (R47, DESIGN 7)."""

from __future__ import annotations

import string
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from orcid_sync.adapters.secrets_tokens import LARGEST_VAULT_BYTES
from orcid_sync.adapters.vault_format import Entry, from_json, packed, unpacked
from orcid_sync.domain.orcid_id import check_digit

from bench.vaults import SCOPES, capacity, filled

ID = "0000-0002-1825-0097"
NOW = 1_793_606_400_000
# Secrets Manager's quota of a secret's value.
SECRET_BYTES = 65_536
LONGEST_USER_ID = 64


def orcid_id(digits: int) -> str:
    text = f"{digits:015d}"
    text += check_digit(text)
    return "-".join(text[begin : begin + 4] for begin in range(0, 16, 4))


users = st.text(string.ascii_letters + string.digits + "._~:@-#", min_size=1, max_size=LONGEST_USER_ID)
ids = st.one_of(
    st.integers(0, 10**15 - 1).map(orcid_id), st.sampled_from(["0000-0002-1825-009x", "0000000218250097", ""])
)
tokens = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda token: str(token).upper()),
    st.uuids().map(lambda token: token.hex),
    st.text(st.characters(codec="utf-8"), max_size=300),
)
entries = st.tuples(tokens, st.sampled_from([SCOPES, "r u", "", "/read-limited"]), st.integers(-1, 2**64))
vaults = st.dictionaries(st.tuples(users, ids).map("#".join) | users, entries, max_size=12)


@given(vaults)
@example({})
@example({ID: (str(UUID(int=1)), "r u", NOW)})
def test_r47_whatever_a_vault_holds_comes_back_as_it_was(vault: dict[str, Entry]) -> None:
    assert unpacked(packed(vault)) == vault
    assert packed(vault) == packed(dict(reversed(vault.items())))


def test_a_vault_takes_nearly_two_thousand_tokens_of_ordinary_users() -> None:
    """Else 5,000 researchers would need four vaults, at 0.40 USD a month each."""
    assert capacity() > 1_900


def test_whoever_chose_a_nearly_full_vault_at_the_same_moment_still_finds_room() -> None:
    """Thirty at once, with the longest and most random names of users that there are."""
    names = filled(810, "64 random characters")
    more = {key: names.pop(key) for key in list(names)[:30]}
    assert LARGEST_VAULT_BYTES - 1_000 < len(packed(names)) < LARGEST_VAULT_BYTES
    assert len(packed(names | more)) < SECRET_BYTES


@pytest.mark.parametrize("body", [b"", b"{}", b"\x02" + packed({})[1:], packed({})[:-3], b"\x01nonsense"])
def test_what_is_no_vault_of_this_format_is_refused_not_read_as_empty(body: bytes) -> None:
    """R25: a token that cannot be found ends the connection."""
    with pytest.raises(ValueError, match="vault"):
        unpacked(body)


def test_an_error_of_unpacking_shows_nothing_of_what_the_vault_holds() -> None:
    """R47: neither in its text nor in an error that it came from."""
    with pytest.raises(ValueError, match="vault") as raised:
        unpacked(packed({f"u1#{ID}": ("very-secret", SCOPES, NOW)})[:-3])
    assert "very-secret" not in repr(raised.value)
    assert raised.value.__cause__ is None


def test_a_vault_of_json_is_read_as_it_was_written() -> None:
    assert from_json(f'{{"u1#{ID}":["t1","r u",{NOW}]}}') == {f"u1#{ID}": ("t1", "r u", NOW)}
