"""A token vault and a signer in memory."""

from __future__ import annotations

import hashlib
import hmac

from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef


class FakeTokenVault:
    """One vault named `vault/01`; `held` maps (user, iD) to (rev, token)."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], tuple[int, AccessToken]] = {}
        self.latest_rev = 0

    def store(
        self, user_id: str, orcid_id: str, grant: TokenGrant, *, replacing: TokenRef | None, now_ms: int
    ) -> TokenRef:
        self.latest_rev = max(now_ms, self.latest_rev + 1, replacing.rev + 1 if replacing else 0)
        self.held[user_id, orcid_id] = (self.latest_rev, grant.token)
        return TokenRef("vault/01", self.latest_rev)

    def read(self, user_id: str, orcid_id: str, ref: TokenRef) -> AccessToken | None:
        rev, token = self.held.get((user_id, orcid_id), (-1, None))
        return token if rev >= ref.rev else None

    def remove(self, user_id: str, orcid_id: str, ref: TokenRef, *, now_ms: int) -> None:
        rev, _ = self.held.get((user_id, orcid_id), (-1, None))
        if 0 <= rev <= ref.rev:
            del self.held[user_id, orcid_id]


class FakeSigner:
    """Signs with a key that is no secret."""

    def __init__(self, key: bytes = b"a key for tests") -> None:
        self.key = key

    def sign(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def verify(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())
