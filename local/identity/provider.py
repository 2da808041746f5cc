"""Issues RS256 tokens and publishes the key that the HTTP API's authorizer verifies them with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeyParameters, RSAKey

_LIFETIME_SECONDS = 8 * 3600


class IdentityProvider:
    """`issuer` is its address; `key_file` keeps its key across restarts (None: a new key each time)."""

    def __init__(self, issuer: str, audience: str, key_file: Path | None) -> None:
        self.issuer = issuer
        self._audience = audience
        self._key = _key(key_file)

    def discovery(self) -> dict[str, Any]:
        """The document under `/.well-known/openid-configuration`, as far as an API's authorizer reads it."""
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint": f"{self.issuer}/token",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def token(self, sub: str, *, groups: list[str] | None = None, scope: str = "") -> str:
        """An access token for `sub`, valid for eight hours of real time."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": sub,
            "groups": groups or [],
            "scope": scope,
            "iat": now,
            "exp": now + _LIFETIME_SECONDS,
        }
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)


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
