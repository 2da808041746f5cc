"""Issues RS256 tokens and publishes the key that the HTTP API's authorizer verifies them with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeyParameters, RSAKey

LIFETIME_SECONDS = 8 * 3600


class IdentityProvider:
    """`issuer` is its address; `key_file` keeps its key across restarts (None: a new key each time)."""

    def __init__(self, issuer: str, audience: str, key_file: Path | None) -> None:
        self.issuer = issuer
        self._audience = audience
        self._key = _key(key_file)

    def discovery(self) -> dict[str, Any]:
        """The document under `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "end_session_endpoint": f"{self.issuer}/sign-out",
            "scopes_supported": ["openid", "profile"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "name", "groups"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def token(self, sub: str, *, groups: list[str] | None = None, scope: str = "", name: str | None = None) -> str:
        """An access token for `sub`, valid for eight hours of real time."""
        named = {} if name is None else {"name": name}
        return self._signed({"aud": self._audience, "sub": sub, "groups": groups or [], "scope": scope, **named})

    def id_token(self, sub: str, client_id: str, *, name: str, groups: list[str], nonce: str) -> str:
        """Who signed in, for the client alone (OpenID Connect Core 1.0, 2)."""
        replayed = {"nonce": nonce} if nonce else {}
        return self._signed({"aud": client_id, "sub": sub, "name": name, "groups": groups, **replayed})

    def _signed(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        timed = {"iss": self.issuer, **claims, "iat": now, "exp": now + LIFETIME_SECONDS}
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, timed, self._key)


def _key(file: Path | None) -> RSAKey:
    parameters: KeyParameters = {"use": "sig", "alg": "RS256", "kid": "local"}
    if file is not None and file.exists():
        return RSAKey.import_key(file.read_bytes(), parameters)
    key = RSAKey.generate_key(2048, parameters)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(key.as_pem(private=True))
    return key
