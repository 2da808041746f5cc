"""Connects a link through ORCID's own authorisation page; nobody types a token (R16, DESIGN 7)."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.errors import FieldError, ForbiddenError, InvalidError
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.ports.authorisation import Authorisation, AuthorisationStates, Authorising, Signer
from orcid_sync.ports.clock import Clock
from orcid_sync.services.find_links import FindLinks

STATE_LIVES_MS = 10 * 60_000
LONGEST_RETURN_URL = 2000
_OURS = frozenset({"orcid_code", "orcid_state", "orcid_status"})


class Access(StrEnum):
    """What a connection is for, and which scopes that takes (ORCID_API 2.2)."""

    READ = "read"
    WRITE = "write"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes to ask for."""
        return ("/read-limited",) if self is Access.READ else ("/activities/update", "/read-limited")


@dataclass(frozen=True, slots=True)
class Connect:
    """Sends the browser to ORCID and back. `new_id` makes unguessable ids; `origins` are those of the front end."""

    find: FindLinks
    authorisation: Authorisation
    states: AuthorisationStates
    signer: Signer
    clock: Clock
    new_id: Callable[[], str]
    origins: frozenset[str]

    def start(
        self, actor: Actor, user_id: str, access: Access, return_url: str, orcid_id: str | None, callback_url: str
    ) -> str:
        """Return the address of ORCID's authorisation page; for the user alone, not for administrators.

        Raises InvalidError when `return_url` is of neither an allowed origin nor the API's own, or `orcid_id` is no iD.
        """
        check_own(actor, user_id)
        if access is Access.WRITE:
            self.find.writing_allowed()
        self._check_return_url(return_url, callback_url)
        asked = parse_orcid_id(orcid_id, field="orcid_id") if orcid_id is not None else None
        self.find.user(user_id)
        state_id = self.new_id()
        expires_ms = self.clock.now_ms() + STATE_LIVES_MS
        self.states.put(Authorising(state_id, user_id, access.value, return_url, asked, expires_ms))
        return self.authorisation.authorize_url(
            scopes=access.scopes,
            redirect_uri=callback_url,
            state=f"{state_id}.{self.signer.sign(state_id)}",
            orcid_id=asked,
        )

    def returned(self, state: str, *, code: str | None, error: str | None) -> str:
        """Where to send the browser that comes from ORCID: to the address that the user began with, and to no other.

        The state is not used up: only the user's own token may do that (DESIGN 7). Raises InvalidError for a state
        that is forged, unknown or expired.
        """
        found = self.states.get(read_state(self.signer, state), now_ms=self.clock.now_ms())
        if found is None:
            raise state_is_over()
        if code and not error:
            return _with_query(found.return_url, {"orcid_code": code, "orcid_state": state})
        return _with_query(found.return_url, {"orcid_status": "denied" if error == "access_denied" else "failed"})

    def _check_return_url(self, url: str, callback_url: str) -> None:
        """The settings page itself lies at the API's own origin, as the callback does; others are configured."""
        allowed = {*self.origins, _origin(callback_url)}
        if len(url) > LONGEST_RETURN_URL or _origin(url) not in allowed - {None}:
            message = "Give an address of this front end; its origin has to be among the allowed ones."
            raise InvalidError("The browser may not be sent there.", (FieldError("return_url", message),))


def check_own(actor: Actor, user_id: str) -> None:
    """R46: connecting is the user's own; an administrator would connect somebody else's record."""
    if actor.subject != user_id:
        raise ForbiddenError("Only the user can connect an ORCID iD; administrators cannot do it for them.")


def read_state(signer: Signer, state: str) -> str:
    """The state's id, if we signed it. Raises InvalidError."""
    state_id, _, signature = state.partition(".")
    if not state_id or not signer.verify(state_id, signature):
        raise state_is_over()
    return state_id


def state_is_over() -> InvalidError:
    """One answer for a state that is forged, unknown, used, expired or somebody else's: none tells which."""
    return InvalidError(
        "This authorisation is no longer valid; start connecting again.",
        (FieldError("state", "Start connecting again: it lives for ten minutes and works once."),),
    )


def _origin(url: str) -> str | None:
    """The origin as browsers write it; None for what is no plain http(s) address."""
    if any(character <= " " or character == "\\" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


def _with_query(url: str, added: dict[str, str]) -> str:
    """The address with parameters of ours; earlier ones of the same names go, all others stay as they were written.

    A header holds ASCII alone: what else the address has is percent-encoded, as a browser would.
    """
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and unquote_plus(part.partition("=")[0]) not in _OURS]
    query = "&".join([*(_ascii(part) for part in kept), urlencode(added)])
    return urlunsplit(parts._replace(path=_ascii(parts.path), query=query, fragment=_ascii(parts.fragment)))


def _ascii(text: str) -> str:
    return quote(text, safe=string.punctuation)
