"""Who calls: read from the token that the gateway's authorizer has verified (R46, DESIGN 8)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orcid_sync.api.problems import UnauthorizedError
from orcid_sync.domain.actor import Actor

# One token and nothing else: the gateway joins headers of one name with commas, and which of two tokens it verified
# could not be told.
_TOKEN = re.compile(r"(?:bearer +)?[\w-]+\.([\w-]+)\.[\w-]+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class CallerRules:
    """How the identity provider names things. An empty group or scope is nobody's."""

    user_id_claim: str = "sub"
    groups_claim: str = "groups"
    admin_group: str = ""
    scope_claim: str = "scope"
    feed_scope: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of one request."""

    subject: str
    administrator: bool
    feed: bool

    @property
    def actor(self) -> Actor:
        """The caller as the services know them."""
        return Actor(self.subject, self.administrator)


def caller_of(event: Mapping[str, Any], rules: CallerRules) -> Caller:
    """Return who calls. `event` is an HTTP API event (payload version 2.0). Raises UnauthorizedError.

    The gateway turns lists in claims into text (`[a b]`), from which a group could not be told for sure; so groups and
    scopes are read from the payload of the very token that it verified.
    """
    verified = event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims")
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    if not verified:
        raise UnauthorizedError("Send a token of your institution's identity provider.")
    payload = _payload(headers.get("authorization", ""))
    if str(payload.get("sub", "")) != str(verified.get("sub", "")):
        raise UnauthorizedError("The token is not the one that was verified.")
    subject = payload.get(rules.user_id_claim, "")
    return Caller(
        subject=str(subject) if isinstance(subject, str | int) else "",
        administrator=bool(rules.admin_group) and rules.admin_group in _names(payload.get(rules.groups_claim)),
        feed=bool(rules.feed_scope) and rules.feed_scope in _words(payload.get(rules.scope_claim)),
    )


def _payload(authorization: str) -> Mapping[str, Any]:
    """The token's claims; its signature was checked by the authorizer before we were called."""
    found = _TOKEN.fullmatch(authorization.strip())
    if found is None:
        raise UnauthorizedError("Send one JWT and nothing else: `Authorization: Bearer <token>`.")
    try:
        payload = json.loads(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    except (binascii.Error, ValueError) as exc:
        raise UnauthorizedError("The token is no JWT.") from exc
    if not isinstance(payload, dict):
        raise UnauthorizedError("The token is no JWT.")
    return payload


def _names(value: object) -> list[object]:
    """Groups: a list, or one name, which may have spaces in it."""
    return value if isinstance(value, list) else [value]


def _words(value: object) -> list[object]:
    """Scopes: one text with spaces (RFC 8693), or a list."""
    return list(value.split()) if isinstance(value, str) else _names(value)
