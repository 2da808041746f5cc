"""What the registry holds: records with works, clients, tokens and authorization codes."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from local.registry.content import ExternalId, WorkContent
from local.registry.normalisation import normalise

RecordCondition = Literal["ok", "locked", "deactivated", "deprecated", "unclaimed"]
TokenCondition = Literal["active", "revoked_by_user", "revoked"]
TOKEN_LIFETIME_S = 631_138_518  # 20 years, as ORCID answers it

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Who added an item: a client or the owner, and on whose behalf. All four parts make its identity."""

    client_id: str | None = None
    orcid: str | None = None
    origin_orcid: str | None = None
    origin_client_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredWork:
    """A work on a record. Immutable: a change replaces it, so that readers need no lock."""

    put_code: int
    orcid: str
    content: WorkContent
    source: Source
    visibility: str
    display_index: int
    created_ms: int
    modified_ms: int
    normalised: tuple[str, ...]

    def keyed_identifiers(self) -> Iterable[tuple[ExternalId, Key]]:
        """Each identifier with the key by which it is compared."""
        for identifier, value in zip(self.content.identifiers, self.normalised, strict=True):
            yield identifier, comparison_key(identifier, value)


def normalised_values(content: WorkContent) -> tuple[str, ...]:
    """Normalised value of each identifier, "" where it cannot be normalised."""
    return tuple(normalise(identifier.type or "", identifier.value or "") for identifier in content.identifiers)


def comparison_key(identifier: ExternalId, normalised: str) -> Key:
    """Type and normalised value; the raw value, case included, where it cannot be normalised."""
    return identifier.type or "", f"n:{normalised}" if normalised else f"r:{identifier.value}"


@dataclass(slots=True)
class Record:
    """A researcher's record. `primary` is the iD that a deprecated record was merged into."""

    orcid: str
    created_ms: int
    name: str | None = None
    condition: RecordCondition = "ok"
    primary: str | None = None
    default_visibility: str = "public"
    creator: str | None = None
    works: dict[int, StoredWork] = field(default_factory=dict)


@dataclass(slots=True)
class Client:
    """A client application. `acts_for_user`: what it adds has the record owner as assertion origin."""

    client_id: str
    secret: str = field(repr=False)
    name: str
    redirect_uris: tuple[str, ...] = ()
    public: bool = False
    acts_for_user: bool = False


@dataclass(slots=True)
class Token:
    """A pair of access and refresh token. `orcid` is None for a client's own token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    client_id: str
    orcid: str | None
    scopes: tuple[str, ...]
    expires_at: float
    condition: TokenCondition = "active"


@dataclass(slots=True)
class AuthorizationCode:
    """A code that waits to be exchanged. `issued` holds the access tokens that came of it."""

    code: str = field(repr=False)
    client_id: str
    orcid: str
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: float
    used: bool = False
    issued: list[str] = field(default_factory=list, repr=False)


class RegistryState:
    """Everything held in memory. Whoever changes it, or reads more than one thing, holds `lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.records: dict[str, Record] = {}
        self.clients: dict[str, Client] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.next_put_code = 1_000_001
        self.changed_records: set[str] = set()
        self.changed_rest = False

    def record(self, orcid: str, now_ms: int) -> Record:
        """The record, made when new."""
        found = self.records.get(orcid)
        if found is None:
            found = self.records[orcid] = Record(orcid, created_ms=now_ms)
            self.touch(orcid)
        return found

    def client(self, client_id: str) -> Client:
        """The client, made with a random secret when new."""
        found = self.clients.get(client_id)
        if found is None:
            found = self.clients[client_id] = Client(client_id, secrets.token_hex(16), name=client_id)
            self.touch()
        return found

    def issue_token(self, client_id: str, orcid: str | None, scopes: tuple[str, ...], expires_at: float) -> Token:
        """A new pair of tokens."""
        token = Token(str(uuid.uuid4()), str(uuid.uuid4()), client_id, orcid, scopes, expires_at)
        self.tokens[token.access] = token
        self.touch()
        return token

    def token_by_refresh(self, refresh: str) -> Token | None:
        return next((token for token in self.tokens.values() if token.refresh == refresh), None)

    def take_put_code(self) -> int:
        """The next number of the one sequence for all works; never given twice."""
        taken = self.next_put_code
        self.next_put_code += 1
        self.touch()
        return taken

    def put_work(self, work: StoredWork) -> None:
        self.records[work.orcid].works[work.put_code] = work
        self.touch(work.orcid)

    def remove_work(self, work: StoredWork) -> None:
        del self.records[work.orcid].works[work.put_code]
        self.touch(work.orcid)

    def touch(self, orcid: str | None = None) -> None:
        """Mark a record, or what is not a record, as changed since it was last written to disk."""
        if orcid is None:
            self.changed_rest = True
        else:
            self.changed_records.add(orcid)
