"""The errors that callers can tell apart. Only `api/` knows what they are in HTTP."""

from __future__ import annotations

from dataclasses import dataclass


class OrcidSyncError(Exception):
    """The root of every error that this product raises on purpose; its text says what to do."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One value at fault: where it stands (`records[0].data.title`) and what to do about it."""

    field: str
    message: str


class InvalidError(OrcidSyncError):
    """The input cannot be taken; `errors` names the fields at fault, if fields are at fault."""

    def __init__(self, message: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class LineRemark:
    """An error or a warning about a line of an uploaded file; `line` None: about the file as a whole."""

    line: int | None
    value: str
    message: str


class MappingRefusedError(InvalidError):
    """A type mapping that cannot be taken; `remarks` names each bad row (R4). Nothing was changed."""

    def __init__(self, remarks: tuple[LineRemark, ...], upload_id: str | None = None) -> None:
        super().__init__("The mapping was not taken, and nothing was changed: correct these rows and upload it again.")
        self.remarks = remarks
        self.upload_id = upload_id


class NotFoundError(OrcidSyncError):
    """What the caller named does not exist (or is not theirs to know of)."""


class ForbiddenError(OrcidSyncError):
    """The caller lacks the right (R46)."""


class TooLargeError(OrcidSyncError):
    """More was sent than one call takes."""


class StaleError(OrcidSyncError):
    """The caller's version of the resource is no longer the current one (`If-Match`)."""


class FrozenError(OrcidSyncError):
    """The settings cannot change while works are being removed (R23)."""


class ReconnectRequiredError(OrcidSyncError):
    """The connection does not allow what is asked; the user has to authorise again (R16)."""


class OrcidIdTakenError(OrcidSyncError):
    """Another user holds the right to write to this iD (R22). Only administrators may see `taken_by`."""

    def __init__(self, message: str, taken_by: str | None = None, taken_by_name: str | None = None) -> None:
        super().__init__(message)
        self.taken_by = taken_by
        self.taken_by_name = taken_by_name


class OrcidIdMismatchError(OrcidSyncError):
    """ORCID returned another iD than the one asked for; nothing was stored (R16)."""


class AlreadyClaimedError(OrcidSyncError):
    """The user claims this iD already."""


class WriteIntegrationDisabledError(OrcidSyncError):
    """The institution's write integration is off (R10)."""


class SearchNotEnabledError(OrcidSyncError):
    """Writing needs ORCID search to be enabled first (R9)."""


class WriteEnabledError(OrcidSyncError):
    """Search cannot be switched off while the write integration is on (R9)."""


class NotInWriteModeError(OrcidSyncError):
    """The link's mode is not `write`."""


class UserInactiveError(OrcidSyncError):
    """The user has left or may not log in (R33)."""


class PausedError(OrcidSyncError):
    """The link is paused; the text says why and what to do (R25, R54)."""


class RegistryUnavailableError(OrcidSyncError):
    """ORCID does not answer just now; repeating later can help."""


class ConflictError(OrcidSyncError):
    """A conditional write lost against another writer; look again and repeat."""


class ConfigurationError(OrcidSyncError):
    """The process was started with a missing or contradictory environment (R13)."""
