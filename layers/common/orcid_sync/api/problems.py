"""From errors to problem+json: the one table of what each error is in HTTP (API.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    FrozenError,
    InvalidError,
    MappingRefusedError,
    NotFoundError,
    NotInWriteModeError,
    OrcidIdMismatchError,
    OrcidIdTakenError,
    OrcidSyncError,
    PausedError,
    ReconnectRequiredError,
    RegistryUnavailableError,
    SearchNotEnabledError,
    StaleError,
    TooLargeError,
    UserInactiveError,
    WriteEnabledError,
    WriteIntegrationDisabledError,
)


class UnauthorizedError(OrcidSyncError):
    """The call carries no valid token of the institution's identity provider."""


# Error -> status, type, title. The types are a closed list (API.md).
PROBLEMS: Mapping[type[OrcidSyncError], tuple[int, str, str]] = {
    UnauthorizedError: (401, "unauthorized", "Sign in first"),
    ForbiddenError: (403, "forbidden", "Not allowed"),
    WriteIntegrationDisabledError: (403, "write-integration-disabled", "The write integration is off"),
    NotFoundError: (404, "not-found", "Not found"),
    AlreadyClaimedError: (409, "already-claimed", "Claimed already"),
    FrozenError: (409, "frozen", "Works are being removed"),
    NotInWriteModeError: (409, "not-in-write-mode", "Writing is not switched on"),
    OrcidIdMismatchError: (409, "orcid-id-mismatch", "Another ORCID iD came back"),
    OrcidIdTakenError: (409, "orcid-id-taken", "The ORCID iD is taken"),
    PausedError: (409, "paused", "The link is paused"),
    ReconnectRequiredError: (409, "reconnect-required", "Reconnect the ORCID iD"),
    SearchNotEnabledError: (409, "search-not-enabled", "ORCID search is off"),
    UserInactiveError: (409, "user-inactive", "The user is not active"),
    WriteEnabledError: (409, "write-enabled", "The write integration is on"),
    StaleError: (412, "stale", "Changed meanwhile"),
    TooLargeError: (413, "too-large", "Too large"),
    InvalidError: (422, "invalid", "Not valid"),
    ConfigurationError: (500, "internal", "Internal error"),
    ConflictError: (503, "internal", "Busy, repeat"),
    RegistryUnavailableError: (503, "internal", "ORCID does not answer"),
}
# How many seconds to wait before the call is repeated, where repeating helps.
RETRY_AFTER_SECONDS: Mapping[type[OrcidSyncError], int] = {ConflictError: 2, RegistryUnavailableError: 60}
PROBLEM_TYPES = tuple(sorted({slug for _, slug, _ in PROBLEMS.values()}))


def problem(error: OrcidSyncError) -> Response[str]:
    """The answer for an error that was raised on purpose."""
    known = next((cause for cause in type(error).__mro__ if cause in PROBLEMS), ConfigurationError)
    status, slug, title = PROBLEMS[known]
    if known is ConfigurationError:
        return internal()  # how we are set up is no caller's business
    body: dict[str, object] = {"type": slug, "title": title, "status": status, "detail": str(error)}
    if isinstance(error, InvalidError) and error.errors:
        body["errors"] = [{"field": fault.field, "message": fault.message} for fault in error.errors]
    if isinstance(error, MappingRefusedError):
        body["errors"] = [{"line": r.line, "value": r.value, "message": r.message} for r in error.remarks]
        body["upload_id"] = error.upload_id
    if isinstance(error, OrcidIdTakenError) and error.taken_by is not None:
        body["taken_by"] = {"user_id": error.taken_by, "name": error.taken_by_name}
    return _response(status, body, RETRY_AFTER_SECONDS.get(known))


def internal() -> Response[str]:
    """The answer when something failed that nobody foresaw; the log has what."""
    detail = "Something went wrong on our side; repeat later, and tell the administrators if it stays."
    return _response(500, {"type": "internal", "title": "Internal error", "status": 500, "detail": detail})


def _response(status: int, body: Mapping[str, object], retry_after_seconds: int | None = None) -> Response[str]:
    text = json.dumps(body, ensure_ascii=False)
    headers = {"Cache-Control": "no-store"}
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(retry_after_seconds)
    return Response(status, "application/problem+json", text, headers=headers)
