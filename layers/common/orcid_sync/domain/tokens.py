"""Access tokens, in a type that cannot be printed (R47)."""

from __future__ import annotations

from dataclasses import dataclass, field


class AccessToken:
    """A token whose text comes out only where it is asked for by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the token itself; for the `Authorization` header and the vault alone."""
        return self._value

    def __repr__(self) -> str:
        return "AccessToken(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccessToken) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an access token is never serialised")


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What ORCID gave for an authorisation code: whose record, which scopes, the token."""

    orcid_id: str
    scopes: frozenset[str]
    token: AccessToken = field(repr=False)
    name: str | None = None

    @property
    def may_write(self) -> bool:
        """Whether works can be created, changed and deleted with it (ORCID_API 2.2)."""
        fine = {"/orcid-works/create", "/orcid-works/update"}
        return "/activities/update" in self.scopes or fine <= self.scopes


@dataclass(frozen=True, slots=True)
class TokenRef:
    """Where a link's token lies: the vault's name and the revision that tells a cached copy is old (DESIGN 7)."""

    vault: str
    rev: int
