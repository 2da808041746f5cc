"""What connecting needs of ORCID's OAuth, and authorisations under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from orcid_sync.domain.tokens import AccessToken, TokenGrant


class AuthorisationError(Exception):
    """ORCID refused or could not answer an OAuth call; `passing` says whether trying again later can help."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Authorisation(Protocol):
    """ORCID's OAuth pages and endpoints (ORCID_API 2)."""

    def authorize_url(self, *, scopes: Sequence[str], redirect_uri: str, state: str, orcid_id: str | None) -> str: ...

    def exchange(self, code: str, redirect_uri: str) -> TokenGrant:
        """Raises AuthorisationError."""
        ...

    def revoke(self, token: AccessToken) -> None:
        """Raises AuthorisationError."""
        ...


@dataclass(frozen=True, slots=True)
class Authorising:
    """An authorisation under way: who began it, for what (R16). Single use, ten minutes."""

    state_id: str
    user_id: str
    access: str
    return_url: str
    orcid_id: str | None
    expires_ms: int


class AuthorisationStates(Protocol):
    """Authorisations under way; taking one uses it up."""

    def put(self, authorising: Authorising) -> None: ...

    def get(self, state_id: str, *, now_ms: int) -> Authorising | None:
        """Look without using it up; None when unknown, used or expired."""
        ...

    def take(self, state_id: str, *, now_ms: int) -> Authorising | None:
        """Return and delete it in one write; None when unknown, used or expired (expiry is checked here: TTL is
        lazy).
        """
        ...


class Signer(Protocol):
    """Signs the `state` parameter with a key from Secrets Manager (DESIGN 7)."""

    def sign(self, text: str) -> str: ...

    def verify(self, text: str, signature: str) -> bool: ...
