"""ORCID's OAuth: the address to send a researcher to, a code's exchange, a token's end (ORCID_API 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode

import requests

from orcid_sync.adapters.bounded_http import BoundedSession, NoAnswer, NoAuth, TimeLimits, read_body
from orcid_sync.adapters.masking import mask
from orcid_sync.adapters.orcid_reply import Reply, as_object, error_code, error_text, parsed
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.domain.tokens import AccessToken, TokenGrant
from orcid_sync.ports.authorisation import AuthorisationError
from orcid_sync.ports.clock import Clock

_LIMITS = TimeLimits(connect=5, read=20, total=25)
_LONGEST_BODY = 64 * 1024
_HEADERS: Mapping[str, str] = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}

# ORCID_API 2.4. The registry reports faults of its own with these, `server_error` even as a 401.
_PASSING = frozenset({"server_error", "temporarily_unavailable"})

# By code, since the descriptions change and may name the code or the token.
_TEXTS: Mapping[str, str] = {
    "invalid_grant": "ORCID does not accept the authorisation code: it was used before or is too old. Connect again.",
    "invalid_client": "ORCID does not accept this institution's client id or secret.",
    "unauthorized": "ORCID does not accept this institution's client id or secret.",
    "unauthorized_client": "ORCID does not allow this: the record or this institution's client is locked.",
    "invalid_scope": "ORCID does not grant this institution's client the permissions asked for.",
}


class OrcidAuthorisation:
    """The Authorisation port over HTTP.

    `base_url` is the sign-in host (`https://orcid.org`). `client_secret` fetches the secret when it is needed and not
    before, so that what only builds addresses never touches Secrets Manager (R47).
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: Callable[[], str],
        clock: Clock,
        *,
        limits: TimeLimits = _LIMITS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._session = BoundedSession(lambda: clock.now_ms() / 1000)
        self._limits = limits

    def authorize_url(self, *, scopes: Sequence[str], redirect_uri: str, state: str, orcid_id: str | None) -> str:
        """Return the address of ORCID's consent page; a known iD is filled in at the sign-in."""
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "scope": " ".join(scopes),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        if orcid_id is not None:
            query["orcid"] = orcid_id
        return f"{self._base_url}/oauth/authorize?{urlencode(query, quote_via=quote)}"

    def exchange(self, code: str, redirect_uri: str) -> TokenGrant:
        """Return what ORCID grants for the code. Raises AuthorisationError.

        The code must not be tried twice: a second use revokes every token that came of the first (ORCID_API 2.4).
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        reply = self._post("oauth/token", form, hidden=code)
        grant = _grant(as_object(parsed(reply.body or b"")))
        if grant is None:
            raise AuthorisationError("ORCID's answer holds no token. Connect again.", passing=True)
        return grant

    def revoke(self, token: AccessToken) -> None:
        """End the token at ORCID; an unknown one is no error there. Raises AuthorisationError."""
        self._post("oauth/revoke", {"token": token.reveal()}, hidden=token.reveal())

    def _post(self, path: str, form: Mapping[str, str], *, hidden: str) -> Reply:
        """Send a form with the client's credentials in it; return a 200 alone.

        No `Authorization` header goes along: these endpoints would take it for the client's (ORCID_API 2.3).
        """
        secret = self._client_secret()
        filled = {"client_id": self._client_id, "client_secret": secret, **form}
        result = self._session.call(
            "POST",
            f"{self._base_url}/{path}",
            _reply,
            limits=self._limits,
            headers=_HEADERS,
            auth=NoAuth(),
            body=urlencode(filled, errors="replace").encode("ascii"),
        )
        if isinstance(result, NoAnswer):
            raise AuthorisationError(f"ORCID could not be asked. {result.reason}", passing=True)
        if result.status != 200:
            raise _refusal(result, secret, hidden)
        return result


def _reply(response: requests.Response) -> Reply:
    return Reply(response.status_code, read_body(response, _LONGEST_BODY))


def _refusal(reply: Reply, *secrets: str) -> AuthorisationError:
    error = as_object(parsed(reply.body or b""))
    code = error_code(error)
    if code in _PASSING or reply.status >= 500 or reply.status == 429:
        return AuthorisationError(f"ORCID cannot answer at the moment ({reply.status}).", passing=True)
    text = _TEXTS.get(code or "", f"ORCID refused ({reply.status} {code or 'without a reason'}).")
    said = mask(error_text(error), *secrets)
    return AuthorisationError(f"{text} ORCID says: {said}" if said else text, passing=False)


def _grant(body: Mapping[str, object]) -> TokenGrant | None:
    token, scope, orcid_id, name = (body.get(key) for key in ("access_token", "scope", "orcid", "name"))
    if not isinstance(token, str) or not token or not isinstance(scope, str) or not isinstance(orcid_id, str):
        return None
    try:
        checked = parse_orcid_id(orcid_id)
    except InvalidError:
        return None
    return TokenGrant(
        orcid_id=checked,
        scopes=frozenset(scope.split()),
        token=AccessToken(token),
        name=name if isinstance(name, str) and name.strip() else None,
    )
