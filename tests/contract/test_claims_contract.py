"""The links' contract: every change is guarded by rev."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_claims import DynamoDbClaims
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import Claiming, Connection, LinkSettings, Mode
from orcid_sync.domain.tokens import TokenRef
from orcid_sync.ports.links import Claims

from tests.fakes.claims import FakeClaims

ID = "0000-0002-1825-0097"
BARE = Claim("u1", ID)
FULL = Claim(
    user_id="u1",
    orcid_id="0000-0001-5109-3700",
    mode=Mode.WRITE,
    settings=LinkSettings(published_only=False, include_private=True, favourites_only=True),
    claiming=Claiming.IGNORE,
    connection=Connection.WRITE,
    token=TokenRef("stack/tokens/03", 1_793_606_400_000),
    claimed_here_ms=0,
    excluded=frozenset({"p1", "p2"}),
    succeeds=frozenset({"0000-0001-5109-3700"}),
    removing_since_ms=5,
    after_removal=AfterRemoval.UNCLAIM,
)


@pytest.fixture
def claims(backend: str, request: pytest.FixtureRequest) -> Claims:
    return FakeClaims() if backend == "fake" else DynamoDbClaims(request.getfixturevalue("aws").sync)


@pytest.mark.parametrize("claim", [BARE, FULL])
def test_a_link_comes_back_as_stored(claims: Claims, claim: Claim) -> None:
    assert claims.get("u1", claim.orcid_id) is None
    stored = claims.put(claim)
    assert stored == replace(claim, rev=1)
    assert claims.get("u1", claim.orcid_id, consistent=False) == stored


def test_r14_a_users_links_are_read_together(claims: Claims) -> None:
    for claim in (BARE, FULL, replace(BARE, user_id="u2"), replace(BARE, user_id="u10")):
        claims.put(claim)
    assert claims.of_user("u1") == (replace(FULL, rev=1), replace(BARE, rev=1))
    assert claims.of_user("u3") == ()


def test_a_link_changed_meanwhile_is_not_overwritten(claims: Claims) -> None:
    first = claims.put(BARE)
    second = claims.put(replace(first, mode=Mode.READ))
    assert second.rev == 2
    for late in (BARE, first, replace(second, rev=3)):
        with pytest.raises(ConflictError):
            claims.put(replace(late, mode=Mode.WRITE))
    assert claims.get("u1", ID) == second


def test_a_link_is_deleted_only_as_it_was_last_seen(claims: Claims) -> None:
    claims.delete(BARE)  # what is not there is gone already
    first = claims.put(BARE)
    second = claims.put(first)
    with pytest.raises(ConflictError):
        claims.delete(first)
    claims.delete(second)
    assert claims.get("u1", ID) is None
    with pytest.raises(ConflictError):
        claims.put(second)
    claims.delete(second)  # asked again, because the answer was lost (R37)
