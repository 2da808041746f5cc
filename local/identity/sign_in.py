"""Signing in at the local identity provider: OpenID Connect's authorization code with PKCE (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from local.identity.pages import Person, choice_page, refusal_page
from local.identity.provider import LIFETIME_SECONDS, IdentityProvider

CODE_LIVES_SECONDS = 60
_HANDED_ON = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page, or with `location` a redirection."""

    status: int
    html: str = ""
    location: str | None = None


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """Status and JSON body of the token endpoint."""

    status: int
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    expires: float


class SignIn:
    """Authorization and token endpoint for one public client. `people` are offered for choice."""

    def __init__(
        self, provider: IdentityProvider, client_id: str, redirect_uris: Sequence[str], people: Sequence[Person]
    ) -> None:
        self._provider = provider
        self._client_id = client_id
        self._redirect_uris = frozenset(redirect_uris)
        self.people = tuple(people)
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()

    def show(self, query: Mapping[str, str]) -> PageAnswer:
        """The page that asks who one is, or why there is none."""
        refused = self._refused(query)
        if refused is not None:
            return refused
        handed_on = {name: query[name] for name in _HANDED_ON if name in query}
        return PageAnswer(200, choice_page(self.people, handed_on))

    def decide(self, form: Mapping[str, str]) -> PageAnswer:
        """Go back to the client with a code for whoever was chosen."""
        refused = self._refused(form)
        if refused is not None:
            return refused
        if form.get("decision") != "sign-in":
            return _back(form, error="access_denied")
        chosen = form.get("sub") or form.get("other", "").strip()
        person = next((known for known in self.people if known.sub == chosen), Person(chosen, chosen))
        if not chosen:
            return self.show(form)
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = _Code(
                person,
                form["client_id"],
                form["redirect_uri"],
                form.get("scope", ""),
                form.get("nonce", ""),
                form["code_challenge"],
                time.time() + CODE_LIVES_SECONDS,
            )
        return _back(form, code=code)

    def exchange(self, form: Mapping[str, str]) -> TokenAnswer:
        """Tokens for a code: once, in time, to the client that began, and only with the verifier (RFC 7636, 4.6)."""
        if form.get("grant_type") != "authorization_code":
            return _fault("unsupported_grant_type", "grant_type must be authorization_code")
        with self._lock:
            found = self._codes.pop(form.get("code", ""), None)  # whatever comes of it, it is used up
        if found is None or found.expires < time.time():
            return _fault("invalid_grant", "The code is unknown, used or too old")
        if (form.get("client_id"), form.get("redirect_uri")) != (found.client_id, found.redirect_uri):
            return _fault("invalid_grant", "client_id or redirect_uri is not that of the authorization request")
        if not secrets.compare_digest(challenge_of(form.get("code_verifier", "")), found.challenge):
            return _fault("invalid_grant", "code_verifier does not fit code_challenge")
        person = found.person
        return TokenAnswer(
            200,
            {
                "access_token": self._provider.token(person.sub, groups=list(person.groups), name=person.name),
                "id_token": self._provider.id_token(
                    person.sub, found.client_id, name=person.name, groups=list(person.groups), nonce=found.nonce
                ),
                "token_type": "Bearer",
                "expires_in": LIFETIME_SECONDS,
                "scope": found.scope,
            },
        )

    def sign_out(self, query: Mapping[str, str]) -> PageAnswer:
        """Back to the page; there is no session here that would have to end (OpenID Connect RP-Initiated Logout)."""
        wanted = query.get("post_logout_redirect_uri", "")
        if wanted not in self._redirect_uris:
            return PageAnswer(400, refusal_page("This post_logout_redirect_uri is not registered."))
        return PageAnswer(302, location=wanted)

    def _refused(self, fields: Mapping[str, str]) -> PageAnswer | None:
        if fields.get("client_id") != self._client_id:
            return PageAnswer(400, refusal_page("This client is not registered."))
        if fields.get("redirect_uri") not in self._redirect_uris:
            return PageAnswer(400, refusal_page("This redirect_uri is not registered for the client."))
        if fields.get("response_type") != "code":
            return _back(fields, error="unsupported_response_type")
        if "openid" not in fields.get("scope", "").split():
            return _back(fields, error="invalid_scope")
        if not fields.get("code_challenge") or fields.get("code_challenge_method") != "S256":
            return _back(fields, error="invalid_request", error_description="PKCE with S256 is required")
        return None


def challenge_of(verifier: str) -> str:
    """S256: BASE64URL(SHA256(ASCII(code_verifier))), without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _fault(error: str, description: str) -> TokenAnswer:
    return TokenAnswer(400, {"error": error, "error_description": description})


def _back(fields: Mapping[str, str], **answer: str) -> PageAnswer:
    if "state" in fields:
        answer["state"] = fields["state"]
    address = fields["redirect_uri"]
    return PageAnswer(302, location=f"{address}{'&' if '?' in address else '?'}{urlencode(answer)}")
