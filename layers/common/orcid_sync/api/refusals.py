"""Which refusals each operation can answer, beside those that follow from its right, body and parameters.

The tests hold every answer that they see to this table (tests/description.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from orcid_sync.api.operations import Operation, Right
from orcid_sync.api.problems import UnauthorizedError
from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    FrozenError,
    InvalidError,
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

Errors: TypeAlias = tuple[type[OrcidSyncError], ...]

_OFF = WriteIntegrationDisabledError
_NO_SYNC: Errors = (_OFF, FrozenError, NotInWriteModeError, UserInactiveError, PausedError)
# By the operation's name.
OWN_REFUSALS: Mapping[str, Errors] = {
    "list_links": (_OFF,),
    "claim_orcid_id": (AlreadyClaimedError, ConflictError),
    "get_link": (_OFF,),
    "start_connecting": (_OFF,),
    "return_from_orcid": (),
    "complete_connecting": (
        _OFF,
        OrcidIdTakenError,
        OrcidIdMismatchError,
        ConflictError,
        RegistryUnavailableError,
    ),
    "disconnect": (_OFF, AlreadyClaimedError, FrozenError, ConflictError, RegistryUnavailableError),
    "change_settings": (_OFF, FrozenError, OrcidIdTakenError, ReconnectRequiredError, ConflictError),
    "preview": (_OFF,),
    "run_sync": _NO_SYNC,
    "remove_from_orcid": (_OFF, ConflictError),
    "list_publications": (_OFF,),
    "exclude": (_OFF, FrozenError, InvalidError, ConflictError),
    "include": (_OFF, FrozenError, ConflictError),
    "resend": (*_NO_SYNC, ConflictError),
    "list_history": (_OFF,),
    "list_claiming": (),
    "change_claiming": (ConflictError,),
    "list_suggestions": (),
    "answer_suggestion": (ConflictError,),
    "get_configuration": (),
    "change_configuration": (SearchNotEnabledError, WriteEnabledError, ConflictError),
    "get_type_mapping": (),
    "replace_type_mapping": (TooLargeError, InvalidError),
    "list_type_mapping_uploads": (),
    "restore_type_mapping": (NotFoundError, InvalidError),
    "get_publication_types": (),
    "replace_publication_types": (),
    "list_held_removals": (),
    "decide_held_removals": (ConflictError,),
    "list_all_links": (),
    "release_orcid_id": (NotFoundError, FrozenError, ConflictError),
    "list_all_works": (),
    "sync_on_demand": (NotFoundError, ConflictError),
    "begin_rehearsal": (SearchNotEnabledError, WriteEnabledError, ConflictError),
    "list_rehearsals": (),
    "get_rehearsal": (NotFoundError,),
    "get_status": (),
    "list_audit_trail": (),
    "erase_user": (_OFF, NotFoundError, ConflictError),
    "get_erasure": (NotFoundError,),
    "readmit_user": (NotFoundError, FrozenError),
    "put_batch": (),
    "list_claims": (),
}


def refusals(operation: Operation) -> Errors:
    """Every error that the operation can answer, each once."""
    own = OWN_REFUSALS.get(operation.name, ())
    return tuple(dict.fromkeys([*_by_right(operation), *_by_input(operation), *own, ConfigurationError]))


def _by_right(operation: Operation) -> Iterable[type[OrcidSyncError]]:
    if operation.right is Right.ANYBODY:
        return
    yield UnauthorizedError
    yield ForbiddenError
    if operation.right is Right.USER:
        yield NotFoundError


def _by_input(operation: Operation) -> Iterable[type[OrcidSyncError]]:
    if operation.body is not None:
        yield TooLargeError
    if operation.body is not None or operation.query is not None:
        yield InvalidError
    if operation.conditional:
        yield StaleError
