"""Requests and answers of the API, free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """What the API looks at. `path` begins after `/v3.0`; `base_url` has no slash at its end."""

    method: str
    path: str
    base_url: str
    authorization: str | None = None
    query_token: str | None = None
    accept: str | None = None
    content_type: str | None = None
    body: bytes = b""

    @property
    def token(self) -> str | None:
        """The access token, from the header (scheme name in any case) or the request parameter."""
        scheme, _, rest = (self.authorization or "").strip().partition(" ")
        if scheme.lower() == "bearer" and rest.strip():
            return rest.strip()
        return self.query_token


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body to send; `client_id` is for the request log."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    client_id: str | None = None
