"""ORCID's OAuth in memory: codes that are granted, exchanged once, and tokens that are revoked (ORCID_API 2)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from orcid_sync.domain.tokens import AccessToken, TokenGrant
from orcid_sync.ports.authorisation import AuthorisationError

HOST = "https://orcid.example"


class FakeAuthorisation:
    """`grants` waits for exchanges by code; `revoked` lists the tokens ended; `failing` is raised by every call."""

    def __init__(self, client_id: str = "APP-FAKE000000000001") -> None:
        self.client_id = client_id
        self.grants: dict[str, TokenGrant] = {}
        self.used: dict[str, TokenGrant] = {}
        self.revoked: list[AccessToken] = []
        self.failing: AuthorisationError | None = None
        self._redirect_uris: dict[str, str] = {}

    def grant(
        self,
        code: str,
        orcid_id: str,
        scopes: Sequence[str],
        token: AccessToken,
        *,
        name: str | None = None,
        redirect_uri: str | None = None,
    ) -> None:
        """The researcher agrees: the code can be exchanged once, with this redirect address if one is named."""
        self.grants[code] = TokenGrant(orcid_id=orcid_id, scopes=frozenset(scopes), token=token, name=name)
        if redirect_uri is not None:
            self._redirect_uris[code] = redirect_uri

    def authorize_url(self, *, scopes: Sequence[str], redirect_uri: str, state: str, orcid_id: str | None) -> str:
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": " ".join(scopes),
            "redirect_uri": redirect_uri,
            "state": state,
            **({"orcid": orcid_id} if orcid_id is not None else {}),
        }
        return f"{HOST}/oauth/authorize?{urlencode(query, quote_via=quote)}"

    def exchange(self, code: str, redirect_uri: str) -> TokenGrant:
        self._fail_if_planned()
        if code in self.used:
            self.revoked.append(self.used[code].token)
        right_address = self._redirect_uris.get(code, redirect_uri) == redirect_uri
        grant = self.grants.pop(code, None) if right_address else None
        if grant is None:
            raise AuthorisationError("ORCID does not accept the authorisation code.", passing=False)
        self.used[code] = grant
        return grant

    def revoke(self, token: AccessToken) -> None:
        self._fail_if_planned()
        self.revoked.append(token)

    def _fail_if_planned(self) -> None:
        if self.failing is not None:
            raise self.failing
