"""The registry's refusals: what is raised inside, with code, status and message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MORE_INFO = "https://members.orcid.org/api/resources/troubleshooting"
_RETRY = "The record could not be updated. Try again; if it goes on, ask {client}."
_DENIED = "You are not allowed to do this."


@dataclass(frozen=True, slots=True)
class _Text:
    """Status and messages of one error code; `{names}` are filled in when it is raised."""

    status: int
    developer: str
    user: str = _RETRY


# The codes, statuses and odd prefixes (9038, 9058) are ORCID's; the sentences are ours.
_TEXTS: dict[int, _Text] = {
    9001: _Text(400, "Bad Request: the request was refused", "The request could not be read."),
    9006: _Text(400, "400 Bad Request: bad argument"),
    9007: _Text(
        409,
        "This account is deprecated. Please refer to account: {primary}.",
        "This account is deprecated. Please refer to account: {primary}.",
    ),
    9008: _Text(500, "java.lang.NullPointerException", "Something went wrong in ORCID."),
    9010: _Text(403, "403 Forbidden: only the source of the {activity} may change it"),
    9012: _Text(400, "400 Bad Request: the request lacks the API version or was not secure"),
    9013: _Text(403, "403 Forbidden: the item is not public and this client is not its source", _DENIED),
    9014: _Text(403, "403 Forbidden: only the source may update the item", _DENIED),
    9016: _Text(404, "404 Not Found: the resource was not found", "Nothing was found."),
    9017: _Text(401, "401 Unauthorized: the client application is not authorized for this record", _DENIED),
    9018: _Text(409, "409 Conflict: the record is locked and cannot be edited", "The record is locked."),
    9019: _Text(400, "400 Bad Request: put-code of the path is {path}, put-code of the body is {body}"),
    9020: _Text(400, "400 Bad Request: invalid content"),
    9021: _Text(
        409,
        "409 Conflict: this activity was added before (an external identifier matches), see the element with"
        " put-code {put_code}. Use PUT to change it.",
    ),
    9022: _Text(400, "400 Bad Request: a title is needed"),
    9023: _Text(400, "400 Bad Request: external identifiers are missing or invalid"),
    9024: _Text(400, "400 Bad Request: a put-code must not be given when an item is added"),
    9034: _Text(400, "400 Bad Request: the put-code {put_code} is not valid"),
    9035: _Text(403, "403 Forbidden: the visibility of an item cannot be changed"),
    9036: _Text(409, "409 Conflict: the record has not been claimed yet", "The record is not claimed."),
    9037: _Text(400, "400 Bad Request: invalid {type}"),
    9038: _Text(
        403,
        "409 Conflict: the item is limited or private, or the operation is not in the scopes of the token",
        "You do not have the permission for this.",
    ),
    9042: _Text(400, "org.orcid.core.exception.ExceedMaxNumberOfPutCodesException", "Too many put-codes."),
    9044: _Text(409, "409 Conflict: the record has been deactivated", "The record is deactivated."),
    9047: _Text(400, "400 Bad request: invalid JSON - {error}", "Invalid JSON."),
    9048: _Text(409, "409 Conflict: the record would hold too many items"),
    9049: _Text(400, "400 Bad Request: invalid date {date}"),
    9051: _Text(400, "400 Bad Request: {value} is not a legal value", "A value is not in its list."),
    9056: _Text(308, "308 Permanent Redirect: use the release of this version", "Use the released version."),
    9058: _Text(400, "404 Bad Request: unknown contributor role {role}", "Unknown contributor role."),
}


class RegistryError(Exception):
    """A refusal in the shape of the ORCID error object."""

    def __init__(
        self,
        code: int,
        detail: str = "",
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        **values: object,
    ) -> None:
        text = _TEXTS[code]
        super().__init__(f"{code} {detail}")
        self.code = code
        self.status = text.status if status is None else status
        self.headers = headers or {}
        self._detail = detail
        self._values = values

    def body(self, client_name: str = "the client application") -> dict[str, Any]:
        """The error object, keys in ORCID's order."""
        text = _TEXTS[self.code]
        developer = text.developer.format(**self._values)
        if self.code == 9001:
            developer = f"{self.status} {developer}" if self.status != 400 else f"400 {developer}"
        if self._detail:
            developer = f"{developer}. Full validation error: {self._detail}"
        return {
            "response-code": self.status,
            "developer-message": developer,
            "user-message": text.user.format(**{"client": client_name, **self._values}),
            "error-code": self.code,
            "more-info": MORE_INFO,
        }


class BearerError(Exception):
    """A refusal of the security filter: always JSON, never the ORCID error object."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


class OAuthError(Exception):
    """A refusal of the token or revocation endpoint."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}
