"""Who may do what: bearer tokens, scopes, record conditions, visibility."""

from __future__ import annotations

from dataclasses import dataclass

from local.registry.errors import BearerError, RegistryError
from local.registry.state import Client, Record, RegistryState, Source, StoredWork, Token

_UNCLAIMED_FOR_MS = 10 * 24 * 3600 * 1000

_READ = frozenset({"read-public"})
# What each scope allows on works. Every scope that touches a record includes reading what is public.
SCOPES: dict[str, frozenset[str]] = {
    "/activities/update": _READ | {"create", "update"},
    "/read-limited": _READ | {"read-limited"},
    "/activities/read-limited": _READ | {"read-limited"},
    "/orcid-works/create": _READ | {"create"},
    "/orcid-works/update": _READ | {"update"},
    "/orcid-works/read-limited": _READ | {"read-limited"},
    "/read-public": _READ,
    "/authenticate": _READ,
    "openid": _READ,
    "/person/update": _READ,
    "/person/read-limited": _READ,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from, as its token says."""

    client: Client
    token: Token

    @property
    def source(self) -> Source:
        """What the caller's items get as their source, and how its own items are told."""
        origin = self.token.orcid if self.client.acts_for_user else None
        return Source(client_id=self.client.client_id, origin_orcid=origin)

    def may(self, *rights: str) -> bool:
        """Whether a scope of the token gives one of the rights."""
        return any(right in SCOPES.get(scope, ()) for scope in self.token.scopes for right in rights)


def identify(state: RegistryState, token_text: str | None, method: str, now: float) -> Caller:
    """The caller of an API request.

    A token that its owner revoked still deletes (ORCID lets a client clean up after itself), and does nothing else.

    Raises:
        BearerError: no token (403), a token that is unknown or dead (401), a client of the Public API (403).
    """
    if not token_text:
        raise BearerError(403, "forbidden", "Forbidden: this needs an access token")
    with state.lock:
        token = state.tokens.get(token_text)
        client = state.clients.get(token.client_id) if token else None
    alive = token is not None and (
        (token.condition == "active" and now < token.expires_at)
        or (token.condition == "revoked_by_user" and method == "DELETE")
    )
    if token is None or client is None or not alive:
        raise BearerError(401, "invalid_token", f"Invalid access token: {token_text}")
    if client.public:
        raise BearerError(403, "forbidden", f"Forbidden: this client may use the Public API alone: {token_text}")
    return Caller(client, token)


def check_token_target(caller: Caller, orcid: str) -> None:
    """A user's token is good for that user's record alone (401, 9017)."""
    if caller.token.orcid is not None and caller.token.orcid != orcid:
        raise RegistryError(9017)


def open_record(
    state: RegistryState, orcid: str, caller: Caller, *, reading: bool, url: str, now_ms: int, identifier_host: str
) -> Record:
    """The record, if its condition lets the request through.

    Args:
        url: the address called; a deprecated record answers with the same one under its primary iD.

    Raises:
        RegistryError: 9016, then in ORCID's order deprecated, unclaimed, locked, deactivated.
    """
    record = state.records.get(orcid)
    if record is None:
        raise RegistryError(9016)
    if record.condition == "deprecated":
        primary = record.primary or ""
        raise RegistryError(
            9007,
            status=301 if reading else 409,
            headers={"Location": url.replace(orcid, primary)},
            primary=f"https://{identifier_host}/{primary}",
        )
    if (
        record.condition == "unclaimed"
        and now_ms - record.created_ms < _UNCLAIMED_FOR_MS
        and record.creator != caller.client.client_id
    ):
        raise RegistryError(9036)
    if record.condition == "locked":
        raise RegistryError(9018)
    if record.condition == "deactivated":
        raise RegistryError(9044)
    return record


def check_scope(caller: Caller, *rights: str) -> None:
    """The token must carry one of the rights (403, 9038)."""
    if not caller.may(*rights):
        raise RegistryError(9038)


def is_source(caller: Caller, work: StoredWork) -> bool:
    """Same client and same assertion origin."""
    return work.source == caller.source


def reading_fault(caller: Caller, work: StoredWork) -> RegistryError | None:
    """Why the caller may not read a work by its put-code, or None when it may."""
    if work.source.client_id == caller.client.client_id:
        return None
    if work.visibility == "public":
        return None if caller.may("read-public") else RegistryError(9038)
    if not caller.may("read-limited"):
        return RegistryError(9038)
    return RegistryError(9013) if work.visibility == "private" else None
