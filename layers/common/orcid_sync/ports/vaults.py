"""Where the researchers' tokens lie: one of a link, and the vaults as a whole, which are compacted (R48, DESIGN 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef


class TokenVault(Protocol):
    """Where the researchers' tokens lie (R47, DESIGN 7). A token belongs to a link: user and iD."""

    def store(
        self, user_id: str, orcid_id: str, grant: TokenGrant, *, replacing: TokenRef | None, now_ms: int
    ) -> TokenRef:
        """Where the token before (`replacing`) lies too, if there is room. Elsewhere both lie until that is removed."""
        ...

    def read(self, user_id: str, orcid_id: str, ref: TokenRef) -> AccessToken | None:
        """None: the vault does not hold it (any more)."""
        ...

    def remove(self, user_id: str, orcid_id: str, ref: TokenRef, *, now_ms: int) -> None: ...


@dataclass(frozen=True, slots=True)
class VaultAge:
    """A vault: since when it takes tokens, and since when it takes no new ones (None: it does); epoch ms."""

    name: str
    opened_ms: int
    closed_ms: int | None


@dataclass(frozen=True, slots=True)
class HeldToken:
    """That a vault holds a token of a link, and of which revision; never the token itself (R47)."""

    user_id: str
    orcid_id: str
    rev: int


class Vaults(Protocol):
    """The vaults as a whole. No token leaves this port."""

    def all(self, now_ms: int) -> list[VaultAge]: ...

    def close(self, vault: str, now_ms: int) -> None:
        """Whoever looks for a vault from now on takes another. Twice keeps the later time."""
        ...

    def held(self, vault: str) -> list[HeldToken]:
        """What the vault holds; nothing when its secret is gone.

        Raises ConflictError when that cannot be told for the secret is marked for deletion: it may be restored yet.
        """
        ...

    def copy(self, vault: str, tokens: Iterable[HeldToken], now_ms: int) -> dict[HeldToken, TokenRef]:
        """Copy tokens, as the vault holds them now, into others that take new ones; where each lies then.

        One that the vault no longer holds is absent. Raises ConflictError when others keep changing a vault.
        """
        ...

    def destroy(self, vault: str) -> None:
        """Delete the secret with all its versions, without recovery. Twice does no harm."""
        ...
