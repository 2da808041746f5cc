"""ORCID's OAuth: authorization codes, the three grants, revocation."""

from __future__ import annotations

import base64
import binascii
import secrets
import string
from collections.abc import Mapping
from typing import Any

from local.registry.access import SCOPES
from local.registry.clock import RegistryClock
from local.registry.errors import OAuthError
from local.registry.state import TOKEN_LIFETIME_S, AuthorizationCode, Client, RegistryState, Token

_CODE_LIFETIME_S = 1440 * 60
_CODE_LETTERS = string.ascii_letters + string.digits
_TWO_LEGGED_SCOPES = frozenset({"/read-public"})
_REFUSING_CONDITIONS = frozenset({"locked", "deactivated", "deprecated"})


class OAuth:
    """The authorization server's decisions, apart from HTTP and pages. Thread-safe."""

    def __init__(self, state: RegistryState, clock: RegistryClock, *, refresh_revokes_old: bool = False) -> None:
        self._state = state
        self._clock = clock
        self._refresh_revokes_old = refresh_revokes_old

    def issue_code(self, client: Client, orcid: str, scopes: tuple[str, ...], redirect_uri: str) -> str:
        """A single-use code, six characters as ORCID's are."""
        with self._state.lock:
            code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(6))
            self._state.codes[code] = AuthorizationCode(
                code, client.client_id, orcid, scopes, redirect_uri, self._clock.now() + _CODE_LIFETIME_S
            )
            self._state.record(orcid, self._clock.now_ms())
            self._state.touch()
        return code

    def token(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        """The body of a successful token answer. Raises OAuthError."""
        grant = form.get("grant_type")
        if not grant:
            raise OAuthError(400, "unsupported_grant_type", "grant_type is missing")
        with self._state.lock:
            if grant == "authorization_code":
                return self._exchange(form, self._client(form, authorization))
            if grant == "refresh_token":
                if not form.get("refresh_token"):
                    raise OAuthError(401, "invalid_request", "refresh_token is required")
                return self._refresh(form, self._client(form, authorization))
            if grant == "client_credentials":
                return self._two_legged(form, self._client(form, authorization))
        raise OAuthError(400, "unsupported_grant_type", f"Unsupported grant type: {grant}")

    def revoke(self, form: Mapping[str, str], authorization: str | None) -> None:
        """Kill the pair that the token belongs to; unknown tokens and those of others are passed over in silence."""
        with self._state.lock:
            client = self._client(form, authorization)
            wanted = form.get("token")
            if not wanted:
                raise OAuthError(400, "invalid_request", "token is missing")
            token = self._state.tokens.get(wanted) or self._state.token_by_refresh(wanted)
            if token is not None and token.client_id == client.client_id:
                token.condition = "revoked"
                self._state.touch()

    def _client(self, form: Mapping[str, str], authorization: str | None) -> Client:
        """The client that authenticates. Any Authorization header counts as HTTP Basic and hides the form's fields."""
        if authorization is not None:
            client_id, secret = _basic(authorization)
        else:
            for field in ("client_id", "client_secret"):
                if not form.get(field):
                    raise OAuthError(401, "invalid_request", f"{field} is required")
            client_id, secret = form["client_id"], form["client_secret"]
        client = self._state.clients.get(client_id)
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise OAuthError(401, "invalid_client", "Bad client credentials")
        return client

    def _exchange(self, form: Mapping[str, str], client: Client) -> dict[str, Any]:
        text = form.get("code", "")
        code = self._state.codes.get(text)
        if code is None or code.client_id != client.client_id:
            raise OAuthError(400, "invalid_grant", f"Invalid authorization code: {text}")
        if code.used:
            for access in code.issued:
                self._state.tokens[access].condition = "revoked"
            self._state.touch()
            raise OAuthError(400, "invalid_grant", f"Reused authorization code: {text}")
        if self._clock.now() >= code.expires_at:
            raise OAuthError(400, "invalid_request", "Authorization code has expired")
        if form.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise OAuthError(400, "invalid_grant", "Redirect URI mismatch.")
        self._check_record(code.orcid)
        token = self._state.issue_token(client.client_id, code.orcid, code.scopes, self._clock.now() + TOKEN_LIFETIME_S)
        code.used = True
        code.issued.append(token.access)
        return self._answer(token)

    def _refresh(self, form: Mapping[str, str], client: Client) -> dict[str, Any]:
        parent = self._state.token_by_refresh(form["refresh_token"])
        if parent is None:
            raise OAuthError(400, "unauthorized_client", "Unable to find refresh token")
        if parent.client_id != client.client_id:
            raise OAuthError(400, "invalid_request", "The refresh token belongs to another client")
        if parent.condition != "active":
            raise OAuthError(400, "unauthorized_client", "Parent token is disabled")
        scopes = tuple(form.get("scope", "").split()) or parent.scopes
        for scope in scopes:
            if scope not in parent.scopes:
                raise OAuthError(400, "invalid_scope", f"The scope {scope} is wider than that of the parent token")
        if parent.orcid is not None:
            self._check_record(parent.orcid)
        expires_at = parent.expires_at
        if self._refresh_revokes_old:
            if form.get("expires_in", "").isdigit():
                expires_at = min(expires_at, self._clock.now() + int(form["expires_in"]))
            if form.get("revoke_old", "true").lower() != "false":
                parent.condition = "revoked"
        return self._answer(self._state.issue_token(client.client_id, parent.orcid, scopes, expires_at))

    def _two_legged(self, form: Mapping[str, str], client: Client) -> dict[str, Any]:
        scopes = tuple(form.get("scope", "").split())
        if not scopes or not set(scopes) <= _TWO_LEGGED_SCOPES:
            raise OAuthError(400, "invalid_scope", f"Invalid scope: {' '.join(scopes)}")
        expires_at = self._clock.now() + TOKEN_LIFETIME_S
        return self._answer(self._state.issue_token(client.client_id, None, scopes, expires_at))

    def _check_record(self, orcid: str) -> None:
        record = self._state.records.get(orcid)
        if record is not None and record.condition in _REFUSING_CONDITIONS:
            raise OAuthError(400, "unauthorized_client", f"The account is {record.condition}")

    def _answer(self, token: Token) -> dict[str, Any]:
        record = self._state.records.get(token.orcid or "")
        return {
            "access_token": token.access,
            "token_type": "bearer",
            "refresh_token": token.refresh,
            "expires_in": int(token.expires_at - self._clock.now()),
            "scope": " ".join(token.scopes),
            "name": record.name if record else None,
            "orcid": token.orcid,
        }


def unknown_scopes(scopes: tuple[str, ...]) -> list[str]:
    """Those that no user can grant."""
    return [scope for scope in scopes if scope not in SCOPES]


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (ValueError, binascii.Error) as exc:
        raise OAuthError(401, "invalid_client", "Bad client credentials") from exc
    return client_id, secret
