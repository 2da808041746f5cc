"""The browser's side of OAuth: `/oauth/authorize`, by page or by a form posted without one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.registry.consent_page import consent_page, refusal_page
from local.registry.oauth import OAuth, unknown_scopes
from local.registry.orcid_id import has_right_check_digit, looks_like_orcid_id
from local.registry.state import Client, RegistryState

_HANDED_ON = ("client_id", "response_type", "scope", "redirect_uri", "state", "prompt", "nonce", "orcid")


class Authorize:
    """Shows the consent page and carries out what is decided on it."""

    def __init__(self, state: RegistryState, oauth: OAuth) -> None:
        self._state = state
        self._oauth = oauth

    def show(self, query: Mapping[str, str]) -> Response:
        """The consent page, or why there is none."""
        client = self._client(query)
        if isinstance(client, Response):
            return client
        scopes = tuple(query.get("scope", "").split())
        if query.get("response_type") != "code":
            return _back(query, error="unsupported_response_type", error_description="response_type must be code")
        if not scopes or unknown_scopes(scopes):
            return _back(query, error="invalid_scope", error_description=f"Invalid scope: {query.get('scope', '')}")
        if query.get("prompt") == "none" and "openid" in scopes:
            return _back(query, error="login_required")
        return self._page(client, scopes, query)

    def decide(self, form: Mapping[str, str]) -> Response:
        """Go back to the client with a code, or without."""
        client = self._client(form)
        if isinstance(client, Response):
            return client
        if form.get("decision") != "allow":
            return _back(form, error="access_denied", error_description="User denied access")
        orcid = (form.get("orcid") or form.get("other_orcid") or "").strip().upper().rsplit("/", 1)[-1]
        scopes = tuple(form.get("scope", "").split())
        fault = self._sign_in_fault(orcid)
        if fault:
            return self._page(client, scopes, {**form, "orcid": orcid}, fault)
        code = self._oauth.issue_code(client, orcid, scopes, form["redirect_uri"])
        return _back(form, code=code)

    def _client(self, fields: Mapping[str, str]) -> Client | Response:
        client = self._state.clients.get(fields.get("client_id", ""))
        if client is None:
            return HTMLResponse(refusal_page("The client id is invalid."), 400)
        if fields.get("redirect_uri") not in client.redirect_uris:
            return HTMLResponse(refusal_page("The redirect URI is not registered for this client."), 400)
        return client

    def _page(
        self, client: Client, scopes: tuple[str, ...], fields: Mapping[str, str], fault: str | None = None
    ) -> Response:
        with self._state.lock:
            records = sorted(self._state.records.values(), key=lambda record: record.orcid)
        handed_on = {name: fields[name] for name in _HANDED_ON if name in fields}
        return HTMLResponse(consent_page(client, scopes, records, handed_on, fault=fault), 400 if fault else 200)

    def _sign_in_fault(self, orcid: str) -> str | None:
        record = self._state.records.get(orcid)
        if record is None:
            if looks_like_orcid_id(orcid) and has_right_check_digit(orcid):
                return None
            return "That is not an ORCID iD."
        if record.condition in ("locked", "deactivated", "deprecated"):
            return f"This record is {record.condition}; nobody can sign in to it."
        return None


def _back(fields: Mapping[str, str], **answer: str) -> Response:
    """To the client's redirect URI with the answer; `state` is returned unchanged."""
    if "state" in fields:
        answer["state"] = fields["state"]
    address = fields["redirect_uri"]
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(answer)}", 302)
