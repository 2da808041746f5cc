"""What a case is made of: what it needs, the requests it sends, the answers it expects. All are plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Need(Enum):
    """What a case cannot do without; the value completes "needs ..." where the registry lacks it.

    `(emulator)`: only the emulator's controls can arrange it.
    """

    RECORD_STATE = "a record in another state (emulator)"
    OTHER_SOURCE = "another source's work (emulator)"
    OWNER = "what only the owner does (emulator)"
    CLIENT_KIND = "a client of another kind (emulator)"
    REVOCATION = "a revoked token (emulator)"
    TOKENS = "tokens with chosen scopes or records (emulator)"
    CONSENT = "an owner's consent without a browser (emulator)"
    MANY_WORKS = "10,000 works (emulator)"
    FAULTS = "faults on order (emulator)"
    REQUEST_LIMIT = "a request limit to exceed (emulator)"
    READER = "a token with /read-limited alone (--read-token)"
    CLIENT_ALONE = "a token of the client alone (client_credentials)"


@dataclass(frozen=True, slots=True)
class Expect:
    """What an answer has to be.

    Every string may hold names of saved values (`$name`). `fields` maps a path in the JSON body to a value or a matcher
    (see `looking.find` for paths). `text` is a regular expression to be found in the body, `without` one not to be.
    """

    status: int | tuple[int, ...]
    code: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, object] = field(default_factory=dict)
    text: str | None = None
    without: str | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    `path` follows the record's address (`server` `api`), the API's without its version (`host`), the record's without a
    version (`host-record`), or the authorization server's (`auth`). `body`: JSON literal, or a string or bytes sent as
    they are; `form`: fields of a form. `caller` names the saved token to send; None sends no Authorization. The
    put-code in `Location` is kept under the name `put_code`; `keep` maps a name to a path in the JSON body, or to
    `@header pattern`. In the expectation `$record` is the iD of `orcid`.
    """

    method: str
    path: str
    expect: Expect
    body: object = None
    form: Mapping[str, str] | None = None
    server: str = "api"
    orcid: str = "$orcid"
    caller: str | None = "writer"
    accept: str | None = "application/json"
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    put_code: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Burst:
    """Many equal requests at once; their statuses must be among `statuses`, each as often as its bounds (low, high)."""

    request: Request
    count: int
    statuses: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Control:
    """An order to the emulator; `keep` as in Request. Never expected to fail."""

    order: str
    body: Mapping[str, object]
    keep: Mapping[str, str] = field(default_factory=dict)


Step = Request | Burst | Control


@dataclass(frozen=True, slots=True)
class Case:
    """One fact of the reference, by the section that states it."""

    name: str
    section: str
    steps: tuple[Step, ...]
    needs: tuple[Need, ...] = ()
